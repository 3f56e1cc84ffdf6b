"""The user's files: bounds on reading, whole files on writing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from analyzer.errors import UsageError
from analyzer.files import read_within, write, written


def test_a_file_within_the_bound_is_read_whole(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_bytes(b"12345")
    assert read_within(tmp_path / "brand.toml", 5, "The brand kit") == b"12345"


def test_a_larger_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_bytes(b"123456")
    with pytest.raises(UsageError, match="^The brand kit .* has more than 5 bytes"):
        read_within(tmp_path / "brand.toml", 5, "The brand kit")


@pytest.mark.parametrize("name", ["absent", "nul\0name"])
def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        read_within(tmp_path / name, 5, "The profile")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="not a regular file|cannot be opened"):
        read_within(tmp_path, 5, "The profile")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither pipes nor devices in folders")
def test_pipes_and_devices_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(UsageError, match="not a regular file"):
            read_within(path, 5, "The profile")


def test_a_written_file_takes_its_place_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "new" / "report.json", "é")
    assert (tmp_path / "new" / "report.json").read_bytes() == "é".encode()
    assert os.listdir(tmp_path / "new") == ["report.json"]


def test_what_fails_half_way_leaves_the_former_file(tmp_path: Path) -> None:
    (tmp_path / "report.json").write_text("former")
    with pytest.raises(RuntimeError), written(tmp_path / "report.json") as file:
        file.write(b"half")
        raise RuntimeError
    assert (tmp_path / "report.json").read_text() == "former"
    assert os.listdir(tmp_path) == ["report.json"]


def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with pytest.raises(UsageError, match="cannot be written: .*--out"):
        write(tmp_path / "out" / "report.json", "x")
