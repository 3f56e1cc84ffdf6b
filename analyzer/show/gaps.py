"""What was not measured, said briefly: measurements that lack nothing but a model share one sentence and one command."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from analyzer.nouns.evidence import message
from analyzer.nouns.report import Reason, Report, SignalResult
from analyzer.weights import manifests


@dataclass(frozen=True)
class Gap:
    """Measurements that were not made for one reason: whole signals, or the named metrics of a single one."""

    signals: tuple[SignalResult, ...]
    reason: Reason
    metrics: tuple[str, ...] = ()


def gaps_of(report: Report, left_out: bool = True) -> tuple[Gap, ...]:
    """Every gap of a report; what does not apply is none, and what was left out on purpose only where it is asked for."""
    found = [gap for signal in report.signals for gap in _of_signal(signal, left_out)]
    wanting = [gap for gap in found if gap.reason.code == "missing_weights"]
    if len(wanting) < 2:
        return tuple(found)
    together = {gap.signals[0].id: gap.signals[0] for gap in wanting}
    remedy = message("analyzer models pull {model}", model=_models(gap.reason for gap in wanting))
    reason = Reason(code="missing_weights", sentence=message("Models for this are not on this machine."), remedy=remedy)
    return (*(gap for gap in found if gap.reason.code != "missing_weights"), Gap(tuple(together.values()), reason))


def unmeasured_of(signal: SignalResult) -> list[tuple[Reason, list[str]]]:
    """The reasons why metrics of a signal are not known, each with the names of these metrics."""
    groups: dict[str, tuple[Reason, list[str]]] = {}
    for name, reason in signal.unmeasured.items():
        groups.setdefault(f"{reason.code} {reason.sentence}", (reason, []))[1].append(name)
    return list(groups.values())


def _of_signal(signal: SignalResult, left_out: bool) -> list[Gap]:
    if signal.status == "ok" or signal.reason is None:
        return [Gap((signal,), reason, tuple(names)) for reason, names in unmeasured_of(signal)]
    on_purpose = left_out and signal.reason.code in ("not_requested", "not_given")
    return [Gap((signal,), signal.reason)] if signal.status != "skipped" or on_purpose else []


def _models(reasons: Iterable[Reason]) -> str:
    """What to pull: the smallest preset with a model for every task, else the models that the reasons name."""
    asked = [(str(reason.sentence.params.get("task", "")), reason.remedy) for reason in reasons]
    for preset in manifests.PRESETS[1:]:
        if {task for task, _ in asked} <= {manifest.task for manifest in manifests.of_preset(preset)}:
            return preset
    return " ".join(dict.fromkeys(str(remedy.params.get("model", "")) for _, remedy in asked if remedy is not None)).strip()
