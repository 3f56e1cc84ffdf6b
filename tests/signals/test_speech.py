"""Speech: onsets, pauses, blips, and what is said only where something heard it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer.errors import NotApplicable, Unavailable
from analyzer.evidence import Cue, TranscriptSegment
from analyzer.media import Media, SubtitleTrack
from analyzer.signals.speech import measure
from tests.make import Engines, media, noise


def clip(seconds: float = 10.0, **fields: Any) -> Media:
    return media(noise(int(seconds * 30)), sound=np.zeros(int(seconds * 16_000), np.float32), **fields)


def hearing(*spans: tuple[float, float], said: str | None = None, language: str | None = "en") -> Engines:
    engines = Engines({"voice-activity": SimpleNamespace(speech_spans=lambda audio: list(spans))})
    if said is not None:
        segment = TranscriptSegment(start_s=spans[0][0], end_s=spans[-1][1], text=f" {said} ")
        engines["speech-to-text"] = SimpleNamespace(transcribe=lambda audio, spans, language: [segment])
        engines["language-identification"] = SimpleNamespace(identify=lambda text: (language, 0.9))
    return engines


def test_onset_share_and_pause() -> None:
    reading = measure(clip(), hearing((1.5, 3.0), (4.25, 5.75)), {})
    assert reading.metrics == {
        "has_speech": True, "first_speech_s": 1.5, "speech_s": 3.0, "speech_share": 0.3, "longest_pause_s": 1.25,
    }  # fmt: skip
    assert [(span.start_s, span.end_s) for span in reading.evidence["speech"].items] == [(1.5, 3.0), (4.25, 5.75)]


def test_without_an_engine_for_words_they_are_unknown_and_not_none() -> None:
    reading = measure(clip(), hearing((1.5, 3.0)), {})
    assert set(reading.unmeasured) == {"transcript", "words_per_minute", "language"}
    assert {reason.code for reason in reading.unmeasured.values()} == {"no_engine"}
    assert reading.metrics["longest_pause_s"] is None


def test_subtitles_are_no_transcript() -> None:
    track = SubtitleTrack("embedded", "1", "en", (Cue(start_s=1.5, end_s=3.0, text="Hello there"),))
    reading = measure(clip(subtitles=[track]), hearing((1.5, 3.0)), {})
    assert "transcript" in reading.unmeasured and "transcript" not in reading.evidence


@pytest.mark.parametrize(("seconds", "spans"), [(60.0, [(3.0, 3.9)]), (4.0, [(0.25, 0.55)])])
def test_a_blip_is_no_speech_and_is_mentioned(seconds: float, spans: list[tuple[float, float]]) -> None:
    reading = measure(clip(seconds), hearing(*spans), {})
    assert reading.metrics["has_speech"] is False and reading.metrics["first_speech_s"] is None
    assert reading.metrics["speech_s"] == 0.0 and reading.evidence["speech"].items == ()
    assert reading.metrics["transcript"] is None and not reading.unmeasured
    assert len(reading.notes) == 1


def test_no_voice_at_all_is_measured_as_none() -> None:
    reading = measure(clip(), hearing(), {})
    assert reading.metrics["has_speech"] is False and reading.notes == ()


def test_what_is_said_where_an_engine_is_here() -> None:
    reading = measure(clip(), hearing((1.0, 4.0), said="one two three four five six"), {})
    assert reading.metrics["transcript"] == "one two three four five six"
    assert reading.metrics["words_per_minute"] == 120.0
    assert reading.metrics["language"] == "en" and reading.evidence["transcript"].language == "en"
    assert not reading.unmeasured


def test_a_clip_without_sound_and_a_machine_without_an_engine() -> None:
    with pytest.raises(NotApplicable, match="no audio"):
        measure(media(noise(30)), hearing(), {})
    with pytest.raises(Unavailable):
        measure(clip(), Engines(), {})
