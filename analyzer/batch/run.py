"""The whole walk of a batch: note the inputs, analyse those without a record, keep each record, write tables and page.

The thread that calls owns the store; a thread for each worker waits for it. What is in memory does not grow with the number
of inputs.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import queue
import signal
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Literal, NamedTuple

from analyzer.batch.inputs import Item, items_of
from analyzer.batch.record import ANALYSED, Record
from analyzer.batch.store import Part, Store
from analyzer.batch.work import Settings, analyzer_of
from analyzer.batch.workers import ENTRY, Bounds, Worker
from analyzer.nouns.errors import UsageError

MEMORY_SHARE = 0.8
"""Share of the machine's memory that all workers together may take (project choice)."""
WORKER_BYTES = 2_000_000_000
"""Memory that a worker with the embedded models and its decoder are reckoned with (project choice; about 0.7 GB measured)."""
AHEAD = 2
"""Inputs that are taken for each worker: one in work, one waiting."""
EXAMPLES = 5
"""Inputs without a report that a summary names."""
RECENT = 200
"""Records over which the rate is reckoned."""


ENDING = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
"""Signals that ask a process to end."""


@dataclass(frozen=True)
class Options:
    """How a run goes about it; none of it changes a record."""

    workers: int = 0
    """0: one for each core that has memory for it."""
    timeout_s: float = 600.0
    """Seconds without progress after which an asset is given up."""
    memory_gb: float = 0.0
    """Memory of one worker; 0: its share of the machine."""
    limit: int | None = None
    """Inputs that are analysed at most."""
    shard: tuple[int, int] = (1, 1)
    retry_failed: bool = False
    parquet: bool = False
    entry: str = ENTRY
    """Module whose `main` a worker runs; another one than the default is for tests that need workers which die."""


class State(NamedTuple):
    """How far a run is. `record` is the one that was just kept; None while nothing new is known."""

    record: Record | None
    done: int
    total: int
    statuses: dict[str, int]
    """Of the records of this run."""
    rate: float
    """Records a second, of late."""
    left_s: float | None


class Ended(KeyboardInterrupt):
    """The system, or whoever runs it, asked the process to end; `number` is the signal."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


OnState = Callable[[State], None]


@dataclass(frozen=True)
class Summary:
    """What a run did, and what is known of the source after it."""

    inputs: int
    analysed: int
    """Records that this run made."""
    statuses: dict[str, int]
    """Of all inputs of the source; `pending` have no record."""
    outcomes: dict[str, int]
    reasons: dict[str, int]
    """Codes of why records are anything but ok, the most frequent first."""
    not_analysed: tuple[Record, ...]
    """The first records of inputs that have no report."""
    elsewhere: int
    """Inputs that other runs are working on."""
    seconds: float
    files: tuple[Path, ...] = field(default=())
    notes: tuple[str, ...] = ()
    """Sentences of what was found wrong in the folder, and mended."""

    @property
    def outcome(self) -> Literal["pass", "fail", "unread"]:
        """`unread` where an input could not be analysed, else `fail` where a check failed."""
        if any(self.statuses.get(status) for status in self.statuses if status not in (*ANALYSED, "pending")):
            return "unread"
        return "fail" if self.outcomes.get("fail") else "pass"


def run_batch(source: str, settings: Settings, options: Options | None = None, on_state: OnState | None = None) -> Summary:
    """Analyse every input of a source that has no record yet, and write tables and page of all that is known.

    SIGTERM and SIGHUP raise `Ended` in it where the main thread runs it, so that workers and temporary files go as they do when
    it is interrupted.

    Raises `UsageError` for a source or settings that make no sense, `StoreError` where the disk is full or the folder cannot be
    written, and `WorkerError` where no worker starts; what was kept until then stays, and the same call goes on.
    """
    from analyzer.batch.export import check_tables, write_tables
    from analyzer.batch.page import check_page, write_page

    options, began = options or Options(), time.monotonic()
    out = Path(settings.out)
    if os.path.realpath(source) == os.path.realpath(out):
        raise UsageError(f"{source} holds the inputs; name another folder with --out, such as {out / 'batch'}.")
    check_tables(out, options.parquet)
    check_page(out)
    listed = sys.stdin.buffer.read() if source == "-" else b""
    fingerprint = _fingerprint(settings)
    items = items_of(source, io.BytesIO(listed))
    with _ending(), Store(out, Part(_name_of(source, listed), *options.shard, options.retry_failed)) as store:
        inputs = store.plan(items, fingerprint)
        if not inputs:
            raise UsageError(f"There is nothing to analyse in {source}.")
        analysed = _work(store, replace(settings, parts=str(store.folder)), options, on_state or (lambda state: None))
        with store.writing_tables():
            files = (*write_tables(store, options.parquet), write_page(store, settings.lang))
        return Summary(
            inputs=inputs,
            analysed=analysed,
            statuses=store.counts(),
            outcomes=store.outcomes(),
            reasons=store.reasons(),
            not_analysed=tuple(store.not_analysed(EXAMPLES)),
            elsewhere=store.taken_by_others(),
            seconds=time.monotonic() - began,
            files=files,
            notes=tuple(store.notes),
        )


@contextlib.contextmanager
def _ending() -> Iterator[None]:
    """Make `Ended` of signals that would end the process at once. The first one counts: what it begins is not broken off."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(number: int, frame: object) -> None:
        for each in former:
            signal.signal(each, signal.SIG_IGN)
        raise Ended(number)

    signals = [number for number in ENDING if signal.getsignal(number) is signal.SIG_DFL]
    former = {number: signal.signal(number, end) for number in signals}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _name_of(source: str, listed: bytes) -> str:
    """What tells a source from others in the index: inputs that are gone are looked for among those of the same source."""
    if source == "-":
        return f"- {hashlib.sha256(listed).hexdigest()[:16]}"
    return os.path.abspath(source).encode("utf-8", "backslashreplace").decode()


