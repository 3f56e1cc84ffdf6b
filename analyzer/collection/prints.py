"""Fingerprints of pictures: alike for a copy that was encoded anew, rescaled or cropped, unlike for anything else.

A hash of 64 bits finds copies of the whole picture, local features find cropped ones; both only propose. What decides is
whether the two pictures, laid over each other, show the same everywhere (`same_picture`): cards of one template with another
text have like hashes and are no copies. Pure functions on arrays.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Pixels of the square that is hashed, and of the small grey copies that are compared."""
VIEW = 320
"""Long side in pixels of a picture whose features are looked for."""
FLAT = 4.0
"""Standard deviation, of 255, below which a picture has nothing that could be recognised (project choice)."""
NEAR = 12
"""Bits of 64 in which the hashes of two candidates may differ: copies of JPEG quality 30 differ in up to 4, and the nearest of
4,278 pairs of other photographs in 16 (measured)."""
MOST_FEATURES = 200
"""Features of a view, the strongest."""
FAINT = 0.02
"""SIFT's threshold of contrast, half of what OpenCV takes: soft pictures have too few features else (measured)."""
TOKEN_BITS, TOKEN_TABLES = 24, 8
"""A descriptor gives a token of so many bits in each table (measured against 14 to 20 bits and 4 to 16 tables)."""
COMMON = 8
"""A token that more assets have tells nothing: letters, grids, a logo that all of them show (project choice)."""
VOTES = 10
"""Tokens that two views must share to be compared: 99 % of strangers share at most 8, a quarter cut out of a picture has
13 and more in 99 % of cases (measured on 93 photographs)."""
RATIO_TEST = 0.8
"""Distance of the best match to that of the second best (Lowe 2004, https://doi.org/10.1023/B:VISI.0000029664.99615.94)."""
INLIERS = 8
"""Matches that must agree on one placement (project choice)."""
SMALLEST_PART = 0.15
"""Share of a picture that must be seen in the other for the other to be a crop of it (project choice)."""
OWN_PART = 0.85
"""Share of the crop that must lie within the picture it was cut from."""
COMPARED = 160
"""Side in pixels at which two pictures are compared: letters of a headline can be told apart."""
BLOCKS = 16
"""A block is this part of the side."""
LIKE = 0.9
"""Least correlation of two copies (project choice)."""
RICH = 12.0
"""Standard deviation, of 255, of a block that shows something (project choice)."""
OTHER = 0.6
"""Correlation that a block must have with the other's: letters have nearly none with other letters (measured)."""
OTHER_SHARE = 0.008
"""Share of the picture that may differ: a dot, not a word (measured)."""

Grey = NDArray[np.uint8]

_BASIS = np.cos(np.pi * (2 * np.arange(SIDE)[None] + 1) * np.arange(8)[:, None] / (2 * SIDE)).astype(np.float32)
_PLANES = np.random.default_rng(20260101).standard_normal((TOKEN_TABLES * TOKEN_BITS, 128)).astype(np.float32)
_PLANES -= _PLANES.mean(axis=1, keepdims=True)
_POWERS = (1 << np.arange(TOKEN_BITS)).astype(np.uint32)


@dataclass(frozen=True)
class View:
    """A picture with its local features."""

    grey: Grey
    """Shape (height, width), long side at most `VIEW`."""
    points: NDArray[np.float32]
    """Features as x, y in pixels (n, 2)."""
    descriptors: NDArray[np.uint8]
    """SIFT descriptors (n, 128)."""

    def tokens(self) -> NDArray[np.uint32]:
        """Words of the features for an inverted index; like descriptors mostly share one."""
        if not len(self.descriptors):
            return np.zeros(0, np.uint32)
        bits = (self.descriptors.astype(np.float32) @ _PLANES.T > 0).reshape(-1, TOKEN_TABLES, TOKEN_BITS)
        words = (bits * _POWERS).sum(axis=2, dtype=np.uint32)
        return np.unique(words | (np.arange(TOKEN_TABLES, dtype=np.uint32) << TOKEN_BITS))


