"""The files of ANALYZER_TEST_DATA/hostile that concern the decoder, each with what must become of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.read.decode.limits import Limits
from analyzer.read.open_media import read_media
from tests.read.decode.refusals import refused


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("rotate.ts", (640, 360), "changes its shape"),
        ("mjpeg_exif.mov", (120, 160), ""),
        ("gif_grow_small.gif", (64, 64), ""),
        ("gif_slow_5000.gif", (7000, 7000), "decoding took too long"),
        ("m022_trunc_000000189775.jpg", (640, 480), "is cut off"),
    ],
)
def test_odd_files_give_a_report(test_data: Path, name: str, size: tuple[int, int], said: str) -> None:
    with read_media(test_data / "hostile" / name, asset_id="x", limits=Limits(decode_s=2.0)) as media:
        assert (media.asset.width, media.asset.height) == size
        notes = " ".join(note.text for note in media.notes)
        assert said in notes and (said or not notes)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("gif_grow_20000.gif", "too_many_pixels"),
        ("17000x17000.avif", "too_many_pixels"),
        ("subsample_encrypted_noaltref.webm", "encrypted"),
    ],
)
def test_hostile_files_are_refused_by_their_cause(test_data: Path, name: str, code: str) -> None:
    """A quarter of the memory that is usually allowed is enough to say so."""
    assert refused(test_data / "hostile" / name, limits=Limits(memory_bytes=1_500_000_000)).code == code
