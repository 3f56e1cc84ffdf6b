"""The words of a clip as SRT or WebVTT: its transcript, else its own subtitles, else the captions in its picture.

A transcript whose words have times is split into cues that can be read, and a short cue stands a little longer where nothing
follows. All other times are those that were measured. Text can neither end a cue nor begin another, nor carry markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from analyzer.methods.languages import UNSPACED
from analyzer.nouns.evidence import Cue, Cues, Transcript, TranscriptSegment, Word
from analyzer.nouns.report import Report
from analyzer.show.plain_text import one_line, visible

ORIGINS = ("embedded", "sidecar", "burned_in")
"""Which subtitles are taken where there is no transcript."""
SHORTEST_S = 0.001

GUIDE = "https://partnerhelp.netflixstudios.com/hc/en-us/articles/215758617"
"""Netflix's Timed Text Style Guide, which the numbers below are from where they do not say otherwise."""
LINE, UNSPACED_LINE = 42, 16
"""Characters of a row, and those of a row without spaces (project choice). A cue has two rows."""
LEAST_S, MOST_S = 5 / 6, 7.0
"""Seconds that a cue stands."""
HOLD_S = 0.5
"""How much longer than it is said a cue may stand: 12 frames, at 24 a second."""
PAUSE_S = 1.0
"""A pause of this length between two words ends a cue (project choice)."""
STAMP = re.compile(r"(\d):(?=\d\d\b)")


class Words(NamedTuple):
    """Timed words, and where they are from."""

    origin: str
    title: str
    language: str
    items: Sequence[Cue | TranscriptSegment]


def words_of(report: Report) -> Words | None:
    """The words that are written as subtitles; none where the report holds none."""
    blocks = [block for signal in report.signals for block in signal.evidence.values()]
    for block in blocks:
        if isinstance(block, Transcript) and block.items:
            return Words("transcript", block.title, block.language or "", readable(block.items, block.language or ""))
    cues = [block for block in blocks if isinstance(block, Cues) and block.items]
    for origin in ORIGINS:
        for block in cues:
            if block.origin == origin:
                return Words(origin, block.title, block.language or "", block.items)
    return None


def to_srt(report: Report) -> str:
    """SubRip; empty where there are no words."""
    words = words_of(report)
    cues = _cues(words, ",") if words else []
    return "\n".join(f"{n}\n{times}\n{text}\n" for n, (times, text) in enumerate(cues, 1))


def to_vtt(report: Report) -> str:
    """WebVTT (https://www.w3.org/TR/webvtt1/); a note says where the words are from."""
    words = words_of(report)
    if words is None:
        return "WEBVTT\n\nNOTE\nThe report holds no words: no transcript, no subtitles, no captions.\n"
    origin = f"{words.origin}: {words.title}" + (f" ({words.language})" if words.language else "")
    blocks = [f"{times}\n{_escaped(text)}\n" for times, text in _cues(words, ".")]
    return "\n".join([f"WEBVTT\n\nNOTE\nSource: {_escaped(one_line(origin)).replace('--', '-')}\n", *blocks])


def readable(segments: Sequence[TranscriptSegment], language: str) -> list[Cue | TranscriptSegment]:
    """Cues of at most two rows, parted at pauses and sentences; a segment without word times stays as it is."""
    gap, width = ("", UNSPACED_LINE) if language in UNSPACED else (" ", LINE)
    cues: list[Cue | TranscriptSegment] = []
    for segment in sorted(segments, key=lambda segment: segment.start_s):
        group: list[Word] = []
        for word in _spelling(segment):
            if group and not _fits([*group, word], gap, width):
                cues.append(_cue(group, gap, width))
                group = []
            group.append(word)
        cues.append(_cue(group, gap, width) if group else segment)
    following = [cue.start_s for cue in cues[1:]] + [float("inf")]
    return [_held(cue, before) for cue, before in zip(cues, following, strict=True)]


def _spelling(segment: TranscriptSegment) -> tuple[Word, ...]:
    """The words of a segment, where they are all that it says."""
    spelled = "".join(word.text for word in segment.words)
    return segment.words if "".join(spelled.split()) == "".join(segment.text.split()) else ()


def _fits(words: Sequence[Word], gap: str, width: int) -> bool:
    """Whether words make one cue: short enough to read, and said without a pause."""
    together = words[-1].start_s - words[-2].end_s < PAUSE_S and words[-1].end_s - words[0].start_s <= MOST_S
    return together and _rows(words, gap, width) is not None


def _cue(words: Sequence[Word], gap: str, width: int) -> Cue:
    text = _rows(words, gap, width) or gap.join(word.text for word in words)
    return Cue(start_s=words[0].start_s, end_s=words[-1].end_s, text=text)


def _rows(words: Sequence[Word], gap: str, width: int) -> str | None:
    """The words in one row, or in two of most equal length; None where two rows do not hold them."""
    texts = [word.text for word in words]
    if len(gap.join(texts)) <= width:
        return gap.join(texts)
    halves = [(gap.join(texts[:at]), gap.join(texts[at:])) for at in range(1, len(texts))]
    fitting = [rows for rows in halves if max(map(len, rows)) <= width]
    rows = min(fitting, key=lambda rows: abs(len(rows[0]) - len(rows[1])), default=None)
    return None if rows is None else "\n".join(rows)


def _held(cue: Cue | TranscriptSegment, next_s: float) -> Cue | TranscriptSegment:
    """A cue that is too short to be read stands longer, but not into the next one."""
    if not isinstance(cue, Cue):
        return cue
    end_s = min(max(cue.end_s, cue.start_s + LEAST_S), cue.end_s + HOLD_S, max(next_s, cue.end_s))
    return cue.model_copy(update={"end_s": round(end_s, 3)})


def _cues(words: Words, comma: str) -> list[tuple[str, str]]:
    found = []
    for item in sorted(words.items, key=lambda item: (item.start_s, item.end_s)):
        lines = [line.strip() for line in visible(item.text).replace("-->", "→").splitlines()]
        text = "\n".join(_unstamped(line) for line in lines if line)
        if text:
            end = max(item.end_s, item.start_s + SHORTEST_S)
            found.append((f"{_stamp(item.start_s, comma)} --> {_stamp(end, comma)}", text))
    return found


def _unstamped(line: str) -> str:
    """The line, in which two times of day do not pass for the head of a cue (readers take any arrow, or none)."""
    return STAMP.sub("\\1\u2236", line) if len(STAMP.findall(line)) >= 4 else line


def _stamp(seconds: float, comma: str) -> str:
    """Seconds as 00:00:03.200."""
    ms = round(max(0.0, seconds) * 1000)
    return f"{ms // 3_600_000:02}:{ms // 60_000 % 60:02}:{ms // 1000 % 60:02}{comma}{ms % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