def squares(pictures: Iterable[NDArray[np.uint8]]) -> Grey:
    """RGB pictures (height, width, 3) as small grey squares (n, `SIDE`, `SIDE`)."""
    small = [
        cv2.resize(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        for picture in pictures
    ]
    return np.stack(small).astype(np.uint8) if small else np.zeros((0, SIDE, SIDE), np.uint8)


def hashes(small: Grey) -> NDArray[np.uint64]:
    """Perceptual hash of each square: the signs of its 64 lowest frequencies against their median. 0 for a flat picture."""
    pixels = small.astype(np.float32)
    waves = (_BASIS @ pixels @ _BASIS.T).reshape(-1, 64)
    waves[:, 0] = 0.0
    bits = waves > np.median(waves, axis=1, keepdims=True)
    found = np.packbits(bits, axis=1).view(">u8")[:, 0].astype(np.uint64)
    return np.where(pixels.std(axis=(1, 2)) < FLAT, np.uint64(0), found)


def view_of(picture: NDArray[np.uint8]) -> View:
    """The view of an RGB picture (height, width, 3)."""
    grey: Grey = np.asarray(cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2GRAY), np.uint8)
    scale = VIEW / max(grey.shape)
    if scale < 1:
        size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    keypoints, descriptors = cv2.SIFT.create(nfeatures=MOST_FEATURES, contrastThreshold=FAINT).detectAndCompute(grey, None)
    if descriptors is None:
        return View(grey, np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    points = np.array([keypoint.pt for keypoint in keypoints], np.float32).reshape(-1, 2)
    return View(grey, points, np.clip(np.round(descriptors), 0, 255).astype(np.uint8))


def same_picture(first: Grey, second: Grey) -> bool:
    """Whether two grey pictures show the same everywhere, but for coding and an even change of light.

    They are compared block by block: one block with other letters in it is enough to make two cards of one template differ.
    """
    side = min(COMPARED, max(SIDE, *first.shape, *second.shape))
    a, b = (cv2.resize(p, (side, side), interpolation=cv2.INTER_AREA).astype(np.float32) for p in (first, second))
    if min(a.std(), b.std()) < FLAT or float(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < LIKE:
        return False
    b = (b - b.mean()) / b.std() * a.std() + a.mean()
    size = (side // BLOCKS, side // BLOCKS)

    def mean(values: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.blur(values, size), np.float32)

    first_mean, second_mean = mean(a), mean(b)
    first_spread = np.sqrt(np.maximum(mean(a * a) - first_mean**2, 0))
    second_spread = np.sqrt(np.maximum(mean(b * b) - second_mean**2, 0))
    shared = mean(a * b) - first_mean * second_mean
    more, less = np.maximum(first_spread, second_spread), np.minimum(first_spread, second_spread)
    rich = more > RICH
    other = rich & (shared < OTHER * more * np.maximum(less, RICH / 2))
    return not rich.any() or float(other.mean()) < OTHER_SHARE


def same_moment(first: Grey, second: Grey) -> bool:
    """Whether two small squares are of moments of one shot that lie close: in motion no two frames are the same."""
    a, b = (p.astype(np.float32).ravel() for p in (first, second))
    return bool(min(a.std(), b.std()) >= FLAT and np.corrcoef(a, b)[0, 1] >= LIKE)


def placement(first: View, second: View) -> NDArray[np.float64] | None:
    """The affine map (2, 3) that lays `first` over `second`, where enough features agree on one."""
    if min(len(first.points), len(second.points)) < INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(
        first.descriptors.astype(np.float32), second.descriptors.astype(np.float32), k=2
    )
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO_TEST * pair[1].distance]
    if len(good) < INLIERS:
        return None
    source = first.points[[match.queryIdx for match in good]]
    target = second.points[[match.trainIdx for match in good]]
    found, inliers = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=4.0)
    return found if found is not None and int(inliers.sum()) >= INLIERS else None


def is_crop(first: View, second: View) -> bool:
    """Whether one of two views shows a part of the other, at any scale."""
    found = placement(first, second)
    if found is None:
        return False
    height, width = second.grey.shape
    inside = cv2.warpAffine(np.full(first.grey.shape, 255, np.uint8), found, (width, height)) > 127
    scale = abs(float(np.linalg.det(found[:, :2])))
    parts = inside.mean(), inside.sum() / max(1e-6, scale * first.grey.size)
    if max(parts) < OWN_PART or min(parts) < SMALLEST_PART:
        return False
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    window = (slice(rows[0] + 1, rows[-1]), slice(columns[0] + 1, columns[-1]))
    laid = cv2.warpAffine(first.grey, found, (width, height), flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    shown = laid[window], second.grey[window]
    return min(shown[0].shape) >= 8 and same_picture(*shown)
