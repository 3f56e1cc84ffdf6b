"""The user's files: read within a bound, written whole or not at all, and never over what this program did not make.

Every text that a person hands over (a profile, a brand kit, comments, a stored report) is read by `read_within`, and every file
that the product writes goes through `written`. What it reads back itself is `sealed`, so that a changed byte is noticed.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from analyzer.disk import folders
from analyzer.nouns.errors import UsageError

PART = ".analyzer-part-"
"""Start of the name of a folder, beside a file, in which that file lies until it is whole."""
MARKS = {
    "html": re.compile(
        rb'<meta name="generator" content="content-analyzer'
        rb"|style-src &#39;sha256-[\w+/=]+&#39;; script-src &#39;sha256-[\w+/=]+&#39;; base-uri &#39;none&#39;; form-"
    ),
    "json": re.compile(rb'\A\{\s*"schema_version": ?"[\d.]+",\s*"analyzer_version"'),
    "csv": re.compile(
        rb"\A(\xef\xbb\xbf)?(id,path,(sha256,status,code|signal,status,metric|rule,signal,status)|path,kind,width,height,)"
    ),
    "parquet": re.compile(rb"\APAR1.*content-analyzer", re.DOTALL),
}
"""What begins (in Parquet: begins and ends) a file of each kind that this program made; pages of 0.1.0 had no generator."""
MARKED_BYTES = 65_536
"""Bytes at either end of a file in which a mark is looked for."""
SEAL = b"content-analyzer sealed "
"""Start of a file that begins with the SHA-256 of what follows."""


def read_within(path: Path, most_bytes: int, what: str) -> bytes:
    """The bytes of a regular file; `what` names it in a sentence, as in "The profile".

    Raises `UsageError` for a file that cannot be opened, that is a folder, a pipe or a device, or that has more than
    `most_bytes`. It never waits for a pipe, and it never reads more than the bound, whatever size the file claims.
    """
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise UsageError(f"{what} {path} cannot be opened: {reason}.") from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise UsageError(f"{what} {path} is not a regular file.")
    with os.fdopen(handle, "rb") as file:
        try:
            data = file.read(most_bytes + 1)
        except OSError as error:
            raise UsageError(f"{what} {path} cannot be read: {error.strerror}.") from error
    if len(data) > most_bytes:
        raise UsageError(f"{what} {path} has more than {most_bytes:,} bytes, which is the bound.")
    return data


@contextlib.contextmanager
def written(path: Path, *, own_name: bool = False, near: Path | None = None, lasting: bool = True) -> Iterator[IO[bytes]]:
    """Yield a binary file that takes the place of `path` once all of it is there; raises `OSError` where that fails.

    It takes the place of nothing but a former file of the same kind that this program made, unless the name is its own: one
    that holds a hash. A link gives way to the file; what it led to stays. Until it is whole the file lies in `near`, a folder
    of the program's own on the same disk, or else in one that is made beside `path`. A file that is not `lasting` may be lost
    when the power is.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.nullcontext(near) if near else folders.own(path.parent, PART) as folder:
        part = folder / f"{os.getpid()}-{secrets.token_hex(6)}"
        file = open(part, "xb")  # noqa: SIM115  closed below, before the file takes its place
        try:
            with file:
                yield file
                file.flush()
                if lasting:
                    os.fsync(file.fileno())
            if not own_name and os.path.lexists(path) and kind_of(path) != (kind_of(part) or "none"):
                raise FileExistsError(errno.EEXIST, "another file has this name, and this program did not make it")
            os.replace(part, path)
        finally:
            with contextlib.suppress(OSError):
                part.unlink()


def write(path: Path, data: bytes | str, *, own_name: bool = False) -> None:
    """Write a whole file as `written` does; text as UTF-8. Raises `UsageError` where it cannot be written."""
    try:
        with written(path, own_name=own_name) as file:
            file.write(data.encode("utf-8", "replace") if isinstance(data, str) else data)
    except OSError as error:
        reason = error.strerror or error
        raise UsageError(f"{path} cannot be written: {reason}. Name another place with --out or --html.") from error


def check_free(path: Path, kind: str) -> None:
    """Raise `UsageError` where a file of a kind may not be written: before work is done for it that takes long."""
    if os.path.lexists(path) and kind_of(path) != kind:
        reason = "another file has this name, and this program did not make it"
        raise UsageError(f"{path} cannot be written: {reason}. Name another place with --out or --html.")


def kind_of(path: Path) -> str | None:
    """Which of the kinds in MARKS a file is that this program made; None for any other file, and where there is none."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        with path.open("rb") as file:
            ends = file.read(MARKED_BYTES)
            if ends.startswith(b"PAR1"):
                file.seek(max(0, path.stat().st_size - MARKED_BYTES))
                ends += file.read(MARKED_BYTES)
    except (OSError, ValueError):
        return None
    return next((kind for kind, mark in MARKS.items() if mark.search(ends)), None)


def seal(path: Path, data: bytes, near: Path | None = None) -> None:
    """Write what `unsealed` reads back, by a name of the program's own; where it cannot be written, nothing is kept."""
    with contextlib.suppress(OSError), written(path, own_name=True, near=near, lasting=False) as file:
        file.write(SEAL + hashlib.sha256(data).hexdigest().encode() + b"\n")
        file.write(data)


def unsealed(path: Path) -> bytes | None:
    """What `seal` wrote; None where nothing is there, or where any byte of it changed: then it is deleted."""
    try:
        line, _, data = path.read_bytes().partition(b"\n")
    except OSError:
        return None
    if line == SEAL + hashlib.sha256(data).hexdigest().encode():
        return data
    with contextlib.suppress(OSError):
        path.unlink()
    return None
