"""What a line of text on screen is for: a caption of what is said, a headline, text of the scene, a watermark, or unsure.

The rules are choices of this project, from where text stands, how long, how it changes and what it says; the figures
reached are in docs/ACCURACY.md. They take tracks and return one role for each. Nothing fails because of an unsure line.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from analyzer.methods.text_blocks import rows_apart
from analyzer.methods.text_tracking import similarity
from analyzer.nouns.evidence import BoundingBox, TextRole

OTHER_APPS = r"tik\s?tok|cap\s?cut|kine\s?master|in\s?shot|youku|bilibili|kwai|likee|snapchat|filmora|veed(?:\.io)?"
OWNERS = r"instagram|youtube|canva|shutterstock|getty\s?images|adobe\s?stock|dreamstime|i?stock\s?photo"
NAME = re.compile(rf"(?<![^\W_])(?:{OTHER_APPS}|{OWNERS})(?![^\W_])", re.IGNORECASE)
"""Names of apps and of stock agencies, as whole words: PROVEEDORES holds no VEED."""
OWNED = re.compile(r"^@[\w.]{3,}$|copyright|©|\(c\)\s?\d{4}|www\.|\.com\b", re.IGNORECASE)
"""Handles, copyright lines and addresses."""
NOTICE = re.compile(r"仅用于|专用|版权|禁止转载|for preview only|do not (?:copy|distribute)|all rights reserved", re.IGNORECASE)
"""What a notice laid over a picture says: for this use alone, no copies."""
MADE_WITH = re.compile(r"\b(?:made|created|edited|filmed) (?:with|in|by|on)\b", re.IGNORECASE)
NAME_SHARE = 0.6
"""A mark is the name of the app and little else: share of its letters (project choice). A caption that names an app is none."""
APPS = re.compile(rf"(?<![^\W_])(?:{OTHER_APPS})(?![^\W_])", re.IGNORECASE)
"""Those whose mark shows that a clip comes from another platform or a free tool."""
TIME_CODE = re.compile(r"\d{1,2}[:;.]\d\d[:;.]\d\d([:;.]?\d\d)?")
"""A running clock is neither a caption nor a headline."""
CORNER = 0.2
"""A mark of a channel stands in the outer fifth of the frame, both ways."""
STANDS_SHARE, STANDS_S = 0.6, 3.0
"""It stands for most of the clip."""
SMALL, MARK_WIDTH = 0.1, 0.3
"""Its height and width as shares of the frame's."""
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
ASIDE_WIDTH = 0.15
"""Of lines that take turns off the middle, the longer is at least this wide: prints and labels are narrower (frame widths)."""
FEW_LETTERS, BRIEF_S = 3, 1.0
"""A line of so few letters that stands off the middle, or for less than this, is too little to tell what it is for."""
MARGIN = 0.12
"""A name that is written downwards this close to a side, for most of the clip, is a mark of the channel: frame widths."""
CROWD = 8
"""So many lines that come and go at once are a slide, a table or a screen, not captions (project choice)."""
LIST, LIST_ROOM = 3, 0.6
"""Points of a list, and room between them in row heights: rows of a headline stand closer (project choice)."""
TITLE = 1.3
"""The title of a slide is this much taller than its middle line."""
SPEECH_START_S = 0.35
"""A caption comes within this of the start of what it says (measured on real clips: 0.0 to 0.3 s)."""
STARTS, HEARD = 0.6, 0.8
"""Text is captions, however high it stands, where a line comes at the start of this share of the speech, and where this share
of its time is spoken (project choice)."""
SPOKEN_SHARE = 0.5
"""Share of a caption's time during which somebody speaks."""


DRAWN: tuple[TextRole, ...] = ("caption", "headline")
"""Roles of text that the maker drew for viewers to read, and answers for."""


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
    for index in _on_slides(lines, found, duration_s):
        found[index] = "scene_text"
    drawn = [index for index, role in enumerate(found) if role is None]
    candidates = [index for index in drawn if _is_caption(index, lines, drawn, speech)]
    captions = _one_band_at_a_time(candidates, lines, speech)
    captions |= {index for index in drawn if any(_same_block(lines[index], lines[other]) for other in captions)}
    for index in drawn:
        found[index] = "caption" if index in captions else _uncaptioned(index, lines, drawn) if duration_s else "headline"
    return [role or "headline" for role in found]


def _uncaptioned(index: int, lines: Sequence[Line], drawn: Sequence[int]) -> TextRole:
    """The role of a drawn line of a video that is no caption."""
    line = lines[index]
    if any(_titles(line, lines[other]) for other in drawn if other != index):
        return "headline"
    aside = abs((line.box.x0 + line.box.x1) / 2 - 0.5) > CENTRED
    if _letters(line.text) <= FEW_LETTERS and (aside or line.end_s - line.start_s < BRIEF_S):
        return "scene_text" if _is_stray(line) else "unsure"
    return "scene_text" if _is_stray(line) else "headline"


