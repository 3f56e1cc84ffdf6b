"""The user's files: read within a bound, written whole or not at all.

Every text that a person hands over (a profile, a brand kit, comments, a stored report) is read by `read_within`, and every file
that the product writes for a person goes through `written`.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from analyzer.errors import UsageError

PART = ".analyzer-part-"
"""Start of the name of a file that is not whole yet. Nothing else of the product, and nothing of a user's, is named so."""


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
def written(path: Path) -> Iterator[IO[bytes]]:
    """Yield a binary file that takes the place of `path` once all of it is on the disk; raises `OSError` where that fails.

    Until then it has a name of its own beside `path`, and whatever goes wrong, that name is gone afterwards.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.parent / f"{PART}{os.getpid()}-{secrets.token_hex(6)}"
    file = open(part, "xb")  # noqa: SIM115  closed below, before the file takes its place
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        with contextlib.suppress(OSError):
            part.unlink()


def write(path: Path, data: bytes | str) -> None:
    """Write a whole file as `written` does; text as UTF-8. Raises `UsageError` where it cannot be written."""
    try:
        with written(path) as file:
            file.write(data.encode("utf-8", "replace") if isinstance(data, str) else data)
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror or error}. Name another folder with --out.") from error
