"""A checkpoint of torch: a zip whose members are stored as they are (https://pytorch.org/docs/stable/notes/serialization.html)."""

from __future__ import annotations

import zipfile
from pathlib import Path

from analyzer.weights.formats.malformed import Malformed

MOST_DIRECTORY_BYTES = 16_000_000
"""The list of members; each tensor is one, and takes about 100 bytes (project choice)."""
MOST_PICKLE_BYTES = 64_000_000
END, END_64, TAIL = b"PK\x05\x06", b"PK\x06\x06", 66_000
"""Marks of the records at the end of a zip, and the bytes in which they must lie."""


def check(path: Path) -> None:
    """Raise `Malformed` for an archive that grows when it is read, and for a bare pickle; the library reads weights alone."""
    size = path.stat().st_size
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise Malformed("is not an archive of torch; bare pickles are never loaded")
        file.seek(max(0, size - TAIL))
        tail = file.read()
    if _directory_bytes(tail) > MOST_DIRECTORY_BYTES:
        raise Malformed("has a list of members that is longer than any checkpoint needs")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise Malformed("is not a whole archive of torch") from error
    if any(member.compress_type != zipfile.ZIP_STORED or member.file_size != member.compress_size for member in members):
        raise Malformed("holds compressed members, which can grow without bound; torch stores them as they are")
    if sum(member.file_size for member in members) > size:
        raise Malformed("holds members that overlap")
    if any(member.file_size > MOST_PICKLE_BYTES for member in members if member.filename.endswith(".pkl")):
        raise Malformed("holds a pickle that is longer than any checkpoint needs")


def _directory_bytes(tail: bytes) -> int:
    """Bytes of the list of members, as the last records say."""
    at, at_64 = tail.rfind(END), tail.rfind(END_64)
    if at < 0 or len(tail) < at + 22:
        raise Malformed("is not a whole archive of torch")
    told = int.from_bytes(tail[at + 12 : at + 16], "little")
    if told == 0xFFFFFFFF and at_64 >= 0:
        told = int.from_bytes(tail[at_64 + 40 : at_64 + 48], "little")
    return told
