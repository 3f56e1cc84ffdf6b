"""Finds the measures of a set: every file in `analyzer/collection/measures` has one."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from analyzer.collection import measures as room
from analyzer.collection.contract import Measure


@cache
def measures() -> tuple[Measure, ...]:
    """Every measure, in order of its id."""
    found = []
    for module in sorted(pkgutil.iter_modules(room.__path__), key=lambda m: m.name):
        measure: Measure = importlib.import_module(f"{room.__name__}.{module.name}").MEASURE
        if measure.id != module.name:
            raise ValueError(f"collection/measures/{module.name}.py calls its measure {measure.id}")
        found.append(measure)
    return tuple(found)
