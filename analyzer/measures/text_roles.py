"""What a line of text on screen is for: a caption of what is said, a headline, text of the scene, a watermark.

The rules are choices of this project, from where text stands, how long, how it changes and what it says; the figures
reached are in docs/ACCURACY.md. They take tracks and return one role for each.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from analyzer.evidence import BoundingBox, TextRole
from analyzer.measures.text_blocks import rows_apart
from analyzer.measures.text_tracking import similarity

WATERMARK = re.compile(
    r"tik\s?tok|cap\s?cut|kine\s?master|in\s?shot|youku|youtube|bilibili|kwai|likee|snapchat|instagram|filmora|veed|canva\b|"
    r"shutterstock|getty\s?images|adobe\s?stock|dreamstime|^@[\w.]{3,}$|copyright|©|\(c\)\s?\d{4}|www\.|\.com\b",
    re.IGNORECASE,
)
"""Names of apps and stock agencies, handles, copyright lines and addresses."""
APPS = re.compile(r"tik\s?tok|cap\s?cut|kine\s?master|in\s?shot|youku|bilibili|kwai|likee|snapchat|filmora|veed", re.IGNORECASE)
"""Those whose mark shows that a clip comes from another platform or a free tool."""
TIME_CODE = re.compile(r"\d{1,2}[:;.]\d\d[:;.]\d\d([:;.]?\d\d)?")
"""A running clock is neither a caption nor a headline."""
CORNER = 0.2
"""A mark of a channel stands in the outer fifth of the frame, both ways."""
STANDS_SHARE, STANDS_S = 0.6, 3.0
"""It stands for most of the clip."""
SMALL = 0.08
"""Its height as a share of the frame's."""
STRAY_HEIGHT, STRAY_WIDTH = 0.05, 0.25
"""A single line off the middle that is smaller than this is a sign or a label of the scene."""
TURNED_DEG, STICKER_DEG = 6.0, 10.0
"""Drawn text is level, and a sign in the scene rarely is; in a video, where signs move too, stickers may be tilted."""
TOGETHER_S, NEXT_ROW = 0.3, 1.6
"""Rows of one notice: how far the times may differ at which they go, and room between them in row heights (project choice)."""
FLUSH = 0.02
"""Rows of a title start at one edge: frame widths."""
TALL = 1.5
"""Height by width from which Latin letters lie on their side."""
LATIN_END = 0x250
"""First code point after the Latin letters (Unicode, Basic Latin to Latin Extended-B)."""
MOVED = 0.03
"""Drawn text stands still; a sign moves with the camera. Frame sides."""
TICKER = 0.5
"""Width in frame widths from which a line that moves is drawn (project choice)."""
BAND = 0.06
"""Captions stand in one band: middles this close, in frame heights."""
CAPTION_S = 7.0
"""Longest time that a caption stands (Netflix timed text: 7 s)."""
TALLEST = 0.15
"""Captions are lower than this: one word at a time rarely takes a tenth (project choice; frame heights)."""
SAME_WORDS = 0.9
"""Similarity from which two lines that take turns are one line which was read twice (project choice)."""
CENTRED = 0.12
"""A caption's middle is this close to the middle of the frame, or it starts where the others start."""
UPPER, LARGE, SHOT_S = 0.35, 0.035, 1.5
"""Lines that take turns above this, at least this large and for this long, are headlines of shots: frame heights, seconds."""
MUCH = 0.6
"""Of two bands at the same time, one that covers this share of what the other covers may have the captions."""
LONE_CHARACTERS = 4
"""A caption that takes no turns with others is at least this long; a shorter one is a print or a label."""
SPOKEN_SHARE = 0.5
"""Share of a caption's time during which somebody speaks."""


@dataclass(frozen=True)
class Line:
    """What a role is decided by. Times in seconds, boxes as fractions of the frame."""

    text: str
    box: BoundingBox
    start_s: float
    end_s: float
    angle: float
    moved: float
    confidence: float
    counts: bool = False
    """It is a counter or a clock."""
    crawls: bool = False
    """It goes straight up or down at one speed."""

    @property
    def middle(self) -> float:
        return (self.box.y0 + self.box.y1) / 2


