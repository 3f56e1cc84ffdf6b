"""Flashes in a sequence of small pictures: opposing changes of luminance or of saturated red, cell by cell and block by block.

It counts; which count harms is decided by the signal.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.media import Thumbnails

# https://www.w3.org/TR/WCAG22/#dfn-general-flash-and-red-flash-thresholds
GENERAL_STEP = 0.1
"""Change of relative luminance that is one half of a general flash."""
DARKER_BELOW = 0.8
"""Relative luminance under which the darker of the two states must be."""
SATURATED_RED = 0.8
"""R / (R + G + B) of a saturated red."""
RED_STEP = 20 / 320
"""Change of max(0, R - G - B) that is one half of a red flash; the standard scales the value by 320."""
FIELD = 1 / 3
"""Width and height of a 10-degree field as a share of the frame: 341 x 256 of 1024 x 768 pixels."""
FIELD_SHARE = 0.25
"""Share of a field that must flash together."""
TOGETHER_S = 0.07
"""Cells that change within this time change together (project choice: two frames at 30 fps)."""
COHERENT = 3.0
"""How many times more cells must go one way than the other; movement of texture goes both ways (project choice)."""
PLACES = 9
"""Places of the field a side that are looked at."""

_LINEAR = np.where(
    np.arange(256) / 255 <= 0.04045, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)
"""sRGB code to linear light, IEC 61966-2-1."""


@dataclass
class Turns:
    """Moments at which a large enough part of a field became lighter (or darker) than its last extreme."""

    times_s: list[float] = field(default_factory=list)
    places: list[NDArray[np.bool_]] = field(default_factory=list)
    """Which places of the field turned, PLACES * PLACES."""
    areas: list[float] = field(default_factory=list)
    """Share of the frame that turned."""
    boxes: list[tuple[float, float, float, float]] = field(default_factory=list)

    def times_at(self, place: int) -> NDArray[np.float64]:
        return np.array([time for time, places in zip(self.times_s, self.places, strict=True) if places[place]])


class _Cells:
    """Follows the last extreme of every cell, and the last turn of every place of the field."""

    def __init__(self, shape: tuple[int, int], step: float) -> None:
        self.step, self.turns = step, Turns()
        self.high, self.low = np.full(shape, -np.inf, np.float32), np.full(shape, np.inf, np.float32)
        self.way = np.zeros(shape, np.int8)
        self.turned_s = np.full(shape, -np.inf)
        self.place_way = np.zeros(PLACES * PLACES, np.int8)
        self.place_mask: list[NDArray[np.bool_] | None] = [None] * (PLACES * PLACES)
        height, width = shape
        self.window = (max(1, round(width * FIELD)), max(1, round(height * FIELD)))
        self.tops = np.linspace(0, height - self.window[1], PLACES).astype(int)
        self.lefts = np.linspace(0, width - self.window[0], PLACES).astype(int)

    def see(
        self, time_s: float, value: NDArray[np.float32], eligible_high: NDArray[np.bool_] | None, darker_below: float
    ) -> None:
        """Take in the next picture; a turn counts where the bright state is eligible and the dark one below a limit."""
        np.maximum(self.high, value, out=self.high)
        np.minimum(self.low, value, out=self.low)
        up = (self.way <= 0) & (value - self.low >= self.step) & (self.low < darker_below)
        if eligible_high is not None:
            up &= eligible_high
        down = (self.way >= 0) & (self.high - value >= self.step) & (value < darker_below)
        if eligible_high is not None:
            down &= self.way > 0
        turned = up | down
        if not turned.any():
            return
        self.way[up], self.way[down] = 1, -1
        self.high[turned] = self.low[turned] = value[turned]
        self.turned_s[turned] = time_s
        recent = self.turned_s >= time_s - TOGETHER_S
        if np.count_nonzero(recent) < FIELD_SHARE * self.window[0] * self.window[1]:
            return
        lighter, darker = recent & (self.way > 0), recent & (self.way < 0)
        rising, falling = self._share(lighter), self._share(darker)
        for way, mask, mine, other in ((1, lighter, rising, falling), (-1, darker, falling, rising)):
            places = (mine >= FIELD_SHARE) & (mine >= COHERENT * other) & (self.place_way != way)
            if places.any():
                self.place_way[places] = way
                self._record(time_s, self._same_cells(places, mask), mask)

    def _share(self, mask: NDArray[np.bool_]) -> NDArray[np.float32]:
        """Share of each place of the field that a mask covers."""
        mean = cv2.boxFilter(mask.astype(np.float32), -1, self.window, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
        return np.asarray(mean[np.ix_(self.tops, self.lefts)]).ravel()

    def _same_cells(self, places: NDArray[np.bool_], mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """The places whose turn undoes their last one in the same cells: what only moves is dark and bright elsewhere."""
        again = places.copy()
        for place in np.flatnonzero(places).tolist():
            last, self.place_mask[place] = self.place_mask[place], mask
            if last is not None:
                top, left = self.tops[place // PLACES], self.lefts[place % PLACES]
                window = np.s_[top : top + self.window[1], left : left + self.window[0]]
                again[place] = np.mean(mask[window] & last[window]) >= FIELD_SHARE
        return again

    def _record(self, time_s: float, places: NDArray[np.bool_], mask: NDArray[np.bool_]) -> None:
        if not places.any():
            return
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        height, width = mask.shape
        self.turns.times_s.append(time_s)
        self.turns.places.append(places)
        self.turns.areas.append(float(mask.mean()))
        self.turns.boxes.append((columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height))


def find_turns(thumbnails: Thumbnails) -> tuple[Turns, Turns]:
    """The turns of relative luminance, and those of saturated red."""
    general: _Cells | None = None
    red: _Cells | None = None
    seen: NDArray[np.uint8] | None = None
    for first, chunk in thumbnails.chunks(size=128):
        shape = chunk.shape[1:3]
        general, red = general or _Cells(shape, GENERAL_STEP), red or _Cells(shape, RED_STEP)
        light = _LINEAR[chunk]
        luminance = light @ np.array([0.2126, 0.7152, 0.0722], np.float32)
        redness = np.maximum(0, light[..., 0] - light[..., 1] - light[..., 2])
        saturated = light[..., 0] >= SATURATED_RED * light.sum(3)
        redden = redness.max(axis=(1, 2)) >= RED_STEP
        for n, frame in enumerate(chunk):
            if seen is not None and cv2.norm(frame, seen, cv2.NORM_INF) <= 2:
                continue
            seen, time_s = frame, float(thumbnails.times_s[first + n])
            general.see(time_s, luminance[n], None, DARKER_BELOW)
            if redden[n] or red.way.any():
                red.see(time_s, redness[n], saturated[n], np.inf)
            else:
                red.low[:] = 0
    return (general.turns if general else Turns()), (red.turns if red else Turns())
