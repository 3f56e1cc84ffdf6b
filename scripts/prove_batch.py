"""Proves what `analyzer batch` promises, on generated pictures: poison, kill -9 at random moments, a full disk.

    python scripts/prove_batch.py poison [--assets 1000]      1 % crash, 1 % hang, 1 % raise
    python scripts/prove_batch.py kill [--times 50] [--longest 10]   kill -9 of the whole group; nothing acknowledged is lost
    python scripts/prove_batch.py full [--rooms 50]           a disk with ever more room than nothing (mounts a tmpfs: root)

Each prints one JSON line with what it found, and exits with 1 where a promise is broken.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analyzer.batch.files import StoreError
from analyzer.batch.run import Options, Summary, run_batch
from analyzer.batch.store import RUN
from analyzer.batch.work import Settings
from analyzer.disk.files import PART

ROOT = Path(__file__).parent.parent
SIGNALS = ("technical", "palette")
"""Cheap ones: what is proved is the batch, not the measurements."""
ENTRY = "tests.batch.poison"
LONGEST_S = 10.0
"""Of a run before it is killed; the first records come after 3 to 8 s."""
PAGES_A_STEP = 4
"""By which the room grows: fifty steps reach from an index that cannot be made to a run that finishes."""
BATCH = """
import sys
sys.path.insert(0, {root!r})
from scripts.prove_batch import command
command({folder!r}, {out!r})
"""


def pictures(folder: Path, names: list[str]) -> None:
    """Small pictures, no two of which are alike."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        picture = np.random.default_rng(number).integers(0, 256, (12, 16, 3), np.uint8)
        cv2.imwrite(str(folder / f"{name}.png"), cv2.resize(picture, (160, 120), interpolation=cv2.INTER_NEAREST))


def settings_of(out: Path) -> Settings:
    return Settings(str(out), only=SIGNALS, html=False)


def records_of(out: Path) -> dict[str, dict[str, Any]]:
    """Records by input as the files have them."""
    found = [json.loads(path.read_bytes()) for path in (out / "records").glob("*/*.json")]
    return {record["id"]: record for record in found}


def indexed(out: Path) -> list[tuple[str, str]]:
    with contextlib.closing(sqlite3.connect(out / "index.sqlite")) as db:
        rows = db.execute("SELECT id, status FROM records").fetchall()
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    return rows


