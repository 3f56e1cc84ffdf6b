"""What libav does not tell about an MP4 or MOV file: where moov lies, edit lists, fragments, encryption, media elsewhere.

Reads box headers only (ISO/IEC 14496-12, QuickTime File Format), seeks over the rest, and gives up quietly on damage.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple, TypedDict

CONTAINERS = {b"moov", b"trak", b"edts", b"mdia", b"minf", b"dinf", b"stbl"}
MAX_BOXES = 20_000
MAX_ENTRIES = 64
TOP = {b"ftyp", b"styp", b"moov", b"mdat", b"moof", b"sidx", b"free", b"skip", b"wide", b"pnot", b"uuid", b"mfra"}
"""Boxes that such a file may begin with."""
ENCRYPTED = {b"encv", b"enca", b"drmi", b"drms", b"drmt", b"p608"}
"""Sample entries of protected tracks: Common Encryption (ISO/IEC 23001-7) and FairPlay."""
HANDLERS = {b"vide": "video", b"soun": "audio"}


class Layout(TypedDict):
    moov_first: bool | None
    edit_list: bool
    fragmented: bool


class Box(NamedTuple):
    kind: bytes
    start: int
    """Where its content starts."""
    end: int
    """Where it ends, at most where its parent does."""
    whole: bool
    """Whether all that it announces is there."""


@dataclass
class Track:
    """What a container says of one track."""

    kind: str = ""
    """`video`, `audio`, or empty for any other."""
    codec: str = ""
    """As the container spells it."""
    encrypted: bool = False
    references: list[bool] = field(default_factory=list)
    """Of each data reference, whether it names another file."""
    used: list[int] = field(default_factory=list)
    """The references that its samples use, from 0."""

    @property
    def elsewhere(self) -> bool:
        """Whether its media lie in another file."""
        named = [self.references[place] for place in self.used if 0 <= place < len(self.references)]
        return bool(named) and all(named)


def boxes_of(
    file: BinaryIO, size: int, containers: set[bytes] = CONTAINERS, skipping: dict[bytes, int] | None = None
) -> Iterator[Box]:
    """Boxes in file order, parents before children; at most `MAX_BOXES` of them.

    `skipping` names containers whose first box follows some bytes of their own.
    """
    skipping = skipping or {}
    stack = [(0, size)]
    for _ in range(MAX_BOXES):
        if not stack:
            return
        start, end = stack.pop()
        if end - start < 8:
            continue
        file.seek(start)
        header = file.read(16)
        if len(header) < 8:
            continue
        length, kind = struct.unpack(">I4s", header[:8])
        used = 8
        if length == 1:
            if len(header) < 16:
                continue
            length, used = struct.unpack(">Q", header[8:])[0], 16
        length = length or end - start
        if length < used:
            continue
        inner_end = min(start + length, end)
        stack.append((inner_end, end))
        if kind in containers or kind in skipping:
            stack.append((start + used + skipping.get(kind, 0), inner_end))
        yield Box(kind, start + used, inner_end, start + length <= end)


def layout_of(file: BinaryIO, size: int) -> Layout:
    """Find the order of boxes and the edits.

    `moov_first` is null where the file has no moov or no mdat. `edit_list` is true only where edits shift or cut: one that
    skips the encoder's delay, as every AAC track has, does not count.
    """
    order: list[bytes] = []
    edits = False
    for box in boxes_of(file, size):
        if box.kind in (b"moov", b"mdat", b"moof"):
            order.append(box.kind)
        if box.kind == b"elst":
            edits = edits or _shifts(_body(file, box))
    both = b"moov" in order and b"mdat" in order
    return {
        "moov_first": order.index(b"moov") < order.index(b"mdat") if both else None,
        "edit_list": edits,
        "fragmented": b"moof" in order,
    }


def tracks_of(file: BinaryIO, size: int) -> list[Track] | None:
    """The tracks, or None where the index (moov) is missing or cut; still pictures (meta) have none."""
    tracks: list[Track] | None = None
    for box in boxes_of(file, size):
        if box.kind == b"moov":
            tracks = [] if box.whole else None
        elif box.kind == b"meta" and tracks is None:
            return []
        elif tracks is None:
            continue
        elif box.kind == b"rmra":
            tracks.append(Track("video", references=[True], used=[0]))
        elif box.kind == b"trak":
            tracks.append(Track())
        elif tracks:
            _read(tracks[-1], box, file)
    return tracks


def _read(track: Track, box: Box, file: BinaryIO) -> None:
    if box.kind == b"hdlr" and not track.kind:
        track.kind = HANDLERS.get(_body(file, box)[8:12], "")
    elif box.kind == b"dref":
        track.references = [len(body) > 5 and not body[3] & 1 for _, body in _entries(_body(file, box))]
    elif box.kind == b"stsd":
        entries = _entries(_body(file, box))
        kinds = [kind for kind, _ in entries]
        track.codec = kinds[0].decode("latin-1").strip() if kinds else ""
        track.encrypted = bool(kinds) and all(kind in ENCRYPTED for kind in kinds)
        track.used = [int.from_bytes(body[6:8], "big") - 1 for _, body in entries if len(body) >= 8]


def _body(file: BinaryIO, box: Box) -> bytes:
    file.seek(box.start)
    return file.read(min(box.end - box.start, 4096))


def _entries(body: bytes) -> list[tuple[bytes, bytes]]:
    """(kind, content) of each entry of a box that counts its entries, content cut to what was read."""
    entries: list[tuple[bytes, bytes]] = []
    place = 8
    while place + 8 <= len(body) and len(entries) < MAX_ENTRIES:
        length, kind = struct.unpack_from(">I4s", body, place)
        if length < 8:
            break
        entries.append((kind, body[place + 8 : place + length]))
        place += length
    return entries


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
