"""Contrast of drawn text against what surrounds its letters, measured from pixels.

The ratio is WCAG's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): relative luminances of the letters and of their
surroundings. WCAG was written for text on web pages; here it is a yardstick, not a claim of conformance.
"""

from __future__ import annotations

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
_LINEAR = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255], np.float32)


def luminance(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """WCAG relative luminance 0..1 of sRGB pixels (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    linear = _LINEAR[rgb]
    return linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)


def ratio(first: float, second: float) -> float:
    """Contrast ratio 1..21 of two relative luminances."""
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def line_contrast(letters: Letters) -> float:
    """Contrast ratio of one line of text in its weakest part."""
    light = luminance(letters.picture)
    return round(min(_parts(light, letters, _ink(light, letters))), 2)


def _ink(light: NDArray[np.float32], letters: Letters) -> float:
    """Luminance of the letters: of the core of their strokes; of thin ones, which no pixel shows pure, the purest pixels."""
    depth = cv2.distanceTransform(letters.mask.astype(np.uint8), cv2.DIST_L2, 3)
    core = np.sort(light[depth >= np.percentile(depth[letters.mask], 70)])
    stroke = 2 * float(np.percentile(depth[letters.mask], 90)) / letters.scale
    if stroke >= THIN_PX:
        return float(np.median(core))
    brighter = np.median(core) > np.median(light[~letters.mask])
    return float(np.quantile(core, PURE if brighter else 1 - PURE))


def _parts(light: NDArray[np.float32], letters: Letters, ink: float) -> list[float]:
    """Contrast ratio of each part of the line: of its letters to an outline or to what lies farther, whichever is stronger."""
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
    ratios = []
    for start, share in zip(starts, shares, strict=True):
        window = (slice(top, bottom), slice(start, min(start + step, last)))
        if share < few:
            ratios.append(ratio(ink, float(np.median(light[window][~letters.mask[window]]))))
            continue
        around = (slice(None), window[1])
        found = [ratio(ink, float(np.median(light[around][ring[around]]))) for ring in rings if ring[around].sum() >= 12]
        ratios.extend([max(found)] if found else [])
    return ratios or [1.0]
