"""Where one shot gives way to the next: hard cuts, dissolves, and fades through an empty frame.

A cut is a frame that no movement of the frame before explains, when the frames around it are explained; so pans,
trembling cameras and explosions do not count, and a shot may be two frames long. It changes the whole picture: what is only
relit, torn, split, covered in part, or left by a figure that leaps goes on. A picture that comes back after a moment of light
was flashed at, not cut away from. A dissolve is a stretch whose inner frames are mixtures of its ends.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from analyzer.methods.frame_change import FrameSeries, frames_in
from analyzer.methods.frame_match import Match, Shift, match, relit, shift, slid, smoothed, zoom
from analyzer.methods.gradual import Transition, find_dissolves, find_fades
from analyzer.nouns.media import Thumbnails

# Thresholds are project choices, set on drawn clips (scripts/evaluation/shots.py with seeds below 1000) and on watched footage.
LEAST_CHANGE = 0.015
"""Mean change of a frame that is worth a look."""
LEAST_RESIDUAL = 0.04
"""Residual of a cut after movement is taken out."""
RATIO, MARGIN = 2.0, 0.015
"""A cut's residual is this many times that of the frames around it, and this much more."""
PLAIN_SPREAD, PLAIN_RESIDUAL, PLAIN_MARGIN = 0.65, 0.03, 0.005
"""The last two where that share of what has content changes: a dancer before a plain wall is a small part of the picture."""
CERTAIN_RESIDUAL = 0.18
"""Residual that is a cut whatever the frames around it do: no movement that was seen reached it."""
CERTAIN_CHANGE = 0.12
"""Change of a frame that is matched whatever the frames around it do."""
LEAST_PEAK = 1.5
"""Change of any other frame over the quieter ones around it."""
NEIGHBOUR = 0.65
"""What sweeps in over several frames is movement: most residual of the next frame, as a share of a cut's own."""
LEAST_SPREAD, LEAST_EXTENT, LEAST_REACH, LEAST_TURNOVER = 0.44, 0.12, 0.6, 0.36
"""Share of the picture that a cut changes; captions and insets change less, and fewer parts of it."""
STRONG_RESIDUAL, STRONG_TURNOVER = 0.1, 0.46
"""What differs strongly differs all over (cuts: 0.52 and more); a card or an inset differs strongly where it is alone."""
HELD_FRAMES, HELD_SPREAD = 3, 0.65
"""Drawings are held for so many frames: what moves before and after is looked for that far off, where less than this share of
the picture changes. A figure that leaps leaves the rest as it was."""
RELIT, SAME_DETAIL, LIT_CONTENT = 0.5, 0.6, 0.15
"""A change of light: what gain and offset leave at most, the least correlation of detail (of 600 cuts none of both), and the
least content; letters on a plain ground that changes its colour are another card."""
SLID = 0.13
"""A torn picture: most difference of rows or columns as a whole, as a share of a cut's residual (0.2 and more)."""
SHIFTED, STARTED, SWEPT_RESIDUAL = 0.75, 0.5, 0.06
"""A whip pan: a wider search leaves at most the second share of what blocks leave that move less far, or the first share and
little at all. Blur between two shots leaves 0.1 and more, and more than half."""
SWEPT, SWEPT_SHARE = 1.0, 0.15
"""The frames before and after move by so many thumbnail pixels, and by this share of the way, too."""
JUMP, JUMP_SPREAD, JUMP_EXTENT, AT_REST = 4.0, 0.38, 0.2, 0.1
"""A jump cut: the whole picture moves so many thumbnail pixels at once and changes by so much, at rest before and after."""
PUNCH = 0.05
"""The same where it grows or shrinks by that share."""
DUPLICATE = 0.001
"""Change below which a frame repeats the one before (frame-rate conversion, drawings held for two frames)."""
STILL_SHARE = 0.75
"""Share of repeated frames from which a stretch stands still and repeats are no sign of frame-rate conversion."""
SIDE_S, SIDE_FRAMES = 0.2, 5
"""Stretch on each side of a frame whose movement it is compared with."""
SAME_RESIDUAL, RETURN = 0.1, 0.4
"""Most residual of the picture that comes back after a flash, and the most as a share of that of the flash."""
FLASH_S, FLASH_FRAMES = 0.4, 4
"""How long a flash with its afterglow may last."""


