"""Contrast of drawn text against what surrounds its letters, measured from pixels.

The ratio is WCAG's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio): relative luminances of the letters and of their
surroundings. WCAG was written for text on web pages; here it is a yardstick, not a claim of conformance.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

MARGIN = 0.25
"""Rim around the line's box that is looked at too, in line heights."""
WORK_HEIGHT = 48
"""Lines are brought to this height in pixels, at most enlarged threefold, so that strokes have a width to speak of."""
RING = 0.16
"""How far from the letters' edge their surroundings reach, in line heights: about one outline or the inside of an `o`."""
PART = 2.0
"""Length in line heights of the parts whose surroundings are judged apart: about one short word."""
LETTER_SHARE = (0.02, 0.75)
"""Share of a line's box that letters cover; anything else was not separated."""
LEAST_RATIO = 1.08
"""Below it letters and surroundings are not told apart."""
_LINEAR = np.array([c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in np.arange(256) / 255], np.float32)


def luminance(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """WCAG relative luminance 0..1 of sRGB pixels (https://www.w3.org/TR/WCAG22/#dfn-relative-luminance)."""
    linear = _LINEAR[rgb]
    return linear @ np.array([0.2126, 0.7152, 0.0722], np.float32)  # type: ignore[no-any-return]


def ratio(first: float, second: float) -> float:
    """Contrast ratio 1..21 of two relative luminances."""
    return (max(first, second) + 0.05) / (min(first, second) + 0.05)


def line_contrast(image: NDArray[np.uint8], quad: NDArray[np.float32]) -> float | None:
    """Contrast ratio of one line of text in its weakest part; None where letters and surroundings cannot be told apart.

    `image` is RGB uint8 (height, width, 3), `quad` the line's corners in its pixels, clockwise from the top left.
    """
    crop, rim = _rectified(image, quad)
    if crop is None:
        return None
    values = cv2.cvtColor(crop, cv2.COLOR_RGB2LAB)[..., 0].astype(np.float32)
    bright = values > _threshold(values[rim:-rim, rim:-rim])
    letters = bright if _thickness(bright, rim) <= _thickness(~bright, rim) else ~bright
    share = float(letters[rim:-rim, rim:-rim].mean())
    if not LETTER_SHARE[0] <= share <= LETTER_SHARE[1]:
        return None
    light = luminance(crop)
    ink = _ink(light, letters, rim)
    parts = _surroundings(light, letters, crop.shape[0] - 2 * rim)
    if ink is None or not parts:
        return None
    weakest = min(ratio(ink, around) for around in parts)
    return round(weakest, 2) if weakest >= LEAST_RATIO else None


def _rectified(image: NDArray[np.uint8], quad: NDArray[np.float32]) -> tuple[NDArray[np.uint8] | None, int]:
    """The line upright with a rim around it, and the rim's width; None for a line of no size."""
    top, side = quad[1] - quad[0], quad[3] - quad[0]
    width, height = float(np.linalg.norm(top)), float(np.linalg.norm(side))
    if min(width, height) < 4:
        return None, 0
    scale = min(3.0, WORK_HEIGHT / height)
    rim = max(2, round(MARGIN * height * scale))
    size = (max(4, round(width * scale)), max(4, round(height * scale)))
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], np.float32) + rim
    matrix = cv2.getPerspectiveTransform(np.asarray(quad, np.float32), target)
    whole = (size[0] + 2 * rim, size[1] + 2 * rim)
    smoothing = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    if scale < 0.5:
        image = cv2.resize(image, None, fx=2 * scale, fy=2 * scale, interpolation=cv2.INTER_AREA)
        matrix = cv2.getPerspectiveTransform(np.asarray(quad, np.float32) * 2 * scale, target)
        smoothing = cv2.INTER_LINEAR
    crop = cv2.warpPerspective(image, matrix, whole, flags=smoothing, borderMode=cv2.BORDER_REPLICATE)
    return crop, rim  # type: ignore[return-value]


def _threshold(values: NDArray[np.float32]) -> float:
    """Otsu's threshold (1979): the split of a grey histogram with the largest variance between the two classes."""
    threshold, _ = cv2.threshold(values.astype(np.uint8), 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return float(threshold)


def _thickness(mask: NDArray[np.bool_], rim: int) -> float:
    """Mean distance of a class's pixels inside the box to the other class: strokes are thinner than what they stand on."""
    depth = cv2.distanceTransform(mask.astype(np.uint8), cv2.DIST_L2, 3)[rim:-rim, rim:-rim]
    inside = mask[rim:-rim, rim:-rim]
    return float(depth[inside].mean()) if inside.any() else np.inf


def _ink(light: NDArray[np.float32], letters: NDArray[np.bool_], rim: int) -> float | None:
    """Luminance of the letters: of the core of their strokes, as the edge of a small letter is half background."""
    inner = np.zeros_like(letters)
    inner[rim:-rim, rim:-rim] = letters[rim:-rim, rim:-rim]
    depth = cv2.distanceTransform(inner.astype(np.uint8), cv2.DIST_L2, 3)
    if not inner.any():
        return None
    core = depth >= max(1.0, float(np.percentile(depth[inner], 70)))
    return float(np.median(light[core]))


def _surroundings(light: NDArray[np.float32], letters: NDArray[np.bool_], height: int) -> list[float]:
    """Luminance next to the letters, part by part along the line."""
    distance = cv2.distanceTransform((~letters).astype(np.uint8), cv2.DIST_L2, 3)
    ring = (distance > 2.0) & (distance <= max(4.0, RING * height))
    step = max(8, round(PART * height))
    parts = []
    for start in range(0, letters.shape[1], step):
        window = slice(start, start + step)
        if letters[:, window].sum() >= 0.01 * height * step and ring[:, window].sum() >= 12:
            parts.append(float(np.median(light[:, window][ring[:, window]])))
    return parts
