"""Results of single signals that were measured before, so that a changed engine costs only the signals that it feeds.

A key is a hash over everything that decides a result: the bytes of the asset and of what lies beside it, what was given, the
code that reads and measures, the models of the signal's tasks, and the keys of the signals that it builds on. An entry is
JSON under its key; a broken entry is no entry, and a folder that cannot be written keeps none. Nothing here is judged.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import analyzer
from analyzer.analysis import Analyzer, Given, OnProgress
from analyzer.contract import Signal
from analyzer.errors import Unavailable
from analyzer.report import Report, SignalResult

Entry = TypeVar("Entry", Report, SignalResult)

MEASURING = (
    "decode", "measures", "signals", "analysis.py", "catalog.py", "contract.py", "evidence.py", "media.py", "reading.py",
    "report.py", "sampling.py", "stills.py",
)  # fmt: skip
"""What of the program decides a measurement, apart from its engines: judging and rendering do not."""
IN_THE_KEY = ("no_engine", "missing_package", "missing_weights")
"""Reasons for `unavailable` that end when the machine's models change, and with them the key."""


class SignalCache:
    """Entries as files below a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, key: str, noun: type[Entry]) -> Entry | None:
        try:
            return noun.model_validate_json(self._path(key).read_bytes())
        except (OSError, ValueError):
            return None

    def put(self, key: str, entry: Report | SignalResult) -> None:
        """Write an entry under a temporary name first, so that a reader never sees half of it."""
        path = self._path(key)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(entry.model_dump_json())
                os.replace(name, path)
            except OSError:
                os.unlink(name)

    def _path(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key[2:]}.json"


@dataclass(frozen=True)
class Keys:
    """The keys of one asset: of what reading it leaves (`rest`: the report without its signals), and of each signal."""

    rest: str
    signals: Mapping[str, str]


class RememberingAnalyzer(Analyzer):
    """An `Analyzer` that measures only those signals which its `SignalCache` does not hold; options are those of `Analyzer`."""

    def __init__(self, remembered: SignalCache, **options: Any) -> None:
        super().__init__(**options, use_cache=False)
        self.remembered = remembered
        self._models: dict[str, str] = {}

    def fingerprint(self) -> str:
        """Changes whenever any measurement of any asset could come out differently."""
        return _digest(self._settings(), sorted((task, self._model_of(task)) for task in _tasks()))

    def _measured(self, path: Path, given: Given, on_progress: OnProgress | None) -> Report:
        from analyzer.reading import check_regular, post_text_of, sha256_of

        check_regular(path)
        asset_id = sha256_of(path)
        if given.post_text is None:
            given = replace(given, post_text=post_text_of(path))
        keys = self._keys(path, asset_id, given)
        found = {name: self.remembered.get(key, SignalResult) for name, key in keys.signals.items()}
        known = {name: result for name, result in found.items() if result is not None}
        rest = self.remembered.get(keys.rest, Report)
        if rest is not None and known.keys() == keys.signals.keys():
            return self._assembled(rest, _printable(path), known)
        report = self._measure(path, asset_id, given, self._loaded_engines(), on_progress, known)
        self._remember(keys, report, known)
        return report

    def _assembled(self, rest: Report, name: str, results: Mapping[str, SignalResult]) -> Report:
        from analyzer import catalog

        signals = tuple(results.get(signal.id) or catalog.not_requested(signal) for signal in catalog.signals())
        complete = all(result.status in ("ok", "skipped") for result in signals)
        asset = rest.asset.model_copy(update={"name": name})
        return rest.model_copy(update={"asset": asset, "complete": complete, "signals": signals})

    def _remember(self, keys: Keys, report: Report, known: Mapping[str, SignalResult]) -> None:
        """Keep what the keys alone decide: nothing that failed, and nothing that was measured without what failed."""
        from analyzer import catalog

        results = {result.id: result for result in report.signals if result.id in keys.signals}
        lasting: set[str] = set()
        for signal in catalog.signals():
            if signal.id in results and _lasts(results[signal.id]) and _bases(signal, keys.signals) <= lasting:
                lasting.add(signal.id)
                if signal.id not in known:
                    self.remembered.put(keys.signals[signal.id], results[signal.id])
        if lasting == results.keys():
            self.remembered.put(keys.rest, report.model_copy(update={"signals": ()}))

    def _keys(self, path: Path, asset_id: str, given: Given) -> Keys:
        from analyzer import catalog
        from analyzer.reading import sha256_of, sidecars_of

        beside = [(sidecar.name.removeprefix(path.stem), sha256_of(sidecar)) for sidecar in sidecars_of(path)]
        base = _digest(asset_id, beside, asdict(given), self._settings())
        chosen, keys = self._chosen(), dict[str, str]()
        for signal in catalog.signals():
            if signal.id in chosen:
                models = [(task, self._model_of(task)) for task in signal.tasks]
                keys[signal.id] = _digest(base, signal.id, models, sorted(keys[name] for name in _bases(signal, chosen)))
        return Keys(_digest(base, self.only, self.skip, sorted(keys.values())), keys)

    def _settings(self) -> list[Any]:
        from analyzer.decode.limits import Limits

        return [code(), repr(self.limits or Limits()), self.show_location]

    def _model_of(self, task: str) -> str:
        """What stands for the model of a task in a key: its manifest, weights, engine, and how it is run; empty for none."""
        if task not in self._models:
            self._models[task] = self._describe(task)
        return self._models[task]

    def _describe(self, task: str) -> str:
        from analyzer import manifests

        try:
            used = self._loaded_engines().used(task)
        except Unavailable:
            return ""
        manifest = manifests.named(used.id)
        engines = Path(analyzer.__file__).parent / "engines"
        sources = [_source(engines / f"{name}.py") for name in (manifest.engine, "runtime", "__init__")]
        return _digest(manifest.model_dump_json(), used.version, used.revision, used.weights, self.device, self.exact, sources)

    def _loaded_engines(self) -> Any:
        from analyzer.engines import Engines

        self._engines = self._engines or Engines(self.models, self.device, self.exact)
        return self._engines


def _lasts(result: SignalResult) -> bool:
    """Whether a result would be the same tomorrow on this machine with the same models."""
    if result.status == "unavailable":
        return result.reason is not None and result.reason.code.startswith((*IN_THE_KEY, "needs:"))
    return result.status != "failed"


def _bases(signal: Signal, chosen: Iterable[str]) -> set[str]:
    """The signals among the chosen ones that a signal builds on."""
    return {*signal.needs, *signal.uses} & set(chosen)


def _tasks() -> set[str]:
    from analyzer import catalog

    return {task for signal in catalog.signals() for task in signal.tasks}


@cache
def code() -> str:
    """Changes whenever a file of the program that measures changes."""
    root = Path(analyzer.__file__).parent
    return _digest(analyzer.__version__, [(str(path.relative_to(root)), _source(path)) for path in _files(root)])


def _files(root: Path) -> Iterator[Path]:
    for name in MEASURING:
        path = root / name
        yield from sorted([*path.rglob("*.py"), *path.rglob("*.toml")]) if path.is_dir() else [path]


@cache
def _source(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


def _printable(path: Path) -> str:
    return path.name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
