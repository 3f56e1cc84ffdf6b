"""Flashes that can trigger seizures, after WCAG 2.3.1: general and red flashes with their area and seconds.

The method is our own: each thumbnail cell is followed from one extreme of relative luminance (or of saturated red) to the
opposing one; cells that turn together in a quarter of any 10-degree field (a third of the frame each way, as 341 x 256 of
1024 x 768) make half a flash there, and two opposing halves a flash. EA's IRIS and its port iris-pse-detection (PyPI) were
considered: 1.1.2 brings opencv-python (a second cv2) and scipy, and decodes the file itself in a second pass. This is a
screening by thumbnails: it does not look for stripes and patterns, and is no certificate.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from analyzer.methods.flashing import PLACES, Turns, find_turns
from analyzer.nouns.evidence import BoundingBox, Span, Spans
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

ALLOWED = 3
"""Flashes in any one second (https://www.w3.org/WAI/WCAG22/Understanding/three-flashes-or-below-threshold)."""
EXTENDED_TURNS, EXTENDED_S = 4, 5.0
"""Two flashes a second, kept up this long, are an extended failure (https://github.com/electronicarts/IRIS)."""
SHOWN = 2
"""Flashes in a second from which they are shown as evidence; single ones are mostly cuts (project choice)."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Count the flashes of a clip."""
    general, red = find_turns(media.thumbnails)
    counts = {"general": _most(general), "red": _most(red)}
    spans = [*_spans(general, "general", media.duration_s), *_spans(red, "red", media.duration_s)]
    return Reading(
        metrics={
            "general_flashes": counts["general"],
            "red_flashes": counts["red"],
            "general_fails": counts["general"] > ALLOWED,
            "red_fails": counts["red"] > ALLOWED,
            "extended_fails": _extended(general) or _extended(red),
            "area_max": max(_area(general), _area(red)),
        },
        evidence={"flashes": Spans(title="Flashes", unit="flashes a second", items=tuple(spans))},
    )


def _in_second(times_s: NDArray[np.float64]) -> NDArray[np.int64]:
    """For each turn, how many turns are in the second that ends with it."""
    return np.arange(1, len(times_s) + 1) - np.searchsorted(times_s, times_s - 1.0 + 1e-6, side="left")


def _each_place(turns: Turns) -> list[NDArray[np.float64]]:
    return [turns.times_at(place) for place in range(PLACES * PLACES)] if turns.times_s else []


def _most(turns: Turns) -> int:
    """Most flashes in any second at any place."""
    return max((int(_in_second(times).max()) // 2 for times in _each_place(turns) if len(times)), default=0)


def _extended(turns: Turns) -> bool:
    """Whether some place keeps up two flashes a second for five seconds."""
    for times in _each_place(turns):
        began = None
        for n, count in enumerate(_in_second(times)):
            if count < EXTENDED_TURNS:
                began = None
                continue
            began = times[n - count + 1] if began is None else began
            # The last half of the last flash is not a turn of its own.
            if times[n] - began >= EXTENDED_S - 1 / EXTENDED_TURNS - 0.01:
                return True
    return False


def _flashing(turns: Turns) -> list[tuple[int, int]]:
    """(index of a turn, turns at its busiest place in the second that ends with it)."""
    counts = np.zeros(len(turns.times_s), int)
    every = np.array(turns.times_s)
    for times in _each_place(turns):
        at = np.searchsorted(every, times)
        np.maximum.at(counts, at, _in_second(times))
    return [(n, int(count)) for n, count in enumerate(counts)]


def _area(turns: Turns) -> float:
    """Largest share of the frame in a turn that belongs to a flash."""
    return max((turns.areas[n] for n, count in _flashing(turns) if count >= 2), default=0.0)


def _spans(turns: Turns, label: str, end_s: float) -> list[Span]:
    """Stretches with several flashes a second."""
    spans: list[Span] = []
    for n, count in _flashing(turns):
        if count // 2 < SHOWN:
            continue
        x0, y0, x1, y1 = turns.boxes[n]
        box = BoundingBox(x0=x0, y0=y0, x1=x1, y1=y1)
        start, stop, value = max(0.0, turns.times_s[n] - 1.0), min(end_s, turns.times_s[n]), float(count // 2)
        last = spans[-1] if spans else None
        if last is not None and last.box is not None and start <= last.end_s:
            start, value, box = last.start_s, max(value, last.value or 0.0), box.union(last.box)
            spans.pop()
        spans.append(Span(start_s=start, end_s=stop, label=label, value=value, box=box))
    return spans


SIGNAL = Signal(
    id="flash",
    title="Flashes",
    why="Warns of flashing that can trigger seizures.",
    kinds=("video",),
    measure=measure,
    metrics={
        "general_flashes": Metric("count", "Most flashes of light in any one second"),
        "red_flashes": Metric("count", "Most flashes of saturated red in any one second"),
        "general_fails": Metric("flag", "More than three flashes of light in a second"),
        "red_fails": Metric("flag", "More than three flashes of saturated red in a second"),
        "extended_fails": Metric("flag", "Two or more flashes a second for five seconds"),
        "area_max": Metric("share", "Largest share of the frame that flashes together"),
    },
)
