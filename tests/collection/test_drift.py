"""Drift is a change in time, not a difference between assets."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from analyzer.collection.consistency import standing
from analyzer.collection.drift import drift_of
from analyzer.collection.result import Drift
from tests.collection.test_looks import MEASURE

DAYS = [f"2026-{1 + n // 28:02}-{1 + n % 28:02}" for n in range(40)]


def drift(values: Sequence[float], days: Sequence[str | None] = DAYS) -> Drift | None:
    features = [{"x": value, "y": 0.0, "z": 0.0} for value in values]
    return drift_of(standing(MEASURE, features, range(len(features))), days, features)


def test_a_change_in_time_is_found_with_its_day_and_its_figures() -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, 40)
    found = drift([*(1.0 + noise[:20]), *(2.0 + noise[20:])])
    assert found is not None and found.turn == DAYS[20] and found.probability <= 0.005
    assert found.sentence.params["name"] == "x" and str(found.sentence).startswith("M changed: in the 20 assets since")


def test_assets_that_only_differ_do_not_drift() -> None:
    assert drift(list(np.random.default_rng(0).normal(0, 1, 40))) is None


def test_what_is_always_the_same_does_not_drift() -> None:
    assert drift([1.0] * 40) is None


def test_without_dates_or_on_one_day_there_is_no_drift() -> None:
    values = [1.0] * 20 + [2.0] * 20
    assert drift(values, [None] * 40) is None and drift(values, ["2026-01-01"] * 40) is None
