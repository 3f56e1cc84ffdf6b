"""How every frame differs from the one before: small per-frame series made of thumbnails, piece by piece.

It judges nothing: what counts as a cut, a freeze or black is decided by the signals. Nothing as large as the thumbnails
themselves is kept.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.media import Thumbnails

GRID = 8
"""Cells a side of the coarse picture that is kept of every frame."""
CELL_RANK = 0.997
"""Quantile of cells that stands for the one that changed most: a handful may be noise."""
DARK_CELL = 0.155
"""Luma up to which nothing is seen on black: thin letters of a title reach 0.18 in a thumbnail, a faint copyright line
0.145 (measured)."""

FADE_FRAMES = 3
"""Least frames of a ramp; fewer are a cut softened by compression."""
FADE_DEPTH = 0.05
"""Mean difference between the picture at the ramp's far end and the empty frame, 0..1."""


@dataclass(frozen=True)
class FrameSeries:
    """One value per frame, each a share of full scale (0..1) unless said otherwise."""

    times_s: NDArray[np.float64]
    luma: NDArray[np.float32]
    """Mean of the BT.601 luma."""
    change: NDArray[np.float32]
    """Mean absolute difference of R, G and B from the frame before; 0 for the first."""
    luma_change: NDArray[np.float32]
    """The same of the luma alone."""
    largest_change: NDArray[np.float32]
    """The luma change of the cell that changed most (but for a few), so that a small thing that moves is seen."""
    dark: NDArray[np.float32]
    """Share of cells whose luma is at most `dark_level`."""
    flat: NDArray[np.float32]
    """Share of cells whose luma is near that of the frame's median."""
    brightest: NDArray[np.float32]
    """Luma of the brightest cell (but for a few): a title on black is small, and seen."""
    grid: NDArray[np.uint8]
    """The frame in GRID x GRID cells, flattened: (frames, GRID * GRID * 3), 0..255."""

    def __len__(self) -> int:
        return len(self.times_s)


def luma_of(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """BT.601 luma of RGB frames (frames, height, width, 3) as (frames, height, width), 0..255."""
    count, height, width = pixels.shape[:3]
    tall = np.ascontiguousarray(pixels).reshape(count * height, width, 3)
    return np.asarray(cv2.cvtColor(tall, cv2.COLOR_RGB2GRAY), np.uint8).reshape(count, height, width)


def cells_of(pixels: NDArray[np.uint8], side: int = GRID) -> NDArray[np.uint8]:
    """Area averages of frames (frames, height, width, 3) in at most `side` x `side` cells, flattened per frame."""
    count, height, width = pixels.shape[:3]
    rows, columns = min(side, height), min(side, width)
    top, left = (np.arange(rows) * height) // rows, (np.arange(columns) * width) // columns
    sums = np.add.reduceat(np.add.reduceat(pixels, top, axis=1, dtype=np.uint32), left, axis=2)
    areas = np.diff([*top, height])[:, None] * np.diff([*left, width])[None, :]
    return np.asarray(sums // areas[None, :, :, None], np.uint8).reshape(count, -1)


def frame_series(thumbnails: Thumbnails, dark_level: float = 0.1, flat_band: float = 0.05) -> FrameSeries:
    """Measure every frame against the one before; `dark_level` and `flat_band` are shares of full scale."""
    count = len(thumbnails)
    names = ("luma", "change", "luma_change", "largest_change", "dark", "flat", "brightest")
    columns = {name: np.zeros(count, np.float32) for name in names}
    grid: NDArray[np.uint8] | None = None
    for first, chunk in thumbnails.chunks(size=256, overlap=1):
        luma, stop = luma_of(chunk), first + len(chunk)
        flat_luma = luma.reshape(len(luma), -1)
        columns["luma"][first:stop] = flat_luma.mean(1) / 255
        columns["dark"][first:stop] = (flat_luma <= dark_level * 255).mean(1)
        middle = np.median(flat_luma[:, ::3], axis=1).astype(np.int16)[:, None]
        columns["flat"][first:stop] = (np.abs(flat_luma.astype(np.int16) - middle) <= flat_band * 255).mean(1)
        place = min(flat_luma.shape[1] - 1, int(CELL_RANK * flat_luma.shape[1]))
        columns["brightest"][first:stop] = np.partition(flat_luma, place, axis=1)[:, place] / 255
        cells = cells_of(chunk)
        grid = np.zeros((count, cells.shape[1]), np.uint8) if grid is None else grid
        grid[first:stop] = cells
        if len(chunk) > 1:
            moved = cv2.absdiff(chunk[1:].reshape(-1, 3), chunk[:-1].reshape(-1, 3)).reshape(len(chunk) - 1, -1)
            columns["change"][first + 1 : stop] = moved.mean(1) / 255
            moved = cv2.absdiff(flat_luma[1:], flat_luma[:-1])
            columns["luma_change"][first + 1 : stop] = moved.mean(1) / 255
            columns["largest_change"][first + 1 : stop] = np.partition(moved, place, axis=1)[:, place] / 255
    empty = np.zeros((count, GRID * GRID * 3), np.uint8)
    return FrameSeries(times_s=np.asarray(thumbnails.times_s), grid=empty if grid is None else grid, **columns)


def frames_in(times_s: NDArray[np.float64], seconds: float) -> int:
    """Frames in a stretch of time at the clip's median frame rate, at least one."""
    step = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.0
    return max(1, round(seconds / step)) if step > 0 else 1


def runs_of(flags: NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """(first, end) of every run of true values, `end` exclusive."""
    edges = np.flatnonzero(np.diff(np.r_[False, flags, False]))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def ramp(grid: NDArray[np.uint8], way: range) -> int:
    """Frames of a ramp that leads away from the empty frame at the start of `way`; 0 where the picture is there at once."""
    frames = grid[list(way)].astype(np.float32)
    away = frames - frames[0]
    distance = np.abs(away).mean(1) / 255
    length = 0
    for n in range(1, len(frames)):
        grown = distance[n] - distance[length]
        if grown < 0.01 * max(0.05, distance[length]):
            if n - length > 2:
                break
            continue
        one, other = away[length].ravel(), away[n].ravel()
        alike = float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other) + 1e-6))
        if distance[length] > 0.02 and alike < 0.95:
            break
        length = n
    if length < FADE_FRAMES or distance[length] < FADE_DEPTH:
        return 0
    return length if np.diff(distance[: length + 1]).max() < 0.6 * distance[length] else 0
