"""Reads the lines of a series of frames with an OCR engine, each region only when it changed.

The engine is passed in; nothing here knows which. A line that is still where it was, as its pixels say, keeps its reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.methods.text_change import Box, ChangeMap, grey_copy, same_patch
from analyzer.methods.text_contrast import Contrast, line_contrast
from analyzer.methods.text_extent import extent
from analyzer.methods.text_letters import Letters, rectified, separate
from analyzer.methods.text_tracking import MISSED_FRAMES, Sighting, is_part, same_text
from analyzer.nouns.evidence import BoundingBox, OcrLine

LEAST_CONFIDENCE = 0.8
"""Readings below it are mostly noise: on photographs without text 0.5 gives junk on 5 of 8, 0.8 on none (measured)."""
EXPECTED_CONFIDENCE = 0.5
"""The same for a reading that says what stood there a moment ago."""
LEAST_HEIGHT = 0.006
"""Share of the frame's height below which nobody can read a line on a phone."""

BEHIND = 2.0
"""Grey levels by which the picture of a line must have changed for its contrast to be measured again."""
SAME_PLACE = 0.75
"""Intersection over union from which a line that was found again is the one that stood there."""
LARGEST_HEIGHT = 0.4
"""Larger finds are shapes that look like a letter."""
COLUMN = 1.5
"""Height by width from which a quad is a column, read downwards or lying on its side."""
PIECE, COVERED = 0.5, 0.7
"""Share of a find that lies in one line from which it may be a piece of it, and in all lines from which it is of these."""


Place = tuple[slice, slice]
"""Rows and columns in the grey copy."""


@dataclass
class _Known:
    """A line that was read before: its quad in pixels of the frame from where reading begins, its reading, its letters, its
    pixels in the grey copy."""

    quad: NDArray[np.float32]
    letters: Letters | None
    text: str
    confidence: float
    place: Place
    patch: NDArray[np.uint8]
    contrast: Contrast | None


