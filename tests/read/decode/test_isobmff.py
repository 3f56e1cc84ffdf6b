"""Box layout of MP4 files that are built by hand."""

from __future__ import annotations

import io
import struct

import pytest

from analyzer.read.decode.isobmff import layout_of


def box(kind: bytes, *inner: bytes) -> bytes:
    body = b"".join(inner)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def elst(*entries: tuple[int, int]) -> bytes:
    rows = b"".join(struct.pack(">IiI", duration, media_time, 0x10000) for duration, media_time in entries)
    return box(b"elst", struct.pack(">II", 0, len(entries)), rows)


def layout(*boxes: bytes) -> dict[str, object]:
    data = b"".join(boxes)
    return dict(layout_of(io.BytesIO(data), len(data)))


MDAT, FTYP = box(b"mdat", b"x" * 99), box(b"ftyp", b"isom")


def test_moov_first_or_last() -> None:
    assert layout(FTYP, box(b"moov"), MDAT)["moov_first"] is True
    assert layout(FTYP, MDAT, box(b"moov"))["moov_first"] is False
    assert layout(FTYP)["moov_first"] is None


@pytest.mark.parametrize(
    ("entries", "shifts"), [([(900, 1024)], False), ([(500, -1), (900, 0)], True), ([(10, 0), (10, 500)], True)]
)
def test_edit_lists_that_shift_or_cut(entries: list[tuple[int, int]], shifts: bool) -> None:
    moov = box(b"moov", box(b"trak", box(b"edts", elst(*entries))))
    assert layout(FTYP, moov, MDAT)["edit_list"] is shifts


def test_fragments_and_sixty_four_bit_sizes() -> None:
    wide = struct.pack(">I4sQ", 1, b"mdat", 16 + 40) + b"x" * 40
    assert layout(FTYP, wide, box(b"moov"), box(b"moof"))["fragmented"] is True


def test_damage_ends_quietly() -> None:
    assert layout(b"\0\0\0\1moov")["moov_first"] is None
    assert layout(struct.pack(">I4s", 4_000_000_000, b"moov"), b"junk")["edit_list"] is False
