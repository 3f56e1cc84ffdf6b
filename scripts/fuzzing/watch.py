"""Children that read the mutants, and the parent that watches them: a crash, a hang or a hunger ends one child, not the run."""

from __future__ import annotations

import contextlib
import faulthandler
import hashlib
import itertools
import json
import os
import resource
import select
import shutil
import signal
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fuzzing.mutants import Mutant
from fuzzing.targets import Find, Target

BATCH = 50
"""Inputs of one child: a fault that grows over many inputs ends with it."""
ADDRESS_SPACE = 6_000_000_000
IDLE_S = 30.0
"""Seconds without any work after which an input waits for something that does not come. The clock tells no more than that:
other work may hold the machine."""


@dataclass(frozen=True)
class Result:
    """What came of one input. `fault` is empty where the promises were kept, else the place by which finds are told apart."""

    number: int
    outcome: str
    fault: str = ""
    details: str = ""
    seconds: float = 0.0
    memory_mb: int = 0


def watched(
    target: Target, make: Callable[[int], Mutant], numbers: Iterator[int], scratch: Path, limit_s: float
) -> Iterator[Result]:
    """Read the mutants of some numbers, one after the other, in children that are forked for a batch each."""
    pending: list[int] = []
    while pending := pending or list(itertools.islice(numbers, BATCH)):
        for result in _batch(target, make, pending, scratch, limit_s):
            pending = [number for number in pending if number > result.number]
            yield result


def _batch(
    target: Target, make: Callable[[int], Mutant], numbers: list[int], scratch: Path, limit_s: float
) -> Iterator[Result]:
    """Results in order; the last one is that of a death where the child died."""
    told, tell = os.pipe()
    stacks = scratch / "stacks.txt"
    stacks.write_text("")
    pid = os.fork()
    if not pid:
        os.close(told)
        _child(target, make, numbers, scratch, stacks, tell)
    os.close(tell)
    current, rest, cpu_s = numbers[0], b"", _processor_s(pid)
    worked_s, worked_at = cpu_s, time.monotonic()
    try:
        while True:
            if not select.select([told], [], [], 0.5)[0]:
                now_s = _processor_s(pid)
                if now_s > worked_s:
                    worked_s, worked_at = now_s, time.monotonic()
                if now_s - cpu_s > limit_s or time.monotonic() - worked_at > IDLE_S:
                    os.kill(pid, signal.SIGUSR1)  # faulthandler writes where it is
                    time.sleep(0.5)
                    os.kill(pid, signal.SIGKILL)
                    yield Result(current, "hang", f"hang in {_place(stacks)}", stacks.read_text(), now_s - cpu_s)
                    return
                continue
            piece = os.read(told, 65_536)
            if not piece:
                break
            *lines, rest = (rest + piece).split(b"\n")
            for line in lines:
                event: dict[str, Any] = json.loads(line)
                current = event["number"]
                if "outcome" in event:
                    yield Result(**event)
                else:
                    cpu_s, worked_at = _processor_s(pid), time.monotonic()
        _, status = os.waitpid(pid, 0)
        pid = 0
        if status:
            name = (
                signal.Signals(os.WTERMSIG(status)).name
                if os.WIFSIGNALED(status)
                else f"exit {os.waitstatus_to_exitcode(status)}"
            )
            yield Result(current, "crash", f"{name} in {_place(stacks)}", stacks.read_text())
    finally:
        os.close(told)
        if pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def _child(target: Target, make: Callable[[int], Mutant], numbers: list[int], scratch: Path, stacks: Path, tell: int) -> None:
    """Read every mutant in a folder of its own and say what came of it; never returns."""
    status = 70
    try:
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1):
            os.dup2(null, stream)
        written = stacks.open("w")
        os.dup2(null, 2)
        faulthandler.enable(written)
        faulthandler.register(signal.SIGUSR1, written)
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        for number in numbers:
            os.write(tell, json.dumps({"number": number}).encode() + b"\n")
            result = one(target, make(number), scratch)
            os.write(tell, json.dumps(vars(result)).encode() + b"\n")
        status = 0
    finally:
        os._exit(status)


def one(target: Target, mutant: Mutant, scratch: Path) -> Result:
    """Read one mutant in this process."""
    home = scratch / "home"
    shutil.rmtree(home, ignore_errors=True)
    for name in ("input", "spool", "temporary", "cwd"):
        (home / name).mkdir(parents=True)
    file = home / "input" / f"clip{mutant.suffix}"
    file.write_bytes(mutant.data)
    os.chdir(home / "cwd")
    tempfile.tempdir = str(home / "temporary")
    _forget_peak()
    began_s = time.process_time()
    outcome, fault, details = "find", "", ""
    try:
        outcome = target.read(file, home / "spool")
    except Find as error:
        fault = details = str(error)
    except BaseException as error:  # whatever it is, it is named
        fault = f"{type(error).__name__} in {_raised_at(error)}"
        details = "".join(traceback.format_exception(error))[-6000:]
    memory_mb = _peak_mb()
    left = sorted(
        str(path.relative_to(home)) for path in home.rglob("*") if path.is_file() and path.parts[len(home.parts)] != "spool"
    )
    foreign = [name for name in left if name != f"input/{file.name}"]
    if not fault and foreign:
        outcome, fault, details = "find", "files left behind outside the spool", str(foreign)
    if not fault and memory_mb > target.memory_mb:
        outcome, fault = "find", f"more than {target.memory_mb} MB of memory"
    return Result(mutant.number, outcome, fault, details, time.process_time() - began_s, memory_mb)


def _raised_at(error: BaseException) -> str:
    """The deepest place in the product at which an exception passed."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "/analyzer/" in frame.filename] or frames[-1:]
    return f"{own[-1].filename.rpartition('/analyzer/')[2]}:{own[-1].lineno}" if own else "?"


def _place(stacks: Path) -> str:
    """The deepest place in the product that faulthandler wrote down."""
    lines = [line for line in stacks.read_text().splitlines() if "/analyzer/" in line]
    return (
        lines[0].strip().rpartition("/analyzer/")[2].replace('", line ', ":").split(" in ")[0]
        if lines
        else "code that is not Python"
    )


def _forget_peak() -> None:
    with contextlib.suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak_mb() -> int:
    """Resident memory at its most since `_forget_peak`; on other systems than Linux since the child began."""
    with contextlib.suppress(OSError, IndexError):
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) // 1000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1_000_000


def _processor_s(pid: int) -> float:
    """Processor seconds of a process so far; the clock where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError):
        return time.monotonic()


def kept(result: Result, mutant: Mutant, target: str, folder: Path) -> Path:
    """Save the input of a find, with what is known of it beside."""
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{target}-{mutant.number:06d}-{hashlib.sha256(result.fault.encode()).hexdigest()[:6]}"
    file = folder / f"{name}{mutant.suffix}"
    file.write_bytes(mutant.data)
    (folder / f"{name}.txt").write_text(f"{result.fault}\nmade of {mutant.origin}\n\n{result.details}\n", errors="replace")
    return file
