"""The one kept frame that stands for a shot: the sharpest of those near its middle."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.evidence import Shot
from analyzer.nouns.media import Frame, Media

CANDIDATES = 5
"""Kept frames nearest to the middle that are compared (project choice: decoding one costs about 15 ms)."""
MIDDLE = 0.7
"""Share of a shot around its middle in which it is neither coming nor going (project choice)."""
SIDE = 320
"""Long side of the grey copy on which sharpness is measured, so that grain does not count as detail (project choice)."""


def keyframe(media: Media, shot: Shot) -> Frame | None:
    """The frame for a shot; None where the shot is too short for a frame of it to be kept."""
    middle, reach = (shot.start_s + shot.end_s) / 2, MIDDLE * (shot.end_s - shot.start_s) / 2
    within = [frame for frame in media.frames if shot.start_s <= frame.time_s < shot.end_s]
    inner = [frame for frame in within if abs(frame.time_s - middle) <= reach] or within
    near = sorted(inner, key=lambda frame: abs(frame.time_s - middle))[:CANDIDATES]
    return max(near, key=lambda frame: sharpness(frame.load())) if len(near) > 1 else next(iter(near), None)


def spread(shots: Sequence[Shot], most: int) -> list[Shot]:
    """At most so many shots, evenly chosen, the first and the last among them."""
    return list(shots) if len(shots) <= most else [shots[n] for n in np.linspace(0, len(shots) - 1, most).astype(int)]


def sharpness(picture: NDArray[np.uint8]) -> float:
    """Variance of the Laplacian of an RGB picture at a common size: how much fine detail it has."""
    scale = min(1.0, SIDE / max(picture.shape[:2]))
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    grey = cv2.cvtColor(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).var())
