"""Every command ends in a sentence and a documented exit code: broken streams, signals, limits, faults of the program."""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from analyzer.batch.files import StoreError
from analyzer.cli import exits, printing
from analyzer.cli.app import app
from analyzer.nouns.errors import MediaError, UsageError
from tests.batch.test_run import picture
from tests.clips import encode, plain
from tests.make_report import report

ROOT = Path(__file__).parents[2]
ANALYZER = f"{sys.executable} -W error::RuntimeWarning -m analyzer"
UNTIDY = ("Traceback", "Exception ignored", "BrokenPipeError", "\x1b")
posix = pytest.mark.skipif(os.name == "nt", reason="a shell of POSIX is needed")


def shell(line: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of a shell, in which `analyzer` is the program under test."""
    script = f'analyzer() {{ {ANALYZER} "$@"; }}\n{line}'
    env = os.environ | {"PYTHONPATH": str(ROOT)} | environment
    return subprocess.run(["bash", "-c", script], cwd=cwd, capture_output=True, text=True, env=env, check=False, timeout=60)


@pytest.fixture
def work(tmp_path: Path) -> Path:
    (tmp_path / "r.json").write_text(report().to_json(), encoding="utf-8")
    return tmp_path


@posix
@pytest.mark.parametrize(
    ("line", "code", "says"),
    [
        ("analyzer judge r.json >&-", 4, "could not be printed: it is closed"),
        ("analyzer judge r.json --html page.html >/dev/full", 4, "could not be printed: No space"),
        ("analyzer judge r.json -f json >/dev/full", 4, "could not be printed"),
        ("analyzer judge r.json -f csv >/dev/full", 4, "could not be printed"),
        ("analyzer schema | true; exit ${PIPESTATUS[0]}", 4, "could not be printed: Broken pipe"),
        ("analyzer signals >/dev/full", 4, "could not be printed"),
        ("analyzer --help >/dev/full", 4, "could not be printed"),
        ("analyzer --version >&-", 4, "could not be printed"),
        ("analyzer judge r.json >&- 2>&- <&-", 4, ""),
        ("analyzer judge r.json 2>&- <&- >/dev/null", 1, ""),
        ("analyzer judge r.json 2>/dev/full >/dev/null", 1, ""),
        ("analyzer nonsense 2>/dev/full", 2, ""),
        ("env -u HOME COLUMNS=1 LANG=C " + ANALYZER + " judge r.json >/dev/null", 1, ""),
        ("PYTHONIOENCODING=idna analyzer judge r.json >/dev/null", 1, ""),
        ("PYTHONIOENCODING=utf-16 analyzer judge r.json >/dev/null", 1, ""),
        ("mkdir d && cd d && rmdir ../d && analyzer judge \"$OLDPWD/r.json\" >/dev/null", 1, ""),
    ],
)  # fmt: skip
def test_streams_and_surroundings_that_are_broken(work: Path, line: str, code: int, says: str) -> None:
    if "/dev/full" in line and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    done = shell(line, work)
    assert done.returncode == code, done.stderr
    assert says in done.stderr and not any(word in done.stderr for word in UNTIDY)
    assert bool(says) == bool(done.stderr)
    if "--html" in line:
        assert (work / "page.html").is_file(), "the file that was asked for is written before anything is printed"


@posix
def test_a_stream_that_knows_only_ascii_still_gets_the_same_json(work: Path) -> None:
    done = shell("analyzer judge r.json -f json", work, PYTHONIOENCODING="ascii")
    assert done.stdout.isascii() and json.loads(done.stdout)["asset"] == report().model_dump(mode="json")["asset"]


@posix
@pytest.mark.slow
def test_a_machine_that_has_no_memory_is_exit_code_4(work: Path) -> None:
    done = shell("ulimit -v 70000; analyzer judge r.json", work)
    assert done.returncode == 4 and len(done.stderr.splitlines()) == 1


@posix
@pytest.mark.parametrize("out", ["/proc/1/x", "/sys/x", "r.json/x", "x" * 300])
def test_a_folder_that_cannot_be_used_is_said_before_anything_is_measured(work: Path, out: str) -> None:
    picture(work / "a.png")
    done = shell(f"analyzer check a.png --out {out} --only technical", work)
    assert done.returncode == 2 and "cannot be used" in done.stderr and not done.stdout


@posix
@pytest.mark.slow
def test_a_full_disk_loses_no_result(work: Path) -> None:
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small disk")
    (work / "tiny").mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", work / "tiny"], check=False).returncode:
        pytest.skip("this container may not mount")
    try:
        picture(work / "a.png")
        done = shell("analyzer check a.png --only palette --out tiny", work)
        assert done.returncode == 4 and "No space left" in done.stderr and "a.png" in done.stdout
        assert not [name for name in os.listdir(work / "tiny") if "part" in name]
        done = shell("TMPDIR=$PWD/tiny analyzer check a.png --only palette --no-cache", work)
        assert done.returncode in (0, 4)
    finally:
        subprocess.run(["umount", work / "tiny"], check=True)


def children_of(process: subprocess.Popen[str]) -> list[int]:
    """The processes that a process started, decoders among them."""
    found = subprocess.run(["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=False)
    return [int(line) for line in found.stdout.split()]


def is_running(number: int) -> bool:
    """Whether a process is there and not only waits to be counted as ended."""
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@posix
@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)])
@pytest.mark.parametrize(
    "words", [["check", "set/clip.mp4"], ["audit", "set", "-q"], ["compare", "set/clip.mp4", "set/clip.mp4"]]
)
def test_a_run_that_is_ended_leaves_nothing_behind(tmp_path: Path, number: int, code: int, words: list[str]) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "scratch").mkdir()
    encode(tmp_path / "set" / "clip.mp4", plain((200, 30, 30), 600, 540, 960))
    environment = os.environ | {"PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path / "scratch")}
    command = [*ANALYZER.split(), *words, "--no-cache"]
    with subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment) as process:
        deadline = time.monotonic() + 30
        while not (decoders := children_of(process)) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        process.send_signal(number)
        assert process.stderr is not None
        said = process.stderr.read()
        assert process.wait(20) == code, said
    assert len(said.splitlines()) == 1 and os.listdir(tmp_path / "scratch") == []
    assert decoders
    while time.monotonic() < deadline and any(map(is_running, decoders)):
        time.sleep(0.1)
    assert not any(map(is_running, decoders))


class Broken(Exception):
    pass


def caused(error: UsageError, cause: OSError) -> UsageError:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (typer.Exit(1), 1, ""),
        (ImportError("libx.so: failed to map segment from shared object"), 4, "Memory ran out"),
        (UsageError("It makes no sense."), 2, "It makes no sense."),
        (MediaError("damaged", "It is damaged."), 3, "Cannot be analysed: It is damaged."),
        (MediaError("out_of_memory", "Memory ran out."), 4, "Memory ran out."),
        (StoreError("The folder is gone."), 4, "The folder is gone."),
        (caused(UsageError("It cannot be written."), OSError(errno.ENOSPC, "full")), 4, "cannot be written"),
        (caused(UsageError("It cannot be written."), OSError(errno.EACCES, "no")), 2, "cannot be written"),
        (OSError(errno.EMFILE, "Too many open files", "/x\n\x1b"), 4, "Too many open files (/x <U+001B>)"),
        (MemoryError(), 4, "Memory ran out"),
        (RecursionError("too deep"), 4, "RecursionError: too deep"),
        (Broken("\x1b[31mred\nline"), 4, "A fault in the analyzer stopped it (Broken: <U+001B>[31mred line)"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (exits.Terminated(15), 143, "Ended from outside (SIGTERM)."),
        (printing.Unprinted("Broken pipe"), 4, "The output could not be printed: Broken pipe."),
        (SystemExit("text"), 1, ""),
    ],
)  # fmt: skip
def test_what_each_fault_ends_in(error: BaseException, code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    def step() -> None:
        raise error

    assert exits.ended(step) == code
    said = capsys.readouterr().err
    assert says in said and len(said.splitlines()) == bool(says) and "\x1b" not in said


def test_a_fault_says_how_its_traceback_is_seen_and_debugging_shows_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def step() -> None:
        raise Broken("odd")

    exits.ended(step)
    assert "ANALYZER_LOG=debug" in capsys.readouterr().err
    monkeypatch.setenv("ANALYZER_LOG", "debug")
    exits.ended(step)
    said = capsys.readouterr().err
    assert "Traceback" in said and "in step" in said and "report this line" in said


def test_a_fault_while_the_sentence_is_made_is_still_exit_code_4(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(error: BaseException) -> exits.Ending:
        raise MemoryError

    monkeypatch.setattr(exits, "ending_of", none)
    assert exits.ended(lambda: 1 / 0) == 4


def test_a_note_says_what_becomes_of_what_was_done() -> None:
    error = KeyboardInterrupt()
    error.add_note("It goes on from here.")
    assert exits.ending_of(error).sentence == "Interrupted. It goes on from here."


@pytest.mark.parametrize(
    "words",
    [
        ["\x1b[31m"],
        ["check", "absent\x1b[31m\u202e.png"],
        ["check", "x.png", "--format", "\x1b]0;x\x07"],
        ["check", "x.png", "-p", "\x9b31m"],
        ["check", "x.png", "--no\x1bpe"],
        ["check", "x.png", "--only", "\x1b"],
        ["check", "x.png", "--comments", "\x1b.csv"],
        ["judge", "\r\x08\x1b.json"],
        ["profiles", "\x1b.toml"],
        ["audit", "\x1b"],
        ["audit", ".", "--brand", "\x1b.toml"],
        ["audit", ".", "--manifest", "\x1b.csv"],
        ["batch", "\x1b", "--out", "o"],
        ["compare", "\x1b.json", "\x1b.json"],
        ["models", "verify", "\x1b"],
        ["models", "pull", "vader", "--from", "\x1b"],
        ["brand", "learn", "\x1b"],
    ],
)  # fmt: skip
def test_no_word_of_a_person_steers_the_terminal(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, words)
    assert done.exit_code in (2, 3), done.output
    hidden = [char for char in done.output if char != "\n" and (ord(char) < 32 or 0x7F <= ord(char) < 0xA0 or char == "\u202e")]
    assert not hidden, ascii(done.output)
    assert len(done.stderr.splitlines()) == 1
