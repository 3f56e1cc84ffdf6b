"""Drift: whether a set looked different in its later half than in its earlier one.

A measure has drifted when assets of different halves lie farther apart than assets of one half, by more than a shuffled order
would give (energy distance with a permutation test; Székely and Rizzo 2013).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.collection.consistency import MAD, Standing
from analyzer.collection.contract import Features
from analyzer.collection.result import Drift
from analyzer.judge.rules import shown
from analyzer.nouns.evidence import Message, message

FEWEST = 12
"""Dated assets from which drift is looked for, on at least three days (project choice)."""
SHUFFLES = 999
CHANCE = 0.005
"""Probability up to which a change is reported (project choice: eight measures are tested at once)."""
LEAST = 0.05
"""Share of the gaps between the halves that must come from time (project choice: a change that nobody sees is no drift)."""


def drift_of(standing: Standing, dates: Sequence[str | None], features: Sequence[Features | None]) -> Drift | None:
    """The drift of one measure; None where dates are missing, or nothing but chance is seen."""
    columns = [column for column, i in enumerate(standing.peers) if dates[i] is not None]
    rows = [standing.peers[column] for column in columns]
    days = [dates[i] or "" for i in rows]
    if len(rows) < FEWEST or len(set(days)) < 3:
        return None
    gaps = standing.gaps[np.ix_(rows, columns)]
    gaps = np.where(np.isnan(gaps), 0.0, gaps)
    turn = sorted(days)[len(days) // 2]
    turn = turn if turn != min(days) else min(day for day in days if day > turn)
    late = np.array([day >= turn for day in days])
    share, probability = energy(gaps, late)
    if probability > CHANCE or share < LEAST:
        return None
    early_late = [[one for i, is_late in zip(rows, late, strict=True) if is_late == half and (one := features[i])]
                  for half in (False, True)]  # fmt: skip
    sentence = _sentence(standing, turn, early_late[0], early_late[1])
    return Drift(
        measure=standing.measure.id, first=min(days), turn=turn, last=max(days), probability=round(probability, 4),
        sentence=sentence,
    )  # fmt: skip


def energy(gaps: NDArray[np.float64], late: NDArray[np.bool_]) -> tuple[float, float]:
    """Share of the gaps between two halves that is more than within them, and how often chance gives as much."""
    observed = _energy(gaps, late[None])[0]
    random = np.random.default_rng(0)
    shuffled = np.stack([random.permutation(late) for _ in range(SHUFFLES)])
    chance = (1 + int((_energy(gaps, shuffled) >= observed).sum())) / (1 + SHUFFLES)
    between = float(gaps[np.ix_(late, ~late)].mean())
    return (observed / (2 * between) if between else 0.0), chance


def _energy(gaps: NDArray[np.float64], halves: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Energy distance of each way to halve (m, n)."""
    late, early = halves.astype(float), (~halves).astype(float)
    n, m = late.sum(axis=1), early.sum(axis=1)
    between = ((late @ gaps) * early).sum(axis=1) / (n * m)
    within = ((late @ gaps) * late).sum(axis=1) / (n * n) + ((early @ gaps) * early).sum(axis=1) / (m * m)
    return np.asarray(2 * between - within)


def _sentence(standing: Standing, turn: str, early: Sequence[Features], late: Sequence[Features]) -> Message:
    """The number that moved most, or that the measure as a whole did."""
    best, most = None, 1.0
    for name, value in early[0].items() if early else ():
        if not isinstance(value, int | float):
            continue
        before, after = (np.array([f[name] for f in half if f.get(name) is not None], float) for half in (early, late))
        if not len(before) or not len(after):
            continue
        spread = max(1e-6, MAD * float(np.median(np.abs(before - np.median(before)))))
        moved = abs(float(np.median(after) - np.median(before))) / spread
        if moved > most:
            best, most = (name, float(np.median(before)), float(np.median(after))), moved
    title = standing.measure.title
    if best is None:
        return message("{bound} changed: the {count} assets since {date} differ from those before.", bound=title, date=turn,
                       count=len(late))  # fmt: skip
    return message(
        "{bound} changed: in the {count} assets since {date}, {name} is {value}; before it was {low}.",
        bound=title, count=len(late), date=turn, name=best[0].replace("_", " "), value=shown(best[2], "number"),
        low=shown(best[1], "number"),
    )  # fmt: skip
