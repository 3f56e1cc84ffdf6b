"""The user's files: bounds on reading, whole files on writing."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from analyzer.disk.files import check_free, kind_of, read_within, seal, unsealed, write, written
from analyzer.nouns.errors import UsageError


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


HTML = '<!doctype html><meta charset="utf-8"><meta name="generator" content="content-analyzer"><p>{}'
JSON = '{{\n "schema_version": "1.2",\n "analyzer_version": "{}"}}'
CSV = "id,path,sha256,status,code,reason,{}\n"


@pytest.mark.parametrize("made", [HTML, JSON, CSV])
def test_a_former_file_of_the_same_kind_is_replaced_and_nothing_else_is(tmp_path: Path, made: str) -> None:
    path = tmp_path / "report"
    write(path, made.format(1))
    write(path, made.format(2))
    assert path.read_text() == made.format(2)
    for mine in ("mine", "", "<html><title>mine</title>", "id,path\n", '{"schema_version": "1.2"}', "{}"):
        path.write_text(mine)
        with pytest.raises(UsageError, match="this program did not make it.*--out or --html"):
            write(path, made.format(3))
        assert path.read_text() == mine
    other = HTML if made is not HTML else JSON
    path.write_text(other.format(1))
    with pytest.raises(UsageError, match="did not make it"):
        write(path, made.format(3))
    assert os.listdir(tmp_path) == ["report"]


def test_no_kit_replaces_anything(tmp_path: Path) -> None:
    write(tmp_path / "brand.toml", "name = 'a'")
    with pytest.raises(UsageError, match="did not make it"):
        write(tmp_path / "brand.toml", "name = 'b'")


@pytest.mark.skipif(sys.platform == "win32", reason="links need rights on Windows")
def test_links_are_never_written_through(tmp_path: Path) -> None:
    clip, former = tmp_path / "clip.mp4", tmp_path / "former.html"
    clip.write_bytes(b"film")
    os.link(clip, tmp_path / "hard.html")
    (tmp_path / "soft.html").symlink_to(clip)
    (tmp_path / "dangling.html").symlink_to(tmp_path / "absent")
    for name in ("hard.html", "soft.html", "dangling.html"):
        with pytest.raises(UsageError, match="did not make it"):
            write(tmp_path / name, HTML.format(1))
    former.write_text(HTML.format(1))
    (tmp_path / "link.html").symlink_to(former)
    write(tmp_path / "link.html", HTML.format(2))
    assert clip.read_bytes() == b"film" and former.read_text() == HTML.format(1) and not (tmp_path / "absent").exists()
    assert not (tmp_path / "link.html").is_symlink()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither pipes nor devices in folders")
def test_a_pipe_a_device_and_a_folder_are_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    (tmp_path / "folder.html").mkdir()
    for path in (tmp_path / "pipe.html", tmp_path / "folder.html", Path("/dev/null")):
        with pytest.raises(UsageError, match="cannot be written"):
            check_free(path, "html")
    for path in (tmp_path / "pipe.html", tmp_path / "folder.html"):
        with pytest.raises(UsageError, match="cannot be written"):
            write(path, HTML.format(1))
    check_free(tmp_path / "absent.html", "html")


def test_the_renderers_mark_what_they_make(tmp_path: Path) -> None:
    from analyzer.nouns.report import Report
    from analyzer.show import to_html

    report = Report.from_json((Path(__file__).parents[2] / "samples" / "golden.report.json").read_bytes())
    for name, text, kind in (("a.html", to_html(report), "html"), ("a.json", report.to_json(), "json")):
        write(tmp_path / name, text)
        write(tmp_path / name, text)
        assert kind_of(tmp_path / name) == kind
    former = to_html(report).replace('<meta name="generator" content="content-analyzer">\n', "")
    (tmp_path / "former.html").write_text(former, encoding="utf-8")
    assert 'name="generator"' not in former and kind_of(tmp_path / "former.html") == "html"


def test_a_flipped_byte_breaks_the_seal_and_the_file_goes(tmp_path: Path) -> None:
    path = tmp_path / "0123.json"
    seal(path, b"what was measured")
    whole = path.read_bytes()
    assert unsealed(path) == b"what was measured" and os.listdir(tmp_path) == [path.name]
    for place in range(0, len(whole), 7):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert unsealed(path) is None and not path.exists()
    for cut in (b"", whole[:20], whole[:-1]):
        path.write_bytes(cut)
        assert unsealed(path) is None and not path.exists()
    assert unsealed(path) is None