class _Frames:
    """Smoothed thumbnails and their matches, read when asked for."""

    def __init__(self, thumbnails: Thumbnails) -> None:
        self._thumbnails = thumbnails
        self.smooth = lru_cache(maxsize=96)(self._smooth)
        self.match = lru_cache(maxsize=4096)(self._match)
        self.shift = lru_cache(maxsize=256)(self._shift)
        self.zoom = lru_cache(maxsize=256)(self._zoom)

    def raw(self, index: int) -> NDArray[np.uint8]:
        return np.asarray(self._thumbnails.read(index, index + 1)[0])

    def _smooth(self, index: int) -> NDArray[np.float32]:
        return smoothed(self.raw(index))

    def _match(self, before: int, after: int) -> Match:
        return match(self.smooth(before), self.smooth(after))

    def _shift(self, index: int) -> Shift:
        """How the whole picture moved from the frame before."""
        return shift(self.smooth(index - 1), self.smooth(index))

    def _zoom(self, index: int) -> tuple[float, float]:
        """How the whole picture grew from the frame before."""
        return zoom(self.smooth(index - 1), self.smooth(index))

    def residual(self, index: int) -> float:
        """Residual of a frame against the one before."""
        return self.match(index - 1, index).residual


def find_transitions(thumbnails: Thumbnails, series: FrameSeries) -> list[Transition]:
    """All transitions of a clip in order of time."""
    if len(series) < 2:
        return []
    frames = _Frames(thumbnails)
    fades = find_fades(series)
    dissolves = [d for d in find_dissolves(thumbnails, series) if not any(d.overlaps(f) for f in fades)]
    gradual = fades + dissolves
    cuts = [
        Transition("cut", i, i, i) for i in find_cuts(frames, series) if not any(g.first <= i <= g.last + 1 for g in gradual)
    ]
    return sorted(cuts + gradual, key=lambda t: t.middle)


def find_cuts(frames: _Frames, series: FrameSeries) -> list[int]:
    """Indices of the first frames after hard cuts."""
    change, side = series.change, max(SIDE_FRAMES, frames_in(series.times_s, SIDE_S))
    found = [
        index
        for index in np.flatnonzero(change >= LEAST_CHANGE).tolist()
        if (change[index] >= CERTAIN_CHANGE or _stands_out(change, index, side)) and _is_cut(frames, change, index, side)
    ]
    return _without_flashes(frames, series, found)


