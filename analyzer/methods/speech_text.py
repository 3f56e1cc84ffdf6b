"""What a speech model heard, as words that are believed: segments with times in the clip, and what was left out and why.

Speech models write down words that nobody said, above all where nobody speaks. The limits and the phrases are data
(`lexicon/hallucinations.toml`). Nothing is corrected here and no time is invented: a segment without word times has no words.
"""

from __future__ import annotations

import math
import re
import tomllib
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from analyzer.methods.speech_windows import MARGIN_S, Window
from analyzer.nouns.evidence import TranscriptSegment, Word
from analyzer.nouns.signal import Dropped

SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")
PAUSE_S = 0.6
"""A pause of this length between two words begins a new segment (project choice)."""
LONGEST_PHRASE = 6
"""Words of the longest phrase whose repetition is looked for (project choice)."""

_LETTERS = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True)
class HeardWord:
    """A word as the model wrote it, blanks included; times are seconds in the window."""

    start_s: float
    end_s: float
    text: str
    confidence: float


@dataclass(frozen=True)
class Heard:
    """What a model heard in a window, or in a part of it."""

    window: Window
    start_s: float
    end_s: float
    text: str
    mean_logprob: float
    """Mean log probability of its tokens."""
    no_speech: float
    """Probability that nobody speaks in the window."""
    words: tuple[HeardWord, ...] = ()


def believed(heard: Iterable[Heard], spans: Sequence[tuple[float, float]]) -> tuple[list[TranscriptSegment], list[Dropped]]:
    """Segments of what was most likely said, in order, and what was left out; `spans` are when somebody speaks."""
    segments: list[TranscriptSegment] = []
    dropped: list[Dropped] = []
    for one in heard:
        whole, passages = unlikely(one), list(_segments(one))
        for segment, looped in zip(passages, _looped(passages), strict=True):
            reason = whole or ("repetitive" if looped else None)
            reason = reason or _unlikely_passage(segment, one.no_speech) or _outside(segment, one, spans)
            if reason:
                dropped.append(Dropped(segment.start_s, segment.end_s, segment.text, reason))
            else:
                segments.append(segment)
    return sorted(segments, key=lambda segment: segment.start_s), dropped


def unlikely(heard: Heard) -> str | None:
    """The id of the reason not to believe anything that was heard, None where there is none."""
    limits = _lexicon()["limits"]
    if is_repetitive(heard.text):
        return "repetitive"
    if heard.no_speech > limits["silent_no_speech"] and heard.mean_logprob < limits["silent_logprob"]:
        return "no_speech"
    return "guessed" if heard.mean_logprob < limits["guessed_logprob"] else None


def is_repetitive(text: str) -> bool:
    """Whether a text is mostly the same again and again."""
    raw = text.strip().encode()
    return len(raw) / len(zlib.compress(raw)) > _lexicon()["limits"]["compression_ratio"]


def words_in(text: str) -> list[str]:
    """Its words in lower case, without punctuation."""
    return [word.replace("’", "'") for word in _LETTERS.findall(text.lower())]


def fillers(segments: Iterable[TranscriptSegment], language: str) -> list[tuple[float, str]] | None:
    """Time and words of each filler; None where there is no list for the language."""
    entry = _fillers().get(language)
    if entry is None:
        return None
    phrases = sorted((tuple(phrase.split()) for phrase in entry["phrases"]), key=len, reverse=True)
    found = []
    for segment in segments:
        timed = [(word.start_s, part) for word in segment.words for part in words_in(word.text)]
        timed = timed or [(segment.start_s, part) for part in words_in(segment.text)]
        at = 0
        while at < len(timed):
            said = tuple(part for _, part in timed[at : at + LONGEST_PHRASE])
            phrase = next((phrase for phrase in phrases if said[: len(phrase)] == phrase), None)
            if phrase:
                found.append((timed[at][0], " ".join(phrase)))
            at += len(phrase or (1,))
    return found