@dataclass
class Reader:
    """Feed frames in order of time; `searched` and `recognized` count what the engine was asked for."""

    engine: Any
    always: bool = False
    """Read every frame whole and every line anew: the yardstick for what the gating misses."""
    searched: float = 0.0
    """Frames' worth of detection."""
    recognized: int = 0
    _known: list[_Known] = field(default_factory=list)
    _lost: list[list[_Known]] = field(default_factory=list)
    """Lines that are no longer found: of the last frame first."""
    _change: ChangeMap = field(default_factory=ChangeMap)

    def read(
        self, index: int, time_s: float, image: NDArray[np.uint8], soon: NDArray[np.uint8] | None = None
    ) -> list[Sighting]:
        """The lines of one frame, RGB uint8 (height, width, 3); `soon` is its grey copy a moment later, if there is one."""
        grey = grey_copy(image)
        scale = image.shape[0] / grey.shape[0]
        here = [line for line in self._known if not self.always and same_patch(line.patch, grey[line.place])]
        kept = {id(line) for line in here}
        gone = [line for line in self._known if id(line) not in kept]
        lost = [line for lines in self._lost for line in lines]
        if self.always:
            self._change = ChangeMap()
        regions = self._change.regions(grey, soon, [_box(line.place) for line in gone], [_box(line.place) for line in here])
        lines = [line for region in regions for line in self._searched(image, grey, scale, region, here, [*gone, *lost])]
        unread = [line for line in here if not any(_inside(_box(line.place), region) for region in regions)]
        lines += [line for line in unread if not any(_overlap(line.place, other.place) for other in lines)]
        places = [line.place for line in lines]
        self._lost = [[line for line in gone if not _covered(line.place, places)], *self._lost][:MISSED_FRAMES]
        self._known = lines
        return [self._sighting(index, time_s, image, line, grey) for line in lines]

    def _searched(
        self,
        image: NDArray[np.uint8],
        grey: NDArray[np.uint8],
        scale: float,
        region: Box,
        here: Sequence[_Known],
        gone: Sequence[_Known],
    ) -> list[_Known]:
        """The lines of one region; one that stands as it did when it was read is not read again.

        Pieces of a line that stood there are that line, if it says the same when it is read where it stood.
        """
        x0, y0, x1, y1 = (round(value * scale) for value in region)
        crop = image[y0:y1, x0:x1]
        if min(crop.shape[:2]) < 8:
            return []
        reduced, factor = _reduced(crop, image, getattr(self.engine, "longest_side", 0))
        self.searched += crop.shape[0] * crop.shape[1] / (image.shape[0] * image.shape[1])
        quads = [np.asarray(quad, np.float32) / factor + np.array([x0, y0], np.float32) for quad in self.engine.detect(reduced)]
        found = [(_oriented(quad), _place(quad, scale, grey.shape)) for quad in quads]
        found = [(quad, place) for quad, place in found if grey[place].size and _is_line(quad, image.shape[0])]
        whole = [line for line in here if any(_is_piece(place, line.place) for _, place in found)]
        lines, tried = list[_Known](), set[int]()
        for quad, place in found:
            if _covered(place, [line.place for line in whole]):
                continue
            twin = next((line for line in here if _common(line.place, place) >= SAME_PLACE), None)
            line = twin or self._read(image, grey, quad, place)
            lines += [line] if line else []
            broken = [] if twin else [old for old in gone if id(old) not in tried and _may_be_piece(place, line, old)]
            tried |= {id(old) for old in broken}
            again = (self._read(image, grey, old.quad, old.place, old.text) for old in broken)
            whole += filter(None, again)
        places = [line.place for line in whole]
        return [*whole, *(line for line in lines if not _covered(line.place, places))]

    def _read(
        self,
        image: NDArray[np.uint8],
        grey: NDArray[np.uint8],
        quad: NDArray[np.float32],
        place: Place,
        expected: str = "",
    ) -> _Known | None:
        """What is written in a quad; None where that is not sure, or not what is expected."""
        self.recognized += 1
        text, confidence = self.engine.recognize(image, quad[None])[0]
        if not text or confidence < (EXPECTED_CONFIDENCE if expected else LEAST_CONFIDENCE):
            return None
        if expected and not same_text(text, expected):
            return None
        letters = separate(image, quad, sum(sign.isalnum() for sign in text))
        contrast = None if letters is None else line_contrast(letters)
        return _Known(quad, letters, text, confidence, place, grey[place].copy(), contrast)

    def _sighting(self, index: int, time_s: float, image: NDArray[np.uint8], line: _Known, grey: NDArray[np.uint8]) -> Sighting:
        height, width = image.shape[:2]
        corners, high = extent(line.quad, line.letters, line.text)
        left, top = corners.min(axis=0) / (width, height)
        right, bottom = corners.max(axis=0) / (width, height)
        box = BoundingBox(
            x0=round(max(0.0, float(left)), 5), y0=round(max(0.0, float(top)), 5),
            x1=round(min(1.0, float(right)), 5), y1=round(min(1.0, float(bottom)), 5),
        )  # fmt: skip
        side = line.quad[1] - line.quad[0]
        angle = float(np.degrees(np.arctan2(side[1], side[0])))
        angle -= 90 * round(angle / 90)
        reading = OcrLine(time_s=time_s, text=line.text, box=box, confidence=round(line.confidence, 4))
        return Sighting(index, reading, _contrast(image, line, grey), angle, high)


def _contrast(image: NDArray[np.uint8], line: _Known, grey: NDArray[np.uint8]) -> Contrast | None:
    """Contrast of a line in this frame: its letters stand where they stood, what is behind them may have changed."""
    if line.letters is None or float(cv2.absdiff(grey[line.place], line.patch).mean()) < BEHIND:
        return line.contrast
    picture = rectified(image, line.quad)[0]
    return line.contrast if picture is None else line_contrast(replace(line.letters, picture=picture))


