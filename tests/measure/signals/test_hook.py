"""Hook: onsets, types from words and pictures, weak openers, what is not known, strength with reasons."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analyzer.measure.signals.hook import SIGNAL, TYPES
from analyzer.nouns.evidence import (
    Cue,
    Cues,
    Shot,
    Shots,
    Span,
    Spans,
    TextTrack,
    TextTracks,
    Tracks,
    Transcript,
    TranscriptSegment,
    Word,
)
from analyzer.nouns.media import SubtitleTrack
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Reading
from tests.make import Engines, box, media, noise, ok, text_track, tone

SHARP = np.random.default_rng(0).integers(0, 256, (200, 120, 3), np.uint8)
Needed = dict[str, SignalResult]


def spans(*pairs: tuple[float, float]) -> Spans:
    return Spans(title="Spans", items=tuple(Span(start_s=a, end_s=b) for a, b in pairs))


def pictures(first_cut_s: float | None = 1.0, cuts: int = 1, **fields: float) -> Needed:
    base = {"black_lead_s": 0.0, "fade_in_s": 0.0, "first_motion_s": 0.1} | fields
    shot = Shots(title="Shots", items=(Shot(start_s=0, end_s=6, transition="start"),))
    return {
        "shots": ok("shots", {"first_cut_s": first_cut_s, "cuts_in_hook": cuts}, shots=shot),
        "stillness": ok("stillness", base, black=spans(), freezes=spans(), dead_air=spans()),
        "faces": ok("faces", {"first_face_s": None}, faces=Tracks(title="Faces", items=())),
    }


def written(*tracks: TextTrack) -> Needed:
    first = min((track.start_s for track in tracks), default=None)
    metrics = {"first_text_s": first, "language": None}
    return {"onscreen_text": ok("onscreen_text", metrics, tracks=TextTracks(title="Text", items=tracks))}


def headline(text: str, start_s: float = 0.1, end_s: float = 3.0, **fields: Any) -> TextTrack:
    return text_track(text, start_s, end_s, **({"role": "headline"} | fields))


def spoken(*segments: TranscriptSegment, language: str | None = None) -> Needed:
    transcript = Transcript(title="Transcript", items=segments)
    metrics: dict[str, Any] = {"first_speech_s": segments[0].start_s, "language": language, "transcript": "..."}
    return {"speech": ok("speech", metrics, transcript=transcript, speech=spans((0.2, 5)))}


def said(text: str, start_s: float = 0.2, each_s: float = 0.3) -> TranscriptSegment:
    words = tuple(
        Word(start_s=start_s + each_s * i, end_s=start_s + each_s * (i + 1), text=word) for i, word in enumerate(text.split())
    )
    return TranscriptSegment(start_s=start_s, end_s=words[-1].end_s, text=text, words=words)


def heard(first_sound_s: float | None = 0.0) -> Needed:
    return {"sound": ok("sound", {"first_sound_s": first_sound_s}, silences=spans())}


def read(needed: Needed, *, sound: bool = True, picture: Any = SHARP, **fields: Any) -> Reading:
    frames = [] if picture is None else [(0.0, picture)]
    clip = media(noise(180), frames=frames, sound=tone(6.0) if sound else None, **fields)
    reading = SIGNAL.measure(clip, Engines(), needed)
    assert set(reading.metrics) | set(reading.unmeasured) == set(SIGNAL.metrics)
    assert not set(reading.metrics) & set(reading.unmeasured)
    return reading


def quotes(reading: Reading, block: str) -> dict[str, str]:
    return {str(moment.text): moment.quote for moment in reading.evidence[block].items}


def test_onsets_are_repeated_and_flags_follow_the_window() -> None:
    text = written(headline("New shoes", start_s=3.2, end_s=5))
    metrics = read(pictures(first_cut_s=2.9) | text | heard(0.4) | spoken(said("hello there", 3.0))).metrics
    assert (metrics["first_cut_s"], metrics["cut_in_hook"]) == (2.9, True)
    assert (metrics["first_text_s"], metrics["text_in_hook"]) == (3.2, False)
    assert (metrics["first_speech_s"], metrics["speech_in_hook"]) == (3.0, False)
    assert (metrics["first_face_s"], metrics["face_in_hook"]) == (None, False)
    assert (metrics["first_sound_s"], metrics["motion_in_hook"]) == (0.4, True)


def test_nothing_measured_is_unknown_and_has_no_strength() -> None:
    reading = read({}, picture=None)
    assert reading.metrics == {}
    assert reading.unmeasured["first_text_s"].code == "not_measured"
    assert reading.unmeasured["strength"].code == "too_little"


def test_without_an_audio_track_there_is_no_speech_and_no_sound() -> None:
    metrics = read(pictures() | written(), sound=False).metrics
    assert (metrics["first_speech_s"], metrics["sound_in_hook"]) == (None, False)
    assert metrics["types"] is None


def test_a_headline_on_two_lines_is_read_as_one_sentence() -> None:
    lines = [headline("your socks?", at := 0.15, box=box(0.2, 0.3, 0.8, 0.35)),
             headline("Why do you fold", at, box=box(0.2, 0.2, 0.8, 0.25))]  # fmt: skip
    reading = read(pictures() | written(*lines))
    assert reading.metrics["types"] == "question"
    assert quotes(reading, "types") == {str(TYPES["question"]): "Why do you fold your socks?"}


def test_scene_text_and_late_text_are_no_hook() -> None:
    scene = headline("Why not us?", role="scene_text")
    late = headline("Why not you?", start_s=3.5, end_s=5)
    assert read(pictures() | written(scene, late), sound=False).metrics["types"] is None


def test_a_sentence_that_begins_in_the_window_is_read_to_its_end() -> None:
    segment = said("Have you ever asked yourself why the bread in this shop tastes so good? It is butter.")
    reading = read(pictures() | spoken(segment))
    assert quotes(reading, "types")[str(TYPES["question"])].endswith("tastes so good?")
    late = said("Nice sea. Nice sun. Nice sand. Nice wind. Really. Why is that?", each_s=0.4)
    assert read(pictures() | spoken(late)).metrics["types"] is None


def test_subtitles_and_burned_in_captions_are_words_too() -> None:
    cue = Cue(start_s=0.5, end_s=2, text="Arrêtez de laver vos jeans")
    track = SubtitleTrack(origin="sidecar", name="a.srt", language="fra", cues=(cue,))
    assert read(pictures() | written(), subtitles=[track]).metrics["types"] == "negative_warning"
    burned = Cues(title="Captions", origin="burned_in", items=(Cue(start_s=0.2, end_s=2, text="How to fix a tap"),))
    assert read(pictures() | {"captions": ok("captions", {}, burned_in=burned)}).metrics["types"] == "how_to"


def test_speech_that_nobody_transcribed_is_not_called_unclassified() -> None:
    speech = ok("speech", {"first_speech_s": 0.3}, speech=spans((0.3, 4)))
    reading = read(pictures() | written() | {"speech": speech})
    assert reading.unmeasured["types"].code == "no_transcript"
    assert 0 in [moment.sign for moment in reading.evidence["reasons"].items]


def test_words_in_a_language_without_a_table_are_not_called_unclassified() -> None:
    line = headline("空间里面他绝对赢不了的")
    shown = ok("onscreen_text", {"first_text_s": 0.1, "language": "zh"}, tracks=TextTracks(title="Text", items=(line,)))
    reading = read(pictures() | {"onscreen_text": shown}, sound=False)
    assert reading.unmeasured["types"].code == "language" and "'zh'" in str(reading.unmeasured["types"].sentence)
    assert not any("no known type" in text for text in quotes(reading, "reasons"))
    both = pictures() | {"onscreen_text": shown} | spoken(said("Why do you fold your socks?"), language="en")
    assert read(both).metrics["types"] == "question"


def test_a_greeting_is_weak_unless_a_real_hook_follows_in_the_window() -> None:
    weak = read(pictures() | written() | spoken(said("Hey guys welcome back to my channel")))
    assert weak.metrics["weak_openers"] == "greeting"
    assert quotes(weak, "weak_openers") == {"It opens with a greeting and no hook.": "Hey guys welcome back to my channel"}
    good = read(pictures() | written() | spoken(said("Hey guys! Stop buying bottled water.")))
    assert good.metrics["weak_openers"] is None
    assert good.metrics["types"] == "negative_warning"
    assert good.metrics["strength"] > weak.metrics["strength"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"black_lead_s": 1.2}, "black_or_fade_in"),
        ({"fade_in_s": 0.5}, "black_or_fade_in"),
        ({"black_lead_s": 0.1}, None),
    ],
)
def test_black_and_fades(fields: dict[str, float], expected: str | None) -> None:
    assert read(pictures(**fields) | written(headline("Why not?")) | heard()).metrics["weak_openers"] == expected


def test_still_openings() -> None:
    needed = pictures(first_cut_s=None, cuts=0) | heard()
    frozen = ok("stillness", {"first_motion_s": 2.0, "black_lead_s": 0.0, "fade_in_s": 0.0},
                black=spans(), freezes=spans((0, 2)), dead_air=spans())  # fmt: skip
    silent = spoken(said("later", 4.0))
    assert read(needed | written() | silent | {"stillness": frozen}).metrics["weak_openers"] == "still_without_text"
    card = written(headline("ACME STUDIOS"))
    assert read(needed | card | silent | {"stillness": frozen}).metrics["weak_openers"] == "logo_first"
    promise = written(headline("Stop buying flowers"))
    assert read(needed | promise | silent | {"stillness": frozen}).metrics["weak_openers"] is None
    dead = frozen.model_copy(update={"evidence": frozen.evidence | {"dead_air": spans((0, 2))}})
    found = read(needed | written() | silent | {"stillness": dead}).metrics["weak_openers"]
    assert found == "dead_air,still_without_text"


def test_late_sound_without_text_is_silence() -> None:
    assert read(pictures() | written() | heard(1.8)).metrics["weak_openers"] == "silence"
    assert read(pictures() | written(headline("Why not?")) | heard(1.8)).metrics["weak_openers"] is None


def test_text_that_cannot_be_read_in_time() -> None:
    short = headline("Why would anybody read all of this", end_s=0.6, needed_s=2.5)
    reading = read(pictures() | written(short) | heard())
    assert reading.metrics["weak_openers"] == "unreadable_text"
    assert "The first text is hard to read: too little contrast or too short." in quotes(reading, "reasons")
    pale = headline("Why would you", contrast=1.2, contrast_median=1.5)
    assert read(pictures() | written(pale) | heard()).metrics["weak_openers"] == "unreadable_text"


def test_a_short_line_beside_one_that_stands_does_not_weaken_the_opening() -> None:
    notice = headline("For research only", end_s=0.4, needed_s=1.6)
    reading = read(pictures() | written(headline("Why would you", 0.0), notice) | heard())
    assert reading.metrics["weak_openers"] is None
    late = headline("OFFLINE", 2.0, 2.2, needed_s=1.0)
    assert read(pictures() | written(headline("Why would you", 0.0), late) | heard()).metrics["weak_openers"] is None


def test_a_line_that_is_lost_for_a_moment_stands_on() -> None:
    parts = headline("Why would you", 0.0, 0.6, needed_s=1.5), headline("Why would you", 0.8, 3.0, needed_s=1.5)
    assert read(pictures() | written(*parts) | heard()).metrics["weak_openers"] is None
    gone = headline("Why would you", 0.0, 0.6, needed_s=1.5), headline("Why would you", 2.0, 2.4, needed_s=1.5)
    assert read(pictures() | written(*gone) | heard()).metrics["weak_openers"] == "unreadable_text"


def test_fast_cuts_interrupt_the_pattern() -> None:
    assert read(pictures(cuts=3) | written() | heard(), sound=False).metrics["types"] == "pattern_interrupt"
    assert read(pictures(cuts=2) | written() | heard(), sound=False).metrics["types"] is None


def test_cover_is_usable_when_sharp_and_not_black() -> None:
    ramp = np.repeat(np.linspace(40, 200, 300).astype(np.uint8)[:, None, None], 200, axis=1).repeat(3, axis=2)
    assert read({}, picture=SHARP).metrics["cover_usable"] is True
    assert read({}, picture=np.zeros((300, 200, 3), np.uint8)).metrics["cover_usable"] is False
    assert read({}, picture=ramp).metrics["cover_usable"] is False


def test_a_small_sharp_thing_before_a_plain_wall_is_a_usable_cover() -> None:
    wall = np.full((360, 640, 3), 128, np.uint8)
    wall[120:200, 250:330] = np.random.default_rng(0).integers(118, 139, (80, 80, 3))
    assert read({}, picture=wall).metrics["cover_usable"] is True


def test_strength_of_a_good_and_of_a_poor_opening() -> None:
    words = "Why does your tea taste flat?"
    good = pictures() | written(headline(words)) | heard() | spoken(said(words))
    strong = read(good)
    assert strong.metrics["strength_label"] == "strong"
    poor = pictures(first_cut_s=None, cuts=0, first_motion_s=4.0, black_lead_s=1.2)
    greeting = spoken(said("hey guys welcome back", 1.5))
    weak = read(poor | written() | heard(2.0) | greeting, picture=np.zeros((9, 9, 3), np.uint8))
    assert (weak.metrics["strength_label"], weak.metrics["strength"]) == ("weak", 0.0)
    assert any("predicts no reach" in str(note) for note in strong.notes)
    fewer = {key: value for key, value in good.items() if key != "faces"}
    assert read(fewer).metrics["strength"] >= strong.metrics["strength"]


def test_windows_say_what_is_there() -> None:
    needed = pictures() | written(headline("Why not?", start_s=2.0)) | heard() | spoken(said("one two three"))
    rows = {row[0]: row for row in read(needed).evidence["windows"].rows}
    assert [rows[window][1] for window in (1.0, 3.0, 5.0, 6.0)] == [0, 8, 8, 8]
    assert rows[3.0][2] == 2.8
    assert rows[1.0][5] == 1.0
    assert read({}).evidence["windows"].rows[0] == (1.0, None, None, None, None, None, None)


def test_what_begins_when_is_evidence_and_what_was_not_measured_is_not_in_it() -> None:
    reading = read(pictures(first_cut_s=4.2) | written(headline("Stop doing this")))
    onsets = {str(moment.text): moment.time_s for moment in reading.evidence["onsets"].items}
    assert onsets == {"First text": 0.1, "First cut": 4.2, "First face": None, "First motion": 0.1}
