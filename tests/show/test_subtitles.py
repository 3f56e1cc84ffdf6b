"""A transcript as subtitles that can be read: rows, cues, times."""

from __future__ import annotations

import pysubs2
import pytest

from analyzer.nouns.evidence import Transcript, TranscriptSegment, Word
from analyzer.nouns.report import Report, SignalResult
from analyzer.show import to_srt, to_vtt
from tests.make import asset


def report(*segments: TranscriptSegment, language: str = "en") -> Report:
    block = Transcript(title="Transcript", language=language, items=segments)
    speech = SignalResult(id="speech", title="Speech", status="ok", evidence={"transcript": block})
    return Report(analyzer_version="0", asset=asset(), complete=True, signals=(speech,))


def said(words: list[tuple[float, str]], each_s: float = 0.3) -> TranscriptSegment:
    timed = tuple(Word(start_s=start_s, end_s=round(start_s + each_s, 3), text=text) for start_s, text in words)
    return TranscriptSegment(
        start_s=timed[0].start_s, end_s=timed[-1].end_s, text=" ".join(word.text for word in timed), words=timed
    )


def evenly(text: str, start_s: float = 0.0, step_s: float = 0.3) -> TranscriptSegment:
    return said([(round(start_s + n * step_s, 3), part) for n, part in enumerate(text.split())], step_s)


def cues(made: Report) -> list[tuple[float, float, str]]:
    return [(line.start / 1000, line.end / 1000, line.plaintext) for line in pysubs2.SSAFile.from_string(to_srt(made))]


LONG = "we went all the way down to the harbour in the middle of the night and there was nobody there but the captain's cat"


def test_cues_have_two_rows_of_42_characters_at_most_and_keep_every_word() -> None:
    found = cues(report(evenly(LONG)))
    rows = [row for _, _, text in found for row in text.split("\n")]
    assert len(found) == 2 and max(map(len, rows)) <= 42 and all(text.count("\n") <= 1 for _, _, text in found)
    assert " ".join(rows) == LONG


def test_two_rows_are_about_equally_long() -> None:
    ((_, _, text),) = cues(report(evenly("a cue of fifty characters is broken in its middle")))
    assert text.split("\n") == ["a cue of fifty characters", "is broken in its middle"]


def test_a_cue_begins_with_its_first_word() -> None:
    first, second = cues(report(evenly(LONG, 5.0)))
    words = evenly(LONG, 5.0).words
    assert first[0] == 5.0
    assert second[0] == pytest.approx(words[len(first[2].split())].start_s)


def test_a_pause_ends_a_cue() -> None:
    made = report(said([(0.0, "wait"), (0.4, "for"), (3.0, "it")]))
    assert [(start_s, text) for start_s, _, text in cues(made)] == [(0.0, "wait for"), (3.0, "it")]


def test_a_cue_stands_for_seven_seconds_at_most() -> None:
    made = report(said([(n * 0.9, "slow") for n in range(10)], 0.5))
    assert all(end_s - start_s <= 7.0 for start_s, end_s, _ in cues(made)) and len(cues(made)) == 2


def test_a_short_cue_stands_longer_but_not_into_the_next() -> None:
    alone = report(said([(1.0, "Hi.")]))
    assert cues(alone)[0][:2] == (1.0, 1.8), "half a second more than it is said, at most"
    followed = report(said([(1.0, "Hi.")]), said([(1.5, "There.")]))
    assert cues(followed)[0][:2] == (1.0, 1.5)


def test_a_segment_without_word_times_stays_as_it_is() -> None:
    made = report(TranscriptSegment(start_s=1.0, end_s=1.2, text=LONG))
    assert cues(made) == [(1.0, 1.2, LONG)]


def test_words_that_are_not_all_that_is_said_are_not_taken_for_it() -> None:
    part = said([(0.0, "You")]).model_copy(update={"text": "You are here", "end_s": 2.0})
    assert cues(report(part)) == [(0.0, 2.0, "You are here")]


def test_a_language_without_spaces_is_written_without_spaces() -> None:
    letters = [(n * 0.2, letter) for n, letter in enumerate("春眠不觉晓处处闻啼鸟夜来风雨声花落")]
    made = report(said(letters, 0.2), language="zh")
    assert cues(made)[0][2] == "春眠不觉晓处处闻\n啼鸟夜来风雨声花落"


def test_a_word_longer_than_a_row_is_kept_whole() -> None:
    word = "x" * 50
    assert [text for _, _, text in cues(report(evenly(f"a {word} b")))] == ["a", word, "b"]


def test_vtt_has_the_same_cues() -> None:
    made = report(evenly(LONG))
    assert [line.plaintext for line in pysubs2.SSAFile.from_string(to_vtt(made))] == [text for _, _, text in cues(made)]
