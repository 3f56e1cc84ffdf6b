"""Tells the letters of a line of text from what they stand on: pixels in, a mask of the letters out.

Letters of a line have one colour, are thin, stand all along the line and do not reach its rim. The picture of the line is
split into a few colours, and that colour is taken for the letters whose pixels are most like that.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

WORK_HEIGHT = 64
"""Lines are split into colours at this height in pixels, at most enlarged threefold, so that strokes have a width."""
FINE_HEIGHT = 128
"""Height at which letters and what surrounds them are measured: an outline of 3 px around letters of 90 px is mixed at 64."""
MARGIN = 0.2
"""Rim around the quad that is looked at too, in heights of the quad."""
COLOURS = (2, 3, 4)
"""Numbers of colours into which a line is split."""
LEAST_PIECE = 0.06
"""Side of the smallest piece that counts as a letter, in heights of the quad."""
REACH, LEAST_REACH = 0.6, 8.0
"""A pixel has a colour when it is this close: share of the difference to the next colour, and a difference (CIE76)."""
TALLEST = 1.7
"""A letter is at most this many times as high as the middle one of its line: `f` and `j` against `x`."""
HOLES = 0.8
"""Holes a letter from which a class is an outline: of letters themselves less than half have one."""
OUTSIDE, SAME_COLOUR = 0.04, 0.12
"""Where the colour outside a class is looked at, in heights of the quad from it, and how near to that colour, as a share of the
difference to the class, that of its holes lies when they are holes of letters (project choice)."""
STEEPEST, STEPS = 0.06, 25
"""Slopes that are tried, and how many: how far a quad may be turned against its line."""
STRIP = 16
"""Columns of the picture that are moved as one."""
SAMPLE = 4000
"""Pixels that the colours are learnt from."""
LEAST_DIFFERENCE = 2.0
"""Colour difference (CIE76) below which nothing stands out."""
OUTLINE_DIFFERENCE = 12.0
"""Colour difference (CIE76) from which the rim of letters is an outline of its own (project choice)."""
LEAST_CORE = 0.3
"""Share of a class that letters inside it take at least (project choice)."""
LEAST_PIXELS = 30
"""Pixels that a colour is told from (project choice)."""
ROUNDS = 8
"""Of k-means (Lloyd 1982)."""


@dataclass(frozen=True)
class Letters:
    """A line, upright, with a rim around it, and which of its pixels are letters."""

    picture: NDArray[np.uint8]
    """RGB, shape (height, width, 3)."""
    mask: NDArray[np.bool_]
    rim: int
    """Pixels of rim on each side."""
    scale: float
    """Pixels of it per pixel of the frame."""

    @property
    def inside(self) -> NDArray[np.bool_]:
        """The mask without the rim."""
        return self.mask[self.rim : -self.rim, self.rim : -self.rim]

    @property
    def rows(self) -> tuple[int, int]:
        """First row with letters and the first below them, in the picture; accents and stray pixels left out."""
        return _extent(self.mask.sum(axis=1), 0.02)

    @property
    def columns(self) -> tuple[int, int]:
        """First column with letters and the first after them, in the picture."""
        return _extent(self.mask.sum(axis=0), 0.0)

    @cached_property
    def slope(self) -> float:
        """Rows down per column along which the line runs: the slope at which its rows differ most (Postl 1986)."""
        rows, columns = self.mask.shape
        strips = np.add.reduceat(self.mask, np.arange(0, columns, STRIP), axis=1, dtype=np.float32)
        middles = np.arange(strips.shape[1]) * STRIP + STRIP / 2 - columns / 2
        best, most = 0.0, -1.0
        for slope in sorted(np.linspace(-STEEPEST, STEEPEST, STEPS), key=abs):
            moved = np.arange(rows)[:, None] + np.round(slope * middles).astype(int)
            sums = np.take_along_axis(strips, np.clip(moved, 0, rows - 1), axis=0).sum(axis=1)
            score = float(np.square(np.diff(sums)).sum())
            if score > most:
                best, most = float(slope), score
        return best

    @cached_property
    def sums(self) -> NDArray[np.int64]:
        """Pixels of letters in each row along that slope, counted in the middle of the line."""
        rows, columns = np.nonzero(self.mask)
        return np.bincount(np.clip(np.round(rows - self.slope * (columns - self.mask.shape[1] / 2)), 0, None).astype(int))

    @cached_property
    def pieces(self) -> NDArray[np.int32]:
        """Left, top, width, height and area of the connected pieces of letters, shape (pieces, 5)."""
        return np.asarray(cv2.connectedComponentsWithStats(self.mask.astype(np.uint8), connectivity=8)[2][1:], np.int32)


def separate(image: NDArray[np.uint8], quad: NDArray[np.float32], letters: int) -> Letters | None:
    """The letters of one line; None where nothing stands out from the rest.

    `image` is RGB uint8 (height, width, 3), `quad` the line's corners in its pixels, clockwise from the top left.
    """
    crop, rim, scale = rectified(image, quad, WORK_HEIGHT)
    if crop is None:
        return None
    lab = cv2.cvtColor(crop.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    squares = np.einsum("ijk,ijk->ij", lab, lab)
    best, most = None, 0.0
    ink, reach = lab[0, 0], 0.0
    height = crop.shape[0] - 2 * rim
    sample = lab[rim + height // 4 : rim + 3 * height // 4, rim:-rim].reshape(-1, 3)
    for count in COLOURS:
        centres = _colours(sample, count)
        distance = _squared(lab, squares, centres)
        nearest = np.argmin(distance, axis=2)
        apart = ((centres[:, None] - centres[None]) ** 2).sum(axis=2) + 1e6 * np.eye(count)
        for each in range(count):
            near = max(LEAST_REACH**2, REACH**2 * float(apart[each].min()))
            mask, pieces = _pieces((nearest == each) & (distance[..., each] < near), height)
            score = _likeness(mask, pieces, lab, rim, scale, letters, most)
            if score > most:
                best, most, ink, reach = mask, score, centres[each], near
    if best is None:
        return None
    found = _fine(Letters(crop, _in_line(best), rim, scale), image, quad, ink, reach)
    lab = lab if found.picture is crop else cv2.cvtColor(found.picture.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    within = _within(found.mask, lab, found.rim, letters)
    mask = _in_line(within) if within is not None else _core(found.mask, lab, found.scale)
    return replace(found, mask=mask) if mask.any() else None


def _fine(
    letters: Letters, image: NDArray[np.uint8], quad: NDArray[np.float32], ink: NDArray[np.float32], reach: float
) -> Letters:
    """The same letters at the height at which they are measured: pixels of their colour where they were found."""
    crop, rim, scale = rectified(image, quad)
    if crop is None or scale <= letters.scale:
        return letters
    found = cv2.resize(cv2.dilate(letters.mask.astype(np.uint8), np.ones((3, 3), np.uint8)), crop.shape[1::-1])
    rows, columns = np.nonzero(found)
    if not len(rows):
        return letters
    lab = cv2.cvtColor(crop[rows, columns][None].astype(np.float32) / 255, cv2.COLOR_RGB2LAB)[0]
    mask = np.zeros(found.shape, bool)
    mask[rows, columns] = np.square(lab - ink).sum(axis=1) < reach
    return Letters(crop, mask, rim, scale)


def _core(mask: NDArray[np.bool_], lab: NDArray[np.float32], scale: float) -> NDArray[np.bool_]:
    """A class without the outline that fell into it: a rim whose colour lies off the way from the core to the ground."""
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    soft = 0.8 + 0.6 * scale
    rim, ground = mask & (depth > soft) & (depth < soft + 1 + scale), (away > soft) & (away < 3 * soft)
    core = depth > max(soft + 1 + scale, float(np.percentile(depth[mask], 75))) if mask.any() else mask
    if min(np.count_nonzero(rim), np.count_nonzero(core), np.count_nonzero(ground)) < LEAST_PIXELS:
        return mask
    ink, edge, back = (np.median(lab[part], axis=0) for part in (core, rim, ground))
    way = back - ink
    share = float(np.clip((edge - ink) @ way / max(1e-6, float(way @ way)), 0, 1))
    if np.linalg.norm(edge - ink - share * way) < OUTLINE_DIFFERENCE:
        return mask
    inner = (depth > soft) & (np.square(lab - ink).sum(axis=2) < np.square(lab - edge).sum(axis=2))
    return inner if inner.sum() > LEAST_CORE * mask.sum() else mask


def rectified(
    image: NDArray[np.uint8], quad: NDArray[np.float32], most: int = FINE_HEIGHT
) -> tuple[NDArray[np.uint8] | None, int, float]:
    """The line upright, at most `most` pixels high, with a rim, the rim's width, and its scale; None for a line of no size."""
    top, side = quad[1] - quad[0], quad[3] - quad[0]
    width, height = float(np.linalg.norm(top)), float(np.linalg.norm(side))
    if min(width, height) < 4:
        return None, 0, 1.0
    scale = min(3.0, most / height)
    rim = max(2, round(MARGIN * height * scale))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    reach = int(np.ceil(MARGIN * height)) + 2
    x0, y0 = np.maximum(np.floor(quad.min(axis=0)).astype(int) - reach, 0)
    x1, y1 = np.ceil(quad.max(axis=0)).astype(int) + reach
    part = image[y0:y1, x0:x1]
    shrunk = min(1.0, 1.5 * scale)
    if shrunk < 1:
        part = cv2.resize(part, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA)
    corners = (np.asarray(quad, np.float32) - np.array([x0, y0], np.float32)) * shrunk
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32) + rim
    matrix = cv2.getPerspectiveTransform(corners, target)
    whole = (size[0] + 2 * rim, size[1] + 2 * rim)
    crop = cv2.warpPerspective(part, matrix, whole, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return crop, rim, scale


def _colours(pixels: NDArray[np.float32], count: int) -> NDArray[np.float32]:
    """The means of k-means, begun at even steps of lightness, so that the same pixels always give the same colours."""
    pixels = pixels[:: max(1, len(pixels) // SAMPLE)]
    centres = np.quantile(pixels[:, 0], (np.arange(count) + 0.5) / count)
    spread = np.linspace(pixels[:, 0].min(), pixels[:, 0].max(), count)
    labels = np.argmin(np.abs(pixels[:, :1] - (centres + spread) / 2), axis=1).astype(np.int32)[:, None]
    criteria = (cv2.TERM_CRITERIA_MAX_ITER, ROUNDS, 0.0)
    _, _, found = cv2.kmeans(np.ascontiguousarray(pixels), count, labels, criteria, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    return found


def _squared(lab: NDArray[np.float32], squares: NDArray[np.float32], centres: NDArray[np.float32]) -> NDArray[np.float32]:
    """Squared colour difference of each pixel to each centre, shape (height, width, centres)."""
    return squares[..., None] + (centres**2).sum(axis=1) - 2 * (lab @ centres.T)


def _pieces(mask: NDArray[np.bool_], height: int) -> tuple[NDArray[np.bool_], int]:
    """The connected pieces of a class that do not reach the rim of the picture, and how many larger ones there are."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    left, top, wide, high, area = stats.T
    rows, columns = mask.shape
    keep = (left > 0) & (top > 0) & (left + wide < columns) & (top + high < rows) & (area > 3)
    keep[0] = False
    return keep[labels], int(np.count_nonzero(keep & (area > (LEAST_PIECE * height) ** 2)))


def _in_line(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The pieces of a mask that cross the middle of the line and are not much higher than the others."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    rows = mask.sum(axis=1)
    middle = int(np.searchsorted(np.cumsum(rows), rows.sum() / 2))
    top, high, area = stats[:, cv2.CC_STAT_TOP], stats[:, cv2.CC_STAT_HEIGHT], stats[:, cv2.CC_STAT_AREA]
    cross = (top <= middle) & (top + high > middle)
    cross[0] = False
    if not cross.any():
        return mask & False
    usual = np.quantile(np.repeat(high[cross], area[cross]), 0.5)
    return (cross & (high <= TALLEST * usual))[labels]


def _within(outline: NDArray[np.bool_], lab: NDArray[np.float32], rim: int, letters: int) -> NDArray[np.bool_] | None:
    """The letters inside a class that is their outline; else None.

    An outline has about as many holes as letters, of another colour than what lies outside it, which shows in `b` and `o` too.
    """
    height = outline.shape[0] - 2 * rim
    holes, pieces = _pieces(~outline, height)
    if pieces == 0 or pieces < HOLES * letters:
        return None
    depth = cv2.distanceTransform(holes.astype(np.uint8), cv2.DIST_L2, 3)
    core = depth >= np.percentile(depth[holes], 60)
    ink = np.median(lab[core], axis=0)
    length = float(np.linalg.norm(np.median(lab[outline], axis=0) - ink))
    away = cv2.distanceTransform((~(outline | holes)).astype(np.uint8), cv2.DIST_L2, 3)
    beyond = (away > OUTSIDE * height) & (away < 2 * OUTSIDE * height)
    if not beyond.any() or np.linalg.norm(np.median(lab[beyond], axis=0) - ink) < SAME_COLOUR * length:
        return None
    filled = holes & (((lab - ink) ** 2) @ np.ones(3, np.float32) < max(LEAST_REACH, REACH * length) ** 2)
    steps = np.add.reduceat(filled.sum(axis=0), np.arange(rim, outline.shape[1] - rim, max(4, height)))
    return filled if (steps[:-1] > 0.02 * height * height).all() and filled.sum() > 0.25 * outline.sum() else None


def _likeness(
    mask: NDArray[np.bool_], pieces: int, lab: NDArray[np.float32], rim: int, scale: float, letters: int, least: float
) -> float:
    """How much a class of pixels looks like the letters of a line, 0 (it cannot be, or does less than `least`) to 1."""
    inside = mask[rim:-rim, rim:-rim]
    height, width = inside.shape
    share = float(inside.mean())
    if not 0.02 <= share <= 0.65:
        return 0.0
    steps = np.add.reduceat(inside.sum(axis=0), np.arange(0, width, max(4, height // 2)))
    covered = float((steps > 0.02 * height * height / 2).mean())
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)
    thick = 2 * float(np.percentile(depth[mask][::4], 97)) / height
    thin = float(np.clip((0.4 - thick) / 0.16, 0.05, 1))
    many = 0.25 + 0.75 * min(1.0, pieces / max(1, letters))
    shape = covered**2 * thin * many
    return shape * _ground(mask, depth, lab, scale) if shape > least else 0.0


def _ground(mask: NDArray[np.bool_], depth: NDArray[np.float32], lab: NDArray[np.float32], scale: float) -> float:
    """How much the pixels around a class are of one kind, 0..1; around an outline or a soft edge there are two kinds."""
    away = cv2.distanceTransform((~mask).astype(np.uint8), cv2.DIST_L2, 3)
    ring = (away > 0.8 + 0.6 * scale) & (away < 2.2 + 0.9 * scale)
    core = depth >= np.percentile(depth[mask][::4], 50)
    if np.count_nonzero(ring) < 12:
        return 0.0
    inner = lab[core][::3]
    ink = np.median(inner, axis=0)
    around = lab[ring][::3] - ink
    middle = np.median(around, axis=0)
    length = float(np.linalg.norm(middle))
    if length < LEAST_DIFFERENCE:
        return 0.0
    spread = float(np.sqrt(((around - middle) ** 2) @ np.ones(3, np.float32)).mean()) / length
    own = float(np.sqrt(((inner - ink) ** 2) @ np.ones(3, np.float32)).mean()) / length
    return 1 / (1 + (spread / 0.4) ** 2 + (own / 0.4) ** 2)


def _extent(sums: NDArray[np.int64], least: float) -> tuple[int, int]:
    """First and last place with more than a share of what the fuller places have."""
    places = np.flatnonzero(sums > least * np.percentile(sums, 90))
    return (int(places[0]), int(places[-1]) + 1) if len(places) else (0, 0)
