"""Contrast of drawn text against what surrounds its letters, measured from pixels.

The ratio is WCAG's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): relative luminances of the letters and of their
surroundings. WCAG was written for text on web pages; here it is a yardstick, not a claim of conformance.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.measures.text_letters import Letters

RING = 0.16
"""How far from the letters' edge their surroundings reach, in line heights: about one outline or the inside of an `o`."""
PART = 2.0
"""Length in line heights of the parts whose surroundings are judged apart: about one short word."""
OUTLINES = (0.8, 1.8)
"""Distances from the letters, in pixels of the frame, at which an outline of one pixel and more is looked for."""
FEW = 0.4
"""A part with less than this of the letters that a part of the line has: the others are too pale to be told apart."""
THIN_PX = 3.0
"""Strokes thinner than this, in pixels of the frame, are mixed with what surrounds them all through."""
PURE = 0.9
"""Quantile of their pixels, away from the surroundings."""
NEAREST = 0.1
"""Share of the pixels from which the colour that is shown is taken."""
SEEN = 1000
"""Pixels that are looked at for it."""
_LINEAR = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255], np.float32)


class Contrast(NamedTuple):
    """A contrast ratio (1..21) and the two colours that it is of, as `#rrggbb`."""

    ratio: float
    letters: str
    ground: str


Window = tuple[slice, slice]


class _Part(NamedTuple):
    """A part of a line: its contrast, and the luminance and pixels that its letters were compared with."""

    ratio: float
    ground: float
    ring: NDArray[np.bool_]
    window: Window


def luminance(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """WCAG relative luminance 0..1 of sRGB pixels (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    linear = _LINEAR[rgb]
    return linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def ratio(first: float, second: float) -> float:
    """Contrast ratio 1..21 of two relative luminances."""
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def line_contrast(letters: Letters) -> Contrast:
    """Contrast of one line of text in its weakest part."""
    light = luminance(letters.picture)
    ink = _ink(light, letters)
    weakest = min(_parts(light, letters, ink), key=lambda part: part.ratio)
    everywhere = (slice(None), slice(None))
    return Contrast(
        round(weakest.ratio, 2),
        _colour(letters.picture, light, letters.mask, everywhere, ink),
        _colour(letters.picture, light, weakest.ring, weakest.window, weakest.ground),
    )


def _colour(
    picture: NDArray[np.uint8], light: NDArray[np.float32], mask: NDArray[np.bool_], window: Window, wanted: float
) -> str:
    """The colour of those pixels of a mask in a window whose luminance is nearest to the one that was compared."""
    rows, columns = np.nonzero(mask[window])
    step = max(1, len(rows) // SEEN)
    place = (rows[::step], columns[::step])
    far = np.abs(light[window][place] - wanted)
    near = picture[window][place][far <= np.quantile(far, NEAREST)]
    return "#" + "".join(f"{round(float(channel)):02x}" for channel in np.median(near, axis=0))


def _ink(light: NDArray[np.float32], letters: Letters) -> float:
    """Luminance of the letters: of the core of their strokes; of thin ones, which no pixel shows pure, the purest pixels."""
    depth = cv2.distanceTransform(letters.mask.astype(np.uint8), cv2.DIST_L2, 3)
    core = np.sort(light[depth >= np.percentile(depth[letters.mask], 70)])
    stroke = 2 * float(np.percentile(depth[letters.mask], 90)) / letters.scale
    if stroke >= THIN_PX:
        return float(np.median(core))
    brighter = np.median(core) > np.median(light[~letters.mask])
    return float(np.quantile(core, PURE if brighter else 1 - PURE))


def _parts(light: NDArray[np.float32], letters: Letters, ink: float) -> list[_Part]:
    """The parts of the line, its letters compared with an outline or with what lies farther, whichever is stronger."""
    top, bottom = letters.rows
    height = bottom - top
    away = cv2.distanceTransform((~letters.mask).astype(np.uint8), cv2.DIST_L2, 3)
    soft = 0.8 + 0.6 * letters.scale
    outlines = [(away > near * letters.scale) & (away <= max(2.0, (near + 1) * letters.scale)) for near in OUTLINES]
    rings = (*outlines, (away > soft + 1) & (away <= max(soft + 3, RING * height)))
    first, last = letters.columns
    room = max(0, top - letters.rim)
    first, last = min(first, letters.rim + room), max(last, light.shape[1] - letters.rim - room)
    step = max(8, round(PART * height))
    starts = [*range(first, last - step, step // 2), max(first, last - step)]
    shares = [letters.mask[top:bottom, start : start + step].mean() for start in starts]
    few = FEW * float(np.median(shares))
    parts = []
    for start, share in zip(starts, shares, strict=True):
        window = (slice(top, bottom), slice(start, min(start + step, last)))
        if share < few:
            parts.append(_against(light, ~letters.mask, window, ink))
            continue
        around = (slice(None), window[1])
        found = [_against(light, ring, around, ink) for ring in rings if ring[around].sum() >= 12]
        parts.extend([max(found, key=lambda part: part.ratio)] if found else [])
    return parts or [_Part(1.0, ink, letters.mask, (slice(None), slice(None)))]


def _against(light: NDArray[np.float32], ring: NDArray[np.bool_], window: Window, ink: float) -> _Part:
    ground = float(np.median(light[window][ring[window]]))
    return _Part(ratio(ink, ground), ground, ring, window)
