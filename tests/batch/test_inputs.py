"""What counts as an input: folders, globs, manifests, lists; ids, stamps, and what lies beside an asset."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest

from analyzer.batch.files import APPLICATION, INDEX, RECORDS
from analyzer.batch.inputs import Item, items_of
from analyzer.nouns.errors import UsageError
from tests.collection.test_gather import refusing


def found(source: object, stdin: bytes = b"") -> list[Item]:
    return list(items_of(str(source), io.BytesIO(stdin)))


def fill(tmp_path: Path, *names: str) -> Path:
    folder = tmp_path / "in"
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"x")
    return folder


def test_a_folder_is_its_assets_without_what_lies_beside_them(tmp_path: Path) -> None:
    folder = fill(
        tmp_path,
        "b.mp4",
        "a.JPG",
        "sub/c.mov",
        "b.txt",
        "b.fr.srt",
        ".hidden.mp4",
        ".git/x.mp4",
        "list.csv",
        "batch/index.sqlite",
        "batch/records/aa/d.json",
        "batch/thumbnails/d.jpg",
        "odd",
    )
    assert [item.name for item in found(folder)] == ["a.JPG", "b.mp4", "odd", "sub/c.mov"]


def test_what_is_no_file_is_an_input_all_the_same_and_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4")
    os.mkfifo(folder / "pipe.mp4")
    (folder / "dangling.mp4").symlink_to("nowhere")
    (folder / "self.mp4").symlink_to("self.mp4")
    (folder / "round").symlink_to(".")
    assert [item.name for item in found(folder)] == ["a.mp4", "dangling.mp4", "pipe.mp4", "self.mp4"]


def test_a_name_that_is_no_text_is_shown_as_text_and_kept_as_it_is(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4")
    name = os.fsdecode(b"x\xff.mp4")
    (folder / name).write_bytes(b"x")
    item = found(folder)[1]
    assert item.name == "x\ufffd.mp4" and item.path.name == name and item.path.is_file()


def test_a_stamp_changes_with_the_file_and_with_what_lies_beside_it(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4")
    stamps = [found(folder)[0].stamp]
    for name in ("a.mp4", "a.txt", "a.pt-BR.srt"):
        with (folder / name).open("ab") as file:
            file.write(b"more")
        stamps.append(found(folder)[0].stamp)
    (folder / "b.srt").write_bytes(b"of another")
    assert len(set(stamps)) == 4 and found(folder)[0].stamp == stamps[-1]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_manifest_is_read_as_spreadsheets_write_it(tmp_path: Path, sign: str) -> None:
    folder = fill(tmp_path, "a.mp4", "sub/b.mp4")
    rows = [
        ["\ufeffPath", "post_text", "Platform", "team"],
        ["a.mp4", '"Hello, you; all"', "tiktok", ""],
        ["sub/b.mp4", "", "", "x"],
    ]
    (folder / "list.csv").write_text("".join(sign.join(row) + "\r\n" for row in rows), encoding="utf-8")
    first, second = found(folder / "list.csv")
    assert first.given == {"post_text": "Hello, you; all", "platform": "tiktok"} and first.path == folder / "a.mp4"
    assert second.given == {"team": "x"} and second.stamp != "absent"


def test_equal_rows_are_inputs_of_their_own_and_ids_do_not_depend_on_the_text(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4")
    manifest = folder / "list.csv"
    manifest.write_text("path,platform,post_text\na.mp4,x,one\na.mp4,x,two\na.mp4,reels,one\n")
    ids = [item.id for item in found(manifest)]
    manifest.write_text("path,platform,post_text\na.mp4,x,changed\na.mp4,x,two\na.mp4,reels,one\n")
    assert len(set(ids)) == 3 and ids == [item.id for item in found(manifest)]


@pytest.mark.parametrize("listed", [b"a.mp4\nsub/b.mp4\n", b"a.mp4\0sub/b.mp4\0"])
def test_paths_come_from_standard_input(tmp_path: Path, listed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(fill(tmp_path, "a.mp4", "sub/b.mp4"))
    assert [item.name for item in found("-", listed)] == ["a.mp4", "sub/b.mp4"]


def test_a_glob_and_a_single_file(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4", "sub/b.mp4", "c.jpg", "batch/index.sqlite", "batch/records/x", "batch/thumbnails/aa/d.mp4")
    assert [item.path.name for item in found(folder / "**" / "*.mp4")] == ["a.mp4", "b.mp4"]
    assert [item.path.name for item in found(folder / "c.jpg")] == ["c.jpg"]


@pytest.mark.parametrize(("source", "says"), [("nowhere", "no folder"), ("no*.mp4", "No file matches"), ("bad.csv", "`path`")])
def test_a_source_that_makes_no_sense_is_one_sentence(tmp_path: Path, source: str, says: str) -> None:
    folder = fill(tmp_path, "a.mp4")
    (folder / "bad.csv").write_text("file\na.mp4\n")
    with pytest.raises(UsageError, match=says):
        found(folder / source)


def test_a_manifest_without_a_path_is_refused_before_its_rows_are_asked_for(tmp_path: Path) -> None:
    folder = fill(tmp_path)
    folder.mkdir()
    (folder / "bad.csv").write_text("file\na.mp4\n")
    with pytest.raises(UsageError, match="`path`"):
        items_of(str(folder / "bad.csv"), io.BytesIO())


def test_a_row_that_names_no_path_is_an_input_all_the_same(tmp_path: Path) -> None:
    folder = fill(tmp_path, "a.mp4")
    (folder / "list.csv").write_text("path,team\na.mp4,x\n,y\n")
    assert [item.name for item in found(folder / "list.csv")] == ["a.mp4", "(row 2 names no path)"]


def test_a_folder_below_that_cannot_be_read_is_an_input_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = fill(tmp_path, "a.mp4", "secret/b.mp4")
    refusing(monkeypatch, folder / "secret")
    assert [item.name for item in found(folder)] == ["a.mp4", "secret"]
    refusing(monkeypatch, folder)
    with pytest.raises(UsageError, match="cannot be read: Permission denied"):
        found(folder)


def test_a_database_of_another_program_makes_a_folder_no_batch(tmp_path: Path) -> None:
    for name in ("mine", "batch", "old"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.png").write_bytes(b"x")
    (tmp_path / "mine" / INDEX).write_bytes(b"my notes")
    (tmp_path / "batch" / INDEX).write_bytes(bytes(68) + APPLICATION.to_bytes(4) + bytes(28))
    (tmp_path / "old" / INDEX).write_bytes(b"damaged")
    (tmp_path / "old" / RECORDS).mkdir()
    assert [item.name for item in items_of(str(tmp_path), io.BytesIO()) if item.name.endswith("png")] == ["mine/mine.png"]
