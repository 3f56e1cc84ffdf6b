"""Where the drawn line is inside the quad that a text detector gives, which leaves room around the letters.

Detectors are trained to draw quads larger than the letters: measured on drawn lines of 18 to 90 pixels, quads are 1.3 to 2
times as high as the line (`scripts/evaluation/lines.py`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.measures.text_letters import Letters

TALL = frozenset("bdfhkltß!?|()[]{}/\\&%$€£#@")
"""Small letters and signs that reach as high as capitals or higher in one piece; the dots of `i` are left out of a line."""
DEEP = frozenset("gjpqy()[]{}|")
"""Those that reach below the base line all the way; of commas and `Q` too little does."""
ASCENT, X_HEIGHT, DESCENT = 0.76, 0.55, 0.22
"""Heights above and below the base line in parts of the type size: DejaVu and Liberation, which stand for most sans serifs."""
SCRIPTS = 0x2E80
"""From this code point on, signs (Han, kana) fill the line from top to foot."""
CREDIBLE = (0.4, 1.3)
"""Height of a line in heights of its quad; beyond it the letters were not separated well."""


def extent(quad: NDArray[np.float32], letters: Letters | None, text: str) -> tuple[NDArray[np.float32], float]:
    """The corners of the drawn line in pixels of the frame, clockwise from the top left, and its height in pixels.

    The line reaches from the top of ascenders to the foot of descenders, whether its text has such letters or not. Without
    letters it is the quad as it is.
    """
    height = float(np.linalg.norm(quad[3] - quad[0]))
    if letters is None:
        return quad, height
    top, bottom = letters.rows
    above, below = _reach(text)
    size = (bottom - top) / (above + below)
    upper, lower = top - (ASCENT - above) * size, bottom + (DESCENT - below) * size
    inner = letters.picture.shape[0] - 2 * letters.rim
    least, most = (share * inner for share in CREDIBLE)
    if not least <= lower - upper <= most:
        middle, wanted = (upper + lower) / 2, float(np.clip(lower - upper, least, most))
        upper, lower = middle - wanted / 2, middle + wanted / 2
    room = max(0.0, (inner - (lower - upper)) / 2)
    first, last = letters.columns
    width = letters.picture.shape[1] - 2 * letters.rim
    left = (min(first - letters.rim, room)) / width
    right = (max(last - letters.rim, width - room)) / width
    across, down = quad[1] - quad[0], quad[3] - quad[0]
    tops, feet = (upper - letters.rim) / inner, (lower - letters.rim) / inner
    corners = [quad[0] + u * across + v * down for u, v in ((left, tops), (right, tops), (right, feet), (left, feet))]
    return np.asarray(corners, np.float32), height * (feet - tops)


def _reach(text: str) -> tuple[float, float]:
    """How far the letters of a text reach above and below the base line, in parts of the type size."""
    if any(ord(sign) >= SCRIPTS for sign in text):
        return ASCENT, DESCENT
    tall = any(sign in TALL or sign.isupper() or sign.isdigit() for sign in text)
    return ASCENT if tall else X_HEIGHT, DESCENT if any(sign in DEEP for sign in text) else 0.0
