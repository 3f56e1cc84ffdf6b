"""Folders of the program's own: deleted when their process is gone, and never anything that merely looks like one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from analyzer.disk import folders
from analyzer.disk.folders import MARK, holder, living, locked, own, sweep

CODE = """
import sys, time
from pathlib import Path
from analyzer.disk.folders import own
with own(Path(sys.argv[1])) as folder:
    (folder / "half").write_bytes(b"half")
    print(folder, flush=True)
    time.sleep(60)
"""


def started(parent: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen([sys.executable, "-c", CODE, str(parent)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_a_folder_is_there_as_long_as_it_is_needed(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), own(tmp_path) as folder:
        assert folder.parent == tmp_path and holder(folder) == "living" and living(tmp_path, "analyzer-") == {folder.name}
        raise ZeroDivisionError
    assert os.listdir(tmp_path) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(tmp_path: Path) -> None:
    dead, left = started(tmp_path)
    alive, kept = started(tmp_path)
    with dead, alive:
        dead.kill()
        dead.wait()
        try:
            assert (holder(left), holder(kept)) == ("dead", "living")
            sweep(tmp_path)
            assert not left.exists() and (kept / "half").is_file()
        finally:
            alive.kill()


def test_a_folder_that_looks_alike_stays(tmp_path: Path) -> None:
    with own(tmp_path) as folder:
        (folder / "film.mp4").write_bytes(b"mine")
        shutil.copytree(folder, tmp_path / "analyzer-copy")
        elsewhere = tmp_path / "elsewhere"
        shutil.copytree(folder, elsewhere)
    (tmp_path / "analyzer-empty").mkdir()
    (tmp_path / "analyzer-mine").mkdir()
    (tmp_path / "analyzer-mine" / MARK).write_bytes(b"content-analyzer: a folder of unfinished work, 0:0\n")
    (tmp_path / "analyzer-link").symlink_to(elsewhere)
    before = sorted(tmp_path.rglob("*"))
    sweep(tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert {holder(path) for path in tmp_path.iterdir()} == {"foreign"}


def test_the_first_folder_in_a_place_sweeps_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_swept", set())
    process, left = started(tmp_path)
    with process:
        process.kill()
    with own(tmp_path):
        assert not left.exists()


def test_a_lock_changes_no_file(tmp_path: Path) -> None:
    (tmp_path / "starting").write_bytes(b"mine")
    with locked(tmp_path / "starting"):
        pass
    assert (tmp_path / "starting").read_bytes() == b"mine"