def _on_slides(lines: Sequence[Line], found: Sequence[TextRole | None], duration_s: float) -> list[int]:
    """Lines of a slide, a table or a screen that is filmed: a list or a crowd that comes and goes at once; no title is one."""
    if not duration_s:
        return []
    drawn = [index for index, role in enumerate(found) if role is None]
    chosen = []
    for index in drawn:
        group = [lines[other] for other in drawn if _come_and_go_together(lines[index], lines[other])]
        usual = median(line.box.height for line in group)
        if (len(group) >= CROWD or _holds_list(group)) and lines[index].box.height < TITLE * usual:
            chosen.append(index)
    rows = [lines[index] for index in chosen]
    return chosen + [index for index in drawn if index not in chosen and any(_set_alike(lines[index], row) for row in rows)]


def _holds_list(group: Sequence[Line]) -> bool:
    """Whether some lines are points of a list: as tall, at one edge, with room between, beside another line at least."""
    points = [
        [row for row in group if abs(row.box.x0 - line.box.x0) < FLUSH and 0.85 < row.box.height / line.box.height < 1.18]
        for line in group
        if line.box.height > 0
    ]
    return any(LIST <= len(rows) < len(group) and all(_stands_off(row, rows) for row in rows) for rows in points)


def _stands_off(row: Line, rows: Sequence[Line]) -> bool:
    return all(other is row or rows_apart(row.box, other.box) >= LIST_ROOM for other in rows)


def _set_alike(line: Line, row: Line) -> bool:
    """Whether a line is set like a row of another slide: at the same edge, as tall, and as high up."""
    flush = abs(line.box.x0 - row.box.x0) < FLUSH and abs(line.middle - row.middle) < FLUSH
    return flush and 0.85 < line.box.height / max(1e-6, row.box.height) < 1.18


def _come_and_go_together(a: Line, b: Line) -> bool:
    return abs(a.start_s - b.start_s) < TOGETHER_S and abs(a.end_s - b.end_s) < TOGETHER_S


def _same_block(line: Line, caption: Line) -> bool:
    """Whether a line is another row of a caption, or a piece of the same row: as large, and there as long."""
    if not _come_and_go_together(line, caption) or not 0.6 < line.box.height / max(1e-6, caption.box.height) < 1.7:
        return False
    if line is caption:
        return False
    apart = rows_apart(line.box, caption.box)
    over = min(line.box.x1, caption.box.x1) > max(line.box.x0, caption.box.x0)
    return (apart < -0.5) if not over else apart < NEXT_ROW / 2


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

    bands = [band for band in bands if not _heads(band, lines) or _follows_speech(band, lines, speech or ())]
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


def _follows_speech(band: Sequence[int], lines: Sequence[Line], speech: Sequence[tuple[float, float]]) -> bool:
    """Whether lines come when somebody begins to speak, and stand while somebody does: they are what is said."""
    first, last = min(lines[i].start_s for i in band), max(lines[i].end_s for i in band)
    starts = [start for start, _ in speech if first - SPEECH_START_S <= start <= last]
    met = [start for start in starts if any(abs(lines[i].start_s - start) <= SPEECH_START_S for i in band)]
    shown = sum(lines[i].end_s - lines[i].start_s for i in band)
    heard = sum(_covered(lines[i], speech) * (lines[i].end_s - lines[i].start_s) for i in band)
    return len(met) >= 2 and len(met) >= STARTS * len(starts) and heard >= HEARD * shown


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
    if _is_mark(line.text) and line.box.height < SMALL:
        return "watermark"
    if line.counts or TIME_CODE.fullmatch(line.text.strip()):
        return "scene_text"
    cornered = min(across, 1 - across) < CORNER and min(line.middle, 1 - line.middle) < CORNER
    beside = min(across, 1 - across) < MARGIN and line.box.height > TALL * line.box.width
    small = line.box.height < SMALL and line.box.width < MARK_WIDTH
    if duration_s and (cornered and small or beside) and stands >= max(STANDS_S, STANDS_SHARE * duration_s):
        return "watermark"
    if abs(line.angle) > (STICKER_DEG if duration_s else TURNED_DEG) or (line.moved > MOVED and not _scrolls(line)):
        return "scene_text"
    if not duration_s and (line.confidence < 0.9 or line.box.height < 0.015):
        return "scene_text"
    return None if duration_s else "headline"


def _is_mark(text: str) -> bool:
    """Whether a text is the mark of an app, an agency or an owner: the name and little else, or the form of a notice."""
    if OWNED.search(text) or NOTICE.search(text):
        return True
    named = NAME.search(text)
    if named is None:
        return False
    rest = MADE_WITH.sub("", text)
    return _letters(named.group()) >= NAME_SHARE * _letters(rest) or any("@" in word for word in text.split())


def _letters(text: str) -> int:
    return sum(sign.isalnum() for sign in text)


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
    flush = abs(line.box.x0 - other.box.x0) < 0.03 and max(line.box.width, other.box.width) >= ASIDE_WIDTH
    return all(abs(centre - 0.5) < CENTRED for centre in centres) or flush


def _covered(line: Line, speech: Sequence[tuple[float, float]]) -> float:
    stands = max(1e-6, line.end_s - line.start_s)
    return sum(max(0.0, min(line.end_s, end) - max(line.start_s, start)) for start, end in speech) / stands
