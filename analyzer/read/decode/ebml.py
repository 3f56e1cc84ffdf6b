"""What the tracks of a Matroska or WebM file say of themselves (RFC 8794, RFC 9559): type, codec, encryption.

Reads element headers only, seeks over the rest, and gives up quietly on damage.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from analyzer.read.decode.isobmff import Track

SIGNATURE = b"\x1a\x45\xdf\xa3"
SEGMENT, TRACKS, ENTRY, CLUSTER = 0x18538067, 0x1654AE6B, 0xAE, 0x1F43B675
TYPE, CODEC, ENCODINGS, ENCODING, ENCODING_TYPE, ENCRYPTION = 0x83, 0x86, 0x6D80, 0x6240, 0x5033, 0x5035
KINDS = {1: "video", 2: "audio"}
MAX_ELEMENTS = 20_000


def tracks_of(file: BinaryIO, size: int) -> list[Track] | None:
    """The tracks, or None where the list of tracks is missing."""
    found: list[Track] | None = None
    for identity, start, end in _elements(file, size):
        if identity == TRACKS:
            found = found or []
        elif identity == ENTRY and found is not None:
            found.append(Track())
        elif not found:
            continue
        elif identity == TYPE:
            found[-1].kind = KINDS.get(_number(file, start, end), "")
        elif identity == CODEC:
            file.seek(start)
            found[-1].codec = file.read(min(end - start, 64)).decode("ascii", "replace").strip("\0 ")
        elif identity == ENCRYPTION or (identity == ENCODING_TYPE and _number(file, start, end) == 1):
            found[-1].encrypted = True
    return found


def _elements(file: BinaryIO, size: int) -> Iterator[tuple[int, int, int]]:
    """(identity, start, end) of each element outside clusters, parents before children."""
    stack = [(0, size)]
    for _ in range(MAX_ELEMENTS):
        if not stack:
            return
        start, end = stack.pop()
        if start >= end:
            continue
        file.seek(start)
        head = file.read(12)
        identity, used = _variable(head, marker=True)
        length, more = _variable(head[used:], marker=False)
        if not used or not more:
            continue
        body = start + used + more
        unknown = length == (1 << 7 * more) - 1
        inner_end = end if unknown else min(body + length, end)
        if identity == CLUSTER and unknown:
            continue
        stack.append((inner_end, end))
        if identity in (SEGMENT, TRACKS, ENTRY, ENCODINGS, ENCODING):
            stack.append((body, inner_end))
        yield identity, body, inner_end


def _variable(data: bytes, marker: bool) -> tuple[int, int]:
    """A number of variable length and how many bytes it takes; 0 bytes where it is damaged."""
    if not data or not data[0]:
        return 0, 0
    length = 9 - data[0].bit_length()
    if len(data) < length:
        return 0, 0
    value = int.from_bytes(data[:length], "big")
    return (value if marker else value & ((1 << 7 * length) - 1)), length


def _number(file: BinaryIO, start: int, end: int) -> int:
    file.seek(start)
    return int.from_bytes(file.read(min(end - start, 8)), "big")
