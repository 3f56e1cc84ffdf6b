"""Files of the user's that are called like those of the program, wherever it writes or cleans: all are there after."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from analyzer.batch.files import INDEX
from analyzer.disk.folders import MARK
from analyzer.nouns.errors import UsageError
from tests.batch.test_run import picture, run
from tests.cli.test_batch import ROOT, command

LOOKALIKES = (
    "clips/b-roll.part", "clips/.b.part", "half.part", ".half.part", "reports/ab/x.part", "reports/ab/mine.report.json",
    "reports/ab/.mine.part", "thumbnails/mine.jpg", "thumbnails/ab/mine.jpg", "cache/ab/mine.json", f"cache/ab/{'0' * 62}.json",
    "cache/film.mp4", ".analyzer-part-x", ".analyzer-part-y/film.mp4", f".analyzer-part-z/{MARK}", "analyzer-mine/film.mp4",
    "analyzer-batch-mine/film.mp4", f"analyzer-batch-0/{MARK}", ".runs/mine.lock", ".runs/run-mine/film.mp4",
    f".runs/run-0/{MARK}", ".runs/0123456789ab.lock", "records/ab/mine.json", f"records/ab/ab{'0' * 30}.json",
    "index.sqlite.aside-00000000", "assets.parquet", "signals.parquet", "report.html", "mine.csv", "records/mine.part",
)  # fmt: skip


def lookalikes(folder: Path) -> dict[Path, bytes]:
    made = {folder / name: f"mine: {name}".encode() for name in LOOKALIKES}
    for path, data in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (0, 0))
    return made


@pytest.mark.slow
def test_a_batch_beside_the_users_files_deletes_and_changes_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(temporary))
    monkeypatch.setenv("TMPDIR", str(temporary))
    out = tmp_path / "out"
    mine = lookalikes(out) | lookalikes(temporary)
    picture(out / "clips" / "a.png")
    for changed in (0, 1):
        picture(out / "clips" / "a.png", changed)
        summary, _ = run(tmp_path, "out/clips")
        assert summary.statuses["ok"] == 1
    (out / INDEX).write_bytes(b"damaged")
    assert run(tmp_path, "out/clips")[0].statuses["ok"] == 1
    assert {path: path.read_bytes() for path in mine} == mine


@pytest.mark.parametrize("name", ["index.html", "assets.csv", "signals.csv", "instances.csv"])
def test_a_name_that_is_taken_is_refused_before_anything_is_made(tmp_path: Path, name: str) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / name).write_bytes(b"mine")
    with pytest.raises(UsageError, match="did not make it.*--out"):
        run(tmp_path)
    assert [path.name for path in (tmp_path / "out").iterdir()] == [name] and (tmp_path / "out" / name).read_bytes() == b"mine"


def processes(folder: Path) -> list[str]:
    """Command lines of what runs for a batch below a folder: workers and decoders have it among their variables."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and entry.name != str(os.getpid()):
            try:
                environment = (entry / "environ").read_bytes()
                state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
            except (OSError, ValueError):
                continue
            if f"TMPDIR={folder}".encode() in environment and state != "Z":
                found.append((entry / "cmdline").read_bytes().decode(errors="replace") if entry.exists() else "")
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGKILL], ids=["term", "hup", "kill"])
def test_a_run_that_is_told_to_end_or_killed_leaves_no_process_and_the_next_no_litter(tmp_path: Path, number: int) -> None:
    for count in range(30):
        picture(tmp_path / "in" / f"{count}.png", count)
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    words = command("in", "--out", "out", "--progress", "json", "--only", "technical", "--workers", "2")
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(temporary)}
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None and process.stderr is not None
        process.stdout.readline()
        assert len(processes(temporary)) >= 3
        process.send_signal(number)
        said = process.stderr.read()
        assert process.wait(20) == (-9 if number == signal.SIGKILL else 128 + number)
    until = time.monotonic() + 10
    while processes(temporary) and time.monotonic() < until:
        time.sleep(0.1)
    assert processes(temporary) == []
    if number != signal.SIGKILL:
        assert b"goes on" in said and not [*temporary.iterdir(), *(tmp_path / "out" / ".runs").glob("run-*")]
    rest = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, env=environment, check=True)
    assert '"statuses": {"ok": 30}' in rest.stdout
    assert not [*temporary.iterdir(), *(tmp_path / "out" / ".runs").glob("run-*")]
