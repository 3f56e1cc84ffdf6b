"""Which parts of a picture have to be read again, because something that may be text came, changed or moved.

Reading costs a hundred times more than looking: a region is read again only when its pixels differ from when it was last
read and it has the dense fine edges of letters, or when it holds a known line that is no longer there.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
"""x0, y0, x1, y1 in pixels."""

SIDE = 640
"""Long side of the grey copy that is compared."""
CELL = 10
"""Side of a cell in pixels of the copy."""
DIFFERENCE = 6
"""Grey levels by which the mean of 3 x 3 pixels changed; pale letters reach it, encoding noise does not."""
CHANGED_SHARE = 0.10
"""Share of a cell's pixels that must have changed."""
EDGE = 7
"""Grey levels between neighbours that make an edge: letters of contrast 1.2 : 1 still have them."""
EDGE_SHARE = 0.16
"""Share of edges in a cell that may hold letters."""
NEIGHBOURS = 4
"""Cells of the 3 rows x 5 columns around one that must be of the kind: letters stand in lines, outlines of things do not."""
MOVED = 7
"""Grey levels by which the mean of 3 x 3 pixels changes within a tenth of a second where the picture moves."""
GONE = 0.4
"""Share of its edges that a cell keeps at most where text ended."""
MOSTLY = 0.5
"""Share of a cell that letters and their rims cover at most."""
LEAST_CELLS = 2
SAME = 0.88
"""Correlation of two pictures of the same line."""
LETTER = 0.8
"""Side of the piece of a line that is compared by itself, in line heights: about one letter."""
SAME_LETTER = 0.75
"""Correlation of two pictures of the same letter: a changed digit passes in 11 % of 63 drawn cases, without this in all."""
DRAWN = 0.3
"""Variance of a piece that holds a letter, as a share of the line's."""
WHOLE_SHARE = 0.55
"""Regions that cover more than this are read as one picture."""


