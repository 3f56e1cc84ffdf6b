"""Where nothing moves or nothing is seen: black, freezes, dead air, and how much the picture moves elsewhere.

Movement is a fact here, not a fault. A freeze is any picture that stands still to a viewer: a held frame, a title card and an
empty room before a tripod alike; which of them was meant is not told here. It looks at thumbnails, so what is smaller than a
thumbnail's pixel may move unseen.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analyzer.methods.frame_change import (
    CELL_RANK,
    DARK_CELL,
    FrameSeries,
    frame_series,
    frames_in,
    luma_of,
    ramp,
    runs_of,
)
from analyzer.nouns.evidence import Series, Span, Spans
from analyzer.nouns.media import Loudness, Media, Thumbnails
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

BLACK_LUMA, BLACK_SHARE = 0.10, 0.98
"""Luma of a black pixel and share of them in a black frame (https://ffmpeg.org/ffmpeg-filters.html#blackdetect).

A small title on black leaves that share, so that no cell may be brighter than DARK_CELL besides.
"""
BLACK_S = 0.1
"""Shortest black after the start; ffmpeg's 2 s would miss a blink. At the start one frame counts (project choice)."""
FREEZE_S = 0.5
"""Shortest freeze: half a second is seen in a 3 s hook; ffmpeg's freezedetect takes 2 s (project choice)."""
HELD_S = 2.0
"""A single frame shown this long is a freeze; at one frame a second every frame is held, and the clip still moves."""
STILL_MEAN, STILL_CELL = 0.0012, 0.012
"""Most mean luma change, and most change of the cells that change most, in a still picture that was compressed.

The mean is freezedetect's 0.001 with a margin; held pictures came back from H.264 within 0.0003 and one level of 255,
an actor who stands still on film within 0.0017 and eight levels.
"""
RENEWED_MEAN, RENEWED_CELL, RENEWED_PEAK = 0.01, 0.04, 10.0
"""Most of the same, and most change of a cell as a multiple of the mean, where an encoder draws a held picture anew (a
keyframe): a little everywhere and much nowhere. At CRF 18 to 28 means reached 0.0064 and cells 0.024, four to seven times the
mean; things that move change edges, 17 times the mean and more (measured on held photographs)."""
QUIET_S = 0.1
"""The picture stands still for so long before and after it is drawn anew (project choice)."""
MOVED_MEAN, MOVED_CELL = 0.004, 0.025
"""The same of two frames in a row, from which something moves and is not a camera's noise (project choice)."""
DRIFT_MEAN, DRIFT_CELL = 0.004, 0.06
"""The same of two frames half a second apart. A drone far above the sea moves 0.007 and 0.075 in that time and 0.001 from
frame to frame; the noise of a camera that stands reached 0.002 and 0.04 (measured)."""
SILENT_DBFS = -60.0
"""Level below which sound is silence (https://ffmpeg.org/ffmpeg-filters.html#silencedetect)."""
ONSET_S = 0.25
"""Movement that goes on at least once within this time has begun; a single cut between stills has not (project choice)."""
HOOK_S = 3.0
POINTS = 600
"""Most points of the curve."""

Stretches = list[tuple[float, float]]


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Find what stands still or is black, and how much the rest moves."""
    thumbnails, end_s = media.thumbnails, media.duration_s
    series = frame_series(thumbnails, dark_level=BLACK_LUMA)
    ends = np.r_[series.times_s[1:], end_s][: len(series)]
    black = (series.dark >= BLACK_SHARE) & (series.brightest <= DARK_CELL)
    moved = (series.luma_change > MOVED_MEAN) | (series.largest_change > MOVED_CELL)
    lag = min(frames_in(series.times_s, FREEZE_S), max(1, len(series) - 1))
    apart, most_apart = _apart(thumbnails, lag)
    frozen = _frozen(series, ends, lag, _still(apart, most_apart), _renewed(apart, most_apart)) & ~black
    drifted = (apart > DRIFT_MEAN) | (most_apart > DRIFT_CELL)
    black_spans = [s for s in _stretches(black, series.times_s, ends) if s[1] - s[0] >= BLACK_S or s[0] == series.times_s[0]]
    freezes = [s for s in _stretches(frozen, series.times_s, ends) if s[1] - s[0] >= FREEZE_S]
    empty = _joined(black_spans + freezes)
    dead = [s for s in _shared(empty, _silences(media.loudness, end_s)) if s[1] - s[0] >= FREEZE_S]
    lead = int(np.argmin(black)) if len(black) and not black.all() else len(black)
    freeze_s = sum(stop - start for start, stop in freezes)
    hook = series.times_s < HOOK_S
    return Reading(
        metrics={
            "black_lead_s": float(ends[lead - 1] - series.times_s[0]) if lead else 0.0,
            "black_s": float(sum(stop - start for start, stop in black_spans)),
            "fade_in_s": _fade_in_s(series, lead),
            "freeze_s": float(freeze_s),
            "longest_freeze_s": float(max((stop - start for start, stop in freezes), default=0.0)),
            "freeze_share": float(min(1.0, freeze_s / end_s)) if end_s > 0 else 0.0,
            "dead_air_s": float(sum(stop - start for start, stop in dead)),
            "motion_mean": _typical(series.luma_change[1:]),
            "motion_in_hook": _typical(series.luma_change[hook][1:]),
            "first_motion_s": _first_motion_s(series.times_s, moved, drifted, lag),
        },
        evidence={
            "black": _spans("Black", "black", black_spans),
            "freezes": _spans("Still picture", "still", freezes),
            "dead_air": _spans("Still and silent", "dead air", dead),
            "motion": _curve(series),
        },
    )


def _apart(thumbnails: Thumbnails, lag: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Mean luma change of every frame against that `lag` frames before, and of the cells that change most, 0..1.

    A slow zoom changes little from frame to frame, hence the comparison over half a second.
    """
    mean, most = np.zeros(len(thumbnails), np.float32), np.zeros(len(thumbnails), np.float32)
    for first, chunk in thumbnails.chunks(size=256, overlap=lag):
        luma = luma_of(chunk).reshape(len(chunk), -1)
        if len(luma) > lag:
            changed = np.abs(luma[lag:].astype(np.int16) - luma[:-lag])
            place = min(changed.shape[1] - 1, int(CELL_RANK * changed.shape[1]))
            mean[first + lag : first + len(luma)] = changed.mean(1) / 255
            most[first + lag : first + len(luma)] = np.partition(changed, place, axis=1)[:, place] / 255
    return mean, most


def _still(mean: NDArray[np.float32], most: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Changes that are none to a viewer."""
    return np.asarray((mean <= STILL_MEAN) & (most <= STILL_CELL))


def _renewed(mean: NDArray[np.float32], most: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Changes as they are where an encoder draws the same picture anew."""
    return np.asarray((mean <= RENEWED_MEAN) & (most <= np.minimum(RENEWED_CELL, RENEWED_PEAK * mean)))


def _frozen(
    series: FrameSeries, ends: NDArray[np.float64], lag: int, same: NDArray[np.bool_], alike: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Frames in a stretch that stays as it was half a second before; a frame that stands so long alone is one too.

    `same`: frames that are what they were `lag` frames before; `alike`: those that are it but for having been drawn anew.
    """
    count = len(series)
    if not count:
        return np.zeros(0, bool)
    still = _still(series.luma_change, series.largest_change)
    quiet = frames_in(series.times_s, QUIET_S)
    restless = np.convolve(~still, np.ones(2 * quiet + 1))[quiet : quiet + count]
    anew = ~still & _renewed(series.luma_change, series.largest_change) & (restless < 1.5)
    moves, renewals = np.cumsum(~still & ~anew), np.cumsum(anew)
    steady = np.zeros(count, bool)
    there = same[lag:] | (alike[lag:] & (renewals[lag:] != renewals[: count - lag]))
    steady[lag:] = there & (moves[lag:] == moves[: count - lag])
    frozen = np.convolve(steady, np.ones(lag + 1))[lag : lag + count] > 0
    held = ends - series.times_s
    return np.asarray(frozen | (held >= HELD_S) | ((count == 1) & (held >= FREEZE_S)))


def _stretches(flags: NDArray[np.bool_], times_s: NDArray[np.float64], ends: NDArray[np.float64]) -> Stretches:
    """Time of every run of frames."""
    return [(float(times_s[first]), float(ends[stop - 1])) for first, stop in runs_of(flags)]


def _silences(loudness: Loudness | None, end_s: float) -> Stretches:
    """Where no sound is; all of it without a track, and all that is after the track's end."""
    if loudness is None or not len(loudness.rms_dbfs):
        return [(0.0, end_s)]
    edges = np.arange(len(loudness.rms_dbfs) + 1, dtype=np.float64) * loudness.step_s
    spans = _stretches(loudness.rms_dbfs < SILENT_DBFS, edges[:-1], edges[1:])
    return _joined([*spans, (float(edges[-1]), end_s)] if edges[-1] < end_s else spans)


def _joined(stretches: Stretches) -> Stretches:
    """Stretches in order, those that touch made one."""
    joined: Stretches = []
    for start, stop in sorted(stretches):
        if joined and start <= joined[-1][1] + 1e-6:
            joined[-1] = (joined[-1][0], max(stop, joined[-1][1]))
        else:
            joined.append((start, stop))
    return joined


def _shared(one: Stretches, other: Stretches) -> Stretches:
    """What is in both."""
    both = [(max(a, c), min(b, d)) for a, b in one for c, d in other]
    return [(start, stop) for start, stop in both if stop > start]


def _fade_in_s(series: FrameSeries, lead: int) -> float:
    """Seconds in which the opening picture rises out of black; 0 where it is there at once."""
    if not 0 < lead < len(series):
        return 0.0
    length = ramp(series.grid, range(lead - 1, min(len(series), lead - 1 + frames_in(series.times_s, HOOK_S))))
    return float(series.times_s[lead - 1 + length] - series.times_s[lead - 1])


def _typical(change: NDArray[np.float32]) -> float:
    """Mean change of luma from frame to frame, cuts cut down to the 95th percentile."""
    return float(np.minimum(change, np.quantile(change, 0.95)).mean()) if len(change) else 0.0


def _first_motion_s(
    times_s: NDArray[np.float64], moved: NDArray[np.bool_], drifted: NDArray[np.bool_], lag: int
) -> float | None:
    """When movement begins: what is seen from frame to frame, or a drift that only half a second shows.

    A drift begins in the middle of that half second; one with a cut in it is none.
    """
    jumps = np.cumsum(moved)
    smooth = drifted[lag:] & (jumps[lag:] == jumps[: len(jumps) - lag])
    onsets = [_onset_s(times_s, moved), _onset_s(times_s[lag // 2 :][: len(smooth)], smooth)]
    return min((onset for onset in onsets if onset is not None), default=None)


def _onset_s(times_s: NDArray[np.float64], moved: NDArray[np.bool_]) -> float | None:
    """When movement begins that goes on."""
    at = np.flatnonzero(moved)
    reach = max(ONSET_S, 1.5 * float(np.median(np.diff(times_s)))) if len(times_s) > 1 else ONSET_S
    for one, following in zip(at, at[1:], strict=False):
        if times_s[following] - times_s[one] <= reach:
            return float(times_s[one])
    return None


def _spans(title: str, label: str, stretches: Stretches) -> Spans:
    return Spans(title=title, items=tuple(Span(start_s=start, end_s=stop, label=label) for start, stop in stretches))


def _curve(series: FrameSeries) -> Series:
    """Movement over time: the mean of the frames that fall into each point."""
    parts = np.array_split(np.arange(1, len(series)), min(POINTS, max(1, len(series) - 1))) if len(series) > 1 else []
    return Series(
        title="Movement",
        unit="share",
        times_s=tuple(float(series.times_s[part[0]]) for part in parts),
        values=tuple(round(float(series.luma_change[part].mean()), 5) for part in parts),
    )


SIGNAL = Signal(
    id="stillness",
    title="Black, freezes and movement",
    why="Shows where a viewer sees nothing new: black, still or dead stretches, and when the picture first moves.",
    kinds=("video",),
    measure=measure,
    metrics={
        "black_lead_s": Metric("s", "Black before the first picture"),
        "black_s": Metric("s", "Black in all"),
        "fade_in_s": Metric("s", "Time in which the opening rises out of black"),
        "freeze_s": Metric("s", "Time in which nothing in the picture moves"),
        "longest_freeze_s": Metric("s", "Longest stretch in which nothing moves"),
        "freeze_share": Metric("share", "Share of the time in which nothing moves"),
        "dead_air_s": Metric("s", "Still or black, and silent"),
        "motion_mean": Metric("share", "Mean change of luma from frame to frame"),
        "motion_in_hook": Metric("share", "The same in the first 3 seconds"),
        "first_motion_s": Metric("s", "When the picture first moves"),
    },
)
