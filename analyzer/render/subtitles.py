"""The words of a clip as SRT or WebVTT: its transcript, else its own subtitles, else the captions in its picture.

Times are those that were measured; nothing is re-timed. Text can neither end a cue nor begin another, nor carry markup.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from analyzer.evidence import Cue, Cues, Transcript, TranscriptSegment
from analyzer.render.plain_text import one_line, visible
from analyzer.report import Report

ORIGINS = ("embedded", "sidecar", "burned_in")
"""Which subtitles are taken where there is no transcript."""
SHORTEST_S = 0.001
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
            return Words("transcript", block.title, block.language or "", block.items)
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
