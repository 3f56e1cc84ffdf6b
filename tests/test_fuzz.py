"""The fuzzer: its mutants are the same for the same seed, keep what their format asks for; its watch misses no kind of find."""

from __future__ import annotations

import json
import os
import random
import signal
import struct
import subprocess
import sys
import tomllib
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from analyzer.nouns.evidence import message
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from fuzzing import blind, boxes, chunks, mutants, targets, trees, watch

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the fuzzer needs a system with fork")


TARGETS = ",".join(targets.TARGETS)
"""What the short run reads."""


def png() -> bytes:
    head = chunks.Piece(b"IHDR", struct.pack(">IIBBBBB", 2, 2, 8, 0, 0, 0, 0))
    return chunks.png_of([head, chunks.Piece(b"IDAT", zlib.compress(b"\0ab\0cd")), chunks.Piece(b"IEND", b"")])


def jpeg() -> bytes:
    return b"\xff\xd8\xff\xe0\0\x07JFIF\0\xff\xda\0\x03\x01\x12\xff\0\x34\xff\xd0\x56\xff\xd9"


def gif() -> bytes:
    picture = b",\0\0\0\0\x02\0\x02\0\0\x02\x03\x84\x51\x05\0"
    return b"GIF89a\x02\0\x02\0\x80\0\0" + b"\0" * 6 + b"!\xf9\x04\0\x0a\0\0\0" + picture + b";"


def riff() -> bytes:
    return b"RIFF\x12\0\0\0WEBPVP8 \x05\0\0\0abcde\0"


def iso() -> bytes:
    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", 8 + len(body)) + kind + body

    return box(b"ftyp", b"isom") + box(b"moov", box(b"trak", box(b"tkhd", b"\0" * 12)) + box(b"free", b"")) + box(b"mdat", b"x")


def matroska() -> bytes:
    track = b"\xae\x83\xd7\x81\x01"
    tracks = b"\x16\x54\xae\x6b\x85" + track
    return b"\x1a\x45\xdf\xa3\x84\x42\x86\x81\x01" + b"\x18\x53\x80\x67\x8a" + tracks


@pytest.mark.parametrize("whole", [png(), jpeg(), gif(), riff()], ids=["png", "jpeg", "gif", "riff"])
def test_a_file_is_split_and_put_together_unchanged(whole: bytes) -> None:
    known = chunks.format_of(whole)
    assert known is not None and len(known.split(whole)) >= 2
    assert known.join(known.split(whole)) == whole


def checks_hold(whole: bytes) -> bool:
    return chunks.png_of(chunks.png_pieces(whole)) == whole


def test_changed_png_chunks_keep_their_checks() -> None:
    """All but those whose length lies, which is one change of eleven."""
    changed = [chunks.change_chunks(png(), png(), random.Random(seed)) for seed in range(300)]
    assert len(set(changed)) > 100
    assert sum(map(checks_hold, changed)) > 250
    flipped = [blind.flip(png()[40:], b"", random.Random(seed)) for seed in range(300)]
    assert sum(checks_hold(png()[:40] + end) for end in flipped) < 30


def test_boxes_and_elements_are_found_with_their_children() -> None:
    assert [node.kind for node in boxes.boxes_of(iso())] == [b"ftyp", b"moov", b"mdat", b"trak", b"free", b"tkhd"]
    kinds = [node.kind.hex() for node in boxes.elements_of(matroska())]
    assert kinds == ["1a45dfa3", "18538067", "1654ae6b", "ae", "d7", "4286"]


def test_a_box_taken_away_leaves_right_sizes_around_it() -> None:
    gone = next(node for node in boxes.boxes_of(iso()) if node.kind == b"tkhd")
    whole = boxes._resized(iso(), gone, b"")
    assert [node.kind for node in boxes.boxes_of(whole)] == [b"ftyp", b"moov", b"mdat", b"trak", b"free"]
    assert boxes.boxes_of(whole)[2].end == len(whole)


@pytest.mark.parametrize("whole", [png(), jpeg(), gif(), riff(), iso(), matroska(), b"abc", b"\xff\xd8\xff", b"GIF89a"])
def test_damage_of_any_kind_takes_any_file(whole: bytes) -> None:
    for seed in range(200):
        rng = random.Random(seed)
        for change in (chunks.change_chunks, boxes.change_box, boxes.change_element, trees.change_json, trees.change_toml):
            assert isinstance(change(whole, whole, rng), bytes)