def roles(lines: Sequence[Line], duration_s: float, speech: Sequence[tuple[float, float]] | None) -> list[TextRole]:
    """One role a line. `speech` are the spans of speech; None where it is not known. `duration_s` is 0 for an image."""
    found: list[TextRole | None] = [_alone(line, duration_s) for line in lines]
    marks = [line for line, role in zip(lines, found, strict=True) if role == "watermark"]
    for index, line in enumerate(lines):
        if found[index] is None and any(_continues(line, mark, duration_s) for mark in marks):
            found[index] = "watermark"
    drawn = [index for index, role in enumerate(found) if role is None]
    candidates = [index for index in drawn if _is_caption(index, lines, drawn, speech)]
    captions = _one_band_at_a_time(candidates, lines, speech)
    for index in drawn:
        stray = (
            duration_s > 0 and _is_stray(lines[index]) and not any(_titles(lines[index], lines[i]) for i in drawn if i != index)
        )
        found[index] = "caption" if index in captions else "scene_text" if stray else "headline"
    return [role or "headline" for role in found]


def _one_band_at_a_time(
    candidates: Sequence[int], lines: Sequence[Line], speech: Sequence[tuple[float, float]] | None
) -> set[int]:
    """Where two bands take turns at the same time, one has the captions: the smaller of those that cover much of the speech.

    The other holds headlines that change from shot to shot.
    """
    bands: list[list[int]] = []
    for index in sorted(candidates, key=lambda i: lines[i].middle):
        band = next((b for b in bands if any(abs(lines[index].middle - lines[other].middle) <= BAND for other in b)), None)
        bands.append([index]) if band is None else band.append(index)

    bands = [band for band in bands if not _heads(band, lines)]
    covered = [sum(_covered(lines[i], speech or ()) * (lines[i].end_s - lines[i].start_s) for i in band) for band in bands]
    much = MUCH * max(covered, default=0.0)

    def rank(place: int) -> tuple[bool, float]:
        return covered[place] >= much, -_height(bands[place], lines)

    chosen: set[int] = set()
    for band in (bands[place] for place in sorted(range(len(bands)), key=rank, reverse=True)):
        if not any(_stand_together(lines[a], lines[b]) for a in band for b in chosen):
            chosen |= set(band)
    return chosen


def _heads(band: Sequence[int], lines: Sequence[Line]) -> bool:
    """Whether a band is one of headlines that change from shot to shot: high up, large, and each stands a while."""
    stands = median(lines[i].end_s - lines[i].start_s for i in band)
    return median(lines[i].middle for i in band) < UPPER and _height(band, lines) >= LARGE and stands >= SHOT_S


def _height(band: Sequence[int], lines: Sequence[Line]) -> float:
    return sum(lines[i].box.height for i in band) / len(band)


def _stand_together(a: Line, b: Line) -> bool:
    return min(a.end_s, b.end_s) - max(a.start_s, b.start_s) > 0.3


def _is_stray(line: Line) -> bool:
    centre = (line.box.x0 + line.box.x1) / 2
    return abs(centre - 0.5) > CENTRED and line.box.height < STRAY_HEIGHT and line.box.width < STRAY_WIDTH


def _titles(line: Line, other: Line) -> bool:
    """Whether two lines are rows of a title that comes and goes, as a name and a trade: flush left, at the same time."""
    together = abs(line.start_s - other.start_s) < TOGETHER_S and abs(line.end_s - other.end_s) < TOGETHER_S
    flush = abs(line.box.x0 - other.box.x0) < FLUSH and rows_apart(line.box, other.box) < NEXT_ROW
    return together and flush and line.start_s > 0


