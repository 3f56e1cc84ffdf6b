"""Damage to files that are a row of chunks: JPEG segments, PNG chunks, GIF blocks, RIFF chunks.

A file is split into pieces, the pieces are changed, and the file is put together anew with the lengths and checks that its
format asks for, so that the damage reaches the code behind them.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from fuzzing.blind import BLIND, edge

PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Piece:
    """One chunk: its kind, what it holds, and a length that it claims instead of its own."""

    kind: bytes
    body: bytes
    claims: int | None = None

    def length(self, more: int = 0) -> int:
        return len(self.body) + more if self.claims is None else self.claims


@dataclass(frozen=True)
class Chunked:
    """How a format is split and put together; `order` is that of the bytes of its numbers."""

    split: Callable[[bytes], list[Piece]]
    join: Callable[[list[Piece]], bytes]
    order: str


def png_pieces(data: bytes) -> list[Piece]:
    pieces, at = [], len(PNG)
    while at + 12 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        pieces.append(Piece(data[at + 4 : at + 8], data[at + 8 : at + 8 + length]))
        at += 12 + length
    return pieces


def png_of(pieces: list[Piece]) -> bytes:
    whole = [PNG]
    for piece in pieces:
        check = zlib.crc32(piece.kind + piece.body)
        whole.append(struct.pack(">I", piece.length() & 0xFFFFFFFF) + piece.kind + piece.body + struct.pack(">I", check))
    return b"".join(whole)


def jpeg_pieces(data: bytes) -> list[Piece]:
    """Segments by their marker; the picture's data follow the header of their scan in the piece `scan`."""
    pieces, at = [], 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        kind, length = data[at + 1 : at + 2], int.from_bytes(data[at + 2 : at + 4], "big")
        pieces.append(Piece(kind, data[at + 4 : at + 2 + length]))
        at += 2 + max(2, length)
        if kind == b"\xda":
            end = at
            while end + 1 < len(data) and not (data[end] == 0xFF and data[end + 1] not in (0, *range(0xD0, 0xD8))):
                end += 1
            pieces.append(Piece(b"scan", data[at:end]))
            at = end
            if data[at : at + 2] == b"\xff\xd9":
                break
    return pieces


def jpeg_of(pieces: list[Piece]) -> bytes:
    whole = [b"\xff\xd8"]
    for piece in pieces:
        if piece.kind == b"scan":
            whole.append(piece.body)
        else:
            whole.append(b"\xff" + piece.kind + struct.pack(">H", piece.length(2) & 0xFFFF) + piece.body)
    return b"".join(whole) + b"\xff\xd9"


def gif_pieces(data: bytes) -> list[Piece]:
    """The head with its colours, then every extension and every picture with its blocks."""
    if len(data) < 13:
        return []
    at = 13 + (3 << (data[10] & 7) + 1 if data[10] & 0x80 else 0)
    pieces = [Piece(b"head", data[:at])]
    while at < len(data) and data[at] in (0x21, 0x2C):
        start, at = at, at + (2 if data[at] == 0x21 else 10)
        if data[start] == 0x2C:
            packed = data[start + 9] if start + 9 < len(data) else 0
            at += (3 << (packed & 7) + 1 if packed & 0x80 else 0) + 1
        while at < len(data) and data[at]:
            at += 1 + data[at]
        at += 1
        pieces.append(Piece(data[start : start + 1], data[start + 1 : at]))
    return pieces


def gif_of(pieces: list[Piece]) -> bytes:
    return b"".join(piece.body if piece.kind == b"head" else piece.kind + piece.body for piece in pieces) + b";"


def riff_pieces(data: bytes) -> list[Piece]:
    pieces, at = [Piece(b"form", data[8:12])], 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        pieces.append(Piece(data[at : at + 4], data[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return pieces


def riff_of(pieces: list[Piece]) -> bytes:
    whole = b"WEBP"
    for piece in pieces:
        if piece.kind == b"form":
            whole = piece.body + whole[4:]
        else:
            pad = b"\0" * (len(piece.body) % 2)
            whole += piece.kind + struct.pack("<I", piece.length() & 0xFFFFFFFF) + piece.body + pad
    return b"RIFF" + struct.pack("<I", len(whole)) + whole


FORMATS = {
    PNG[:4]: Chunked(png_pieces, png_of, "big"),
    b"\xff\xd8\xff": Chunked(jpeg_pieces, jpeg_of, "big"),
    b"GIF8": Chunked(gif_pieces, gif_of, "little"),
    b"RIFF": Chunked(riff_pieces, riff_of, "little"),
}


def format_of(data: bytes) -> Chunked | None:
    """The format of a file by its first bytes."""
    return next((known for start, known in FORMATS.items() if data.startswith(start)), None)


def change_chunks(data: bytes, other: bytes, rng: Random) -> bytes:
    """Change one chunk: what it holds, its kind, its length, its place, or how often it is there."""
    known = format_of(data)
    pieces = known.split(data) if known else []
    if known is None or not pieces:
        return rng.choice(BLIND)(data, other, rng) if data else data
    at = rng.randrange(len(pieces))
    piece = pieces[at]
    match rng.choice(("field", "field", "field", "body", "kind", "length", "drop", "again", "many", "move", "borrow")):
        case "field" if piece.body:
            width = rng.choice((1, 2, 4))
            place = rng.randrange(min(len(piece.body), 64))
            body = piece.body[:place] + edge(width, known.order, rng) + piece.body[place + width :]
            pieces[at] = replace(piece, body=body)
        case "body" if piece.body:
            pieces[at] = replace(piece, body=rng.choice(BLIND)(piece.body, piece.body, rng))
        case "kind":
            pieces[at] = replace(piece, kind=rng.choice(pieces).kind)
        case "length":
            pieces[at] = replace(piece, claims=int.from_bytes(edge(4, "big", rng), "big"))
        case "drop":
            del pieces[at]
        case "again":
            pieces.insert(rng.randrange(len(pieces) + 1), piece)
        case "many" if len(piece.body) < 2000:
            pieces[at:at] = [piece] * rng.choice((10, 300))
        case "move":
            pieces.insert(rng.randrange(len(pieces)), pieces.pop(at))
        case "borrow" if format_of(other) is known and (foreign := known.split(other)):
            pieces.insert(at, rng.choice(foreign))
    return known.join(pieces)
