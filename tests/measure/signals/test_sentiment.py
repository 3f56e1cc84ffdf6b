"""Sentiment: each source on its own, and silence where nothing can be claimed."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from analyzer.measure.signals.sentiment import MOST_ROWS, measure
from analyzer.methods.wording import MOST_COMMENTS
from analyzer.nouns.evidence import message
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Reading
from tests.make import Engines, media, noise, ok, tone

WORDS = {"love": 3.0, "great": 2.5, "hate": -3.0, "😍": 3.0, "fine": 0.4}


def score(texts: list[str]) -> list[Any]:
    return [answer(text) for text in texts]


def answer(text: str) -> Any:
    """As an engine: clear words name a mood, others do not."""
    found = tuple((word, WORDS[word.lower()]) for word in text.split() if word.lower() in WORDS)
    weights = [weight for _, weight in found]
    strength = sum(map(abs, weights))
    polarity = sum(weights) / (strength + 1) if weights else 0.0
    mood = "neutral" if not weights else "positive" if polarity > 0.4 else "negative" if polarity < -0.4 else None
    unsure = message("Its words hardly speak for a mood.") if mood is None else None
    return SimpleNamespace(label=mood, polarity=polarity, confidence=abs(polarity), words=found, unsure=unsure)


def identify(text: str) -> tuple[str | None, float]:
    """French where it says so, nothing where the text is short."""
    return ("fr" if "choses" in text else "en" if len(text.split()) > 2 else None), 0.9


def ironic(texts: list[str]) -> list[dict[str, float]]:
    return [{"irony": 0.9 if "sure" in text else 0.1} for text in texts]


def engines(irony: bool = True) -> Engines:
    found = Engines({
        "sentiment": SimpleNamespace(score=score, languages=("en",), note=message("Of the words.")),
        "irony": SimpleNamespace(classify=ironic, languages=("en",), thresholds={"irony": 0.5}),
        "language-identification": SimpleNamespace(identify=identify),
    })  # fmt: skip
    if not irony:
        del found["irony"]
    return found


def measured(
    post: str | None = None, shown: str = "", comments: tuple[str, ...] | None = None, **needed: SignalResult
) -> Reading:
    clip = replace(media(noise(30), post_text=post), comments=comments)
    return measure(clip, engines(), {"onscreen_text": ok("onscreen_text", {"text": shown})} | needed)


def test_each_source_is_scored_on_its_own() -> None:
    reading = measured("I love it", "We hate that")
    assert reading.metrics["post_label"] == "positive" and reading.metrics["post_score"] == 0.75
    assert reading.metrics["onscreen_label"] == "negative" and reading.metrics["onscreen_score"] == -0.75
    assert reading.metrics["transcript_label"] is None and reading.metrics["transcript_irony"] is None
    assert reading.metrics["post_irony"] == 0.0
    assert reading.evidence["words"].rows == (("on-screen text", "hate", -3.0), ("post text", "love", 3.0))
    assert [str(note) for note in reading.notes] == ["Of the words."]


@pytest.mark.parametrize("post", [None, "", "  \n"])
def test_where_there_is_no_text_there_is_no_label_and_no_model_is_asked(post: str | None) -> None:
    reading = measure(media(noise(9), post_text=post), Engines(), {"onscreen_text": ok("onscreen_text", {"text": None})})
    assert set(reading.metrics.values()) == {None} and not reading.unmeasured and not reading.notes


def test_it_abstains_and_says_why() -> None:
    reading = measured("All is fine with it")
    assert "post_label" not in reading.metrics and "post_score" not in reading.metrics
    assert reading.unmeasured["post_label"].code == "unsure"
    assert "hardly" in str(reading.unmeasured["post_label"].sentence)


def test_another_language_is_not_guessed_at() -> None:
    reading = measured("J'aime beaucoup great choses")
    assert {reading.unmeasured[name].code for name in ("post_label", "post_score", "post_irony")} == {"language"}
    assert "'fr'" in str(reading.unmeasured["post_label"].sentence) and "en" in str(reading.unmeasured["post_label"].sentence)


def test_a_text_without_a_clear_language_is_not_guessed_at() -> None:
    assert measured("love").unmeasured["post_label"].code == "unsure"


def test_emoji_need_no_language() -> None:
    assert measured("😍 😍").metrics["post_label"] == "positive"


def test_what_may_be_ironic_gets_no_mood_but_is_quoted() -> None:
    reading = measured("Sure, I love to wait, sure.\nTwo hours passed by today.")
    assert reading.unmeasured["post_label"].code == "irony" and reading.metrics["post_irony"] > 0.4
    assert [moment.quote for moment in reading.evidence["irony"].items] == ["Sure, I love to wait, sure."]


def test_a_little_irony_does_not_take_the_mood_of_a_long_text() -> None:
    text = "I love this so much, it is great, great and great again, every single day of the week.\nNot sure though."
    reading = measured(text)
    assert reading.metrics["post_label"] == "positive" and 0 < reading.metrics["post_irony"] < 0.25


def test_a_missing_engine_is_named() -> None:
    reading = measure(media(noise(9), post_text="I love it"), Engines(), {"onscreen_text": ok("onscreen_text", {"text": None})})
    assert reading.unmeasured["post_label"].code == "no_engine" and reading.metrics["onscreen_label"] is None


def test_a_mood_is_named_without_a_model_of_irony() -> None:
    reading = measure(media(noise(9), post_text="I love it"), engines(irony=False), {})
    assert reading.metrics["post_label"] == "positive" and reading.unmeasured["post_irony"].code == "no_engine"


def test_sources_that_were_not_measured_are_not_empty() -> None:
    reading = measure(media(noise(30), sound=tone(1.0)), engines(), {})
    assert {name: reason.code for name, reason in reading.unmeasured.items()} == {
        f"{source}_{name}": f"needs:{signal}"
        for source, signal in (("transcript", "speech"), ("onscreen", "onscreen_text"))
        for name in ("label", "score", "irony")
    }


def test_the_transcript_and_the_reason_why_there_is_none() -> None:
    clip = media(noise(30), sound=tone(1.0))
    said = measure(clip, engines(), {"speech": ok("speech", {"transcript": "this is great"})})
    assert said.metrics["transcript_label"] == "positive"
    reason = measured("All is fine with it").unmeasured["post_label"]
    speech = ok("speech").model_copy(update={"unmeasured": {"transcript": reason}})
    assert measure(clip, engines(), {"speech": speech}).unmeasured["transcript_label"] is reason


def test_many_words_are_cut_to_the_weightiest_and_this_is_said() -> None:
    reading = measured("love " * MOST_ROWS + "great hate")
    assert len(reading.evidence["words"].rows) == MOST_ROWS and len(reading.notes) == 2


def test_comments_are_counted_and_the_clearest_quoted() -> None:
    comments = ("I love this great thing", "love it so much", "I hate all of it", "what time is it", "All is fine with it")
    reading = measured(comments=comments)
    assert reading.metrics["comments"] == 5
    shares = [reading.metrics[f"comments_{mood}"] for mood in ("positive", "neutral", "negative", "unsure")]
    assert shares == [0.4, 0.2, 0.2, 0.2]
    quoted = [(moment.sign, moment.quote) for moment in reading.evidence["comments"].items]
    assert quoted == [(1, "I love this great thing"), (1, "love it so much"), (-1, "I hate all of it")]


def test_a_short_comment_is_in_the_language_of_the_others_and_a_foreign_one_is_unsure() -> None:
    reading = measured(comments=("love", "we love it here", "J'aime great choses"))
    assert reading.metrics["comments_positive"] == 0.6667 and reading.metrics["comments_unsure"] == 0.3333
    assert "1" in str(reading.notes[-1])
    foreign = measured(comments=("J'aime great choses",))
    assert foreign.unmeasured["comments_positive"].code == "language" and foreign.metrics["comments"] == 1


def test_a_comment_that_may_be_ironic_is_unsure() -> None:
    reading = measured(comments=("sure I love it", "we love it here"))
    assert (reading.metrics["comments_positive"], reading.metrics["comments_unsure"]) == (0.5, 0.5)
    assert reading.metrics["comments_irony"] == 0.5


def test_no_comments_are_not_the_same_as_none_given() -> None:
    assert measured(comments=()).metrics["comments"] == 0 and measured().metrics["comments"] is None
    assert measured(comments=()).metrics["comments_positive"] is None


def test_that_comments_were_left_out_is_said() -> None:
    assert "first" in str(measured(comments=("I love it",) * MOST_COMMENTS).notes[-1])
