"""A worker from outside: one that does not start, one that starts late, and what it leaves when it is killed in a word."""

from __future__ import annotations

import io
import os
import queue
from pathlib import Path
from types import SimpleNamespace

import pytest

from analyzer.batch import workers
from analyzer.batch.inputs import items_of
from analyzer.batch.work import Settings
from analyzer.batch.workers import Bounds, Worker, WorkerError
from tests.batch.test_run import picture


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workers, "PAUSE_S", 0.0)


def worker(tmp_path: Path, entry: str) -> Worker:
    return Worker(Settings(str(tmp_path / "out"), only=("technical",), html=False), Bounds(), tmp_path / "scratch", entry)


def test_a_line_that_was_torn_is_no_line() -> None:
    lines: queue.Queue[str | None] = queue.Queue()
    workers._listen(SimpleNamespace(stdout=io.StringIO('{"stage": "read"}\n{"rec')), lines)
    assert [lines.get_nowait(), lines.get_nowait()] == ['{"stage": "read"}\n', None]


def test_a_worker_that_never_starts_is_one_sentence(tmp_path: Path) -> None:
    (item,) = items_of(str(picture(tmp_path / "a.png")), io.BytesIO())
    with pytest.raises(WorkerError, match="no_such_module"):
        worker(tmp_path, "tests.no_such_module").analyze_isolated(item, "s")


def test_a_worker_that_starts_at_the_second_try_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (item,) = items_of(str(picture(tmp_path / "a.png")), io.BytesIO())
    late = tmp_path / "late_worker.py"
    late.write_text(
        "import sys\nfrom pathlib import Path\nfrom analyzer.batch import worker\n\n"
        "def main():\n    mark = Path(__file__ + '.seen')\n    if not mark.exists():\n        mark.touch()\n"
        "        sys.exit('Out of memory.')\n    worker.main()\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    started = worker(tmp_path, "late_worker")
    try:
        record = started.analyze_isolated(item, "s")
        assert (record.status, record.attempts) == ("ok", 1) and os.path.exists(f"{late}.seen")
    finally:
        started.stop()
    assert not list((tmp_path / "scratch").glob("analyzer-*"))
