"""Sentiment: each source on its own, and silence where nothing can be claimed."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from analyzer.contract import Reading
from analyzer.report import SignalResult
from analyzer.signals.sentiment import MOST_ROWS, measure
from tests.make import Engines, media, noise, ok, tone

WORDS = {"love": 3.0, "great": 2.5, "hate": -3.0, "😍": 3.0, "fine": 0.4}


def score(text: str) -> Any:
    found = tuple((word, WORDS[word.lower()]) for word in text.split() if word.lower() in WORDS)
    weights = [weight for _, weight in found]
    strength = sum(map(abs, weights))
    polarity = sum(weights) / (strength + 1) if weights else 0.0
    return SimpleNamespace(polarity=polarity, confidence=abs(polarity), words=found)


def engines(language: str | None = "en") -> Engines:
    return Engines({
        "sentiment": SimpleNamespace(score=score, languages=("en",)),
        "language-identification": SimpleNamespace(identify=lambda text: (language, 0.9)),
    })  # fmt: skip


def measured(post: str | None = None, shown: str = "", language: str | None = "en", **needed: SignalResult) -> Reading:
    return measure(
        media(noise(30), post_text=post), engines(language), {"onscreen_text": ok("onscreen_text", {"text": shown})} | needed
    )


def test_each_source_is_scored_on_its_own() -> None:
    reading = measured("I love it", "We hate that")
    assert reading.metrics["post_label"] == "positive" and reading.metrics["post_score"] == 0.75
    assert reading.metrics["onscreen_label"] == "negative" and reading.metrics["onscreen_score"] == -0.75
    assert reading.metrics["transcript_label"] is None
    assert reading.evidence["words"].rows == (("on-screen text", "hate", -3.0), ("post text", "love", 3.0))


@pytest.mark.parametrize("post", [None, "", "  \n"])
def test_where_there_is_no_text_there_is_no_label(post: str | None) -> None:
    reading = measured(post)
    assert set(reading.metrics.values()) == {None} and not reading.unmeasured


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("I love and hate it", "both"), ("All is fine with it", "hardly"), ("Part two", "no word")],
)
def test_it_abstains_and_says_why(text: str, sentence: str) -> None:
    reading = measured(text)
    assert "post_label" not in reading.metrics and "post_score" not in reading.metrics
    assert reading.unmeasured["post_label"].code == "unsure"
    assert sentence in str(reading.unmeasured["post_label"].sentence)


def test_enough_words_without_a_mood_are_neutral() -> None:
    reading = measured("Three recipes in under ten minutes")
    assert (reading.metrics["post_label"], reading.metrics["post_score"]) == ("neutral", 0.0)


def test_another_language_is_not_guessed_at() -> None:
    reading = measured("J'aime beaucoup great choses", language="fr")
    assert reading.unmeasured["post_label"].code == "language"
    assert "'fr'" in str(reading.unmeasured["post_label"].sentence) and "en" in str(reading.unmeasured["post_label"].sentence)


def test_a_text_without_a_clear_language_is_not_guessed_at() -> None:
    assert measured("love", language=None).unmeasured["post_label"].code == "unsure"


def test_emoji_need_no_language() -> None:
    assert measured("😍 😍", language=None).metrics["post_label"] == "positive"


def test_a_missing_engine_is_named() -> None:
    reading = measure(media(noise(9), post_text="I love it"), Engines(), {"onscreen_text": ok("onscreen_text", {"text": None})})
    assert reading.unmeasured["post_label"].code == "no_engine" and reading.metrics["onscreen_label"] is None


def test_sources_that_were_not_measured_are_not_empty() -> None:
    clip = media(noise(30), sound=tone(1.0))
    reading = measure(clip, engines(), {})
    assert {name: reason.code for name, reason in reading.unmeasured.items()} == {
        "transcript_label": "needs:speech", "transcript_score": "needs:speech",
        "onscreen_label": "needs:onscreen_text", "onscreen_score": "needs:onscreen_text",
    }  # fmt: skip


def test_the_transcript_and_the_reason_why_there_is_none() -> None:
    clip = media(noise(30), sound=tone(1.0))
    said = measure(clip, engines(), {"speech": ok("speech", {"transcript": "this is great"})})
    assert said.metrics["transcript_label"] == "positive"
    unheard = measured("love").unmeasured
    assert unheard == {}
    reason = measured("I hate and love").unmeasured["post_label"]
    speech = ok("speech").model_copy(update={"unmeasured": {"transcript": reason}})
    assert measure(clip, engines(), {"speech": speech}).unmeasured["transcript_label"] is reason


def test_many_words_are_cut_to_the_weightiest_and_this_is_said() -> None:
    reading = measured("love " * MOST_ROWS + "great hate")
    assert len(reading.evidence["words"].rows) == MOST_ROWS and len(reading.notes) == 2
