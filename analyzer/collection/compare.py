"""Two reports side by side: what changed between two cuts of a clip, and whether it got better or worse.

A change counts beyond a step for its unit, `NOISE`, and beyond what two measurements that are each in error may differ by
(`accuracy.toml`). Better and worse are what the rules of a profile say; where no rule speaks of a metric, it only changed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from itertools import islice
from math import hypot
from typing import Literal

from analyzer.judge.accuracy import MeasurementError, accuracy
from analyzer.judge.profile import Rule
from analyzer.methods.text_roles import DRAWN
from analyzer.nouns.evidence import Noun, Scalar, TextTracks
from analyzer.nouns.report import Asset, Report, Verdict

COMPARISON_VERSION = "1.0"

Effect = Literal["better", "worse", "changed"]

NOISE: Mapping[str, tuple[float, float]] = {
    "share": (0.03, 0.1), "ratio": (0.3, 0.1), "s": (0.1, 0.03), "LUFS": (0.5, 0.0), "LU": (0.5, 0.0), "dBTP": (0.5, 0.0),
    "dE": (2.0, 0.1), "px": (1.0, 0.02), "number": (0.05, 0.1), "points": (5.0, 0.0), "per minute": (1.0, 0.05),
    "wpm": (5.0, 0.05), "fps": (0.1, 0.0), "kbps": (50.0, 0.2), "bytes": (1000.0, 0.2), "cps": (1.0, 0.05),
}  # fmt: skip
"""By unit: a difference, and one as a share of the larger value, up to which nothing changed (project choice; what encoding a
clip anew still moves beyond it is in docs/ACCURACY.md, written by `scripts/evaluate.py --only sets`)."""
SAME_TEXT = 0.8
"""Likeness (difflib) from which two readings are one text: the reader errs in a letter here and there (project choice)."""
MOST_LINES, LONGEST_LINE = 400, 300
"""Lines of a report that are compared, and characters of each: every line is held against every other."""
HEX = re.compile(r"#[0-9a-fA-F]{6}")
SAME_COLOUR = 6.0
"""CIEDE2000 within which two swatches are one colour (project choice)."""
RANK = {"fail": 0, "warn": 1, "pass": 2}


class Change(Noun):
    """A metric that changed."""

    signal: str
    metric: str
    unit: str
    before: Scalar
    after: Scalar
    effect: Effect


class VerdictChange(Noun):
    """A rule that says something else of the second."""

    before: Verdict
    after: Verdict
    effect: Effect


class Comparison(Noun):
    schema_version: str = COMPARISON_VERSION
    first: Asset
    second: Asset
    profile: str | None = None
    verdicts: tuple[VerdictChange, ...] = ()
    """Rules that changed, the most serious first."""
    changes: tuple[Change, ...] = ()
    text_gone: tuple[str, ...] = ()
    """Lines on screen that only the first shows."""
    text_come: tuple[str, ...] = ()
    unchanged: int = 0
    """Metrics that both have, alike."""
    only_one: tuple[str, ...] = ()
    """Metrics that were measured in one alone: nothing is said of them."""

    def count(self, effect: Effect) -> int:
        """Rules that got better or worse."""
        return sum(change.effect == effect for change in self.verdicts)

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"


def compare(first: Report, second: Report, units: Mapping[str, str], rules: Mapping[str, Rule] | None = None) -> Comparison:
    """What changed from the first report to the second.

    `units` maps `signal.metric` to its unit; `rules` maps it to the rule that judges it, which says what is better.
    """
    before, after = _metrics(first), _metrics(second)
    both = [name for name in before if name in after]
    errors = accuracy().errors
    changed = [n for n in both if not same(before[n], after[n], units.get(n, "number"), errors.get(n))]
    return Comparison(
        first=first.asset,
        second=second.asset,
        profile=second.judgement.profile if second.judgement else None,
        verdicts=tuple(_verdicts(first, second)),
        changes=tuple(
            Change(
                signal=name.partition(".")[0], metric=name.partition(".")[2], unit=units.get(name, ""), before=before[name],
                after=after[name], effect=effect_of((rules or {}).get(name), before[name], after[name]),
            )
            for name in changed
        ),
        text_gone=tuple(_lines_without(first, second)),
        text_come=tuple(_lines_without(second, first)),
        unchanged=len(both) - len(changed),
        only_one=tuple(sorted(before.keys() ^ after.keys())),
    )  # fmt: skip


def _metrics(report: Report) -> dict[str, Scalar]:
    """All that was measured; whole texts are compared line by line instead."""
    return {
        f"{signal.id}.{name}": value
        for signal in report.signals
        for name, value in signal.metrics.items()
        if not (isinstance(value, str) and len(value) > 60) and name not in ("text", "transcript")
    }


def same(before: Scalar, after: Scalar, unit: str, error: MeasurementError | None = None) -> bool:
    """Whether two values are one, but for noise and for the errors of both, which add up as independent ones do."""
    if before == after:
        return True
    if isinstance(before, bool) or isinstance(after, bool) or before is None or after is None:
        return False
    if isinstance(before, str) or isinstance(after, str):
        return _same_text(str(before), str(after))
    step, share = NOISE.get(unit, (0.0, 0.0))
    within = hypot(error.of(before), error.of(after)) if error else 0.0
    return abs(before - after) <= max(step, share * max(abs(before), abs(after)), within)


def _same_text(before: str, after: str) -> bool:
    if HEX.fullmatch(before) and HEX.fullmatch(after):
        from analyzer.methods.colour import delta_e

        return delta_e(before, after) <= SAME_COLOUR
    return before.casefold() == after.casefold()


def effect_of(rule: Rule | None, before: Scalar, after: Scalar) -> Effect:
    """Whether a value moved towards what a rule wants, or away from it."""
    if rule is None:
        return "changed"
    distances = [_off(rule, value) for value in (before, after)]
    if None in distances or distances[0] == distances[1]:
        return "changed"
    return "better" if distances[1] < distances[0] else "worse"  # type: ignore[operator]


def _off(rule: Rule, value: Scalar) -> float | None:
    """How far a value lies from what a rule asks for; None where that cannot be said."""
    wanted = rule.bounds.warn if rule.bounds.warn is not None else rule.bounds.fail
    if rule.comparison in ("equals", "one_of"):
        return float(value not in (wanted if isinstance(wanted, tuple) else (wanted,)))
    if isinstance(value, str | bool) or value is None:
        return None
    low, high = {"at_least": (wanted, None), "at_most": (None, wanted)}.get(rule.comparison, wanted)
    return max(0.0, low - value if low is not None else 0.0, value - high if high is not None else 0.0)


def _verdicts(first: Report, second: Report) -> Iterator[VerdictChange]:
    """Rules of one profile whose verdict differs; what was not judged in one of the two is no change."""
    if first.judgement is None or second.judgement is None or first.judgement.profile != second.judgement.profile:
        return
    before = {verdict.rule: verdict for verdict in first.judgement.verdicts}
    changed = [
        (before[verdict.rule], verdict)
        for verdict in second.judgement.verdicts
        if verdict.rule in before
        and verdict.status != before[verdict.rule].status
        and {verdict.status, before[verdict.rule].status} <= RANK.keys()
    ]
    for old, new in sorted(changed, key=lambda pair: (-pair[1].severity, pair[1].rule)):
        yield VerdictChange(before=old, after=new, effect="better" if RANK[new.status] > RANK[old.status] else "worse")


def _lines_without(report: Report, other: Report) -> Iterator[str]:
    """Lines on screen of one report that the other does not show."""
    theirs = [line.casefold() for line in _lines(other)]
    for line in _lines(report):
        if not any(_alike(line.casefold(), text) for text in theirs):
            yield line


def _alike(line: str, other: str) -> bool:
    """Whether two readings are one text; the cheap upper bounds of the likeness are asked first."""
    matcher = SequenceMatcher(None, line, other)
    return line == other or all(
        likeness() >= SAME_TEXT for likeness in (matcher.real_quick_ratio, matcher.quick_ratio, matcher.ratio)
    )


def _lines(report: Report) -> tuple[str, ...]:
    signal = report.signal("onscreen_text")
    block = signal.evidence.get("tracks") if signal else None
    tracks = block.items if isinstance(block, TextTracks) else ()
    texts = (track.text[:LONGEST_LINE] for track in tracks if track.role in DRAWN)
    return tuple(islice(dict.fromkeys(texts), MOST_LINES))
