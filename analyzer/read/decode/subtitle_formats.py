"""Raw cues of SubRip, WebVTT and ASS: one pass over the rows of the text, whatever is missing or broken in it.

Formats: WebVTT by https://www.w3.org/TR/webvtt1/, ASS by http://www.tcax.org/docs/ass-specs.htm, SubRip by what files hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from analyzer.methods.languages import code_of
from analyzer.read.decode.cue_text import ass_text, marked_text

_TIME = r"(?:(\d{1,4})\s?:\s?)?(\d{1,2})\s?:\s?(\d{1,2})(?:\s?[.,:]\s?(\d{1,9}))?"
TIMING = re.compile(rf"\s{{0,20}}{_TIME}\s{{0,20}}-{{1,3}}>\s{{0,20}}{_TIME}(?!\d)")
TIME = re.compile(_TIME)
LEFT_OUT = re.compile(r"(?:NOTE|STYLE|REGION)(?:[ \t]|$)|Region:|X-TIMESTAMP-MAP")
LANGUAGE = re.compile(r"^Language:[ \t]*([A-Za-z0-9_-]{2,35})[ \t]*$", re.MULTILINE)
LONGEST_TIMING = 400
"""Characters of a row in which a timing, or the names of the columns, are looked for."""
MOST_DIGITS = 9
EVENT = ("layer", "start", "end", "style", "name", "marginl", "marginr", "marginv", "effect", "text")
"""Columns of an ASS event where no Format line names them."""


@dataclass
class RawCue:
    start_s: float
    end_s: float
    rows: list[str] = field(default_factory=list)
    to_text: Callable[[str], str] = marked_text

    @property
    def text(self) -> str:
        return self.to_text("\n".join(self.rows))


def raw_cues(text: str, suffix: str) -> Iterator[RawCue]:
    """Cues in the order of the file; what the text begins with tells the format, else the suffix."""
    head = text[:4000].lstrip()
    rows = text.split("\n")
    if head.startswith("WEBVTT"):
        return _webvtt(rows)
    if "[script info]" in head.lower() or "[events]" in head.lower():
        return _ass(rows)
    return {".vtt": _webvtt, ".ass": _ass, ".ssa": _ass}.get(suffix.lower(), _subrip)(rows)


def language_in(text: str) -> str | None:
    """The code of the language that the head of a WebVTT file states; None where it states none."""
    head = text[:4000].split("\n\n")[0]
    found = LANGUAGE.search(head) if head.lstrip().startswith("WEBVTT") else None
    return code_of(found[1]) if found else None


def _timing(row: str) -> tuple[float, float] | None:
    found = TIMING.match(row[:LONGEST_TIMING]) if "->" in row[:LONGEST_TIMING] else None
    return None if found is None else (_seconds(found.groups()[:4]), _seconds(found.groups()[4:]))


def _seconds(parts: tuple[str | None, ...]) -> float:
    hours, minutes, seconds, fraction = parts
    return int(hours or 0) * 3600 + int(minutes or 0) * 60 + int(seconds or 0) + float(f"0.{fraction or 0}")


def _webvtt(rows: list[str]) -> Iterator[RawCue]:
    """An empty row ends a block. Only rows below a timing are text; a timing in a comment was taken out by its author."""
    cue: RawCue | None = None
    comment = False
    for row in rows:
        empty = not row.strip() and (not row or cue is None or bool(cue.rows))
        if empty:
            if cue:
                yield cue
            cue, comment = None, False
        elif comment:
            continue
        elif timing := _timing(row):
            if cue:
                _drop_counter(cue.rows, None)
                yield cue
            cue = RawCue(*timing)
        elif cue:
            cue.rows.append(row)
        else:
            comment = LEFT_OUT.match(row) is not None
    if cue:
        yield cue


def _subrip(rows: list[str]) -> Iterator[RawCue]:
    """Rows up to the next timing are text, but for the counter before it."""
    cue: RawCue | None = None
    before: list[str] = []
    number = 0
    for row in rows:
        timing = _timing(row)
        if not timing:
            before.append(row)
            continue
        number += 1
        _drop_counter(before, number)
        if cue:
            yield cue
        cue = RawCue(*timing)
        before = cue.rows
    if cue:
        yield cue


def _drop_counter(rows: list[str], number: int | None) -> None:
    """Take a counter from the end: a number right before a timing, or the number that the next cue has."""
    empty = 0
    while rows and not rows[-1].strip():
        rows.pop()
        empty += 1
    last = rows[-1].strip("\ufeff \t") if rows else ""
    if last.isdecimal() and len(last) <= MOST_DIGITS and (not empty or int(last) == number):
        rows.pop()


def _ass(rows: list[str]) -> Iterator[RawCue]:
    """Events that are no comments; a Format line names the columns, of which the text is the last."""
    columns: tuple[str, ...] = EVENT
    for row in rows:
        kind, _, values = row.partition(":")
        kind = kind[:40].strip("\ufeff \t").lower()
        if kind == "format":
            named = tuple(name.strip().lower() for name in values[:LONGEST_TIMING].split(","))
            columns = named if {"start", "end"} <= set(named) and named[-1] == "text" else columns
        elif kind == "dialogue":
            event = dict(zip(columns, values.split(",", len(columns) - 1), strict=False))
            start, end = (TIME.fullmatch(event.get(name, "")[:40].strip()) for name in ("start", "end"))
            if start and end and "text" in event:
                yield RawCue(_seconds(start.groups()), _seconds(end.groups()), [event["text"]], ass_text)
