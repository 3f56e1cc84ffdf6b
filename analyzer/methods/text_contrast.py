"""Contrast of drawn text against what surrounds its letters, measured from pixels.

The ratio is WCAG's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): relative luminances of the letters and of their
surroundings. WCAG was written for text on web pages; here it is a yardstick, not a claim of conformance.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.methods.text_letters import Letters

RING = 0.16
"""How far from the letters' edge their surroundings reach, in line heights: about one outline or the inside of an `o`."""
PART = 2.0
"""Length in line heights of the parts whose surroundings are judged apart: about one short word."""
OUTLINES = (0.8, 1.8)
"""Distances from the letters, in pixels of the frame, at which an outline of one pixel and more is looked for."""
OTHER = 1.25
"""Contrast from which what lies next to the letters, lighter or darker than both them and what lies beyond, is an outline; less
is the ringing of a codec (project choice)."""
FEW = 0.4
"""A part with less than this of the letters that a part of the line has: the others are too pale to be told apart."""
PURE = ((2.0, 3.0, 3.5), (0.97, 0.9, 0.5))
"""Strokes of these widths, in pixels of the frame, and the quantile of their core that has the letters' colour, counted away
from what surrounds them: thin strokes are mixed with it all through (measured)."""
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
    rings = _rings(letters)
    ink = _ink(light, rings, letters)
    weakest = min(_parts(*_outlined(light, rings, letters, ink), letters, ink), key=lambda part: part.ratio)
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


def _rings(letters: Letters) -> list[NDArray[np.bool_]]:
    """What the letters may be compared with: an outline, near and farther out, and what lies beyond it."""
    top, bottom = letters.rows
    away = cv2.distanceTransform((~letters.mask).astype(np.uint8), cv2.DIST_L2, 3)
    soft = 0.8 + 0.6 * letters.scale
    outlines = [(away > near * letters.scale) & (away <= max(2.0, (near + 1) * letters.scale)) for near in OUTLINES]
    return [*outlines, (away > soft + 1) & (away <= max(soft + 3, RING * (bottom - top)))]


def _ink(light: NDArray[np.float32], rings: Sequence[NDArray[np.bool_]], letters: Letters) -> float:
    """Luminance of the letters: of the core of their strokes; of thin ones the part that is least like what surrounds them."""
    depth = cv2.distanceTransform(letters.mask.astype(np.uint8), cv2.DIST_L2, 3)
    core = light[depth >= np.percentile(depth[letters.mask], 70)]
    stroke = 2 * float(np.percentile(depth[letters.mask], 90)) / letters.scale
    pure, middle = float(np.interp(stroke, *PURE)), float(np.median(core))
    grounds = [float(np.median(light[ring])) for ring in rings if ring.any()]
    ground = max(grounds, key=lambda ground: ratio(ground, middle), default=middle)
    return float(np.quantile(core, pure if middle > ground else 1 - pure))


def _outlined(
    light: NDArray[np.float32], rings: Sequence[NDArray[np.bool_]], letters: Letters, ink: float
) -> tuple[NDArray[np.float32], Sequence[NDArray[np.bool_]]]:
    """Luminance and rings to compare with: where there is an outline lighter or darker than both sides, that one alone.

    Few pixels of a thin one are not mixed with either side, so each has the luminance of the purest around it.
    """
    if not all(ring.any() for ring in rings):
        return light, rings
    near, _, far = (float(np.median(light[ring])) for ring in rings)
    if (near > ink) != (near > far) or min(ratio(near, far), ratio(near, ink)) < OTHER:
        return light, rings
    around = np.ones((2 * max(1, round(letters.scale)) + 1,) * 2, np.uint8)
    pure = cv2.dilate(light, around) if near > ink else cv2.erode(light, around)
    return np.where(rings[0], pure, light), rings[:1]


def _parts(light: NDArray[np.float32], rings: Sequence[NDArray[np.bool_]], letters: Letters, ink: float) -> list[_Part]:
    """The parts of the line, its letters compared with an outline or with what lies farther, whichever is stronger."""
    top, bottom = letters.rows
    height = bottom - top
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
