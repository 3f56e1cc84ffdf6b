"""The worker process: settings on standard input, then one input a line; progress and records as JSON lines on standard output.

It keeps its models loaded. When the other end goes away, it kills itself and the decoder that it may have started.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import queue
import signal
import sys
import threading
from pathlib import Path
from typing import IO, Any

from analyzer.analysis import Progress
from analyzer.batch.files import StoreError
from analyzer.batch.inputs import Item
from analyzer.batch.work import Analyse, Settings, analyzer_of, record_of

PR_SET_PDEATHSIG = 1
"""Of prctl(2)."""


def main(analyse: Analyse = record_of) -> None:
    """Serve until standard input ends."""
    _end_with_parent()
    out = _own_output()
    settings = Settings(**json.loads(sys.stdin.readline()))
    analyzer = analyzer_of(settings)
    _tell(out, {"ready": True})
    jobs: queue.Queue[dict[str, Any]] = queue.Queue()
    threading.Thread(target=_listen, args=(jobs,), daemon=True).start()
    while True:
        job = jobs.get()
        item = Item(**job["item"] | {"path": Path(os.fsdecode(bytes.fromhex(job["item"]["path"])))})
        try:
            record = analyse(item, job["settings"], analyzer, settings, lambda progress: _tell(out, _progress(progress)))
            _tell(out, {"record": record.model_dump(mode="json")})
        except StoreError as error:
            _tell(out, {"store": str(error)})


def _end_with_parent() -> None:
    """Have the system kill this process when its parent dies, even while a library keeps `_listen` from running."""
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _listen(jobs: queue.Queue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        jobs.put(json.loads(line))
    os.killpg(0, signal.SIGKILL)


def _own_output() -> IO[str]:
    """Standard output for the protocol alone: what libraries print goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return out


def _progress(progress: Progress) -> dict[str, Any]:
    return {"stage": progress.stage, "done": progress.done}


def _tell(out: IO[str], event: dict[str, Any]) -> None:
    out.write(json.dumps(event) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
