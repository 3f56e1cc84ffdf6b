"""A worker whose signals die, hang, fail or take memory, by the name of the asset; everything else in it is the product's."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from typing import Any

from analyzer.analysis import Analyzer
from analyzer.batch import worker
from analyzer.batch.files import StoreError
from analyzer.batch.inputs import Item
from analyzer.batch.work import record_of


def analyse(item: Item, *rest: Any) -> Any:
    """`record_of`, but an asset called segfault, hang, freeze, raise, hoard, killed, orphan, once or full does that."""
    what = item.path.stem.partition("-")[0]
    if what == "segfault":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif what == "hang":
        time.sleep(3600)
    elif what == "freeze":
        os.kill(os.getpid(), signal.SIGSTOP)
    elif what == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "orphan":
        started = subprocess.Popen(["sleep", "600"])
        item.path.with_name("orphan.pid.txt").write_text(str(started.pid))
        os.kill(os.getpid(), signal.SIGKILL)
    elif what == "exit":
        os._exit(7)
    elif what == "once" and not (mark := item.path.with_name(f".{item.path.name}.seen")).exists():
        mark.touch()
        os.abort()
    elif what == "hoard":
        hoard = b"x" * 1_500_000_000
        time.sleep(3600)
        del hoard
    elif what == "full":
        raise StoreError("The disk is full.")
    elif what == "raise":
        raise_once()
    return record_of(item, *rest)


def raise_once() -> None:
    """The next measurement raises what nobody expects."""
    original = Analyzer._measured

    def broken(*_: Any) -> Any:
        Analyzer._measured = original  # type: ignore[method-assign]
        raise ZeroDivisionError("made for a test")

    Analyzer._measured = broken  # type: ignore[method-assign]


def main() -> None:
    worker.main(analyse)