def test_trees_change_and_stay_json_and_toml() -> None:
    tree = {"name": "a", "rules": [{"id": "x", "warn": 1.5}, {"id": "y", "on": True}], "none": {"deep": [1, 2]}}
    as_json, as_toml = trees.json_text(tree).encode(), trees.toml_text(tree).encode()
    assert json.loads(as_json) == tomllib.loads(as_toml.decode()) == tree
    well_formed = 0
    for seed in range(200):
        changed = trees.change_toml(as_toml, as_toml, random.Random(seed))
        try:
            tomllib.loads(changed.decode("utf-8", "replace"))
            well_formed += 1
        except (ValueError, RecursionError):
            pass
    assert 100 < well_formed < 200


def test_the_same_seed_makes_the_same_mutants(tmp_path: Path) -> None:
    for name, data in {"a.png": png(), "b.png": png(), "c.mp4": iso(), "d.json": b'{"a": [1, 2]}'}.items():
        (tmp_path / name).write_bytes(data)
    corpus = sorted(tmp_path.iterdir())
    first = [mutants.mutant(1, "image", number, corpus) for number in range(100)]
    assert first == [mutants.mutant(1, "image", number, corpus) for number in range(100)]
    assert first != [mutants.mutant(2, "image", number, corpus) for number in range(100)]


def _segfault(path: Path, folder: Path) -> str:
    os.kill(os.getpid(), signal.SIGSEGV)
    return "read"


def _hang(path: Path, folder: Path) -> str:
    while True:
        pass


def _foreign(path: Path, folder: Path) -> str:
    raise ValueError("not the product's own")


def _hungry(path: Path, folder: Path) -> str:
    return "read" if b"x" * 60_000_000 else ""


def _littering(path: Path, folder: Path) -> str:
    Path("left.txt").write_text("x")
    return "read"


@pytest.mark.parametrize(
    "read, outcome, fault",
    [
        (_segfault, "crash", "SIGSEGV"),
        (_hang, "hang", "hang in"),
        (_foreign, "find", "ValueError in"),
        (_hungry, "find", "MB of memory"),
        (_littering, "find", "left behind"),
        (lambda path, folder: "read", "read", ""),
    ],
    ids=["crash", "hang", "exception", "memory", "file", "sound"],
)
def test_the_watch_names_every_kind_of_find_and_goes_on(
    tmp_path: Path, read: Callable[[Path, Path], str], outcome: str, fault: str
) -> None:
    make = lambda number: mutants.Mutant(number, "made", ".bin", b"abc")  # noqa: E731
    idle = targets.Target(lambda path, folder: "read", lambda folder: iter(()), 10**6)
    [still] = watch.watched(idle, make, iter(range(1)), tmp_path, limit_s=5)
    target = targets.Target(read, lambda folder: iter(()), still.memory_mb + 30)
    results = list(watch.watched(target, make, iter(range(2)), tmp_path, limit_s=0.3))
    assert [(result.number, result.outcome) for result in results] == [(0, outcome), (1, outcome)]
    assert all(fault in result.fault if fault else not result.fault for result in results)


def test_a_report_that_is_not_finite_is_a_find() -> None:
    golden = targets._golden()
    targets.check_report(golden)
    broken = golden.asset.model_copy(update={"duration_s": float("inf")})
    with pytest.raises(targets.Find, match="asset.duration_s"):
        targets.check_report(golden.model_copy(update={"asset": broken}))


def test_a_report_that_does_not_keep_to_its_schema_is_a_find() -> None:
    wrong = targets._golden().model_copy(update={"judgement": message("no judgement")})
    with pytest.raises(targets.Find, match="schema at judgement"):
        targets.check_report(wrong)


@pytest.mark.slow
def test_a_short_run_over_the_real_material_finds_nothing(test_data: Path, tmp_path: Path) -> None:
    words = ["--corpus", test_data, "--seed", "1", "--count", "60", "--targets", TARGETS, "--finds", tmp_path / "finds"]
    done = subprocess.run([sys.executable, ROOT / "scripts" / "fuzz.py", *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
