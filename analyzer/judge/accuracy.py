"""How far a measurement may lie from the truth: data (`accuracy.toml`), by what a rule reads."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Self

from pydantic import model_validator

from analyzer.nouns.evidence import Noun, field_of


class MeasurementError(Noun):
    """The error of one measurement, relative or absolute, and where it is known from."""

    relative: float | None = None
    """Share of the value."""
    absolute: float | None = None
    """In the unit of the measurement."""
    over: str = ""
    """Field of the item by which `absolute` is divided: seconds over the seconds that are needed."""
    source: str
    row: str = ""
    """Signal and measure of a line in docs/ACCURACY.md."""
    quantile: str = ""

    @property
    def origin(self) -> str:
        """The source in one line."""
        return ", ".join(part for part in (self.source, self.row.replace(" | ", ": "), self.quantile) if part)

    def of(self, value: float, item: Any = None) -> float:
        """The error of a value, in its unit."""
        if self.relative is not None:
            return self.relative * abs(value)
        below = field_of(item, self.over) if self.over else 1.0
        return (self.absolute or 0.0) / below if below else 0.0

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.relative is None) == (self.absolute is None):
            raise ValueError("give either relative or absolute")
        return self


class Accuracy(Noun):
    """What is known of the errors of measurements; names may hold `*`."""

    exact: tuple[str, ...]
    unknown: tuple[str, ...]
    """No error is stated for these: it was not measured, or has no size."""
    errors: Mapping[str, MeasurementError]


@cache
def accuracy() -> Accuracy:
    """The errors of this version's measurements."""
    return Accuracy.model_validate(tomllib.loads(files("analyzer.judge").joinpath("accuracy.toml").read_text(encoding="utf-8")))
