"""Tone: emotions and toxic wording with their places, and nothing where a model cannot say."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from analyzer.measure import catalog
from analyzer.measure.signals.tone import MOST_MOMENTS, SIGNAL, measure
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import Transcript, TranscriptSegment
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Reading
from tests.make import Engines, media, noise, ok, tone


def emotions(texts: list[str]) -> list[dict[str, float]]:
    return [
        {"joy": 0.9 if "glad" in text else 0.1, "anger": 0.8 if "damn" in text else 0.2} if text != "🔣" else {}
        for text in texts
    ]


def toxicity(texts: list[str]) -> list[dict[str, float]]:
    return [{"insult": 0.9 if "damn" in text else 0.0, "severe_toxicity": 0.7 if "damn" in text else 0.0} for text in texts]


def engines(*tasks: str, language: str = "en") -> Engines:
    known: dict[str, Any] = {
        "emotion": SimpleNamespace(classify=emotions, languages=("en",), thresholds={"joy": 0.5, "anger": 0.5}),
        "toxicity": SimpleNamespace(
            classify=toxicity, languages=("en", "fr"), thresholds={"insult": 0.5, "severe_toxicity": 0.8}
        ),
    }
    identify = SimpleNamespace(identify=lambda text: (language, 0.9))
    return Engines({task: known[task] for task in tasks or known} | {"language-identification": identify})


def measured(post: str = "", found: Engines | None = None, comments: tuple[str, ...] = (), **needed: SignalResult) -> Reading:
    clip = replace(media(noise(30), post_text=post, sound=tone(1.0) if needed else None), comments=comments)
    return measure(clip, engines() if found is None else found, {"onscreen_text": ok("onscreen_text", {"text": None})} | needed)


def test_the_emotion_that_prevails_is_named_and_each_sentence_quoted() -> None:
    reading = measured("We are so glad today! The bus came late.")
    assert reading.metrics["post_emotion"] == "joy" and reading.metrics["post_toxic"] == 0
    moments = reading.evidence["emotions"].items
    assert [(moment.quote, str(moment.text)) for moment in moments] == [("We are so glad today!", "This sounds like joy.")]


def test_an_emotion_in_passing_does_not_give_a_text_its_tone() -> None:
    reading = measured("So glad. " + "The train to the north leaves at nine from platform two. " * 3)
    assert reading.metrics["post_emotion"] is None and len(reading.evidence["emotions"].items) == 1


def test_toxic_sentences_are_counted_with_the_time_at_which_they_are_said() -> None:
    segments = (
        TranscriptSegment(start_s=0.0, end_s=2.0, text="We are glad to be here. You damn"),
        TranscriptSegment(start_s=2.0, end_s=3.0, text="fool."),
    )
    speech = ok("speech", {"transcript": "…"}, transcript=Transcript(title="Transcript", items=segments))
    reading = measured(speech=speech)
    assert reading.metrics["transcript_toxic"] == 1
    (moment,) = reading.evidence["toxicity"].items
    assert moment.time_s == pytest.approx(1.5) and moment.quote == "You damn fool." and moment.sign == -1
    assert str(moment.text) == "This can be read as toxic: insult."


def test_of_comments_the_share_is_told() -> None:
    reading = measured(comments=("damn you all", "so glad", "hello there", "good day"))
    assert reading.metrics["comments_toxic"] == 0.25 and reading.metrics["comments_emotion"] == "joy"
    assert [str(moment.text) for moment in reading.evidence["toxicity"].items] == ["A comment can be read as toxic: insult."]
    assert not reading.evidence["emotions"].items


def test_what_a_model_cannot_say_is_unmeasured() -> None:
    french = measured("damn choses", engines(language="fr"))
    assert french.unmeasured["post_emotion"].code == "language" and french.metrics["post_toxic"] == 1
    signs = measured("🔣")
    assert signs.unmeasured["post_emotion"].code == "unsure" and signs.metrics["post_toxic"] == 0


def test_one_missing_model_leaves_the_other() -> None:
    reading = measured("damn it", engines("toxicity"))
    assert reading.unmeasured["post_emotion"].code == "no_engine" and reading.metrics["post_toxic"] == 1


def test_without_any_model_the_signal_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        measured("damn it", Engines())


def test_without_any_text_nothing_is_asked() -> None:
    reading = measured("", Engines())
    assert set(reading.metrics.values()) == {None} and not reading.unmeasured


def test_many_sentences_are_cut_and_this_is_said() -> None:
    reading = measured("Damn you, damn. " * (MOST_MOMENTS + 5))
    assert reading.metrics["post_toxic"] == MOST_MOMENTS + 5
    assert len(reading.evidence["toxicity"].items) == MOST_MOMENTS and len(reading.notes) == 1


def test_it_declares_what_it_measures() -> None:
    assert catalog.run(SIGNAL, media(noise(9), post_text="So glad today."), engines(), {}).status == "ok"
