"""Gradual transitions: dissolves, whose frames are mixtures of what is before and after, and fades through an empty frame.

It looks at the coarse picture of every frame first, and at thumbnails only where that one promises something.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.methods.frame_change import DARK_CELL, FrameSeries, frames_in, luma_of, ramp, runs_of
from analyzer.nouns.media import Thumbnails

# Thresholds are project choices, set on drawn clips (scripts/evaluation/shots.py with seeds below 1000) and on watched footage.
LONGEST_S = 3.0
"""Longest dissolve, and longest ramp of a fade."""
DISSOLVE_FRAMES = (6, 8, 11, 16, 22, 32, 45, 64, 90, 128, 180)
"""Lengths of dissolves that are tried, up to LONGEST_S."""
INNER = (1 / 6, 2 / 6, 3 / 6, 4 / 6, 5 / 6)
"""Where in a dissolve its mixture is measured."""
LEAST_CONTRAST = 0.05
"""Root mean square difference of the two ends of a dissolve, coarse picture, 0..1."""
CELL_CHANGE, CHANGED_SHARE = 0.03, 0.4
"""Share of the coarse picture that differs between the two ends, and by how much; a dancer at a plain wall changes less."""
UNEVEN = 0.2
"""How far the share of the new picture may be from a straight line."""
UNMIXED = 0.35
"""How much of an inner frame the mixture may leave unexplained, as a share of the difference of the ends."""
LEAST_PART, MOST_PARTS = 0.15, 1.07
"""Fine detail of the middle frame: least share of each end in it, most of both together; 1 in a mixture (1.03 was seen), more
where a thing only moved."""
LEAST_FIT, ALIKE_COST = 0.52, 1.5
"""Share of that detail which the ends must explain, and how much more for ends that are alike (correlation 0..1)."""
SHIFT = 3
"""How far, in thumbnail pixels, the picture may move in half a dissolve."""
FLAT = 0.75
"""Share of cells of one luma from which a dark or bright frame is empty; a letterbox or a small title may be in it."""
EMPTY_END = 0.95
"""Share from which an end of a dissolve is empty, and the dissolve is a fade that opens or ends the clip."""
CORE = 0.9
"""Share from which a frame is empty beyond doubt; a dark scene may pass for empty next to one that is."""
BARE = 0.99
"""Share from which a frame shows nothing at all; a plain surface that pulses goes from no picture to another."""
DARK_LUMA, BRIGHT_LUMA = 0.15, 0.6
MERGE_S = 0.5
"""An empty stretch up to this long belongs to one transition even if one of its sides is a hard cut; a title that stands
longer in it is a shot."""
SAME_TONE = 0.004
"""How far the luma of a frame may be from the empty stretch's own; a dark picture that rises passes for empty at first."""


@dataclass(frozen=True)
class Transition:
    """A boundary between shots: frame indices of its middle (the first new frame of a cut), its first and its last frame."""

    kind: Literal["cut", "dissolve", "fade"]
    middle: int
    first: int
    last: int

    def overlaps(self, other: Transition) -> bool:
        return self.first <= other.last and other.first <= self.last


def _empty(series: FrameSeries) -> NDArray[np.bool_]:
    """Frames of one dark or bright tone."""
    return np.asarray((series.flat >= FLAT) & ((series.luma <= DARK_LUMA) | (series.luma >= BRIGHT_LUMA)))


