"""Names for what was measured, made of everything that decides it: a result is used again only where all of that is the same.

That is the bytes of the asset and of what lies beside it, what was given, the code that reads and measures, the models of the
signal's tasks, and the keys of the signals that it builds on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from analyzer.disk.fingerprints import code, digest
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Signal

if TYPE_CHECKING:
    from analyzer.engines import Engines

IN_THE_KEY = ("no_engine", "missing_package", "missing_weights", "needs:")
"""Reasons for `unavailable` that end when the machine's models change, and with them the key."""


@dataclass(frozen=True)
class Keys:
    """The keys of one asset."""

    asset: str
    """Of its entry in the cache."""
    rest: str
    """Of what reading it leaves: the report without its signals."""
    signals: Mapping[str, str]
    """Of the result of each chosen signal, by its id."""


def keys_of(asset: Any, given: Mapping[str, Any], settings: Any, chosen: Collection[str], engines: Engines) -> Keys:
    """The keys of an asset: of its bytes and what lies beside it, of what was `given`, and of the analyzer's settings."""
    from analyzer.measure import catalog

    base = digest(asset, settings, code())
    signals: dict[str, str] = {}
    for signal in catalog.signals():
        if signal.id in chosen:
            models = [engines.fingerprint(task) for task in signal.tasks]
            read = [given[name] for name in signal.given]
            built_on = sorted(signals[name] for name in bases(signal, chosen))
            signals[signal.id] = digest(base, signal.id, read, models, built_on)
    return Keys(base, digest(base, sorted(signals.values())), signals)


def lasting(keys: Keys, results: Mapping[str, SignalResult]) -> set[str]:
    """The signals whose result the keys alone decide: not one that failed, nor one that was measured without what failed."""
    from analyzer.measure import catalog

    found: set[str] = set()
    for signal in catalog.signals():
        if signal.id in keys.signals and _lasts(results[signal.id]) and bases(signal, keys.signals) <= found:
            found.add(signal.id)
    return found


def bases(signal: Signal, chosen: Collection[str]) -> set[str]:
    """The signals among the chosen ones that a signal builds on."""
    return {*signal.needs, *signal.uses} & set(chosen)


def _lasts(result: SignalResult) -> bool:
    """Whether a result would be the same tomorrow on this machine with the same models."""
    if result.status == "unavailable":
        return result.reason is not None and result.reason.code.startswith(IN_THE_KEY)
    return result.status != "failed"
