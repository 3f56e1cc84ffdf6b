"""Whether one thumbnail follows from another: by movement, by light, or not at all.

It judges nothing: what counts as a cut is decided in `transitions`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise, product

import cv2
import numpy as np
from numpy.typing import NDArray

SEARCH, FAR = 8, 16
"""How far, in thumbnail pixels, a block may have moved between two frames, and in a whip pan; the long side has 64."""
BLOCKS, PARTS = 3, 4
"""Blocks a side in which movement is searched, and parts a side that are asked whether they changed: halves are whole parts."""
ALIEN = 0.08
"""Difference of a channel from which a cell shows another thing."""
TEXTURE = 0.03
"""Range of luma around a cell from which it has content."""
BLOCK_CONTENT, BLOCK_CHANGED = 0.1, 0.3
"""Share of a part's cells that have content, and share of these that changed, from which the part counts as changed."""
PLAIN = 0.03
"""Share of cells with content up to which a frame is a plain surface, whose colour is all that it shows."""
DETAIL = 3.0
"""Standard deviation, in thumbnail pixels, of the blur that detail stands out from."""
SCALES = (1.04, 1.1, 1.18, 1.28, 1.4)
"""Magnifications that are tried between two frames, and their inverses."""


@dataclass(frozen=True)
class Match:
    """What remains of the difference of two frames when each block may have moved."""

    residual: float
    """Mean over blocks of the root mean square difference at the best place, 0..1."""
    spread: float
    """Share of the cells with any content, plain surfaces that stay plain left out, that changed where they are, 0..1."""
    extent: float
    """Share of all cells that changed where they are, 0..1."""
    reach: float
    """Share of the parts with content in which something changed, 0..1: a caption, an inset or a split screen leaves some."""
    turnover: float
    """Share of what was there that went, or of what is there that came, whichever is less, 0..1: on a plain surface, share of
    all cells that changed; what pops up on it takes nothing away."""


@dataclass(frozen=True)
class Shift:
    """How the whole picture moved between two frames, as one."""

    down: int
    right: int
    """Thumbnail pixels."""
    residual: float
    """The same as that of `Match`, of what both frames show after it."""

    @property
    def distance(self) -> float:
        return math.hypot(self.down, self.right)

    def goes_on(self, other: Shift) -> bool:
        """Whether the other is the same way, within 60 degrees."""
        return self.down * other.down + self.right * other.right > 0.5 * self.distance * other.distance


def smoothed(frame: NDArray[np.uint8]) -> NDArray[np.float32]:
    """A thumbnail (height, width, 3) as R, G, B and luma, 0..255, without its finest detail, which aliases when it moves."""
    soft = cv2.GaussianBlur(frame, (3, 3), 0)
    return np.dstack([soft, cv2.cvtColor(soft, cv2.COLOR_RGB2GRAY)]).astype(np.float32)


def match(before: NDArray[np.float32], after: NDArray[np.float32]) -> Match:
    """Search every block of `after` in `before`, both of `smoothed`.

    The place is searched in luma; what remains there is counted in all of R, G and B.
    """
    residuals = [residual for *_, residual in _search(before, after, SEARCH)]
    changed = np.asarray(cv2.absdiff(before, after)).max(axis=2) > ALIEN * 255
    old, new = _edges(before) > TEXTURE * 255, _edges(after) > TEXTURE * 255
    filled, touched = _sums(changed | old | new), _sums(changed)
    full = filled >= BLOCK_CONTENT * changed.size / filled.size
    extent = int(np.count_nonzero(changed))
    return Match(
        residual=sum(residuals) / len(residuals),
        spread=extent / max(1, int(filled.sum())),
        extent=extent / changed.size,
        reach=float((touched >= BLOCK_CHANGED * filled)[full].mean()) if full.any() else 0.0,
        turnover=min(_turned(changed, shown) for shown in (old, new)),
    )


def _turned(changed: NDArray[np.bool_], shown: NDArray[np.bool_]) -> float:
    """Share of what is shown that changed; of all cells where next to nothing is."""
    count = int(np.count_nonzero(shown))
    plain = count <= PLAIN * shown.size
    return int(np.count_nonzero(changed if plain else changed & shown)) / (shown.size if plain else count)


