"""The files beside an asset: which belong to it, and one that cannot be read costs nothing but a note."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from analyzer import Analyzer
from analyzer.read.opening import opened
from analyzer.read.sidecars import POST_TEXT_BYTES, given_post_text, post_text_of, sidecars_of, start_of
from tests.clips import encode


def beside(folder: Path, asset: str, *names: str) -> list[str]:
    for name in (asset, *names):
        (folder / name).write_bytes(b"x")
    return [path.name for path in sidecars_of(folder / asset)]


@pytest.mark.parametrize(
    ("asset", "names", "own"),
    [
        ("clip.mp4", ["clip.srt", "clip.fr.vtt", "clip1.srt", "clipper.srt", "other.srt"], ["clip.fr.vtt", "clip.srt"]),
        ("clip.mp4", ["clip.SRT", "clip.mp4.srt", "clip.pt-BR.sdh.ass"], ["clip.SRT", "clip.mp4.srt", "clip.pt-BR.sdh.ass"]),
        ("tour.mp4", ["tour.2.mp4", "tour.2.srt", "tour.2.fr.srt", "tour.3.srt"], ["tour.3.srt"]),
        ("tour.2.mp4", ["tour.mp4", "tour.2.srt", "tour.2.fr.srt", "tour.srt"], ["tour.2.fr.srt", "tour.2.srt"]),
        ("clip.mp4", ["clip.mov", "clip.mov.srt", "clip.srt"], ["clip.srt"]),
        ("garden.final.mp4", ["garden.final.srt", "garden.srt"], ["garden.final.srt"]),
        ("clip.mp4", ["clip." + "x" * 60 + ".srt"], []),
        ("e\u0301te\u0301.mp4", ["\xe9t\xe9.srt"], ["\xe9t\xe9.srt"]),
    ],
)  # fmt: skip
def test_which_subtitles_belong_to_an_asset(tmp_path: Path, asset: str, names: list[str], own: list[str]) -> None:
    assert beside(tmp_path, asset, *names) == own


def test_the_text_of_a_post(tmp_path: Path) -> None:
    clip = tmp_path / "été.mp4"
    assert post_text_of(clip).text is None
    (tmp_path / unicodedata.normalize("NFD", "été.TXT")).write_bytes("Découvrez l’été\r\nà la plage".encode("cp1252"))
    post = post_text_of(clip)
    assert post.text == "Découvrez l’été\nà la plage"
    assert [str(note) for note in post.notes] == ["The file été.TXT was read as Windows-1252, which is a guess."]
    (tmp_path / "clip.txt").write_bytes("e\u0301te\u0301 \x00🚀".encode("utf-16"))
    assert post_text_of(tmp_path / "clip.mp4").text == "été 🚀"
    (tmp_path / "long.txt").write_bytes("é".encode() * POST_TEXT_BYTES)
    post = post_text_of(tmp_path / "long.mp4")
    assert post.text == "é" * (POST_TEXT_BYTES // 2)
    assert [str(note) for note in post.notes] == ["Of the file long.txt only the first 100000 bytes were read."]
    assert post_text_of(tmp_path / "clip.txt").text is None, "a text is not the post of itself"


def test_a_text_that_was_handed_over_keeps_to_the_same_bound() -> None:
    assert given_post_text(" e\u0301\ud800\r\n ").text == "é\ufffd"
    post = given_post_text("x" * (POST_TEXT_BYTES + 1))
    assert len(post.text or "") == POST_TEXT_BYTES and len(post.notes) == 1


def unreadable(path: Path, kind: str) -> None:
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "loop":
        path.symlink_to(path.name)
    elif kind == "device":
        path.symlink_to("/dev/zero")
    elif kind == "dangling":
        path.symlink_to("nowhere")
    else:
        path.write_bytes(b"words")
        path.chmod(0)
        if os.access(path, os.R_OK):
            pytest.skip("this user reads files whatever their permissions are")


KINDS = ["folder", "pipe", "loop", "device", "dangling", "permissions"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("kind", KINDS)
def test_what_cannot_be_read_leaves_a_note(tmp_path: Path, kind: str) -> None:
    unreadable(tmp_path / "clip.txt", kind)
    unreadable(tmp_path / "clip.srt", kind)
    clip = tmp_path / "clip.mp4"
    post = post_text_of(clip)
    assert post.text is None and "clip.txt could not be opened" in str(post.notes[0])
    assert start_of(tmp_path / "clip.srt", 10) is None
    clip.write_bytes(b"x")
    with opened(clip, sidecars_of) as asset:
        assert asset.beside(10) == [(".srt", None)]


def test_only_the_start_of_a_large_file_is_read(tmp_path: Path) -> None:
    large = tmp_path / "clip.srt"
    with large.open("wb") as file:
        file.truncate(10_000_000_000)
    assert start_of(large, 100) == bytes(101)
    (tmp_path / "clip.mp4").write_bytes(b"x")
    with opened(tmp_path / "clip.mp4", sidecars_of) as asset:
        assert asset.beside(100) == [(".srt", hashlib.sha256(bytes(101)).hexdigest())]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such files")
@pytest.mark.parametrize("use_cache", [False, True])
def test_the_report_has_the_notes_and_the_clip_does_not_fail(tmp_path: Path, use_cache: bool) -> None:
    rng = np.random.default_rng(0)
    clip = encode(tmp_path / "clip.mp4", [rng.integers(0, 255, (48, 64, 3), np.uint8) for _ in range(10)], fps=10)
    (tmp_path / "clip.srt").mkdir()
    os.mkfifo(tmp_path / "clip.txt")
    (tmp_path / "clip.fr.srt").write_bytes("1\n00:00:00,100 --> 00:00:00,900\nL'été, déjà\n".encode("cp1252"))
    analyzer = Analyzer(only=["captions", "post_text"], use_cache=use_cache)
    for _ in range(2):
        notes = " ".join(str(note) for note in analyzer.analyze(clip).notes)
        for part in ("clip.srt could not be opened", "clip.txt could not be opened", "clip.fr.srt was read as Windows-1252"):
            assert notes.count(part) == 1


@pytest.mark.slow
def test_the_faults_that_were_found(test_data: Path, tmp_path: Path) -> None:
    table = test_data / "faults" / "expect.tsv"
    tool = test_data.parent / "tools" / "expect.py"
    if not table.exists() or not tool.exists():
        pytest.skip("the faults are not there")
    analyzer = Path(sys.executable).with_name("analyzer")
    environment = os.environ | {"ANALYZER_CACHE_DIR": str(tmp_path)}
    found = ""
    for only in ("sub_", "posttext"):
        command = [sys.executable, tool, analyzer, table, "--only", only]
        found += subprocess.run(command, capture_output=True, text=True, env=environment, check=False).stdout
    assert not [line for line in found.splitlines() if line.startswith("MISS")], found
