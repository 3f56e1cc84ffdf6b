"""Whether captions show the words that are said, in their time: words are compared one by one, small errors forgiven.

Order within the time of a caption does not matter. It does not translate: words of another language do not agree.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz

from analyzer.methods.speech_text import words_in
from analyzer.nouns.evidence import Cue, TranscriptSegment

IN_TIME_S = 1.5
"""A caption may lead or lag by this much (BBC Subtitle Guidelines, https://www.bbc.co.uk/accessibility/forproducts/guides/subtitles/)."""
ALIKE = 80.0
"""Similarity of 0..100 from which two words are the same but for an error of hearing or reading (project choice): "colour" and
"color" have 91, "cat" and "cut" 67."""
NEAR_S = 1.0
"""Unwritten words this close are reported as one stretch (project choice)."""


@dataclass
class _Spoken:
    start_s: float
    end_s: float
    text: str
    written: bool = False


Timed = tuple[float, float, str]
"""Start, end, words."""


def agreement(segments: Iterable[TranscriptSegment], cues: Sequence[Cue]) -> tuple[float | None, list[Timed]]:
    """Share of the spoken words that a caption shows in time, and the words that none shows; None where no word is said."""
    spoken = [word for segment in segments for word in _spoken(segment)]
    left = {index: words_in(cue.text) for index, cue in enumerate(cues)}
    for word in spoken:
        near = (
            index
            for index, cue in enumerate(cues)
            if cue.start_s - IN_TIME_S <= word.end_s and word.start_s <= cue.end_s + IN_TIME_S
        )
        word.written = any(_take(word.text, left[index]) for index in near)
    share = sum(word.written for word in spoken) / len(spoken) if spoken else None
    return share, _stretches(word for word in spoken if not word.written)


def _spoken(segment: TranscriptSegment) -> list[_Spoken]:
    """The words of a segment; each has the time of the whole where words have none of their own."""
    return [_Spoken(one.start_s, one.end_s, part) for one in segment.words or (segment,) for part in words_in(one.text)]


def _take(word: str, shown: list[str]) -> bool:
    """Whether the word is among those shown; it is taken away then, so that it is not counted twice."""
    best = max(shown, key=lambda other: fuzz.ratio(word, other), default="")
    if fuzz.ratio(word, best) < ALIKE:
        return False
    shown.remove(best)
    return True


def _stretches(words: Iterable[_Spoken]) -> list[Timed]:
    found: list[Timed] = []
    for word in words:
        if found and word.start_s - found[-1][1] < NEAR_S:
            start_s, end_s, text = found.pop()
            found.append((start_s, max(end_s, word.end_s), f"{text} {word.text}"))
        else:
            found.append((word.start_s, word.end_s, word.text))
    return found