def _segments(heard: Heard) -> Iterator[TranscriptSegment]:
    """Sentences and what pauses part, where words have times; else the whole."""
    if not heard.words:
        if heard.text.strip():
            start_s, end_s = heard.window.in_clip(heard.start_s, heard.end_s)
            confidence = round(math.exp(min(0.0, heard.mean_logprob)), 4)
            yield TranscriptSegment(start_s=start_s, end_s=end_s, text=heard.text.strip(), confidence=confidence)
        return
    group: list[tuple[HeardWord, float, float]] = []
    for word in heard.words:
        if not word.text.strip():
            continue
        start_s, end_s = heard.window.word_in_clip(word.start_s, word.end_s)
        if group and (start_s - group[-1][2] >= PAUSE_S or group[-1][0].text.rstrip().endswith(SENTENCE_ENDS)):
            yield _segment(group)
            group = []
        group.append((word, start_s, end_s))
    if group:
        yield _segment(group)


def _segment(group: Sequence[tuple[HeardWord, float, float]]) -> TranscriptSegment:
    words = tuple(
        Word(start_s=start_s, end_s=end_s, text=word.text.strip(), confidence=round(word.confidence, 4))
        for word, start_s, end_s in group
    )
    return TranscriptSegment(
        start_s=words[0].start_s,
        end_s=max(word.end_s for word in words),
        text="".join(word.text for word, _, _ in group).strip(),
        confidence=round(sum(word.confidence for word, _, _ in group) / len(group), 4),
        words=words,
    )


def _unlikely_passage(segment: TranscriptSegment, no_speech: float) -> str | None:
    """The id of the reason not to believe a passage for what it says."""
    lexicon = _lexicon()
    limits = lexicon["limits"]
    words = words_in(segment.text)
    if len(segment.text) <= limits["credit_characters"] and _credits().search(segment.text):
        return "credit"
    doubtful = no_speech >= limits["closing_no_speech"] or (segment.confidence or 0.0) < limits["closing_confidence"]
    return "closing" if doubtful and " ".join(words) in lexicon["closing"]["phrases"] else None


def _looped(passages: Sequence[TranscriptSegment]) -> list[bool]:
    """Whether at least half of each passage is part of a phrase that is repeated on and on, also over several passages."""
    limits = _lexicon()["limits"]
    words = [(place, word) for place, passage in enumerate(passages) for word in words_in(passage.text)]
    loop = _loop([word for _, word in words], limits["repeats"], limits["repeated_words"])
    within, total = Counter(words[at][0] for at in loop), Counter(place for place, _ in words)
    return [2 * within[place] >= total[place] > 0 for place in range(len(passages))]


def _loop(words: Sequence[str], times: int, least_words: int) -> set[int]:
    """Places of words in a phrase that stands in a row at least so many times, and so many words in all."""
    found: set[int] = set()
    for size in range(1, LONGEST_PHRASE + 1):
        run = 0
        for at in range(size, len(words)):
            run = run + 1 if words[at] == words[at - size] else 0
            if run + size >= max(times * size, least_words):
                found |= set(range(at - run - size + 1, at + 1))
    return found


def _outside(segment: TranscriptSegment, heard: Heard, spans: Sequence[tuple[float, float]]) -> str | None:
    """Whether a passage lies behind the sound of its window, or where nobody speaks."""
    start_s = heard.words[0].start_s if heard.words else heard.start_s
    behind = start_s >= heard.window.duration_s
    near = any(start - MARGIN_S < segment.end_s and segment.start_s < end + MARGIN_S for start, end in spans)
    return "outside" if behind or not near else None


@cache
def _lexicon() -> Mapping[str, Any]:
    return _table("hallucinations")


@cache
def _fillers() -> Mapping[str, Any]:
    return _table("fillers")


@cache
def _credits() -> re.Pattern[str]:
    return re.compile("|".join(_lexicon()["credits"]["patterns"]), re.IGNORECASE)


def _table(name: str) -> dict[str, Any]:
    return tomllib.loads((files("analyzer.methods") / "lexicon" / f"{name}.toml").read_text(encoding="utf-8"))