def find_fades(series: FrameSeries) -> list[Transition]:
    """Fades through empty frames between two shots; a fade-in that opens the clip and a fade-out that ends it are none."""
    empty = _empty(series)
    reach, merge = frames_in(series.times_s, LONGEST_S), frames_in(series.times_s, MERGE_S)
    found = []
    for start, end in runs_of(empty):
        core = np.flatnonzero(series.flat[start:end] >= CORE)
        start, end = (start + int(core[0]), start + int(core[-1]) + 1) if len(core) else (start, end)
        if empty[:start].all() or empty[end:].all():
            continue
        first, last = _ramps(series, start, end, reach)
        out, into = start - first, last - end + 1
        if (not out and not into) or series.flat[first : last + 1].min() >= BARE:
            continue
        title = _title(series, start, end, merge)
        if title:
            sides = ([(first, title[0])] if out else []) + ([(title[1], last)] if into else [])
            found += [Transition("fade", (one + other + 1) // 2, one, other) for one, other in sides]
            continue
        if end - start > merge and not out:
            first = end - 1
        elif end - start > merge and not into:
            last = start
        found.append(Transition("fade", (first + last + 1) // 2, first, last))
    return found


def _ramps(series: FrameSeries, start: int, end: int, reach: int) -> tuple[int, int]:
    """First frame of the ramp into the empty frames [start, end) and last frame of the one out of them."""
    luma = series.luma[start:end]
    tone = np.quantile(luma, 0.5, method="lower")
    same = start + np.flatnonzero(np.abs(luma - tone) <= SAME_TONE)
    first, last = start, end - 1
    for at in (start, int(same[0])):
        first = min(first, at - ramp(series.grid, range(at, max(-1, at - reach), -1)))
    for at in (end - 1, int(same[-1])):
        last = max(last, at + ramp(series.grid, range(at, min(len(series), at + reach))))
    return first, last


def _title(series: FrameSeries, start: int, end: int, least: int) -> tuple[int, int] | None:
    """First frame of what is written on the dark frames [start, end), and the frame after it; at least `least` frames."""
    if series.luma[start:end].min() > DARK_LUMA:
        return None
    inside = [(start + one, start + other) for one, other in runs_of(series.brightest[start:end] > DARK_CELL)]
    titles = [(one, other) for one, other in inside if one > start and other < end and other - one >= least]
    return (titles[0][0], titles[-1][1]) if titles else None


def find_dissolves(thumbnails: Thumbnails, series: FrameSeries) -> list[Transition]:
    """Dissolves: stretches of frames that are mixtures of their ends, one picture giving way to another at a steady pace."""
    longest = frames_in(series.times_s, LONGEST_S)
    empty = _empty(series)
    offers = [offer for length in DISSOLVE_FRAMES if length <= longest for offer in _mixtures(series.grid, length)]
    found: list[Transition] = []
    tried: list[Transition] = []
    for _, first, last in sorted(offers, reverse=True):
        offer = Transition("dissolve", (first + last) // 2, first, last)
        if any(offer.overlaps(other) for other in found) or sum(offer.overlaps(other) for other in tried) >= 5:
            continue
        tried.append(offer)
        if any(empty[i] and series.flat[i] >= EMPTY_END for i in (first, last)):
            continue
        middle = _middle(series.grid, first, last)
        if _superimposed(thumbnails, first, middle, last):
            found.append(Transition("dissolve", middle, first, last))
    return sorted(found, key=lambda t: t.first)


def _mixtures(grid: NDArray[np.uint8], length: int) -> Iterator[tuple[float, int, int]]:
    """(score, first, last) of stretches of `length` frames whose coarse inner frames lie on the line between the ends."""
    starts = np.arange(0, len(grid) - length, max(1, length // 8))
    for part in np.array_split(starts, max(1, len(starts) // 2048)) if len(starts) else []:
        one = grid[part].astype(np.float32)
        way = grid[part + length].astype(np.float32) - one
        power = (way**2).mean(1)
        changed = (np.abs(way) >= CELL_CHANGE * 255).mean(1)
        good = (np.sqrt(power) >= LEAST_CONTRAST * 255) & (changed >= CHANGED_SHARE)
        part, one, way, power = part[good], one[good], way[good], power[good]
        worst, even = np.zeros(len(part), np.float32), np.ones(len(part), bool)
        for share in INNER:
            inner = grid[part + round(share * length)].astype(np.float32) - one
            weight = (inner * way).mean(1) / power
            left = np.sqrt(((inner - weight[:, None] * way) ** 2).mean(1) / power)
            worst, even = np.maximum(worst, left), even & (np.abs(weight - share) <= UNEVEN)
        score = np.sqrt(power) * (1 - worst)
        for n in np.flatnonzero(even & (worst <= UNMIXED)):
            yield float(score[n]), int(part[n]), int(part[n]) + length


def _middle(grid: NDArray[np.uint8], first: int, last: int) -> int:
    """The first frame that shows more of the new picture than of the old."""
    inner = grid[first : last + 1].astype(np.float32) - grid[first].astype(np.float32)
    weight = inner @ inner[-1] / max(1e-6, float(inner[-1] @ inner[-1]))
    return first + int(np.argmax(weight >= 0.5))


def _superimposed(thumbnails: Thumbnails, first: int, middle: int, last: int) -> bool:
    """Whether the middle frame holds the fine detail of both ends, and the ends are different pictures."""
    one, mixed, other = (_detail(thumbnails.read(i, i + 1)) for i in (first, middle, last))
    one, other = _aligned(one, mixed), _aligned(other, mixed)
    pairs = np.stack([one.ravel(), other.ravel()], axis=1)
    target = mixed.ravel()
    power = float(target @ target)
    alike = float(pairs[:, 0] @ pairs[:, 1] / (np.linalg.norm(pairs[:, 0]) * np.linalg.norm(pairs[:, 1]) + 1e-6))
    parts, *_ = np.linalg.lstsq(pairs, target, rcond=None)
    fit = 1 - float(((target - pairs @ parts) ** 2).sum()) / max(power, 1e-6)
    return bool(parts.min() >= LEAST_PART and parts.sum() <= MOST_PARTS and fit >= LEAST_FIT + ALIKE_COST * max(0.0, alike))


def _detail(pixels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Fine luma detail of one frame (1, height, width, 3)."""
    luma = luma_of(pixels)[0].astype(np.float32)
    return np.asarray(cv2.GaussianBlur(luma, (0, 0), 0.7) - cv2.GaussianBlur(luma, (0, 0), 4.0), np.float32)


def _aligned(picture: NDArray[np.float32], onto: NDArray[np.float32]) -> NDArray[np.float32]:
    """The picture shifted to where it fits best."""
    wide = cv2.copyMakeBorder(picture, SHIFT, SHIFT, SHIFT, SHIFT, cv2.BORDER_REFLECT)
    top, left = np.unravel_index(int(cv2.matchTemplate(wide, onto, cv2.TM_CCORR).argmax()), (2 * SHIFT + 1,) * 2)
    return np.asarray(wide[top : top + picture.shape[0], left : left + picture.shape[1]])
