"""The errors of measurements: every rule's is known or said not to be, and none is smaller than what was found."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from analyzer.judge.accuracy import MeasurementError, accuracy
from analyzer.judge.profile import DERIVED, FIELDS, WITHOUT_ORDER, load_profile, profile_ids
from analyzer.measure.catalog import signals

FOUND = Path(__file__).parents[2] / "docs" / "ACCURACY.md"
ERRORS = accuracy().errors


def figures() -> dict[str, str]:
    """The figure of each line of docs/ACCURACY.md by `signal | measure`."""
    rows = [[cell.strip() for cell in line.split("|")] for line in FOUND.read_text(encoding="utf-8").splitlines()]
    return {f"{row[1]} | {row[2]}": row[3] for row in rows if len(row) > 6}


def quantile(figure: str, which: str, measure: str) -> tuple[float, str]:
    """One number of a figure and its unit: `median 1.3 %, p90 8.7 %`, or `0.00 / 0.03 s` under `median / p95`."""
    if which == "p95" and "/ p95" in measure:
        found = re.search(r"/ ([\d.]+) (s)", figure)
    else:
        found = re.search(rf"{which} ([\d.]+) (%|points|s)", figure)
    assert found is not None, figure
    return float(found[1]), found[2]


def test_every_rule_that_compares_numbers_has_an_error_or_is_listed_without() -> None:
    without = (*accuracy().exact, *accuracy().unknown)
    rules = [rule for profile in profile_ids() for rule in load_profile(profile).rules if rule.unit not in WITHOUT_ORDER]
    read = {rule.target for rule in rules} - ERRORS.keys()
    assert {name for name in read if not any(fnmatchcase(name, pattern) for pattern in without)} == set()
    assert not [name for name in ERRORS if any(fnmatchcase(name, pattern) for pattern in without)]


def test_every_error_is_of_something_that_is_measured() -> None:
    metrics = {f"{signal.id}.{name}": metric.unit for signal in signals() for name, metric in signal.metrics.items()}
    for name, error in ERRORS.items():
        signal, _, rest = name.partition(".")
        field = rest.rpartition(".")[2]
        unit = metrics.get(name) or (FIELDS[field] if "." in rest else None)
        assert unit not in (None, *WITHOUT_ORDER), name
        assert signal in {one.id for one in signals()}
        assert not error.over or field in DERIVED, name


@pytest.mark.parametrize("name", [name for name, error in ERRORS.items() if error.row])
def test_no_error_is_far_from_the_one_that_was_found(name: str) -> None:
    error, figure = ERRORS[name], figures()
    assert error.row in figure, f"docs/ACCURACY.md has no line {error.row}"
    if error.quantile:
        number, unit = quantile(figure[error.row], error.quantile, error.row)
        stated = error.relative if error.relative is not None else error.absolute
        assert stated == pytest.approx(number / 100 if unit in ("%", "points") else number, rel=0.15, abs=0.005)


def test_an_error_is_relative_or_absolute_or_over_a_field() -> None:
    assert MeasurementError(relative=0.1, source="x").of(-4.0) == pytest.approx(0.4)
    assert MeasurementError(absolute=0.1, source="x").of(4.0) == 0.1
    over = MeasurementError(absolute=0.1, over="needed_s", source="x")
    assert over.of(0.7, {"needed_s": 0.5}) == pytest.approx(0.2)
    assert over.of(0.7, {"needed_s": 0.0}) == 0.0
    for fields in ({}, {"relative": 0.1, "absolute": 0.1}):
        with pytest.raises(ValueError, match="either"):
            MeasurementError(source="x", **fields)
    assert MeasurementError(absolute=1, source="a", row="b | c", quantile="p90").origin == "a, b: c, p90"
