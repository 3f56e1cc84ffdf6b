"""A worker seen from outside: started, fed one input at a time, watched, killed with all it started, and replaced.

It has a pipe of its own, so that the death of one worker cannot block another, and nothing but JSON goes through it. An
input that kills its worker is tried once more in a fresh one, then its record says what happened.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from analyzer.batch.files import StoreError
from analyzer.batch.inputs import Item
from analyzer.batch.record import Record, Status
from analyzer.batch.work import Settings, known_of
from analyzer.nouns.errors import AnalyzerError
from analyzer.nouns.evidence import Message, message
from analyzer.nouns.report import Reason

ENTRY = "analyzer.batch.worker"
"""Module whose `main` a worker runs."""
CODE = "import sys; sys.path[:] = {path!r}; from {entry} import main; main()"
ATTEMPTS = 2
"""The second tells an asset that kills from a worker that had bad luck."""
STARTS = 3
"""Starts of a worker that are tried: a machine may be out of memory or of processes for a moment."""
PAUSE_S = 2.0
"""Seconds before the next try (project choice)."""
NO_WORKER = "No worker could be started: {}"
AGAIN: tuple[Status, ...] = ("timed_out", "crashed", "out_of_memory")
START_S = 180.0
"""Seconds in which a worker must have started; importing on a busy machine takes 2 to 20 (measured)."""
GONE_S = 5.0
"""Seconds in which a process whose output has ended must have ended."""
LOOK_S = 0.5
"""Seconds between looks at the memory of a worker."""


class WorkerError(AnalyzerError):
    """No worker can be started here, so that no asset can be analysed."""


@dataclass(frozen=True)
class Bounds:
    """What a worker may use for one input."""

    stall_s: float = 600.0
    """Seconds without progress (a step of reading, or a next signal) after which it is killed (project choice)."""
    memory_bytes: float = float("inf")
    """Resident memory beyond which it is killed."""
    recycle: int = 100
    """Inputs after which a worker makes room for a fresh one; 50 to 200 cost nothing (shared/research, measured)."""


class Died(NamedTuple):
    """How a worker ended, and with what it was busy."""

    status: Status
    code: str
    sentence: Message


class Worker:
    """One worker process at a time. Not for several threads at once, save for `stop`."""

    def __init__(self, settings: Settings, bounds: Bounds, scratch: Path, entry: str = ENTRY, threads: int = 1) -> None:
        self.settings, self.bounds, self.scratch, self.entry, self.threads = settings, bounds, scratch, entry, threads
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.Queue[str | None] = queue.Queue()
        self._served = 0
        self._stopped = False

    def analyze_isolated(self, item: Item, fingerprint: str) -> Record:
        """The record of an input, whatever it is and whatever it does to the process that looks at it.

        Raises `StoreError` where results cannot be written, and `WorkerError` where no worker can be started.
        """
        began = time.monotonic()
        attempts = 1
        record = self._attempt(item, fingerprint)
        while record.status in AGAIN and attempts < ATTEMPTS:
            attempts += 1
            record = self._attempt(item, fingerprint)
        finished = datetime.now(UTC).isoformat(timespec="milliseconds")
        return record.model_copy(
            update={"attempts": attempts, "seconds": round(time.monotonic() - began, 3), "finished_at": finished}
        )

    def stop(self) -> None:
        """Kill the worker and what it started; whoever waits for its record gets `WorkerError`."""
        self._stopped = True
        self._kill()

    def _attempt(self, item: Item, fingerprint: str) -> Record:
        if self._process is None or self._served >= self.bounds.recycle:
            self._start()
        assert self._process is not None and self._process.stdin is not None
        self._served += 1
        sent = asdict(replace(item, path=Path())) | {"path": os.fsencode(item.path).hex()}
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps({"item": sent, "settings": fingerprint}) + "\n")
            self._process.stdin.flush()
        outcome = self._follow()
        if isinstance(outcome, Died):
            self._kill()
            if self._stopped:
                raise WorkerError("Stopped.")
            platform = item.given.get("platform") or self.settings.platform
            reason = Reason(code=outcome.code, sentence=outcome.sentence)
            return Record(**known_of(item, fingerprint, platform), status=outcome.status, reason=reason)
        return outcome

    def _follow(self) -> Record | Died:
        """Wait for the record; a worker that dies, stalls or takes too much memory is `Died`."""
        stage = "start"
        moved = looked = time.monotonic()
        while True:
            if (now := time.monotonic()) - moved > self.bounds.stall_s:
                return Died("timed_out", "stalled", self._too_slow(stage))
            if now - looked >= LOOK_S:
                looked = now
                if self._memory() > self.bounds.memory_bytes:
                    return Died("out_of_memory", "memory", self._too_large(stage))
            try:
                line = self._lines.get(timeout=LOOK_S)
            except queue.Empty:
                continue
            if line is None:
                return self._how_it_died(stage)
            event = json.loads(line)
            if "record" in event:
                return Record.model_validate(event["record"])
            if "store" in event:
                raise StoreError(event["store"])
            stage, moved = event["stage"], time.monotonic()

    def _how_it_died(self, stage: str) -> Died:
        assert self._process is not None
        try:
            code = self._process.wait(GONE_S)
        except subprocess.TimeoutExpired:
            return Died("crashed", "crashed", message("The worker went silent during {stage}; it was stopped.", stage=stage))
        if code == -signal.SIGKILL:
            sentence = message("The system killed the worker during {stage}, most likely because memory ran out.", stage=stage)
            return Died("out_of_memory", "killed", sentence)
        names = {-number: number.name for number in signal.Signals}
        how = f"exit code {code}" if code >= 0 else names.get(code, f"signal {-code}")
        return Died("crashed", "crashed", message("The worker crashed during {stage} ({how}).", stage=stage, how=how))

    def _too_slow(self, stage: str) -> Message:
        seconds = round(self.bounds.stall_s)
        return message("No progress for {seconds} s during {stage}; it was stopped.", seconds=seconds, stage=stage)

    def _too_large(self, stage: str) -> Message:
        most = self.bounds.memory_bytes / 1e9
        return message("It took more than {most:.1f} GB of memory during {stage}; it was stopped.", most=most, stage=stage)

    def _memory(self) -> float:
        """Resident bytes of the worker itself; 0 where the system does not tell. The decoder has its own limit."""
        assert self._process is not None
        try:
            pages = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii").split()[1]
            return float(int(pages) * os.sysconf("SC_PAGE_SIZE"))
        except (OSError, IndexError, ValueError):
            return 0.0

    def _start(self) -> None:
        """Replace the worker by a fresh one, and wait until it is ready."""
        for last in (False,) * (STARTS - 1) + (True,):
            try:
                return self._try_to_start()
            except (OSError, WorkerError) as error:
                self._kill()
                if self._stopped or last:
                    raise error if isinstance(error, WorkerError) else WorkerError(NO_WORKER.format(error)) from error
                time.sleep(PAUSE_S)

    def _try_to_start(self) -> None:
        self._kill()
        self.scratch.mkdir(parents=True, exist_ok=True)
        log = self.scratch / "stderr"
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-c", CODE.format(path=[entry or os.getcwd() for entry in sys.path], entry=self.entry)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                encoding="utf-8",
                env={"OMP_NUM_THREADS": str(self.threads)} | os.environ | {"TMPDIR": str(self.scratch)},
                start_new_session=True,
            )
        if self._stopped:
            raise WorkerError("Stopped.")
        self._lines, self._served = queue.Queue(), 0
        threading.Thread(target=_listen, args=(self._process, self._lines), daemon=True).start()
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            self._process.stdin.write(json.dumps(asdict(self.settings)) + "\n")
            self._process.stdin.flush()
        try:
            ready = self._lines.get(timeout=START_S)
        except queue.Empty:
            ready = None
        if ready is None:
            last = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
            raise WorkerError(NO_WORKER.format(last[0] if last else "it gave no reason"))

    def _kill(self) -> None:
        """Kill the worker with its whole session, and delete its temporary files."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(OSError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            with contextlib.suppress(OSError):
                process.stdin.close()  # type: ignore[union-attr]
            for left in self.scratch.glob("analyzer-*"):
                shutil.rmtree(left, ignore_errors=True)


def _listen(process: Any, lines: queue.Queue[str | None]) -> None:
    for line in process.stdout:
        if line.endswith("\n"):  # or else it was killed in the middle of it
            lines.put(line)
    lines.put(None)
    process.stdout.close()