def _alone(line: Line, duration_s: float) -> TextRole | None:
    """The role that a line has whatever stands around it; None for a drawn one that may be a caption or a headline."""
    across, stands = (line.box.x0 + line.box.x1) / 2, line.end_s - line.start_s
    if WATERMARK.search(line.text) and line.box.height < SMALL:
        return "watermark"
    if line.counts or TIME_CODE.fullmatch(line.text.strip()):
        return "scene_text"
    cornered = min(across, 1 - across) < CORNER and min(line.middle, 1 - line.middle) < CORNER
    if duration_s and cornered and line.box.height < SMALL and stands >= max(STANDS_S, STANDS_SHARE * duration_s):
        return "watermark"
    if abs(line.angle) > (STICKER_DEG if duration_s else TURNED_DEG) or (line.moved > MOVED and not _scrolls(line)):
        return "scene_text"
    if not duration_s and (line.confidence < 0.9 or line.box.height < 0.015):
        return "scene_text"
    return None if duration_s else "headline"


def _continues(line: Line, mark: Line, duration_s: float) -> bool:
    """Whether a line is the next row of a notice: as large, near, centred on it; it stands while it stands and goes with it."""
    if mark.end_s - mark.start_s > STANDS_SHARE * duration_s:
        return False
    together = line.start_s > mark.start_s - TOGETHER_S and abs(line.end_s - mark.end_s) < TOGETHER_S
    alike = 0.6 < line.box.height / max(1e-6, mark.box.height) < 1.7
    centred = abs(line.box.x0 + line.box.x1 - mark.box.x0 - mark.box.x1) / 2 < CENTRED
    return together and alike and centred and rows_apart(line.box, mark.box) < NEXT_ROW


def on_its_side(text: str, width_px: float, height_px: float) -> bool:
    """Whether letters lie on their side, as on a sign or a turned screen. Chinese and Japanese are also written downwards."""
    letters = [sign for sign in text if sign.isalpha()]
    return height_px > TALL * width_px and len(letters) > 2 and all(ord(sign) < LATIN_END for sign in letters)


def _scrolls(line: Line) -> bool:
    """A wide line that moves is a ticker, one that goes up at one speed a crawl: drawn."""
    return line.box.width > TICKER or line.crawls


def _is_caption(index: int, lines: Sequence[Line], peers: Sequence[int], speech: Sequence[tuple[float, float]] | None) -> bool:
    """Whether a line takes turns with others in one band, or stands while somebody speaks as a subtitle does."""
    line = lines[index]
    if line.end_s - line.start_s > CAPTION_S or line.box.height > TALLEST:
        return False
    turns = sum(_takes_turns(line, lines[other]) for other in peers if other != index)
    spoken = speech is not None and _covered(line, speech) >= SPOKEN_SHARE
    if turns >= 2 or (turns == 1 and (spoken or speech is None)):
        return True
    centred = abs((line.box.x0 + line.box.x1) / 2 - 0.5) < CENTRED
    return spoken and centred and line.middle > 0.55 and line.box.height < 0.08 and len(line.text) >= LONE_CHARACTERS


def _takes_turns(line: Line, other: Line) -> bool:
    """Same band, same size, one after the other, both centred or both starting at one edge."""
    together = min(line.end_s, other.end_s) - max(line.start_s, other.start_s)
    if together > 0.2 * min(line.end_s - line.start_s, other.end_s - other.start_s):
        return False
    if abs(line.middle - other.middle) > BAND or not 0.6 < line.box.height / max(1e-6, other.box.height) < 1.7:
        return False
    if other.end_s - other.start_s > CAPTION_S or similarity(line.text, other.text) >= SAME_WORDS:
        return False
    centres = [(one.box.x0 + one.box.x1) / 2 for one in (line, other)]
    return all(abs(centre - 0.5) < CENTRED for centre in centres) or abs(line.box.x0 - other.box.x0) < 0.03


def _covered(line: Line, speech: Sequence[tuple[float, float]]) -> float:
    stands = max(1e-6, line.end_s - line.start_s)
    return sum(max(0.0, min(line.end_s, end) - max(line.start_s, start)) for start, end in speech) / stands
