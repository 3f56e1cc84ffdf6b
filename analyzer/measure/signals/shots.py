"""Shots and the transitions between them, frame-exact on hard cuts and with no least length.

It looks at every frame's thumbnail. It does not judge pace: rules do.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from analyzer.methods.frame_change import frame_series
from analyzer.methods.transitions import find_transitions
from analyzer.nouns.evidence import Shot, Shots
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

HOOK_S = 3.0
"""The opening that decides whether people stay (research/mission.md, section D)."""
OPENING_S = 5.0
"""Google's ABCD counts shots in the first five seconds."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Find the shots of a clip."""
    thumbnails, end_s = media.thumbnails, media.duration_s
    times = thumbnails.times_s
    found = find_transitions(thumbnails, frame_series(thumbnails))
    starts = [float(times[0]) if len(times) else 0.0] + [float(times[t.middle]) for t in found]
    kinds: list[Literal["start", "cut", "dissolve", "fade"]] = ["start", *(t.kind for t in found)]
    shots = tuple(
        Shot(start_s=start, end_s=stop, transition=kind)
        for start, stop, kind in zip(starts, [*starts[1:], max(end_s, starts[-1])], kinds, strict=True)
        if len(times)
    )
    lengths = [shot.end_s - shot.start_s for shot in shots] or [0.0]
    cuts = [shot.start_s for shot in shots if shot.transition == "cut"]
    return Reading(
        metrics={
            "shots": len(shots),
            "cuts": len(cuts),
            "dissolves": kinds.count("dissolve"),
            "fades": kinds.count("fade"),
            "first_cut_s": cuts[0] if cuts else None,
            "mean_shot_s": float(np.mean(lengths)),
            "median_shot_s": float(np.median(lengths)),
            "longest_shot_s": max(lengths),
            "cuts_per_minute": 60 * len(cuts) / end_s if end_s > 0 else 0.0,
            "cuts_in_hook": sum(cut < HOOK_S for cut in cuts),
            "shots_first_5s": sum(shot.start_s < OPENING_S for shot in shots),
        },
        evidence={"shots": Shots(title="Shots", items=shots)},
    )


SIGNAL = Signal(
    id="shots",
    title="Shots and cuts",
    why="Shows where the picture changes, and how fast the clip is paced.",
    kinds=("video",),
    measure=measure,
    metrics={
        "shots": Metric("count", "Uninterrupted runs of frames"),
        "cuts": Metric("count", "Hard cuts"),
        "dissolves": Metric("count", "One picture blends into the next"),
        "fades": Metric("count", "The picture goes through black or white between two shots"),
        "first_cut_s": Metric("s", "Time of the first hard cut"),
        "mean_shot_s": Metric("s", "Mean length of a shot"),
        "median_shot_s": Metric("s", "Median length of a shot"),
        "longest_shot_s": Metric("s", "Longest shot"),
        "cuts_per_minute": Metric("per minute", "Hard cuts a minute"),
        "cuts_in_hook": Metric("count", "Hard cuts in the first 3 seconds"),
        "shots_first_5s": Metric("count", "Shots that begin in the first 5 seconds"),
    },
)
