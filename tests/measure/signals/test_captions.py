"""Captions: what stands for what is said, how much of it, and how fast it has to be read."""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.judge.rules import judge, load_profile
from analyzer.measure.signals.captions import SIGNAL, SPEECH_METRICS, measure
from analyzer.nouns.evidence import Cue, Span, Spans, TextTrack, TextTracks, Transcript, TranscriptSegment, Word, message
from analyzer.nouns.media import SubtitleTrack
from analyzer.nouns.report import Reason, Report, SignalResult
from analyzer.nouns.signal import Reading
from tests.make import Engines, asset, box, media, ok, text_track, tone

UPPER, LOWER = box(0.2, 0.70, 0.8, 0.74), box(0.2, 0.75, 0.8, 0.79)


def run(
    *tracks: TextTrack,
    speech: list[tuple[float, float]] | None = None,
    subtitles: list[SubtitleTrack] | None = None,
    **fields: Any,
) -> Reading:
    needed: dict[str, SignalResult] = {"onscreen_text": ok("onscreen_text", tracks=TextTracks(title="Text", items=tracks))}
    if speech is not None:
        spans = tuple(Span(start_s=start, end_s=end) for start, end in speech)
        needed["speech"] = ok("speech", speech=Spans(title="Speech", items=spans))
    return measure(media(subtitles=subtitles or (), **fields), Engines(), needed)


def subtitles(*cues: tuple[float, float, str], origin: str = "embedded") -> SubtitleTrack:
    items = tuple(Cue(start_s=start, end_s=end, text=text, cps=len(text) / (end - start)) for start, end, text in cues)
    return SubtitleTrack(origin=origin, name="track", language="en", cues=items)


def test_rows_that_stand_together_are_one_cue() -> None:
    reading = run(
        text_track("the lower row", 1.0, 3.0, box=LOWER),
        text_track("This is", 1.0, 3.1, box=UPPER),
        text_track("Next", 3.2, 5.2),
    )
    first, second = reading.evidence["burned_in"].items
    assert first.text == "This is\nthe lower row" and (first.start_s, first.end_s) == (1.0, 3.1)
    assert first.cps == pytest.approx(20 / 2.1, abs=0.05)
    assert second.text == "Next"
    assert reading.metrics["cues"] == 2 and reading.metrics["max_lines"] == 2 and reading.metrics["max_line_chars"] == 13
    assert reading.metrics["median_cps"] == pytest.approx((first.cps + second.cps) / 2, abs=0.06)
    assert reading.metrics["max_cps"] == first.cps and reading.metrics["shortest_cue_s"] == 2.0


def test_words_beside_each_other_are_one_row() -> None:
    left, right = box(0.1, 0.7, 0.4, 0.74), box(0.45, 0.7, 0.8, 0.74)
    [cue] = run(text_track("right", box=right), text_track("left", box=left)).evidence["burned_in"].items
    assert cue.text == "left right"


def test_only_captions_are_captions() -> None:
    reading = run(text_track("A big promise", role="headline"), text_track("EXIT", role="scene_text"))
    assert "burned_in" not in reading.evidence
    assert reading.metrics["burned_in"] is False and reading.metrics["captioned"] is False
    assert reading.metrics["headline"] is True and reading.metrics["cues"] == 0
    for name in ("median_cps", "max_cps", "max_lines", "max_line_chars", "shortest_cue_s"):
        assert reading.metrics[name] is None


@pytest.mark.parametrize(("text", "mark"), [("TikTok @someone", "TikTok @someone"), ("© 2020 Jane", None)])
def test_the_mark_of_an_app_is_named(text: str, mark: str | None) -> None:
    assert run(text_track(text, role="watermark")).metrics["watermark"] == mark


def test_coverage_is_of_the_speech_with_a_tolerance() -> None:
    reading = run(text_track("Half of it", 0.3, 4.7), speech=[(0.0, 10.0)])
    assert reading.metrics["speech_coverage"] == pytest.approx(0.5)
    [hole] = reading.evidence["uncovered_speech"].items
    assert (hole.start_s, hole.end_s) == (5.0, 10.0)
    assert reading.metrics["muted_understandable"] is False


def test_a_short_hole_is_no_finding() -> None:
    reading = run(text_track("One", 0.0, 4.0), text_track("Two", 5.0, 9.0), speech=[(0.0, 9.0)])
    assert reading.evidence["uncovered_speech"].items == ()
    assert reading.metrics["speech_coverage"] == pytest.approx(1 - 0.4 / 9, abs=0.001)
    assert reading.metrics["muted_understandable"] is True


