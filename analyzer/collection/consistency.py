"""What is usual in a set, and which assets are not: one way for all measures.

An asset is as far from the set as from the quarter of it that lies nearest, so that two looks side by side are both usual.
Unusual is what lies beyond the median by more than 3.5 robust standard deviations (Iglewicz and Hoaglin 1993, How to Detect and
Handle Outliers) and beyond what is noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from analyzer.collection.brand import Kit
from analyzer.collection.contract import Check, Features, Gaps, Measure
from analyzer.collection.result import Finding
from analyzer.collection.traits import NEAREST, filled
from analyzer.judge.rules import shown
from analyzer.nouns.evidence import Message, message

FEWEST = 8
"""Assets from which one can say what is usual (project choice)."""
DEVIATIONS = 3.5
"""Modified z-score of an outlier (Iglewicz and Hoaglin 1993)."""
POWER = 4
"""Exponent with which measures are joined: the strongest counts most, a second one adds to it (project choice)."""
MAD = 1.4826
"""Makes the median absolute deviation a standard deviation of normal values."""
MOST_PEERS = 300
"""Assets that all are compared with, evenly spread over the set: keeps the cost of an asset flat."""
FARTHEST = 10.0
"""Larger distances say no more."""


@dataclass(frozen=True)
class Standing:
    """How a set stands in one measure. Arrays are over all assets (n,), NaN where an asset was not measured."""

    measure: Measure
    gaps: Gaps
    """To the peers (n, r)."""
    peers: tuple[int, ...]
    """Which assets the peers are; empty where they are references of the brand."""
    references: tuple[Features, ...]
    """Of the brand, where it is measured against them."""
    distance: NDArray[np.float64]
    """Mean gap to the nearest quarter."""
    usual: float | None
    edge: float | None

    @property
    def apart(self) -> NDArray[np.float64]:
        """0 usual, 1 the edge."""
        return apart_of(self.distance, self.usual, self.edge)


def apart_of(distance: NDArray[np.float64], usual: float | None, edge: float | None) -> NDArray[np.float64]:
    if usual is None or edge is None:
        return np.full(len(distance), np.nan)
    return np.clip((distance - usual) / (edge - usual), 0.0, FARTHEST)


def peers_of(count: int) -> tuple[int, ...]:
    """Assets that all are compared with."""
    return tuple(sorted(set(np.linspace(0, count - 1, min(count, MOST_PEERS)).astype(int).tolist()))) if count else ()


def standing(
    measure: Measure, features: Sequence[Features | None], peers: Sequence[int], references: Sequence[Features] = ()
) -> Standing:
    """Where each asset stands in a measure, against `references` where there are enough of them, else against the set."""
    known = [i for i, one in enumerate(features) if one is not None]
    among = [i for i in peers if features[i] is not None]
    outside = len(references) >= FEWEST
    others: list[Features] = list(references) if outside else [one for i in among if (one := features[i]) is not None]
    gaps = np.full((len(features), len(others)), np.nan)
    if known and others:
        gaps[known] = measure.gaps([one for one in features if one is not None], others)
    if not outside:
        gaps[among, range(len(among))] = np.nan
    distance = nearest(gaps)
    usual, edge = bounds(distance, measure.noise)
    peers, against = ((), tuple(others)) if outside else (tuple(among), ())
    return Standing(measure, gaps, peers, against, distance, usual, edge)


def nearest(gaps: Gaps) -> NDArray[np.float64]:
    """Mean gap (n,) to the nearest quarter of the others; NaN where there is none to compare with."""
    ranked = np.sort(gaps, axis=1)
    count = max(1, min(gaps.shape[1], max(3, round(NEAREST * gaps.shape[1])))) if gaps.shape[1] else 0
    kept = ranked[:, :count]
    known = np.isfinite(kept)
    return np.where(known.any(axis=1), np.where(known, kept, 0.0).sum(axis=1) / np.maximum(1, known.sum(axis=1)), np.nan)


def bounds(values: NDArray[np.float64], noise: float) -> tuple[float | None, float | None]:
    """The usual value and the edge of the usual; none where too few were measured."""
    known = values[np.isfinite(values)]
    if len(known) < FEWEST:
        return None, None
    usual = float(np.median(known))
    spread = MAD * float(np.median(np.abs(known - usual)))
    return usual, usual + max(DEVIATIONS * spread, noise)


def findings_of_set(standing: Standing, features: Sequence[Features | None]) -> list[Finding | None]:
    """For each asset that is unusual in a measure, what makes it so."""
    apart = standing.apart
    usual = [one for i in standing.peers if apart[i] < 1 and (one := features[i]) is not None] or list(standing.references)
    against: Literal["set", "references"] = "references" if standing.references else "set"
    found: list[Finding | None] = []
    for one, far in zip(features, apart, strict=True):
        if one is None or not far >= 1 or not usual:
            found.append(None)
            continue
        sentence = standing.measure.explain(one, usual)
        found.append(Finding(measure=standing.measure.id, against=against, apart=round(float(far), 3), sentence=sentence))
    return found


def findings_of_kit(measure: Measure, features: Sequence[Features | None], kit: Kit) -> list[tuple[Finding, ...]]:
    """For each asset, what it does against the kit, with how many others keep to it."""
    checked = [tuple(measure.checks(one, kit)) if one is not None else () for one in features]
    kept: dict[str, list[float]] = {}
    for check in (check for checks in checked for check in checks):
        if check.value <= check.limit:
            kept.setdefault(check.name, []).append(check.value)
    return [tuple(_broken(measure, c, kept.get(c.name, [])) for c in checks if c.value > c.limit) for checks in checked]


def _broken(measure: Measure, check: Check, kept: list[float]) -> Finding:
    value = shown(round(check.value, 1), check.unit)
    sentence = check.sentence if check.unit == "flag" else filled(check.sentence, value=value)
    apart = min(FARTHEST, check.value / check.limit if check.limit else 1 + check.value)
    others = _others(kept, check.unit)
    return Finding(measure=measure.id, against="brand", apart=round(apart, 3), sentence=sentence, others=others)


def _others(kept: list[float], unit: str) -> Message:
    """How many other assets keep to what one does not."""
    if len(kept) < 2:
        return message("One other asset keeps to it.") if kept else message("No other asset keeps to it.")
    if unit == "flag":
        return message("{count} others keep to it.", count=len(kept))
    return message("{count} others are within {high}.", count=len(kept), high=shown(round(max(kept), 1), unit))


def joined(aparts: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """All measures in one distance (n,); NaN where none could be judged."""
    table = np.stack(aparts, axis=1)
    total = np.nansum(table**POWER, axis=1) ** (1 / POWER)
    return np.where(np.isfinite(table).any(axis=1), total, np.nan)