def poison(folder: Path, assets: int) -> dict[str, Any]:
    """1 % crash, 1 % hang, 1 % raise: all others are done, and those are named with the right cause."""
    bad = max(1, assets // 100)
    kinds = ["segfault"] * bad + ["hang"] * bad + ["raise"] * bad + ["good"] * (assets - 3 * bad)
    random.Random(7).shuffle(kinds)
    pictures(folder / "in", [f"{kind}-{number:05}" for number, kind in enumerate(kinds)])
    summary: Summary = run_batch(str(folder / "in"), settings_of(folder / "out"), Options(timeout_s=5, entry=ENTRY))
    wanted = {"segfault": "crashed", "hang": "timed_out", "raise": "failed", "good": "ok"}
    records = records_of(folder / "out").values()
    wrong = [record["name"] for record in records if record["status"] != wanted[record["name"].partition("-")[0]]]
    return {
        "assets": assets, "records": len(records), "wrong": len(wrong), "statuses": summary.statuses,
        "attempts": dict(Counter(record["attempts"] for record in records)), "seconds": round(summary.seconds, 1),
        "holds": len(records) == assets and not wrong,
    }  # fmt: skip


def command(folder: str, out: str) -> None:
    """A batch as a process of its own that prints an id when its record is acknowledged."""

    def tell(state: Any) -> None:
        if state.record is not None:
            os.write(1, f"{state.record.id}\n".encode())

    run_batch(folder, settings_of(Path(out)), Options(workers=2), tell)


def started(folder: Path, out: Path, acknowledged: Path) -> subprocess.Popen[bytes]:
    code = BATCH.format(root=str(ROOT), folder=str(folder), out=str(out))
    temporary = out.with_name("tmp")
    temporary.mkdir(exist_ok=True)
    with acknowledged.open("ab") as file:
        command = [sys.executable, "-c", code]
        return subprocess.Popen(command, stdout=file, start_new_session=True, env=os.environ | {"TMPDIR": str(temporary)})


def kill(folder: Path, times: int, longest_s: float = LONGEST_S) -> dict[str, Any]:
    """kill -9 of the group at random moments, then a run to the end."""
    moments, acknowledged, lost, begun = random.Random(11), folder / "acknowledged", 0, time.monotonic()
    count = 12 * times
    pictures(folder / "in", [f"asset-{number:05}" for number in range(count)])
    landed = 0
    for _ in range(times):
        process = started(folder / "in", folder / "out", acknowledged)
        time.sleep(moments.uniform(0.5, longest_s))
        landed += process.poll() is None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        told = set(acknowledged.read_text().split())
        lost += len(told - records_of(folder / "out").keys())
        if (folder / "out" / "index.sqlite").exists() and told:
            lost += len(told - {row[0] for row in indexed(folder / "out")})
    before = len(set(acknowledged.read_text().split()))
    started(folder / "in", folder / "out", acknowledged).wait()
    rows, told = indexed(folder / "out"), acknowledged.read_text().split()
    not_ok = sum(status != "ok" for _, status in rows)
    left = [path.name for path in (folder / "tmp").glob("analyzer-*")]
    half = [str(path) for path in (folder / "out").rglob("*") if path.name.startswith((PART, RUN))]
    return {
        "kills": times, "while_running": landed, "assets": count, "done_when_last_killed": before, "acknowledged_lost": lost,
        "acknowledged_twice": len(told) - len(set(told)), "records": len(rows),
        "not_ok": not_ok, "temporary_folders_left": len(left), "half_files_left": len(half),
        "seconds": round(time.monotonic() - begun, 1),
        "holds": not lost and not left and not half and len(told) == len(set(told)) == len(rows) == count and not not_ok,
    }  # fmt: skip


def full(folder: Path, rooms: int) -> dict[str, Any]:
    """A disk with ever more room: a run stops with a sentence wherever it fills up, and the next one goes on from there."""
    count, begun, ended = 4, time.monotonic(), Counter[str]()
    pictures(folder / "in", [f"asset-{number}" for number in range(count)])
    disk = folder / "disk"
    disk.mkdir()
    for pages in range(1, rooms + 1):
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk)], check=True)
        try:
            with (disk / "ballast").open("wb") as ballast:
                ballast.write(bytes(4_194_304 - 4096 * (PAGES_A_STEP * pages + 2)))
            try:
                run_batch(str(folder / "in"), settings_of(disk / "out"), Options(workers=1))
                ended["finished"] += 1
            except StoreError as error:
                ended["stopped"] += bool(str(error))
            (disk / "ballast").unlink()
            summary = run_batch(str(folder / "in"), settings_of(disk / "out"), Options(workers=1))
            whole = summary.statuses == {"ok": count} and len(indexed(disk / "out")) == count
            ended["resumed" if whole else "broken"] += 1
        finally:
            subprocess.run(["umount", str(disk)], check=True)
    return {"rooms": rooms, **ended, "seconds": round(time.monotonic() - begun, 1), "holds": ended["resumed"] == rooms}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("proof", choices=["poison", "kill", "full"])
    parser.add_argument("--assets", type=int, default=1000)
    parser.add_argument("--times", type=int, default=50)
    parser.add_argument("--longest", type=float, default=LONGEST_S, help="seconds before a kill, at most")
    parser.add_argument("--rooms", type=int, default=50)
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT)
    sys.path.insert(0, str(ROOT))
    with tempfile.TemporaryDirectory(prefix="prove-batch-") as name:
        amount = {"poison": options.assets, "kill": options.times, "full": options.rooms}[options.proof]
        further = [options.longest] if options.proof == "kill" else []
        found = {"poison": poison, "kill": kill, "full": full}[options.proof](Path(name), amount, *further)
    print(json.dumps({"proof": options.proof} | found))
    sys.exit(0 if found["holds"] else 1)


if __name__ == "__main__":
    main()