def test_speech_that_any_captions_cover_is_covered() -> None:
    """One line that was taken for a caption must not hide subtitles that carry all that is said."""
    reading = run(text_track("SALE", 0.0, 1.0), speech=[(0.0, 10.0)], subtitles=[subtitles((0.0, 10.0, "All that is said"))])
    assert reading.metrics["speech_coverage"] == 1.0
    assert reading.evidence["uncovered_speech"].items == ()


def test_subtitles_of_the_file_and_beside_it_are_cues_like_the_others() -> None:
    both = [subtitles((0, 2, "In the file")), subtitles((0, 4, "Beside it"), origin="sidecar")]
    reading = run(subtitles=both, speech=[(0.0, 2.0)])
    assert reading.evidence["embedded_0"].origin == "embedded" and reading.evidence["sidecar_0"].origin == "sidecar"
    assert reading.metrics["subtitle_tracks"] == 2
    assert reading.metrics["captioned"] is True and reading.metrics["burned_in"] is False
    assert reading.metrics["speech_coverage"] == 1.0 and reading.metrics["median_cps"] == 5.5


def test_subtitles_that_cannot_be_read_leave_a_note() -> None:
    broken = SubtitleTrack(origin="sidecar", name="a.srt", language=None, cues=(), note=message("Not readable."))
    reading = run(subtitles=[broken])
    assert reading.metrics["subtitle_tracks"] == 0 and [str(note) for note in reading.notes] == ["Not readable."]


def test_short_gaps_are_those_that_flicker() -> None:
    times = [(0.0, 2.0), (2.05, 4.0), (4.3, 6.0), (7.0, 9.0)]
    assert run(*(text_track(f"Cue {start}", start, end) for start, end in times)).metrics["short_gaps"] == 1


def test_delay_is_that_of_the_caption_after_the_speech() -> None:
    reading = run(text_track("One", 1.4, 3.0), text_track("Two", 4.9, 7.0), speech=[(1.0, 3.0), (5.0, 7.0)])
    assert reading.metrics["delay_s"] == pytest.approx(0.15, abs=0.01)
    assert run(speech=[(1.0, 3.0)]).metrics["delay_s"] is None


def test_a_cue_carries_the_delay_that_was_measured_and_one_in_the_middle_of_speech_has_none() -> None:
    reading = run(
        text_track("first words", 1.2, 2.9), text_track("more of them", 3.0, 4.9), text_track("again", 6.9, 8.0),
        speech=[(1.0, 5.0), (7.0, 8.0)],
    )  # fmt: skip
    assert [cue.delay_s for cue in reading.evidence["burned_in"].items] == [0.2, None, -0.1]
    assert reading.metrics["delay_s"] == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("track", "understandable"),
    [
        (text_track("Three mistakes in every kitchen", role="headline"), True),
        (text_track("NEW", role="headline"), None),
        (text_track("A caption", role="caption"), True),
        (text_track("Emergency exit to the left", role="scene_text"), None),
    ],
)
def test_where_nothing_is_said_the_text_has_to_tell(track: TextTrack, understandable: bool | None) -> None:
    reading = run(track, speech=[])
    assert reading.metrics["muted_understandable"] is understandable
    assert reading.metrics["speech_coverage"] is None


def test_a_headline_does_not_stand_for_speech() -> None:
    reading = run(text_track("Three mistakes in every kitchen", role="headline"), speech=[(0.0, 8.0)])
    assert reading.metrics["speech_coverage"] == 0.0 and reading.metrics["muted_understandable"] is False


def test_a_clip_without_sound_says_nothing() -> None:
    assert run(text_track("Three mistakes in every kitchen", role="headline")).metrics["muted_understandable"] is True


def test_where_speech_is_not_known_nothing_is_guessed() -> None:
    reading = run(text_track("A caption"), sound=tone(2.0))
    assert set(reading.unmeasured) == {*SPEECH_METRICS, "speech_match"}
    assert set(reading.metrics) | set(reading.unmeasured) == set(SIGNAL.metrics)
    assert not set(reading.metrics) & set(reading.unmeasured) and "uncovered_speech" not in reading.evidence


