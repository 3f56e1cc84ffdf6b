"""Which frames are kept in full, and why.

A frame is looked at every `STEP_S`, so that whatever stands for half a second is seen, and once after each jump in the
picture, so that every shot has a keyframe. It is kept only when it differs from the last kept one: a still picture is
kept once. Differences are taken on a small grey copy on which even a line of small print leaves marks.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

STEP_S = 0.45
"""Just under half a second."""
HOOK_S = 3.0
HOOK_STEP_S = 0.3
"""The first seconds are looked at more closely."""
JUMP = 24.0
"""Mean difference of two thumbnails in a row, of 255, that makes a frame worth a look."""
JUMP_SPACING_S = 0.1
GREY_SIDE = 320
"""Long side of the grey copy; letters of 20 px in a 1920 px frame still cover 3 of its pixels."""
MARK = 6
"""Grey levels by which the mean of 3 x 3 pixels of the copy differs when letters came or went, pale ones included;
encoding noise, which has no direction, stays below."""
MARKS = 9
"""Pixels of the copy that must differ."""


class Sampler:
    """Decides frame by frame; `wants` is asked for every frame, `differs` only for those it wants."""

    def __init__(self) -> None:
        self.step_s = STEP_S
        self._last_look_s = -np.inf
        self._pending = False
        self._previous: NDArray[np.int16] | None = None
        self._kept: NDArray[np.float32] | None = None

    def wants(self, time_s: float, thumbnail: NDArray[np.uint8]) -> bool:
        """Whether the frame is due, or the first after a jump has settled."""
        small = thumbnail[::2, ::2].astype(np.int16)
        jumped = self._previous is not None and float(np.abs(small - self._previous).mean()) > JUMP
        self._previous = small
        settled, self._pending = self._pending and not jumped, jumped
        step = HOOK_STEP_S if time_s < HOOK_S else self.step_s
        since = time_s - self._last_look_s
        if since >= step - 1e-6 or (settled and since >= JUMP_SPACING_S):
            self._last_look_s = time_s
            return True
        return False

    def differs(self, grey: NDArray[np.uint8]) -> bool:
        """Whether a wanted frame, as a grey copy, differs from the last one that differed."""
        copy = grey.astype(np.float32)
        if self._kept is not None and np.count_nonzero(np.abs(cv2.blur(copy - self._kept, (3, 3))) > MARK) < MARKS:
            return False
        self._kept = copy
        return True

    def slow_down(self) -> None:
        """Look half as often from here on: the bound on kept frames was reached."""
        self.step_s *= 2