def _work(store: Store, settings: Settings, options: Options, on_state: OnState) -> int:
    """Analyse what is to be done; returns the number of records that were kept."""
    total = store.count_todo()
    total = total if options.limit is None else min(total, options.limit)
    workers = min(options.workers or default_workers(), max(1, total))
    pool = _Pool(store, settings, options, workers)
    tally = _Tally(total)
    taken = 0
    try:
        on_state(tally.state(None))
        while True:
            wanted = min(AHEAD * workers - pool.waiting, total - taken)
            batch = store.take(wanted) if wanted > 0 else []
            taken += len(batch)
            for item, fingerprint in batch:
                pool.give(item, fingerprint)
            if not pool.waiting:
                return tally.done
            record = pool.next_record()
            if record is not None:
                store.keep(record)
            on_state(tally.state(record))
    finally:
        pool.stop()


class _Pool:
    """Threads that each feed one worker."""

    def __init__(self, store: Store, settings: Settings, options: Options, count: int) -> None:
        memory = options.memory_gb * 1e9 or MEMORY_SHARE * _machine_bytes() / count
        bounds = Bounds(options.timeout_s, memory)
        threads = max(1, (os.cpu_count() or 1) // count)
        self._todo: queue.SimpleQueue[tuple[Item, str] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Record | Exception] = queue.SimpleQueue()
        self._workers = [
            Worker(settings, bounds, store.scratch / str(number), options.entry, threads) for number in range(count)
        ]
        self._threads = [threading.Thread(target=self._serve, args=(worker,), daemon=True) for worker in self._workers]
        self.waiting = 0
        """Inputs that were given and whose record has not come back."""
        for thread in self._threads:
            thread.start()

    def give(self, item: Item, fingerprint: str) -> None:
        self.waiting += 1
        self._todo.put((item, fingerprint))

    def next_record(self) -> Record | None:
        """The next record, or None after a second without one; what a worker cannot go on from is raised here."""
        try:
            found = self._done.get(timeout=1.0)
        except queue.Empty:
            return None
        if isinstance(found, Exception):
            raise found
        self.waiting -= 1
        return found

    def stop(self) -> None:
        for _ in self._threads:
            self._todo.put(None)
        for worker in self._workers:
            worker.stop()
        for thread in self._threads:
            thread.join()

    def _serve(self, worker: Worker) -> None:
        while (job := self._todo.get()) is not None:
            try:
                self._done.put(worker.analyze_isolated(*job))
            except Exception as error:
                self._done.put(error)
                return


class _Tally:
    """Counts records, and reckons the rate over the latest of them."""

    def __init__(self, total: int) -> None:
        self.done, self.total = 0, total
        self._statuses: Counter[str] = Counter()
        self._times = deque([time.monotonic()], RECENT)

    def state(self, record: Record | None) -> State:
        if record is not None:
            self.done += 1
            self._statuses[record.status] += 1
            self._times.append(time.monotonic())
        took = time.monotonic() - self._times[0]
        rate = (len(self._times) - 1) / took if took > 0 else 0.0
        left = (self.total - self.done) / rate if rate else None
        return State(record, self.done, self.total, dict(self._statuses), rate, left)


def default_workers() -> int:
    """One for each core, as far as memory goes."""
    return max(1, min(os.cpu_count() or 1, int(MEMORY_SHARE * _machine_bytes() / WORKER_BYTES)))


def _machine_bytes() -> float:
    try:
        return float(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    except (ValueError, OSError, AttributeError):
        return float("inf")


def _fingerprint(settings: Settings) -> Callable[[Item], str]:
    """A function from an input to the fingerprint of everything but its bytes that decides its record."""
    judging_of = cache(partial(_judging, settings.variant))
    judging_of(settings.platform)
    measuring = analyzer_of(settings).fingerprint()
    shown = [settings.lang, settings.html, settings.only, settings.skip, settings.find]

    def of(item: Item) -> str:
        platform = item.given.get("platform") or settings.platform
        try:
            judging = judging_of(platform)
        except UsageError as error:
            judging = str(error)
        return _digest(measuring, judging, shown, item.given)

    return of


def _judging(variant: str, platform: str) -> str:
    """Changes whenever a profile, or the code that judges, changes; raises `UsageError` where there is no such profile."""
    from analyzer.judge import accuracy, bounds, profile, rules

    code = [Path(str(module.__file__)).read_text(encoding="utf-8") for module in (accuracy, bounds, profile, rules)]
    code.append(accuracy.accuracy().model_dump_json())
    loaded = rules.load_profile(platform)
    if variant not in loaded.variants:
        raise UsageError(f"The profile {loaded.id} has no variant {variant}; it has {', '.join(loaded.variants)}.")
    return _digest(loaded.model_dump_json(), variant, code)


def _digest(*parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