def _sums(flags: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many are set in each of at most PARTS x PARTS parts."""
    rows, columns = (np.arange(min(PARTS, side)) * side // min(PARTS, side) for side in flags.shape)
    return np.asarray(np.add.reduceat(np.add.reduceat(flags, rows, axis=0, dtype=np.int64), columns, axis=1))


@lru_cache(maxsize=64)
def _blocks(height: int, width: int) -> list[tuple[int, int, int, int]]:
    """(top, bottom, left, right) of at most BLOCKS x BLOCKS blocks of a picture."""
    rows, columns = (pairwise(sorted({side * n // BLOCKS for n in range(BLOCKS + 1)})) for side in (height, width))
    return [(top, bottom, left, right) for (top, bottom), (left, right) in product(rows, columns)]


def relit(before: NDArray[np.float32], after: NDArray[np.float32]) -> tuple[float, float, float]:
    """Whether light makes the difference of two frames, both of `smoothed`.

    Returns the share of the root mean square difference that a gain and an offset of each channel leave, the correlation of
    fine luma detail (-1..1), and the larger of both frames' share of cells with content.
    """
    one, other = before[..., :3].reshape(-1, 3), after[..., :3].reshape(-1, 3)
    x, y = one - one.mean(0), other - other.mean(0)
    gain = (x * y).sum(0) / np.maximum((x * x).sum(0), 1e-3)
    left = float(np.square(y - gain * x).sum()) / max(1e-3, float(np.square(other - one).sum()))
    fine = [frame[..., 3] - np.asarray(cv2.GaussianBlur(frame[..., 3], (0, 0), DETAIL)) for frame in (before, after)]
    x, y = (part.ravel() - part.mean() for part in fine)
    alike = float(x @ y) / max(1e-3, float(np.linalg.norm(x) * np.linalg.norm(y)))
    content = max(float((_edges(frame) > TEXTURE * 255).mean()) for frame in (before, after))
    return float(np.sqrt(left)), alike, content


def slid(before: NDArray[np.float32], after: NDArray[np.float32]) -> float:
    """What is left when rows, or columns, may slide along themselves: difference of their mean colours, 0..1, of the better.

    A torn picture, whose strips and colours slide apart, keeps the mean of each.
    """
    return min(float(np.sqrt(np.square((after - before)[..., :3].mean(axis)).mean())) / 255 for axis in (0, 1))


def zoom(before: NDArray[np.float32], after: NDArray[np.float32]) -> tuple[float, float]:
    """(magnification, residual 0..1) that explain `after` best as a part of `before` or the reverse; 1 where none helps."""
    height, width = after.shape[:2]
    found = [(_inside(before, after), 1.0)]
    for scale in SCALES:
        size = (round(width * scale), round(height * scale))
        found.append((_inside(np.asarray(cv2.resize(before, size)), after), scale))
        found.append((_inside(np.asarray(cv2.resize(after, size)), before), 1 / scale))
    residual, scale = min(found)
    return scale, residual


def _inside(large: NDArray[np.float32], small: NDArray[np.float32]) -> float:
    """Root mean square difference, 0..1, of a frame and the part of a larger one that it fits best."""
    costs = cv2.matchTemplate(np.ascontiguousarray(large[..., 3]), np.ascontiguousarray(small[..., 3]), cv2.TM_SQDIFF)
    x, y = cv2.minMaxLoc(costs)[2]
    rest = large[y : y + small.shape[0], x : x + small.shape[1], :3] - small[..., :3]
    return math.sqrt(float(np.vdot(rest, rest)) / rest.size) / 255


def shift(before: NDArray[np.float32], after: NDArray[np.float32]) -> Shift:
    """Where most of `after` was in `before`, both of `smoothed`, up to `FAR` away; things that move otherwise are outvoted."""
    height, width = after.shape[:2]
    places = np.median(_search(before, after, FAR), axis=0)[:2]
    down, right = (
        int(np.clip(place, -side // 2, side // 2)) for place, side in zip(places, (height - 1, width - 1), strict=True)
    )
    then = before[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]
    now = after[max(0, -down) : height + min(0, -down), max(0, -right) : width + min(0, -right)]
    rest = [residual for *_, residual in _search(then, now, SEARCH)]
    return Shift(-down, -right, sum(rest) / len(rest))


def _search(before: NDArray[np.float32], after: NDArray[np.float32], far: int) -> list[tuple[int, int, float]]:
    """(down, right, residual) of where each block of `after` fits best in `before`, pixels and root mean square 0..1."""
    field = cv2.copyMakeBorder(before, far, far, far, far, cv2.BORDER_REPLICATE)
    luma, wanted = np.ascontiguousarray(field[..., 3]), np.ascontiguousarray(after[..., 3])
    found = []
    for top, bottom, left, right in _blocks(*after.shape[:2]):
        block = wanted[top:bottom, left:right]
        costs = cv2.matchTemplate(luma[top : bottom + 2 * far, left : right + 2 * far], block, cv2.TM_SQDIFF)
        x, y = cv2.minMaxLoc(costs)[2]
        rest = field[top + y : bottom + y, left + x : right + x, :3] - after[top:bottom, left:right, :3]
        found.append((y - far, x - far, math.sqrt(float(np.vdot(rest, rest)) / rest.size) / 255))
    return found


def _edges(frame: NDArray[np.float32]) -> NDArray[np.float32]:
    """Range of luma in 3 x 3 pixels."""
    return np.asarray(cv2.morphologyEx(frame[..., 3], cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)), np.float32)
