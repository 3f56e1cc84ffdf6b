"""Where the drawn line is inside the quad that a text detector gives, which leaves room around the letters.

Detectors are trained to draw quads larger than the letters, and turn them by a degree or two where a line is level: measured
on drawn lines of 18 to 90 pixels, quads are 1 to 2.5 times as high as the line, and reach up to half their height beyond the
letters where these stand in a box (`scripts/evaluation/lines.py`). So the letters say where the line is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from analyzer.methods.text_letters import Letters

TALL = frozenset("bdfhklß!?|()[]{}/\\&%$€£#@")
"""Small letters and signs that reach as high as ascenders in one piece; the dots of `i` are left out of a line."""
DEEP = frozenset("gjpqy()[]{}|")
"""Those that reach below the base line all the way; of commas and `Q` too little does."""
ASCENT, CAPITAL, X_HEIGHT, DESCENT = 0.74, 0.705, 0.53, 0.21
"""Heights above and below the base line in parts of the type size: the middle of DejaVu, Liberation, Aileron, Roboto, Helvetica
and Open Sans, which lie within 3 % of it."""
SCRIPTS = 0x2E80
"""From this code point on, signs (Han, kana) fill the line from top to foot."""
CREDIBLE = (0.33, 1.3)
"""Height of a line in heights of its quad; beyond it the letters were not separated well."""
FAINT_ROW, FULL_ROW = 0.02, 0.25
"""Share of the fuller rows below which a row holds stray pixels; and no more than the round of an `O` or the tail of a `Q`."""
LEAST_LETTER = 0.5
"""Height of the first and last letter in heights of the middle one; less is a stray piece (project choice)."""
MOST_ROOM, USUAL_ROOM = 0.52, 0.2
"""Room between the side of a quad and the letters, in heights of the quad: the most that was measured (letters in a box), and
the middle. Where the letters seem farther away, some of them were not told from their ground."""


def extent(quad: NDArray[np.float32], letters: Letters | None, text: str) -> tuple[NDArray[np.float32], float]:
    """The corners of the drawn line in pixels of the frame, clockwise from the top left, and its height in pixels.

    The line reaches from the top of ascenders to the foot of descenders, whether its text has such letters or not. Without
    letters it is the quad as it is.
    """
    height = float(np.linalg.norm(quad[3] - quad[0]))
    if letters is None:
        return quad, height
    slope = letters.slope
    upper, lower = _rows(letters, text)
    rim, inner, width = letters.rim, letters.picture.shape[0] - 2 * letters.rim, letters.picture.shape[1] - 2 * letters.rim
    first, last = _columns(letters, text)
    most, usual = MOST_ROOM * inner, USUAL_ROOM * inner
    left = first - rim if first - rim <= most else usual
    right = last - rim if width - (last - rim) <= most else width - usual
    middle = letters.mask.shape[1] / 2 - rim
    across, down = (quad[1] - quad[0]) / width, (quad[3] - quad[0]) / inner
    corners = [
        quad[0] + x * across + (y - rim + slope * (x - middle)) * down
        for x, y in ((left, upper), (right, upper), (right, lower), (left, lower))
    ]
    return np.asarray(corners, np.float32), height * (lower - upper) / inner


def _rows(letters: Letters, text: str) -> tuple[float, float]:
    """Top and foot of the line in rows of its picture, in the middle of its length."""
    sums = letters.sums
    fuller = np.percentile(sums[sums > 0], 90)
    above, below = _reach(text)
    even = above == X_HEIGHT or not any(sign.islower() for sign in text)
    top = int(np.flatnonzero(sums > (FULL_ROW if even else FAINT_ROW) * fuller)[0])
    bottom = int(np.flatnonzero(sums > (FAINT_ROW if below else FULL_ROW) * fuller)[-1]) + 1
    size = (bottom - top) / (above + below)
    upper, lower = top - (ASCENT - above) * size, bottom + (DESCENT - below) * size
    least, most = (share * (letters.picture.shape[0] - 2 * letters.rim) for share in CREDIBLE)
    if not least <= lower - upper <= most:
        middle, wanted = (upper + lower) / 2, float(np.clip(lower - upper, least, most))
        upper, lower = middle - wanted / 2, middle + wanted / 2
    return upper, lower


def _columns(letters: Letters, text: str) -> tuple[int, int]:
    """First column of the first letter and the first after the last; stray pieces are left out where the text has a letter."""
    left, _, wide, high, area = letters.pieces.T
    right = left + wide
    whole = high >= LEAST_LETTER * np.quantile(np.repeat(high, area), 0.5)
    signs = text.strip() or " "
    begin, end = (whole if sign.isalnum() else high > 0 for sign in (signs[0], signs[-1]))
    return int(left[begin].min()), int(right[end].max())


def _reach(text: str) -> tuple[float, float]:
    """How far the letters of a text reach above and below the base line, in parts of the type size."""
    if any(ord(sign) >= SCRIPTS for sign in text):
        return ASCENT, DESCENT
    capital = any(sign.isupper() or sign.isdigit() for sign in text)
    above = ASCENT if any(sign in TALL for sign in text) else CAPITAL if capital else X_HEIGHT
    return above, DESCENT if any(sign in DEEP for sign in text) else 0.0