def matched(
    said: str | None,
    *tracks: TextTrack,
    spoken: str = "en",
    shown: str | None = "en",
    subtitles: list[SubtitleTrack] | None = None,
) -> Reading:
    """Captions of a clip in which words are said one after the other, half a second each; None: the words are not known."""
    lines = ok("onscreen_text", {"language": shown}, tracks=TextTracks(title="Text", items=tracks))
    speech = ok("speech", speech=Spans(title="Speech", items=(Span(start_s=0.0, end_s=4.0),)))
    if said is None:
        reason = Reason(code="missing_weights", sentence=message("No model."), remedy=message("analyzer models pull x"))
        speech = speech.model_copy(update={"unmeasured": {"transcript": reason}})
    elif said:
        words = tuple(Word(start_s=n / 2, end_s=n / 2 + 0.4, text=word) for n, word in enumerate(said.split()))
        segment = TranscriptSegment(start_s=0.0, end_s=words[-1].end_s, text=said, words=words)
        transcript = Transcript(title="Transcript", language=spoken, items=(segment,))
        speech = speech.model_copy(update={"evidence": dict(speech.evidence) | {"transcript": transcript}})
    clip = media(subtitles=subtitles or (), has_audio=True)
    return measure(clip, Engines(), {"onscreen_text": lines, "speech": speech})


def test_spoken_words_are_compared_with_captions() -> None:
    reading = matched("so this is how it works", text_track("This is how", 0.4, 2.0), text_track("it works", 2.0, 4.0))
    assert reading.metrics["speech_match"] == pytest.approx(5 / 6, abs=1e-4)
    assert [(span.start_s, span.end_s, span.label) for span in reading.evidence["unwritten"].items] == [(0.0, 0.4, "so")]


def test_without_a_transcript_the_words_are_not_judged_and_the_remedy_is_passed_on() -> None:
    reason = matched(None, text_track("This is how")).unmeasured["speech_match"]
    assert reason.code == "missing_weights" and str(reason.remedy) == "analyzer models pull x"
    assert run(text_track("This is how"), has_audio=True).unmeasured["speech_match"].code == "needs:speech"


def test_where_nothing_is_said_or_written_there_is_no_match() -> None:
    for reading in (matched("so this is it"), matched("", text_track("This")), run(text_track("This"))):
        assert reading.metrics["speech_match"] is None and "unwritten" not in reading.evidence


def test_a_translation_is_no_disagreement() -> None:
    track = text_track("Voilà comment ça marche")
    assert matched("so this is how it works", track, shown="fr").unmeasured["speech_match"].code == "translated"
    assert matched("so this is how it works", track, shown="en").metrics["speech_match"] == 0.0
    assert matched("so this is how it works", track, shown=None).metrics["speech_match"] == 0.0
    alike = matched("Voilà comment ça marche", track, spoken="fr", shown="it")
    assert alike.metrics["speech_match"] == 1.0, "a wrong guess of the language does not hide words that agree"


@pytest.mark.parametrize(("stated", "code"), [("fre", "translated"), ("fr-CA", "translated"), ("eng", None), ("xyz", None)])
def test_the_language_that_subtitles_state(stated: str, code: str | None) -> None:
    track = SubtitleTrack("sidecar", "1", stated, (Cue(start_s=0.0, end_s=4.0, text="Voilà comment ça marche"),))
    reading = matched("so this is how it works", subtitles=[track])
    assert (reading.unmeasured["speech_match"].code if code else reading.metrics["speech_match"]) == (code or 0.0)


def test_a_language_without_spaces_is_not_compared_word_by_word() -> None:
    assert matched("你好", text_track("你好"), spoken="zh", shown="zh").unmeasured["speech_match"].code == "unspaced"


def test_each_caption_is_held_against_the_speed_of_its_language() -> None:
    """Fourteen characters a second are easy in English and too fast in Chinese, where Netflix allows nine."""
    chinese = subtitles((0, 1, "我们把花园的门一直开着直到第一"), (1, 3, "我们把花园的门"))
    english = subtitles((0, 1, "fourteen here!"), origin="sidecar")
    reading = run(subtitles=[chinese, english])
    first, second = reading.evidence["embedded_0"].items
    assert (first.speed_share, second.speed_share) == (pytest.approx(15 / 9, abs=0.001), pytest.approx(3.5 / 9, abs=0.001))
    assert reading.evidence["sidecar_0"].items[0].speed_share == pytest.approx(0.7)
    assert reading.metrics["readable_cps"] == 9 and reading.metrics["speed_share"] == pytest.approx((15 + 3.5) / 18, abs=0.001)
    peak = next(rule for rule in load_profile("default").rules if rule.id == "reading-speed-peak")
    measured = ok("captions", dict(reading.metrics), **reading.evidence)
    made = Report(analyzer_version="0", asset=asset(), complete=True, signals=(measured,))
    judged = judge(made, "default").judgement
    assert judged is not None and peak.field == "speed_share"
    [verdict] = [verdict for verdict in judged.verdicts if verdict.rule == peak.id]
    assert verdict.status == "warn" and [instance.text for instance in verdict.instances] == [first.text]