def _stands_out(change: NDArray[np.float32], index: int, side: int) -> bool:
    """Whether a frame changes more than its neighbours: a cheap look, so that few frames need to be matched."""
    near = np.r_[change[max(1, index - side) : index], change[index + 1 : index + 1 + side]]
    moving = near[near >= DUPLICATE]
    quiet = np.partition(moving, len(moving) // 4)[len(moving) // 4] if len(moving) else 0.0
    return bool(change[index] >= change[max(0, index - 1) : index + 2].max() and change[index] >= LEAST_PEAK * quiet)


def _is_cut(frames: _Frames, change: NDArray[np.float32], index: int, side: int) -> bool:
    """Whether movement explains neither a frame nor its difference from what goes on around it."""
    here = frames.match(index - 1, index)
    turnover = STRONG_TURNOVER if here.residual >= STRONG_RESIDUAL else LEAST_TURNOVER
    if here.reach < LEAST_REACH or here.turnover < turnover:
        return False
    if _jumps(frames, len(change), index, side, here):
        return True
    least, margin = (PLAIN_RESIDUAL, PLAIN_MARGIN) if here.spread >= PLAIN_SPREAD else (LEAST_RESIDUAL, MARGIN)
    if here.residual < least or here.spread < LEAST_SPREAD or here.extent < LEAST_EXTENT:
        return False
    count, certain = len(change), here.residual >= CERTAIN_RESIDUAL
    if index == 1 and not certain:
        return False
    beside = [near for near in (index - 1, index + 1) if 1 <= near < count]
    if not certain and any(frames.residual(near) > NEIGHBOUR * here.residual for near in _moving(change, beside, index, here)):
        return False
    if _sweeps(frames, beside, index, here) or _same_scene(frames, index, here):
        return False
    if certain:
        return True
    before, after = range(index - 1, max(0, index - 1 - side), -1), range(index + 1, min(count, index + 1 + side))
    repeats = change < DUPLICATE
    level = max(_level(frames, repeats, before), _level(frames, repeats, after))
    return here.residual >= RATIO * level + margin


def _jumps(frames: _Frames, count: int, index: int, side: int, here: Match) -> bool:
    """Whether a picture at rest jumps to another place of the same scene, where it rests again."""
    if here.spread < JUMP_SPREAD or here.extent < JUMP_EXTENT or not 1 < index < count - 1:
        return False
    near = [i for step in range(1, side + 1) for i in (index - step, index + step) if 1 <= i < count]
    if not all(frames.match(i - 1, i).spread <= AT_REST for i in near):
        return False
    return frames.shift(index).distance >= JUMP or abs(frames.zoom(index)[0] - 1) >= PUNCH


def _sweeps(frames: _Frames, beside: list[int], index: int, here: Match) -> bool:
    """Whether the whole picture moves, farther than blocks are searched, or grows, and does so before and after as well.

    Where it is explained well, one of the two will do, in the same way: a page that is scrolled from rest.
    """
    way, most = frames.shift(index), SHIFTED * here.residual
    if way.residual <= most:
        moves = [near for near in map(frames.shift, beside) if near.distance >= max(SWEPT, SWEPT_SHARE * way.distance)]
        little, less = way.residual <= SWEPT_RESIDUAL, way.residual <= STARTED * here.residual
        if len(moves) == len(beside) and (less or little):
            return True
        if less and little and any(near.goes_on(way) for near in moves):
            return True
    scale, residual = frames.zoom(index)
    if residual > most:
        return False
    grows = [(frames.zoom(near)[0] - 1) * (scale - 1) > 0 for near in beside]
    return all(grows) or (any(grows) and residual <= STARTED * here.residual)


def _same_scene(frames: _Frames, index: int, here: Match) -> bool:
    """Whether light alone makes the difference, or the picture is torn into strips that slide."""
    before, after = frames.smooth(index - 1), frames.smooth(index)
    left, alike, content = relit(before, after)
    if left <= RELIT and alike >= SAME_DETAIL and content >= LIT_CONTENT:
        return True
    return slid(before, after) <= SLID * here.residual


def _moving(change: NDArray[np.float32], beside: list[int], index: int, here: Match) -> list[int]:
    """The frames beside one, or where a part of the picture stays, the nearest that do not repeat the one before."""
    if here.spread >= HELD_SPREAD:
        return beside
    ways = (range(index - 1, max(0, index - 1 - HELD_FRAMES), -1), range(index + 1, min(len(change), index + 1 + HELD_FRAMES)))
    return [near for way in ways for near in [next((i for i in way if change[i] >= DUPLICATE), None)] if near is not None]


def _level(frames: _Frames, repeats: NDArray[np.bool_], side: range) -> float:
    """How much the frames of one side move: the lower median of their residuals, repeated frames left out."""
    near = list(side)
    moving = [index for index in near if not repeats[index]][:SIDE_FRAMES]
    if not moving or len(moving) < (1 - STILL_SHARE) * len(near):
        return 0.0
    return sorted(frames.residual(index) for index in moving)[(len(moving) - 1) // 2]


def _without_flashes(frames: _Frames, series: FrameSeries, cuts: list[int]) -> list[int]:
    """Leave out cuts into and out of a moment of light, or of emptiness, after which the same picture is back."""
    reach = max(FLASH_FRAMES, frames_in(series.times_s, FLASH_S))
    kept: list[int] = []
    for cut in cuts:
        into = any(_flash(frames, series, cut, end) for end in range(cut + 1, min(len(series), cut + reach + 1)))
        out = any(_flash(frames, series, start, cut) for start in range(cut - 1, max(0, cut - reach - 1), -1))
        if not into and not out and not (kept and _washed_out(series, kept[-1], cut)):
            kept.append(cut)
    return kept


def _flash(frames: _Frames, series: FrameSeries, start: int, end: int) -> bool:
    """Whether frames [start, end) are light or empty, and frame `end` shows again what frame `start - 1` showed."""
    lit = series.luma[start:end]
    brighter = lit.min() > max(series.luma[start - 1], series.luma[end]) + 0.02
    empty = series.flat[start:end].min() > 0.9
    if not (brighter or empty):
        return False
    back = frames.match(start - 1, end)
    away = frames.match(start - 1, start)
    return back.residual < min(SAME_RESIDUAL, RETURN * away.residual)


def _washed_out(series: FrameSeries, start: int, end: int) -> bool:
    """Whether frames [start, end) are a short burst of nearly white between two shots: one cut, not two."""
    if end - start > FLASH_FRAMES:
        return False
    return bool(series.flat[start:end].min() > 0.8 and series.luma[start:end].min() > 0.8)
