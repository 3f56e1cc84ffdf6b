"""Which files are a set, when they were published, and that one that cannot be read stops nothing."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from analyzer.collection.gather import Gathered, Source, day_of, gather, sources_of
from analyzer.collection.result import Unread
from analyzer.nouns.errors import MediaError, UsageError
from analyzer.nouns.evidence import Table
from tests import make
from tests.collection.sets import Painted, Picture, folder_of, scene


def test_media_of_all_folders_are_found_in_order_and_nothing_else(tmp_path: Path) -> None:
    others = ["a.txt", ".hidden.png", ".cache/x.png", "audit/thumbs/1.jpg", "a/notes.srt"]
    home = folder_of(tmp_path, ["b.mp4", "a/c.JPG", *others])
    assert [source.key for source in sources_of(home, leave_out=home / "audit")] == ["a/c.JPG", "b.mp4"]


def test_a_folder_without_media_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no video and no image"):
        sources_of(folder_of(tmp_path, ["a.txt"]))
    with pytest.raises(UsageError, match="no folder"):
        sources_of(tmp_path / "none")


def test_a_manifest_names_files_dates_and_texts(tmp_path: Path) -> None:
    (tmp_path / "posts.csv").write_text(
        "path,published_at,post_text,brand\nb.jpg,2026-03-01T10:00Z,Hello,x\na.jpg,,,\nb.jpg,2026-03-02,Twice,x\n",
        encoding="utf-8",
    )
    found = sources_of(tmp_path, tmp_path / "posts.csv")
    assert [(s.key, s.date, s.post_text) for s in found] == [("a.jpg", None, None), ("b.jpg", "2026-03-02", "Twice")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name\nx\n", "needs a column"),
        ("path\n", "needs a column"),
        ("path,date\na.jpg,tomorrow\n", "line 2"),
        ("path,date\n,\n", "no path"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_said_so(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "posts.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        sources_of(tmp_path, tmp_path / "posts.csv")


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026:03:31 10:20:30", "2026-03-31"),
        ("2026-03-31T10:20:30Z", "2026-03-31"),
        ("2026-13-31", None),
        ("0000:00:00", None),
        ("", None),
    ],
)
def test_days_are_read_as_cameras_write_them(text: str, day: str | None) -> None:
    assert day_of(text) == day


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    def paint(name: str) -> Picture:
        if name == "bad.jpg":
            raise MediaError("damaged", "The picture is damaged.")
        return scene(1)

    sources = [Source(name, folder_of(tmp_path, [name]) / name) for name in ("a.jpg", "bad.jpg", "c.jpg")]
    found = list(gather(sources, Painted(paint)))
    assert [type(one) for one in found] == [Gathered, Unread, Gathered]
    assert found[1] == Unread(key="bad.jpg", code="damaged", sentence="The picture is damaged.")


def test_a_date_is_taken_from_the_manifest_then_the_file_s_tags_then_the_file(tmp_path: Path) -> None:
    tags = Table(title="f", columns=("Part", "Fact", "Value"), rows=(("tags", "DateTimeOriginal", "2024:05:06 07:08:09"),))
    path = folder_of(tmp_path, ["a.jpg"]) / "a.jpg"

    def dated(source: Source, *signals: object) -> tuple[str | None, str | None]:
        (one,) = gather([source], Painted(lambda name: scene(1), *signals))  # type: ignore[arg-type]
        assert isinstance(one, Gathered)
        return one.date, one.dated_by

    technical = make.ok("technical", {}, facts=tags)
    assert dated(Source("a.jpg", path, date="2020-01-02"), technical) == ("2020-01-02", "manifest")
    assert dated(Source("a.jpg", path), technical) == ("2024-05-06", "metadata")
    assert dated(Source("a.jpg", path))[1] == "file"


def refusing(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have the system refuse to list a folder, as it does to who has no right to; root has every right."""
    listed = os.scandir

    def scandir(path: str) -> object:
        if Path(path) == folder:
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)


def test_a_folder_below_that_cannot_be_read_is_named_and_links_lead_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = folder_of(tmp_path / "set", ["a.mp4", "secret/b.mp4", "deep/c.mp4"])
    (home / "deep" / "round").symlink_to("..")
    refusing(monkeypatch, home / "secret")
    assert [source.key for source in sources_of(home)] == ["a.mp4", "deep/c.mp4", "secret"]
    refusing(monkeypatch, home)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        sources_of(home)


@pytest.mark.parametrize(
    ("fault", "code", "says"),
    [
        (FileNotFoundError(2, "No such file or directory"), "io", "Reading failed: No such file or directory."),
        (ZeroDivisionError("odd"), "exception", "ZeroDivisionError: odd"),
    ],
)
def test_a_file_that_vanishes_or_brings_out_a_fault_does_not_take_the_others_with_it(
    tmp_path: Path, fault: Exception, code: str, says: str
) -> None:
    def paint(name: str) -> Picture:
        if name == "bad.jpg":
            raise fault
        return scene(1)

    sources = [Source(name, folder_of(tmp_path, [name]) / name) for name in ("bad.jpg", "c.jpg")]
    first, second = gather(sources, Painted(paint))
    assert isinstance(first, Unread) and first.code == code and says in first.sentence and isinstance(second, Gathered)


def test_a_full_disk_stops_the_set(tmp_path: Path) -> None:
    def paint(name: str) -> Picture:
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        list(gather([Source("a.jpg", tmp_path / "a.jpg")], Painted(paint)))
