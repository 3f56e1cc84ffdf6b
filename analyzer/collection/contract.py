"""What a file in `analyzer/collection/measures` must provide: one `MEASURE`, a record of pure functions.

A measure says what it reads of one asset, how far two assets lie apart in that, and how to say what makes one differ. What is
usual in a set, who is an outlier, which looks there are and whether they drift is worked out once, for all measures alike.
`read` raises `NotApplicable` where an asset has nothing of the kind, and `Unavailable` where it was not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.collection.brand import Kit
from analyzer.collection.survey import Survey
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import Message, Scalar, message
from analyzer.nouns.report import Report

Features = Mapping[str, Any]
"""What a measure read of one asset, as JSON has it."""
Gaps = NDArray[np.float64]


@dataclass(frozen=True)
class Check:
    """What a kit says of an asset: how far off it is, how far it may be, and the sentence for one that is off.

    The set fills `{value}` into it, and says beside it how many others keep to the kit.
    """

    name: str
    """Stable name, such as `palette.background`."""
    value: float
    limit: float
    sentence: Message
    unit: str = "dE"
    """`flag` where it is kept or not, and by how much says nothing."""


def _no_checks(features: Features, kit: Kit) -> Iterable[Check]:
    return ()


@dataclass(frozen=True)
class Measure:
    id: str
    """The name of its file."""
    title: str
    why: str
    """One sentence: what a person learns from it."""
    read: Callable[[Report, Survey], Features]
    gaps: Callable[[Sequence[Features], Sequence[Features]], Gaps]
    """How far each of the first (n) lies from each of the second (r): (n, r), in `unit`. NaN where two cannot be compared."""
    unit: str
    noise: float
    """A gap that says nothing: what encoding an asset anew makes, or what nobody sees."""
    explain: Callable[[Features, Sequence[Features]], Message]
    """What makes an asset differ from others that are usual."""
    checks: Callable[[Features, Kit], Iterable[Check]] = _no_checks
    """What a kit says of it."""
    visual: bool = True
    """Whether it belongs to the look, by which groups are found."""


def metric(report: Report, name: str) -> Scalar:
    """A metric of a report; raises `Unavailable` with the report's own reason where it was not measured."""
    try:
        return report.metric(name)
    except KeyError:
        raise lacking(report, *name.split(".", 1)) from None


def lacking(report: Report, signal: str, metric: str = "") -> Unavailable:
    """That a report lacks a metric or the evidence of a signal, with the report's own reason."""
    result = report.signal(signal)
    reason = result and (result.unmeasured.get(metric) or result.reason)
    if reason:
        return Unavailable(reason.code, reason.sentence, reason.remedy)
    return Unavailable(f"needs:{signal}", message("It needs the signal {signal}, which was not measured.", signal=signal))
