"""Sizes and frames of a picture as its header states them, read before any decoder sets memory aside for them.

Formats whose readers look at the header only until pixels are asked for (JPEG, TIFF, BMP, PPM, ICO) are checked there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

from analyzer.read.decode.geometry import Size
from analyzer.read.decode.isobmff import CONTAINERS, Box, boxes_of
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.spool import check_pixels

MAX_BLOCKS = 3_000_000
"""Blocks of a GIF that are walked over."""
SIZ = b"\xff\x4f\xff\x51"
"""Start of a JPEG 2000 codestream."""


def check_header(file: BinaryIO, limits: Limits) -> int | None:
    """Number of frames where the header tells it cheaply (GIF), else None; raises `Refused` for what has too many pixels."""
    file.seek(0)
    head = file.read(4096)
    size = file.seek(0, 2)
    if head.startswith(b"GIF8"):
        return _check_gif(file, limits)
    if head.startswith(b"\x89PNG"):
        sizes: Iterator[Size] = iter([struct.unpack(">II", head[16:24])] if head[12:16] == b"IHDR" and len(head) >= 24 else [])
    elif head[:4] == b"RIFF":
        sizes = _webp_sizes(file, size)
    elif head[4:8] == b"ftyp":
        sizes = _avif_sizes(file, size)
    else:
        sizes = _codestream_size(head)
    for width, height in sizes:
        if width and height:
            check_pixels(width, height, limits)
    return None


def _check_gif(file: BinaryIO, limits: Limits) -> int:
    """Walk over the blocks of a GIF. The canvas grows by what lies outside it, as it does in Pillow, before it is clipped."""
    file.seek(6)
    screen = file.read(7)
    if len(screen) < 7:
        return 0
    width, height, flags = struct.unpack("<HHB", screen[:5])
    file.seek(_table(flags), 1)
    frames = 0
    for _ in range(MAX_BLOCKS):
        mark = file.read(1)
        if mark == b"!":
            file.seek(1, 1)
        elif mark == b",":
            place = file.read(9)
            if len(place) < 9:
                break
            left, top, wide, high, flags = struct.unpack("<HHHHB", place)
            frames += 1
            width, height = max(width, left + wide), max(height, top + high)
            if frames <= limits.animation_frames:
                check_pixels(width, height, limits)
            file.seek(_table(flags) + 1, 1)
        elif not mark or mark == b";":
            break
        else:
            continue
        _skip_blocks(file)
    return frames


def _table(flags: int) -> int:
    """Bytes of the colour table that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & 128 else 0


def _skip_blocks(file: BinaryIO) -> None:
    while length := file.read(1):
        if not length[0]:
            return
        file.seek(length[0], 1)


def _webp_sizes(file: BinaryIO, size: int) -> Iterator[Size]:
    """Of the canvas and of each picture (WebP Container Specification)."""
    start = 12
    for _ in range(MAX_BLOCKS):
        file.seek(start)
        head = file.read(8 + 24)
        if len(head) < 18 or start >= size:
            return
        kind, length, body = head[:4], int.from_bytes(head[4:8], "little"), head[8:]
        if kind == b"VP8X":
            yield 1 + int.from_bytes(body[4:7], "little"), 1 + int.from_bytes(body[7:10], "little")
        elif kind == b"ANMF":
            yield 1 + int.from_bytes(body[6:9], "little"), 1 + int.from_bytes(body[9:12], "little")
        elif kind == b"VP8L" and body[:1] == b"\x2f":
            bits = int.from_bytes(body[1:5], "little")
            yield 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        elif kind == b"VP8 " and body[3:6] == b"\x9d\x01\x2a":
            yield int.from_bytes(body[6:8], "little") & 0x3FFF, int.from_bytes(body[8:10], "little") & 0x3FFF
        start += 8 + length + length % 2


def _avif_sizes(file: BinaryIO, size: int) -> Iterator[Size]:
    """Of every item and track (ISO/IEC 23008-12, `ispe`; ISO/IEC 14496-12, sample entries)."""
    for box in boxes_of(file, size, CONTAINERS | {b"iprp", b"ipco"}, {b"meta": 4}):
        if box.kind == b"ispe":
            yield _two(file, box, 4, ">II")
        elif box.kind == b"stsd":
            yield _two(file, box, 8 + 8 + 24, ">HH")


def _two(file: BinaryIO, box: Box, place: int, form: str) -> Size:
    file.seek(box.start + place)
    data = file.read(struct.calcsize(form))
    return struct.unpack(form, data) if len(data) == struct.calcsize(form) else (0, 0)


def _codestream_size(head: bytes) -> Iterator[Size]:
    """Of a JPEG 2000 codestream, whatever the box around it says (ISO/IEC 15444-1, A.5.1)."""
    place = head.find(SIZ)
    if place >= 0 and len(head) >= place + 24:
        right, bottom, left, top = struct.unpack_from(">IIII", head, place + 8)
        yield max(0, right - left), max(0, bottom - top)