def grey_copy(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture in grey, long side `SIDE` at most."""
    scale = min(1.0, SIDE / max(image.shape[:2]))
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return cv2.resize(grey, size, interpolation=cv2.INTER_AREA)


def same_patch(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> bool:
    """Whether two pictures of equal size show the same line: correlation of grey values, of the whole and of each letter.

    One digit changes hardly anything in a whole line: `SAVE 20%` and `SAVE 50%` correlate by 0.96.
    """
    a, b = first.astype(np.float32), second.astype(np.float32)
    whole = float(a.std() * b.std())
    if whole == 0 or float(((a - a.mean()) * (b - b.mean())).mean()) / whole < SAME:
        return False
    side = max(3, round(LETTER * min(a.shape)))
    mean_a, mean_b = cv2.blur(a, (side, side)), cv2.blur(b, (side, side))
    var_a = cv2.blur(a * a, (side, side)) - mean_a * mean_a
    var_b = cv2.blur(b * b, (side, side)) - mean_b * mean_b
    both = cv2.blur(a * b, (side, side)) - mean_a * mean_b
    drawn = np.maximum(var_a, var_b) > DRAWN * max(float(a.var()), float(b.var()))
    alike = both / np.sqrt(np.maximum(var_a, 1.0) * np.maximum(var_b, 1.0))
    return not drawn.any() or float(alike[drawn].min()) >= SAME_LETTER


class ChangeMap:
    """Remembers each cell as it was when it was last read."""

    def __init__(self) -> None:
        self._read: NDArray[np.uint8] | None = None

    def regions(self, grey: NDArray[np.uint8], soon: NDArray[np.uint8] | None, lost: list[Box], known: list[Box]) -> list[Box]:
        """Boxes in pixels of the copy that have to be read; the whole picture when it is the first or most changed.

        `soon` is the copy a tenth of a second later: what moved between the two was not drawn over the picture. `lost` are
        lines that are no longer as they were, `known` those that still are: one that touches a region is read with it, so
        that a line that grew is read as one.
        """
        height, width = grey.shape
        whole = (0.0, 0.0, float(width), float(height))
        if self._read is None or self._read.shape != grey.shape:
            self._read = grey.copy()
            return [whole]
        changed = np.abs(cv2.blur(grey.astype(np.float32) - self._read, (3, 3))) > DIFFERENCE
        cells = (_shares(changed) >= CHANGED_SHARE) & (_drawn_shares(grey, soon) >= EDGE_SHARE)
        crowd = cv2.filter2D(cells.astype(np.float32), -1, np.ones((3, 5), np.float32), borderType=cv2.BORDER_CONSTANT)
        boxes = [*_grouped(cells & (crowd >= NEIGHBOURS)), *(_grown(box, 1.0, width, height) for box in lost)]
        boxes = _merged([_grown(box, 0.0, width, height) for box in boxes])
        for line in known:
            near = _grown(line, 1.0, width, height)
            room = _grown(line, 0.6, width, height)
            boxes = [_union(box, room) if _touch(box, near) and _rows_overlap(box, line) else box for box in boxes]
        boxes = _merged(boxes)
        if sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in boxes) > WHOLE_SHARE * width * height:
            boxes = [whole]
        for x0, y0, x1, y1 in boxes:
            rows, columns = slice(int(y0), int(np.ceil(y1))), slice(int(x0), int(np.ceil(x1)))
            self._read[rows, columns] = grey[rows, columns]
        return boxes


def _drawn_shares(grey: NDArray[np.uint8], soon: NDArray[np.uint8] | None) -> NDArray[np.float32]:
    """Share of edges in each cell that do not move.

    Where they are gone a moment later and most of the cell stands still, text may just have ended: all count.
    """
    edges = _edges(grey)
    shares = _shares(edges)
    if soon is None or soon.shape != grey.shape:
        return shares
    moved = np.abs(cv2.blur(grey.astype(np.float32) - soon, (3, 3))) > MOVED
    still = _shares(edges & (cv2.dilate(moved.astype(np.uint8), np.ones((3, 3), np.uint8)) == 0))
    ended = (_shares(_edges(soon)) < GONE * shares) & (_shares(moved) < MOSTLY)
    return np.where(ended, shares, still)


def _edges(grey: NDArray[np.uint8]) -> NDArray[np.bool_]:
    values = grey.astype(np.int16)
    edges = np.zeros(grey.shape, bool)
    edges[:, 1:] |= np.abs(np.diff(values, axis=1)) > EDGE
    edges[1:] |= np.abs(np.diff(values, axis=0)) > EDGE
    return edges


def _shares(mask: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Share of set pixels in each cell; cells at the right and lower rim may be smaller."""
    rows, columns = (-(-side // CELL) for side in mask.shape)
    padded = np.zeros((rows * CELL, columns * CELL), np.float32)
    padded[: mask.shape[0], : mask.shape[1]] = mask
    return padded.reshape(rows, CELL, columns, CELL).mean(axis=(1, 3))


def _grouped(cells: NDArray[np.bool_]) -> list[Box]:
    """Boxes in pixels around groups of cells, one cell of room on each side and two to the left and right."""
    joined = cv2.dilate(cells.astype(np.uint8), np.ones((3, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes: list[Box] = []
    for label in range(1, count):
        if np.count_nonzero(cells[labels == label]) >= LEAST_CELLS:
            x, y, w, h = (int(value) for value in stats[label][:4])
            boxes.append((x * CELL - CELL, y * CELL - CELL / 2, (x + w) * CELL + CELL, (y + h) * CELL + CELL / 2))
    return boxes


def _grown(box: Box, heights: float, width: int, height: int) -> Box:
    """A box with some of its heights of room around, clipped to the picture."""
    room = heights * (box[3] - box[1])
    return max(0.0, box[0] - room), max(0.0, box[1] - room), min(float(width), box[2] + room), min(float(height), box[3] + room)


def _touch(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _rows_overlap(a: Box, b: Box) -> bool:
    return min(a[3], b[3]) - max(a[1], b[1]) > 0


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _merged(boxes: list[Box]) -> list[Box]:
    """Boxes that touch become one."""
    merged: list[Box] = []
    for box in sorted(boxes):
        while (other := next((m for m in merged if _touch(m, box)), None)) is not None:
            merged.remove(other)
            box = _union(other, box)
        merged.append(box)
    return merged
