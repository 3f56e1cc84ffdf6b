"""The words of an asset by source: sentences with their times, and languages that a model knows."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from analyzer.methods.wording import LONGEST_WORDS, QUOTED, Line, lines_of, sentences, understood
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import TextTracks, Transcript, TranscriptSegment, Word
from analyzer.nouns.report import SignalResult
from tests.make import Engines, box, media, noise, ok, text_track, tone


def heard(*segments: TranscriptSegment) -> SignalResult:
    return ok("speech", {"transcript": "…"}, transcript=Transcript(title="Transcript", items=segments))


def said(*segments: TranscriptSegment) -> object:
    return lines_of(media(noise(9), sound=tone(0.1)), {"speech": heard(*segments)})["transcript"]


def test_sentences_end_with_their_marks_and_with_lines() -> None:
    assert sentences("One. Two!  Three?\nfour\n\n 5.5 %… 六。七。") == [
        "One.",
        "Two!",
        "Three?",
        "four",
        "5.5 %…",
        "六。",
        "七。",
    ]


def test_a_sentence_runs_over_segments_and_has_the_time_of_its_first_word() -> None:
    words = (Word(start_s=0.2, end_s=0.4, text=" Hello."), Word(start_s=1.1, end_s=1.3, text=" This"))
    lines = said(
        TranscriptSegment(start_s=0.0, end_s=1.4, text="Hello. This", words=words),
        TranscriptSegment(start_s=1.4, end_s=2.4, text="goes on. Then"),
    )
    assert lines == (Line("Hello.", 0.2), Line("This goes on.", 1.1), Line("Then", 2.067))


def test_speech_without_full_stops_is_cut_where_a_segment_ends() -> None:
    part = TranscriptSegment(start_s=0.0, end_s=4.0, text=" ".join(["word"] * (LONGEST_WORDS - 1)))
    after = part.model_copy(update={"start_s": 4.0, "end_s": 8.0})
    lines = said(part, after, after)
    assert isinstance(lines, tuple) and [len(line.text.split()) for line in lines] == [2 * LONGEST_WORDS - 2, LONGEST_WORDS - 1]


def test_lines_that_appear_together_are_one_and_marks_are_left_out() -> None:
    tracks = (
        text_track("you need", 1.0, box=box(0.1, 0.3, 0.9, 0.35)),
        text_track("Three things", 1.1, box=box(0.1, 0.2, 0.9, 0.25)),
        text_track("@me", 1.1, role="watermark"),
        text_track("Later", 3.0),
        text_track("Later", 5.0),
    )
    shown = ok("onscreen_text", {"text": "…"}, tracks=TextTracks(title="On-screen text", items=tracks))
    lines = lines_of(media(noise(9)), {"onscreen_text": shown})["onscreen"]
    assert lines == (Line("Three things you need", 1.0), Line("Later", 3.0))


def test_a_quote_is_one_line_and_short() -> None:
    assert Line("a\n  b").quote == "a b"
    assert len(Line("word " * QUOTED).quote) <= QUOTED and Line("word " * QUOTED).quote.endswith("…")


def test_a_text_has_one_language_and_comments_have_each_their_own() -> None:
    engines = Engines({"language-identification": SimpleNamespace(identify=lambda t: ("fr" if "oui" in t else "en", 1.0))})
    lines = (Line("oui"), Line("yes"), Line("!"))
    assert understood("comments", lines, engines, ("en",)) == (Line("yes"), Line("!"))
    with pytest.raises(Unavailable, match="'fr'"):
        understood("post", lines, engines, ("en",))
    assert understood("post", (Line("!"),), Engines(), ("en",)) == (Line("!"),)
