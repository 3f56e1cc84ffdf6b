"""Speech: onsets, pauses, blips, and what is said only where something heard it."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from analyzer.measure.signals.speech import OF_WORDS, REASONS, measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.evidence import Cue, TranscriptSegment, Word, message
from analyzer.nouns.media import Media, SubtitleTrack
from analyzer.nouns.signal import Dropped, Reading, Transcribed
from tests.make import Engines, media, noise


def clip(seconds: float = 10.0, **fields: Any) -> Media:
    return media(noise(int(seconds * 30)), sound=np.zeros(int(seconds * 16_000), np.float32), **fields)


def segment(text: str, start_s: float, end_s: float, timed: bool = True) -> TranscriptSegment:
    """A segment whose words follow each other evenly."""
    parts = text.split()
    step_s = (end_s - start_s) / max(1, len(parts))
    words = [Word(start_s=start_s + n * step_s, end_s=start_s + (n + 1) * step_s, text=part) for n, part in enumerate(parts)]
    return TranscriptSegment(start_s=start_s, end_s=end_s, text=text, words=tuple(words) if timed else ())


def hearing(
    *spans: tuple[float, float],
    said: str | None = None,
    language: str = "en",
    timed: bool = True,
    dropped: Sequence[Dropped] = (),
) -> Engines:
    engines = Engines({"voice-activity": SimpleNamespace(speech_spans=lambda audio: list(spans))})
    if said is not None:
        segments = (segment(said, spans[0][0], spans[-1][1], timed),) if said else ()
        heard = Transcribed(segments, language, 0.93, tuple(dropped))
        engines["speech-to-text"] = SimpleNamespace(transcribe=lambda audio, spans, language: heard)
    return engines


def heard(said: str, span: tuple[float, float] = (1.0, 4.0), **how: Any) -> Reading:
    return measure(clip(), hearing(span, said=said, **how), {})


def test_onset_share_and_pause() -> None:
    reading = measure(clip(), hearing((1.5, 3.0), (4.25, 5.75)), {})
    assert reading.metrics == {
        "has_speech": True, "first_speech_s": 1.5, "speech_s": 3.0, "speech_share": 0.3, "longest_pause_s": 1.25,
    }  # fmt: skip
    assert [(span.start_s, span.end_s) for span in reading.evidence["speech"].items] == [(1.5, 3.0), (4.25, 5.75)]


def test_without_an_engine_for_words_they_are_unknown_and_not_none() -> None:
    reading = measure(clip(), hearing((1.5, 3.0)), {})
    assert set(reading.unmeasured) == set(OF_WORDS)
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
    assert reading.metrics["words_in_hook"] == reading.metrics["fillers"] == 0
    assert len(reading.notes) == 1


def test_no_voice_at_all_is_measured_as_none() -> None:
    reading = measure(clip(), hearing(), {})
    assert reading.metrics["has_speech"] is False and reading.notes == ()


def test_what_is_said_where_an_engine_is_here() -> None:
    reading = heard("one two three four five six")
    assert reading.metrics["transcript"] == "one two three four five six"
    assert reading.metrics["words_per_minute"] == 120.0
    assert reading.metrics["language"] == "en" and reading.evidence["transcript"].language == "en"
    assert reading.metrics["language_probability"] == 0.93 and reading.metrics["words_in_hook"] == 4
    assert not reading.unmeasured and reading.notes == ()


def test_a_transcript_without_words_is_measured_as_none() -> None:
    reading = heard("")
    assert reading.metrics["transcript"] is None and reading.metrics["words_per_minute"] is None
    assert reading.metrics["words_in_hook"] == 0 and reading.evidence["transcript"].items == ()


def test_the_rate_is_over_the_time_of_speech() -> None:
    reading = measure(clip(), hearing((0.0, 1.0), (8.0, 9.0), said="one two three four five"), {})
    assert reading.metrics["words_per_minute"] == 150.0


def test_words_of_the_hook_need_their_times_only_where_a_sentence_goes_on() -> None:
    assert heard("all of it early", (0.5, 2.5), timed=False).metrics["words_in_hook"] == 4
    reading = heard("it goes on and on", (0.5, 6.0), timed=False)
    assert reading.unmeasured["words_in_hook"].code == "no_word_times" and "words_in_hook" not in reading.metrics


def test_fillers_are_counted_with_their_times() -> None:
    reading = heard("um we uh begin", (1.0, 5.0))
    assert (reading.metrics["fillers"], reading.metrics["fillers_per_minute"]) == (2, 30.0)
    assert [(m.time_s, m.quote) for m in reading.evidence["fillers"].items] == [(1.0, "um"), (3.0, "uh")]


def test_what_cannot_be_counted_in_a_language_is_unmeasured() -> None:
    assert set(heard("puhun suomea", language="fi").unmeasured) == {"fillers", "fillers_per_minute"}
    reading = heard("你好", language="zh")
    assert set(reading.unmeasured) == {"words_per_minute", "words_in_hook", "fillers", "fillers_per_minute"}
    assert reading.metrics["transcript"] == "你好"


def test_what_was_left_out_is_said_with_its_reason() -> None:
    lost = [Dropped(5.0, 6.0, "Thanks for watching!", "closing"), Dropped(2.5, 3.0, "la la", "repetitive")]
    reading = heard("hello", dropped=lost)
    assert "2 passages, the first at 2.5 s" in str(reading.notes[0])
    assert [(m.time_s, m.quote) for m in reading.evidence["left_out"].items] == [(5.0, "Thanks for watching!"), (2.5, "la la")]
    assert reading.evidence["left_out"].items[0].text == REASONS["closing"]


def test_a_language_that_is_not_clear_leaves_the_words_unmeasured() -> None:
    engines = hearing((1.0, 4.0), said="x")

    def unclear(*given: Any) -> Transcribed:
        raise Unavailable("unclear_language", message("The language is not clear."))

    engines["speech-to-text"] = SimpleNamespace(transcribe=unclear)
    reading = measure(clip(), engines, {})
    assert reading.metrics["has_speech"] is True
    assert {reason.code for reason in reading.unmeasured.values()} == {"unclear_language"}


def test_a_clip_without_sound_and_a_machine_without_an_engine() -> None:
    with pytest.raises(NotApplicable, match="no audio"):
        measure(media(noise(30)), hearing(), {})
    with pytest.raises(Unavailable):
        measure(clip(), Engines(), {})
