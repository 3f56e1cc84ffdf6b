"""The command line as a person or a script meets it: exit codes, streams, files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clips import encode, plain, tone

ONLY = [word for name in ("technical", "shots", "stillness", "sound", "palette") for word in ("--only", name)]


def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error::RuntimeWarning", "-m", "analyzer", *words]
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, env=os.environ | {"PYTHONPATH": root} | environment, check=False
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("work")
    frames = [*plain((200, 30, 30), 60, 540, 960), *plain((30, 160, 200), 60, 540, 960)]
    encode(folder / "clip.mp4", frames, sound=tone(4.0, level=0.2), container_options={"movflags": "faststart"})
    return folder


def test_check_writes_both_reports_and_prints_a_verdict(folder: Path) -> None:
    done = run("check", "clip.mp4", "--platform", "tiktok", *ONLY, cwd=folder)
    assert done.returncode in (0, 1), done.stderr
    assert "TikTok" in done.stdout and "clip.mp4.report.html" in done.stdout
    report = json.loads((folder / "clip.mp4.report.json").read_text())
    assert report["judgement"]["profile"] == "tiktok"
    page = (folder / "clip.mp4.report.html").read_text()
    assert 'src="clip.mp4"' in page and len(page) < 2_000_000
    assert (done.returncode == 1) == any(verdict["status"] == "fail" for verdict in report["judgement"]["verdicts"])


def test_json_on_standard_output_is_pure(folder: Path) -> None:
    done = run("check", "clip.mp4", "--format", "json", "--out", "o", *ONLY, cwd=folder)
    assert json.loads(done.stdout)["asset"]["width"] == 540
    assert done.stderr == ""


@pytest.mark.parametrize("format", ["md", "csv", "srt", "vtt", "github"])
def test_every_format_prints_something(folder: Path, format: str) -> None:
    done = run("check", "clip.mp4", "--format", format, "--out", "o", *ONLY, cwd=folder)
    assert done.returncode in (0, 1) and not done.stderr
    assert done.stdout or format == "srt"


def test_judge_needs_no_media(folder: Path) -> None:
    run("check", "clip.mp4", "--out", "o", *ONLY, cwd=folder)
    done = run("judge", "o/clip.mp4.report.json", "--platform", "linkedin", "--html", "o/linkedin.html", cwd=folder)
    assert done.returncode in (0, 1) and "LinkedIn" in done.stdout
    assert (folder / "o" / "linkedin.html").is_file()


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["check", "absent.mp4"], 3, "cannot be opened"),
        (["check", "."], 2, "analyzer batch"),
        (["check", "clip.mp4", "--platform", "myspace"], 2, "myspace"),
        (["check", "clip.mp4", "--only", "magic"], 2, "magic"),
        (["check", "clip.mp4", "--nonsense"], 2, "nonsense"),
        (["judge", "clip.mp4"], 2, "not a report"),
        (["check", "clip.mp4", "--only", "technical", "--out", "clip.mp4/x"], 2, "cannot be used"),
    ],
)
def test_what_makes_no_sense_ends_in_one_sentence(folder: Path, words: list[str], code: int, says: str) -> None:
    done = run(*words, cwd=folder)
    assert done.returncode == code
    assert says in done.stderr and "Traceback" not in done.stderr
    assert not done.stdout


def test_lists(folder: Path) -> None:
    assert "onscreen_text" in run("signals", cwd=folder).stdout
    assert json.loads(run("signals", "--format", "json", cwd=folder).stdout)[0]["id"]
    assert "linkedin" in run("profiles", cwd=folder).stdout
    assert "https://" in run("profiles", "tiktok", cwd=folder).stdout
    assert json.loads(run("schema", cwd=folder).stdout)["title"]
    assert "ocr" in run("models", "list", cwd=folder).stdout
    assert run("doctor", cwd=folder).returncode == 0
    assert run("--version", cwd=folder).stdout.strip()


def test_a_terminal_that_knows_only_ascii(folder: Path) -> None:
    done = run("check", "clip.mp4", "--out", "o", *ONLY, cwd=folder, PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert done.returncode in (0, 1) and done.stdout.isascii() and "\x1b" not in done.stdout


def test_help_is_instant_and_complete(folder: Path) -> None:
    text = run("--help", cwd=folder).stdout
    for command in ("check", "judge", "signals", "profiles", "schema", "models", "doctor"):
        assert command in text
