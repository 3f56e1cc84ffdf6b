"""`analyzer batch` as a person or a script meets it: exit codes, streams, files."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.batch.test_run import picture

ROOT = Path(__file__).parent.parent
CODE = "import typer; from analyzer.cli_batch import batch; typer.run(batch)"
LIGHT = ["--only", "technical", "--workers", "1"]


def command(*words: str) -> list[str]:
    return [sys.executable, "-W", "error::RuntimeWarning", "-c", CODE, *words]


def run(*words: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command(*words), cwd=cwd, capture_output=True, text=True, input=stdin, env=environment, check=False)


def test_a_run_says_what_there_is_and_where(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    done = run("in", "--out", "out", *LIGHT, cwd=tmp_path)
    assert done.returncode in (0, 1), done.stderr
    assert "1 inputs, 1 with a record; 1 analysed now" in done.stdout and "index.html" in done.stdout
    assert "\x1b" not in done.stderr + done.stdout


def test_progress_for_machines_is_json_lines_alone_and_an_unreadable_file_is_exit_code_3(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "in" / "b.mp4").write_bytes(b"")
    done = run("-", "--out", "out", "--progress", "json", *LIGHT, cwd=tmp_path, stdin="in/a.png\nin/b.mp4\n")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert [event["event"] for event in events] == ["record", "record", "end"]
    assert {event["path"]: event["status"] for event in events[:2]} == {"in/a.png": "ok", "in/b.mp4": "rejected"}
    assert events[1]["done"] == events[1]["total"] == 2 and events[2]["statuses"] == {"ok": 1, "rejected": 1}
    assert done.returncode == 3


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nowhere"], "nowhere"),
        (["in", "--platform", "myspace"], "myspace"),
        (["in", "--shard", "3/2"], "2/5"),
        (["in", "--variant", "loan"], "organic"),
        (["in", "--lang", "xx"], "en, fr"),
        (["in", "--only", "magic"], "magic"),
    ],
)
def test_what_makes_no_sense_ends_in_one_sentence(tmp_path: Path, words: list[str], says: str) -> None:
    picture(tmp_path / "in" / "a.png")
    done = run(*words, "--out", "out", cwd=tmp_path)
    assert done.returncode == 2 and says in done.stderr and "Traceback" not in done.stderr and not done.stdout


@pytest.mark.slow
def test_an_interrupted_run_keeps_what_it_has_and_leaves_no_process(tmp_path: Path) -> None:
    for number in range(40):
        picture(tmp_path / "in" / f"{number}.png", number)
    words = command("in", "--out", "out", "--progress", "json", *LIGHT)
    with subprocess.Popen(
        words, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=os.environ | {"PYTHONPATH": str(ROOT)}
    ) as process:
        assert process.stdout is not None and process.stderr is not None
        told = [json.loads(process.stdout.readline())["id"]]
        process.send_signal(signal.SIGINT)
        told += [json.loads(line)["id"] for line in process.stdout]
        assert process.wait(20) == 130 and b"goes on" in process.stderr.read()
    time.sleep(0.5)
    found = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True, check=False)
    assert found.stdout == ""
    rest = [
        json.loads(line) for line in run("in", "--out", "out", "--progress", "json", *LIGHT, cwd=tmp_path).stdout.splitlines()
    ]
    assert rest[-1]["statuses"] == {"ok": 40} and len(rest) - 1 == 40 - len(told)
