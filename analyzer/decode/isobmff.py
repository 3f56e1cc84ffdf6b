"""What libav does not tell about an MP4 or MOV file: where moov lies, edit lists, fragments.

Reads box headers only (ISO/IEC 14496-12), seeks over the rest, and gives up quietly on damage.
"""

from __future__ import annotations

import struct
from typing import BinaryIO, TypedDict

CONTAINERS = {b"moov", b"trak", b"edts"}
MAX_BOXES = 2_000


class Layout(TypedDict):
    moov_first: bool | None
    edit_list: bool
    fragmented: bool


def layout_of(file: BinaryIO, size: int) -> Layout:
    """Find the order of boxes and the edits.

    `moov_first` is null where the file has no moov or no mdat. `edit_list` is true only where edits shift or cut: one that
    skips the encoder's delay, as every AAC track has, does not count.
    """
    order: list[bytes] = []
    edits = False
    stack = [(0, size)]
    for _ in range(MAX_BOXES):
        if not stack:
            break
        start, end = stack.pop()
        if end - start < 8:
            continue
        file.seek(start)
        length, kind = struct.unpack(">I4s", file.read(8))
        header = 8
        if length == 1:
            wide = file.read(8)
            if len(wide) < 8:
                continue
            length, header = struct.unpack(">Q", wide)[0], 16
        length = length or end - start
        if length < header:
            continue
        inner_end = min(start + length, end)
        stack.append((inner_end, end))
        if kind in CONTAINERS:
            stack.append((start + header, inner_end))
        if kind in (b"moov", b"mdat", b"moof"):
            order.append(kind)
        if kind == b"elst":
            edits = edits or _shifts(file.read(min(inner_end - start - header, 4096)))
    both = b"moov" in order and b"mdat" in order
    return {
        "moov_first": order.index(b"moov") < order.index(b"mdat") if both else None,
        "edit_list": edits,
        "fragmented": b"moof" in order,
    }


def _shifts(body: bytes) -> bool:
    """Whether an edit list does more than skip the encoder's delay."""
    if len(body) < 8:
        return False
    version, count = body[0], struct.unpack(">I", body[4:8])[0]
    entry = struct.Struct(">QqI" if version == 1 else ">IiI")
    if len(body) < 8 + entry.size:
        return False
    _, media_time, _ = entry.unpack_from(body, 8)
    return bool(count > 1 or media_time < 0)
