"""Captions against what is said: in time, word by word, small errors forgiven."""

from __future__ import annotations

from analyzer.methods.word_agreement import agreement
from analyzer.nouns.evidence import Cue, TranscriptSegment, Word


def said(text: str, start_s: float = 0.0, step_s: float = 0.5) -> list[TranscriptSegment]:
    words = tuple(
        Word(start_s=start_s + n * step_s, end_s=start_s + n * step_s + 0.4, text=part) for n, part in enumerate(text.split())
    )
    return [TranscriptSegment(start_s=start_s, end_s=words[-1].end_s, text=text, words=words)]


def cue(text: str, start_s: float = 0.0, end_s: float = 5.0) -> Cue:
    return Cue(start_s=start_s, end_s=end_s, text=text)


def test_the_same_words_agree_whatever_their_case_and_marks() -> None:
    assert agreement(said("We're going, now!"), [cue("WE’RE GOING\nNOW")]) == (1.0, [])


def test_small_errors_are_forgiven_and_other_words_are_not() -> None:
    share, missed = agreement(said("The colour of cats matters"), [cue("the color of cuts matter")])
    assert share == 0.8 and missed == [(1.5, 1.9, "cats")]


def test_order_within_a_caption_does_not_matter_but_a_word_counts_once() -> None:
    assert agreement(said("one two"), [cue("two one")])[0] == 1.0
    share, missed = agreement(said("very very good"), [cue("very good")])
    assert share == 2 / 3 and missed == [(0.5, 0.9, "very")]


def test_a_caption_must_come_in_time() -> None:
    assert agreement(said("hello", start_s=10.0), [cue("hello", 11.0, 12.0)])[0] == 1.0
    assert agreement(said("hello", start_s=10.0), [cue("hello", 12.5, 13.0)])[0] == 0.0


def test_what_is_missing_comes_in_stretches() -> None:
    share, missed = agreement(said("one two three four") + said("five", start_s=9.0), [cue("four")])
    assert share == 0.2 and [words for _, _, words in missed] == ["one two three", "five"]
    assert missed[0][:2] == (0.0, 1.4)


def test_without_word_times_the_segment_has_to_be_near() -> None:
    segment = TranscriptSegment(start_s=0.0, end_s=4.0, text="nearly the same")
    assert agreement([segment], [cue("the same", 3.0, 5.0)])[0] == 2 / 3


def test_nothing_said_is_no_share() -> None:
    assert agreement([], [cue("words")]) == (None, [])
