"""Signal: how loud the clip is, whether it clips, and where it is silent. What is heard is not told here."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Scalar, Series, Span, Spans, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

SILENCE_DBFS = -60.0
"""Level below which a stretch is silent (default of ffmpeg's silencedetect, https://ffmpeg.org/ffmpeg-filters.html#silencedetect)."""
SHORTEST_SILENCE_S = 0.5
"""A shorter silence is a pause of the sound itself (project choice; silencedetect reports from 2 s)."""
FLOOR_LUFS = -70.0
"""Absolute gate of ITU-R BS.1770-4 (https://www.itu.int/rec/R-REC-BS.1770): the curve shows nothing below it."""
MOST_POINTS = 1000


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure loudness, clipping and silence of the sound."""
    loudness = media.loudness
    if loudness is None:
        raise NotApplicable("no_audio", message("The clip has no audio track."))
    duration_s = media.duration_s
    heard = np.asarray(loudness.rms_dbfs > SILENCE_DBFS)
    silences = _silences(heard, loudness.step_s, duration_s)
    silence_s = sum((silence.duration_s for silence in silences), 0.0)
    metrics: dict[str, Scalar] = {
        "integrated_lufs": _rounded(loudness.integrated_lufs),
        "range_lu": _rounded(loudness.range_lu),
        "true_peak_dbtp": _rounded(loudness.true_peak_dbtp),
        "clipped_runs": loudness.clipped_runs,
        "silent": not heard.any(),
        "silence_s": round(silence_s, 3),
        "silence_share": round(silence_s / duration_s, 4) if duration_s else 0.0,
        "longest_silence_s": round(max((silence.duration_s for silence in silences), default=0.0), 3),
        "first_sound_s": round(int(heard.argmax()) * loudness.step_s, 3) if heard.any() else None,
    }
    curve = _peaks(loudness.momentary_lufs)
    step_s = loudness.step_s * len(loudness.momentary_lufs) / max(1, len(curve))
    series = Series(
        title="Momentary loudness",
        unit="LUFS",
        times_s=tuple(np.round(np.arange(len(curve)) * step_s, 3).tolist()),
        values=tuple(np.round(np.maximum(curve, FLOOR_LUFS).astype(np.float64), 1).tolist()),
    )
    return Reading(metrics, {"silences": Spans(title="Silence", unit="s", items=silences), "loudness": series})


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _silences(heard: NDArray[np.bool_], step_s: float, duration_s: float) -> tuple[Span, ...]:
    """Silent stretches; where the sound ends before the picture, the rest is silent."""
    rest = max(0, round(duration_s / step_s) - len(heard))
    silent = np.concatenate([[False], ~heard, np.ones(rest, bool), [False]])
    edges = np.flatnonzero(silent[1:] != silent[:-1]).reshape(-1, 2) * step_s
    return tuple(
        Span(start_s=round(start, 3), end_s=round(min(end, duration_s), 3), label="silence")
        for start, end in edges.tolist()
        if end - start >= SHORTEST_SILENCE_S - step_s / 2
    )


def _peaks(curve: NDArray[np.float32]) -> NDArray[np.float32]:
    """The curve with at most `MOST_POINTS` points, each the loudest of those it stands for."""
    group = -(-len(curve) // MOST_POINTS)
    if group <= 1:
        return curve
    grouped = np.pad(curve, (0, -len(curve) % group), mode="edge").reshape(-1, group)
    return np.asarray(grouped.max(axis=1))


SIGNAL = Signal(
    id="sound",
    title="Sound",
    why="Whether the clip is as loud as its neighbours in a feed, distorts, or goes silent.",
    measure=measure,
    metrics={
        "integrated_lufs": Metric("LUFS", "Loudness of the whole clip (EBU R128)."),
        "range_lu": Metric("LU", "Loudness range: how far quiet and loud parts lie apart (EBU Tech 3342)."),
        "true_peak_dbtp": Metric("dBTP", "Highest peak between and on the samples."),
        "clipped_runs": Metric("count", "Runs of three or more samples at full scale."),
        "silent": Metric("flag", "The audio track holds nothing above -60 dBFS."),
        "silence_s": Metric("s", "Time below -60 dBFS in stretches of at least half a second."),
        "silence_share": Metric("share", "Share of the clip that is silent."),
        "longest_silence_s": Metric("s", "Longest silent stretch."),
        "first_sound_s": Metric("s", "Time of the first sound above -60 dBFS."),
    },
    kinds=("video",),
)
