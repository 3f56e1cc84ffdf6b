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

ROOT = Path(__file__).parents[2]
LIGHT = ["--only", "technical", "--workers", "1"]
STRICT = """
id = "strict"
title = "Strict"
checked_on = 2026-11-01
variants = ["organic", "ad"]

[[rules]]
id = "width"
title = "Wide"
metric = "technical.width"
unit = "px"
at_least = { fail = 5000 }
severity = 3
strength = "advice"
why = "Wide pictures look sharp."
fix = "Make it {bound} wide."
sources = [{ source = "project" }]

[sources]
project = { url = "", checked_on = "2026-11-24", note = "Project choice." }
"""


def command(*words: str) -> list[str]:
    return [sys.executable, "-W", "error::RuntimeWarning", "-m", "analyzer", "batch", *words]


def run(*words: str, cwd: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(command(*words), cwd=cwd, capture_output=True, text=True, input=stdin, env=environment, check=False)


def test_a_run_says_what_there_is_and_where(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    done = run("in", "--out", "out", *LIGHT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "Inputs: 1; with a record: 1, 1 of them made now" in done.stdout and "index.html" in done.stdout
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


def test_a_failed_check_is_exit_code_1_and_pages_and_tables_come_as_asked(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "strict.toml").write_text(STRICT)
    done = run("in", "--out", "out", "-p", "strict.toml", "--lang", "fr", "--parquet", *LIGHT, cwd=tmp_path)
    assert done.returncode == 1 and "Verdicts: 1 fail" in done.stdout
    assert '<html lang="fr">' in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")
    assert {path.name for path in (tmp_path / "out").glob("*.*")} >= {
        f"{name}.{kind}" for name in ("assets", "signals", "instances") for kind in ("csv", "parquet")
    }


def test_what_could_not_be_analysed_is_named_with_its_reason_and_no_escape_sequence(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a\x1b[31m\nb.mp4").write_bytes(b"")
    done = run("in", "--out", "out", *LIGHT, cwd=tmp_path)
    assert done.returncode == 3 and "The file is empty." in done.stdout and "\x1b" not in done.stdout
    assert len([line for line in done.stdout.splitlines() if line.startswith("Not analysed: a")]) == 1


def test_a_folder_that_cannot_be_written_stops_the_run_with_exit_code_4(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    (tmp_path / "file").write_bytes(b"")
    done = run("in", "--out", "file/out", *LIGHT, cwd=tmp_path)
    assert done.returncode == 4 and "--out" in done.stderr and "Traceback" not in done.stderr


def test_names_that_are_no_text_do_no_harm(tmp_path: Path) -> None:
    folder = os.fsdecode(b"in\xff")
    (tmp_path / folder).mkdir()
    picture(tmp_path / "a.png").rename(tmp_path / folder / os.fsdecode(b"b\xfe.png"))
    done = run(folder, "--out", os.fsdecode(b"out\xfd"), *LIGHT, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / os.fsdecode(b"out\xfd") / "reports").glob("*/*.json"))) == 1


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


def test_a_model_that_is_none_is_refused_before_any_work(tmp_path: Path) -> None:
    picture(tmp_path / "in" / "a.png")
    for model, sentence in (("ocr", "names no model"), ("ocr=no-such", "There is no model 'no-such'")):
        done = run("in", "--out", "out", *LIGHT, "--model", model, cwd=tmp_path)
        assert done.returncode == 2 and sentence in done.stderr and not (tmp_path / "out" / "records").exists()


def test_a_reader_of_progress_that_goes_away_stops_no_run(tmp_path: Path) -> None:
    for number in range(3):
        picture(tmp_path / "in" / f"{number}.png", number)
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            command("in", "--out", "out", "--progress", "json", *LIGHT), cwd=tmp_path, stdout=full, stderr=subprocess.PIPE,
            text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False,
        )  # fmt: skip
    assert done.returncode == 4 and done.stderr == "The output could not be printed: No space left on device.\n"
    assert len(list((tmp_path / "out" / "reports").glob("*/*.json"))) == 3 and (tmp_path / "out" / "index.html").is_file()
