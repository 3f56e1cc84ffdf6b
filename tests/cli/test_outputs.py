"""What the reports of an asset are called: one name for each asset, on every disk."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from analyzer.cli import outputs
from analyzer.nouns.errors import UsageError
from tests.make_report import report


def test_a_report_is_called_after_the_whole_name(tmp_path: Path) -> None:
    names = {outputs.name_in(tmp_path, name) for name in ("clip.mp4", "clip.mov", "clip")}
    assert names == {"clip.mp4", "clip.mov", "clip"}


@pytest.mark.parametrize("letter", ["n", "é", "漢", "🎬"])
def test_a_name_of_255_bytes_is_shortened_and_stays_unlike_others(tmp_path: Path, letter: str) -> None:
    stem = letter * (250 // len(letter.encode()))
    made = {outputs.name_in(tmp_path, f"{stem}{ending}") for ending in (".mp4", ".mov", "a.mp")}
    assert len(made) == 3
    for name in made:
        (tmp_path / f"{name}.report.json").write_text("it fits")


def test_names_that_differ_in_case_or_in_the_form_of_accents_alone_have_a_report_each(tmp_path: Path) -> None:
    for first, second in (
        ("Clip.mp4", "clip.MP4"),
        (unicodedata.normalize("NFC", "é.mp4"), unicodedata.normalize("NFD", "é.mp4")),
    ):
        (tmp_path / f"{outputs.name_in(tmp_path, first)}.report.json").write_text("first")
        other = outputs.name_in(tmp_path, second)
        assert other.startswith(second) and other != second
        (tmp_path / f"{other}.report.json").write_text("second")
        assert outputs.name_in(tmp_path, first) == first and outputs.name_in(tmp_path, second) == other


def test_names_that_are_no_text_or_hide_something_have_a_report_each_that_is_safe_to_list(tmp_path: Path) -> None:
    raw = [os.fsdecode(b"a\xff.mp4"), os.fsdecode(b"a\xfe.mp4"), "a\x1b.mp4", "a_.mp4", "a\u202e.mp4"]
    made = [outputs.name_in(tmp_path, name) for name in raw]
    assert len(set(made)) == len(raw) and all(name.isprintable() and name.isascii() for name in made)


def test_reports_are_written_whole_beside_each_other(tmp_path: Path) -> None:
    media = tmp_path / "a b#1.mp4"
    json_file, html_file = outputs.write_reports(report(), media, tmp_path / "out", "en")
    assert sorted(os.listdir(tmp_path / "out")) == ["a b#1.mp4.report.html", "a b#1.mp4.report.json"]
    assert 'src="../a%20b%231.mp4"' in html_file.read_text(encoding="utf-8") and json_file.is_file()


@pytest.mark.parametrize("name", ["file/x", "nul\0"])
def test_a_folder_that_cannot_be_made_is_said_first(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(UsageError, match="cannot be used"):
        outputs.prepare(tmp_path / name)


def test_a_name_that_another_file_has_is_refused_before_anything_is_measured(tmp_path: Path) -> None:
    (tmp_path / "clip.png.report.json").write_text("mine")
    with pytest.raises(UsageError, match="this program did not make it"):
        outputs.prepare(tmp_path, outputs.files_of(Path("clip.png"), tmp_path))
    assert (tmp_path / "clip.png.report.json").read_text() == "mine"
