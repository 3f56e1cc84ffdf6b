"""Compares a measured value with the bounds of a rule, and says how near it came to one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from analyzer.judge.accuracy import accuracy
from analyzer.judge.profile import Rule
from analyzer.nouns.evidence import Scalar
from analyzer.nouns.report import VerdictStatus

TOLERANCE = 1e-6
"""Relative slack, so that a value that was rounded on its way does not break a bound that it meets."""
ORDER: tuple[VerdictStatus, ...] = ("fail", "warn", "pass", "not_applicable")
"""The worst first: what one of many items says is what a verdict says."""


class Case(NamedTuple):
    """One value to be judged, the item it is of, and its name: `signal.metric` or `signal.evidence.field`."""

    value: Scalar
    item: Any
    name: str


class Near(NamedTuple):
    """A case that lies within its error of a bound, and what the verdict would be on the other side."""

    case: Case
    error: float
    bound: float
    other: VerdictStatus
    origin: str


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def status_of(rule: Rule, value: Scalar) -> VerdictStatus:
    """What a rule says of one value."""
    if value is None:
        return rule.if_none or "not_applicable"
    if rule.bounds.fail is not None and not _meets(rule.comparison, value, rule.bounds.fail):
        return "fail"
    return "warn" if rule.bounds.warn is not None and not _meets(rule.comparison, value, rule.bounds.warn) else "pass"


def worst_of(statuses: Sequence[VerdictStatus]) -> VerdictStatus:
    return min(statuses, key=ORDER.index)


def _meets(comparison: str, value: Any, bound: Any) -> bool:
    if comparison == "equals":
        return bool(value == bound)
    if comparison == "one_of":
        return value in bound
    low, high = _ends(comparison, bound)
    slack = TOLERANCE * max(1.0, abs(value))
    return bool(low - slack <= value <= high + slack)


def _ends(comparison: str, bound: Any) -> tuple[Any, Any]:
    """The lowest and the highest value that meets a numeric bound."""
    if comparison == "between":
        return (bound[0], bound[1])
    return (bound, float("inf")) if comparison == "at_least" else (float("-inf"), bound)


def badness(rule: Rule, value: Any) -> float:
    """Sort key: how far a value lies inside the bound, so that the one farthest outside comes first."""
    if value is None or rule.comparison in ("equals", "one_of"):
        return 0.0
    low, high = _ends(rule.comparison, rule.bounds.fail if rule.bounds.fail is not None else rule.bounds.warn)
    return float(min(value - low, high - value))


def nearest_bound(rule: Rule, cases: Sequence[Case]) -> Near | None:
    """The case for whose error the verdict could be another, the one nearest to its bound; none where it could not.

    It could be worse where one case reaches a worse status. It could be better where all that decided reach a better one.
    """
    status = worst_of([status_of(rule, case.value) for case in cases])
    reached = [reached_by(rule, case) for case in cases]
    decided = [near for near, case in zip(reached, cases, strict=True) if status_of(rule, case.value) == status]
    found = [near for nears in reached for near in nears if ORDER.index(near.other) < ORDER.index(status)]
    better = [near for nears in decided for near in nears if ORDER.index(near.other) > ORDER.index(status)]
    if len({id(near.case) for near in better}) == len(decided) and better:
        found.append(max(better, key=_distance))
    return min(found, key=_distance, default=None)


def _distance(near: Near) -> float:
    return abs(float(near.case.value or 0.0) - near.bound)


def reached_by(rule: Rule, case: Case) -> list[Near]:
    """The bounds within the error of a value, the nearest first, with the status beyond each."""
    stated = accuracy().errors.get(case.name)
    if stated is None or not is_number(case.value) or rule.comparison in ("equals", "one_of"):
        return []
    value = float(case.value or 0.0)
    error = stated.of(value, case.item)
    own = status_of(rule, value)
    bounds = [bound for bound in (rule.bounds.warn, rule.bounds.fail) if bound is not None]
    ends = {float(end) for bound in bounds for end in (bound if isinstance(bound, tuple) else (bound,))}
    reached = []
    for end in sorted((end for end in ends if abs(value - end) <= error), key=lambda end: abs(value - end)):
        step = 10 * TOLERANCE * max(1.0, abs(end))
        sides = sorted((end - step, end + step), key=lambda side: -abs(side - value))
        other = next((found for found in (status_of(rule, side) for side in sides) if found != own), None)
        if other is not None:
            reached.append(Near(case, error, end, other, stated.origin))
    return reached
