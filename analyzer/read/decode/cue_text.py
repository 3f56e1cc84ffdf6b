"""The text of a cue without its markup. Each pattern takes time in proportion to the text, whatever is in it."""

from __future__ import annotations

import html
import re

from analyzer.disk.encodings import cleaned

MOST_CHARACTERS = 1000
"""Characters of a cue that are kept; a screen holds a tenth of that."""
MOST_MARKUP = 20_000
"""Characters of a cue, markup included, that are looked at."""
READING = re.compile(r"<r[tp]\b[^<>]*>[^<]*", re.IGNORECASE)
"""How a word is read, which stands above it (https://www.w3.org/TR/webvtt1/#webvtt-cue-ruby-span)."""
TAG = re.compile(r"</?[A-Za-z][^<>]*>|<\d[\d:.,]*>|</>")
"""Also times of words, as in <00:00:01.000>."""
SIMPLE_OVERRIDE = re.compile(r"\{\\[^{}]*\}")
"""As in {\\an8}, which SubRip files took over from ASS."""
ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
DRAWING = re.compile(r"\\p(\d{1,4})")


def marked_text(raw: str) -> str:
    """Text of a SubRip or WebVTT cue: tags, readings of ruby, times and overrides out, entities as characters."""
    text = TAG.sub("", READING.sub("", SIMPLE_OVERRIDE.sub("", raw[:MOST_MARKUP]))).replace("\\N", "\n")
    return _rows(ENTITY.sub(lambda found: html.unescape(found[0]), text))


def ass_text(raw: str) -> str:
    """Text of an ASS event: overrides, comments in braces and drawings out, \\N to a line break.

    A drawing stands between {\\p1} and {\\p0} (http://www.tcax.org/docs/ass-specs.htm).
    """
    raw, kept, at, drawing = raw[:MOST_MARKUP], [], 0, False
    while at < len(raw):
        start = raw.find("{", at)
        end = raw.find("}", start) if start >= 0 else -1
        if not drawing:
            kept.append(raw[at : start if end >= 0 else len(raw)])
        if end < 0:
            break
        for scale in DRAWING.findall(raw, start, end):
            drawing = int(scale) > 0
        at = end + 1
    return _rows("".join(kept).replace("\\N", "\n").replace("\\n", "\n").replace("\\h", " "))


def _rows(text: str) -> str:
    rows = (" ".join(row.split()) for row in cleaned(text).split("\n"))
    return "\n".join(filter(None, rows))