def _oriented(quad: NDArray[np.float32]) -> NDArray[np.float32]:
    """The corners from where reading begins: those of a column, which is read downwards, from its top right."""
    high, wide = np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[1] - quad[0])
    return np.roll(quad, -1, axis=0) if high >= COLUMN * wide else quad


def _is_column(quad: NDArray[np.float32]) -> bool:
    across, down = np.abs(quad[1] - quad[0])
    return bool(down > across)


def _is_line(quad: NDArray[np.float32], height: int) -> bool:
    """Whether a quad is as high as lines are, in a frame of some height in pixels; of a column that is its width."""
    wide, high = np.ptp(quad, axis=0)
    across = wide if _is_column(quad) else high
    return bool(LEAST_HEIGHT <= across / height <= LARGEST_HEIGHT)


def _reduced(crop: NDArray[np.uint8], image: NDArray[np.uint8], longest_side: int) -> tuple[NDArray[np.uint8], float]:
    """A part of a frame at the scale at which the engine searches whole frames, and that scale."""
    factor = min(1.0, longest_side / max(image.shape[:2])) if longest_side else 1.0
    if factor == 1.0:
        return crop, 1.0
    size = (max(8, round(crop.shape[1] * factor)), max(8, round(crop.shape[0] * factor)))
    return cv2.resize(crop, size, interpolation=cv2.INTER_LINEAR), factor


def _place(quad: NDArray[np.float32], scale: float, shape: tuple[int, ...]) -> Place:
    """Rows and columns of a quad in the grey copy."""
    x0, y0 = np.floor(quad.min(axis=0) / scale).astype(int)
    x1, y1 = np.ceil(quad.max(axis=0) / scale).astype(int)
    return slice(max(0, int(y0)), min(shape[0], int(y1))), slice(max(0, int(x0)), min(shape[1], int(x1)))


def _box(place: Place) -> Box:
    rows, columns = place
    return float(columns.start), float(rows.start), float(columns.stop), float(rows.stop)


def _common(a: Place, b: Place) -> float:
    """Intersection over union of two places."""
    both = _shared(a, b)
    return both / (_size(a) + _size(b) - both) if both else 0.0


def _is_piece(find: Place, line: Place) -> bool:
    """Whether a find lies in the place of a line and is clearly shorter; one as long is the line, or the line that moved."""
    rows, columns = line
    along = 0 if rows.stop - rows.start > columns.stop - columns.start else 1
    short = find[along].stop - find[along].start < SAME_PLACE * (line[along].stop - line[along].start)
    return short and _shared(find, line) > PIECE * _size(find)


def _may_be_piece(find: Place, line: _Known | None, whole: _Known) -> bool:
    """Whether a find, which says what `line` says or nothing, may be a piece of a line that stood around it."""
    return _is_piece(find, whole.place) and (line is None or is_part(line.text, whole.text))


def _covered(find: Place, lines: Iterable[Place]) -> bool:
    """Whether most of a find lies in lines."""
    return sum(_shared(find, line) for line in lines) > COVERED * _size(find)


def _overlap(a: Place, b: Place) -> bool:
    """Whether two lines share most of the smaller one: then they are one line, read in two regions."""
    return _shared(a, b) > 0.5 * min(_size(a), _size(b))


def _shared(a: Place, b: Place) -> int:
    rows = min(a[0].stop, b[0].stop) - max(a[0].start, b[0].start)
    columns = min(a[1].stop, b[1].stop) - max(a[1].start, b[1].start)
    return max(0, rows) * max(0, columns)


def _size(place: Place) -> int:
    return (place[0].stop - place[0].start) * (place[1].stop - place[1].start)


def _inside(line: Box, region: Box) -> bool:
    """Whether the middle of a line lies in a region, so that reading the region reads the line."""
    x, y = (line[0] + line[2]) / 2, (line[1] + line[3]) / 2
    return region[0] <= x <= region[2] and region[1] <= y <= region[3]
