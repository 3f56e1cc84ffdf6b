"""Probabilities of sounds in overlapping windows, as stretches of what people name: music, speech, applause.

The groups and bounds are data (`lexicon/sounds.toml`). Nothing is known more finely than the windows tell.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from analyzer.nouns.evidence import Span

Windows = Sequence[tuple[float, float, Mapping[str, float]]]
"""Start, end, and the probability of each class."""


def stretches(windows: Windows) -> list[Span]:
    """Stretches of each group, the groups in the order of the table; `value` is the mean probability.

    Between the edges of all windows a group has the mean of the windows that lie there.
    """
    table = _table()
    edges = sorted({time_s for start_s, end_s, _ in windows for time_s in (start_s, end_s)})
    cells = list(zip(edges, edges[1:], strict=False))
    found = []
    for group, classes in table["groups"].items():
        likely = [_mean(windows, cell, classes) for cell in cells]
        for first, last in _runs(likely, table["begin"], table["hold"]):
            weights = [end_s - start_s for start_s, end_s in cells[first:last]]
            value = round(float(np.average(likely[first:last], weights=weights)), 3)
            found.append(Span(start_s=round(cells[first][0], 2), end_s=round(cells[last - 1][1], 2), label=group, value=value))
    return found


def _mean(windows: Windows, cell: tuple[float, float], classes: Sequence[str]) -> float:
    """Mean over the windows that hold a cell of the likeliest class of a group."""
    there = [
        max((classified.get(name, 0.0) for name in classes), default=0.0)
        for start_s, end_s, classified in windows
        if start_s <= cell[0] and cell[1] <= end_s
    ]
    return sum(there) / len(there) if there else 0.0


def _runs(values: Sequence[float], begin: float, hold: float) -> list[tuple[int, int]]:
    """Runs [first, last) of values of at least `hold` that reach `begin` somewhere."""
    edges = np.diff(np.concatenate([[0], np.asarray(values) >= hold, [0]]).astype(np.int8))
    runs = zip(np.flatnonzero(edges > 0).tolist(), np.flatnonzero(edges < 0).tolist(), strict=True)
    return [(first, last) for first, last in runs if max(values[first:last]) >= begin]


@cache
def _table() -> Mapping[str, Any]:
    return tomllib.loads((files("analyzer.methods") / "lexicon" / "sounds.toml").read_text(encoding="utf-8"))
