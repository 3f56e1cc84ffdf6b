"""Finds the signals, orders them by what they need, and runs one. The only broad `except` of the product is here."""

from __future__ import annotations

import importlib
import logging
import pkgutil
import time
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from functools import cache
from graphlib import CycleError, TopologicalSorter
from typing import Any

import analyzer.measure.signals
from analyzer.nouns.errors import MediaError, NotApplicable, Unavailable
from analyzer.nouns.evidence import Message, message
from analyzer.nouns.media import GIVEN, Media
from analyzer.nouns.report import EngineUsed, Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal, reason_of

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())


@cache
def signals() -> tuple[Signal, ...]:
    """Every signal, in an order in which each comes after what it needs and uses."""
    found: dict[str, Signal] = {}
    for module in sorted(pkgutil.iter_modules(analyzer.measure.signals.__path__), key=lambda m: m.name):
        signal: Signal = importlib.import_module(f"analyzer.measure.signals.{module.name}").SIGNAL
        if signal.id != module.name:
            raise ValueError(f"signals/{module.name}.py calls its signal {signal.id}")
        found[signal.id] = signal
    graph = {signal.id: sorted({*signal.needs, *signal.uses}) for signal in found.values()}
    unknown = {needed for needs in graph.values() for needed in needs} - found.keys()
    if unknown:
        raise ValueError(f"signals need others that do not exist: {sorted(unknown)}")
    try:
        return tuple(found[name] for name in TopologicalSorter(graph).static_order())
    except CycleError as error:
        raise ValueError(f"signals need each other in a circle: {error.args[1]}") from error


def metrics() -> dict[str, Metric]:
    """Every metric as `signal.metric`."""
    return {f"{signal.id}.{name}": metric for signal in signals() for name, metric in signal.metrics.items()}


def with_needs(wanted: Iterable[str]) -> set[str]:
    """The ids of some signals and of all that they need or use."""
    by_id = {signal.id: signal for signal in signals()}
    todo, chosen = list(wanted), set()
    while todo:
        name = todo.pop()
        if name not in chosen:
            chosen.add(name)
            todo.extend((*by_id[name].needs, *by_id[name].uses))
    return chosen


class _Used:
    """Passes engines on and remembers which tasks were asked for with success."""

    def __init__(self, engines: Engines) -> None:
        self.engines, self.tasks = engines, []

    tasks: list[str]

    def __getitem__(self, task: str) -> Any:
        engine = self.engines[task]
        if task not in self.tasks:
            self.tasks.append(task)
        return engine


def _seen(media: Media, signal: Signal) -> Media:
    """The media without what was given beside the asset and the signal does not read, so that it cannot depend on it."""
    hidden: dict[str, Any] = {field.name: field.default for field in fields(Media) if field.name in {*GIVEN} - {*signal.given}}
    return replace(media, **hidden)


def run(signal: Signal, media: Media, engines: Engines, results: Mapping[str, SignalResult]) -> SignalResult:
    """Measure one signal; whatever goes wrong becomes its status and reason."""
    began = time.perf_counter()
    used = _Used(engines)

    def end(status: Any, reason: Reason | None = None, reading: Reading | None = None) -> SignalResult:
        reading = reading or Reading({})
        made_by: list[EngineUsed] = [engines.used(task) for task in used.tasks] if hasattr(engines, "used") else []
        return SignalResult(
            id=signal.id,
            title=signal.title,
            status=status,
            reason=reason,
            metrics=dict(reading.metrics),
            unmeasured=dict(reading.unmeasured),
            evidence=dict(reading.evidence),
            notes=reading.notes,
            engines=tuple(made_by),
            seconds=round(time.perf_counter() - began, 3),
        )

    if media.asset.kind not in signal.kinds:
        return end("skipped", Reason(code="kind", sentence=message("It does not apply to this kind of file.")))
    for needed in signal.needs:
        if results[needed].status != "ok":
            status = "skipped" if results[needed].status == "skipped" else "unavailable"
            sentence = message("It needs the signal {signal}, which was not measured.", signal=needed)
            return end(status, Reason(code=f"needs:{needed}", sentence=sentence, remedy=results[needed].reason.remedy))  # type: ignore[union-attr]
    wanted = {*signal.needs, *signal.uses}
    needed_results = {name: result for name, result in results.items() if name in wanted and result.status == "ok"}
    try:
        reading = signal.measure(_seen(media, signal), used, needed_results)
        stated = reading.metrics.keys() | reading.unmeasured.keys()
        if stated != signal.metrics.keys():
            raise ValueError(f"metrics differ from those declared: {sorted(stated ^ signal.metrics.keys())}")
        return end("ok", reading=reading)
    except NotApplicable as error:
        return end("skipped", reason_of(error))
    except Unavailable as error:
        return end("unavailable", reason_of(error))
    except MediaError as error:
        return end("failed", Reason(code=error.code, sentence=Message(text=str(error))))
    except Exception as error:
        log.exception("signal %s failed on %s", signal.id, media.asset.name)
        sentence = message(
            "A fault in the analyzer stopped this measurement ({error}).", error=f"{type(error).__name__}: {error}"[:300]
        )
        return end("failed", Reason(code="exception", sentence=sentence))


def not_requested(signal: Signal) -> SignalResult:
    """The result of a signal that was left out on purpose."""
    reason = Reason(code="not_requested", sentence=message("It was not asked for."))
    return SignalResult(id=signal.id, title=signal.title, status="skipped", reason=reason)
