"""Folders that the program makes for its unfinished work and deletes: its own alone, and only once nobody works in them.

A folder is the program's own where the file MARK in it says so and names the very folder that it lies in, so that neither a
folder that is called alike nor a copy of one passes for it. Whoever made it holds a lock on that file; the system lets go of
the lock when the process dies, however it dies.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

PREFIX = "analyzer-"
"""Start of the names of own folders among the temporary files of the system."""
MARK = ".analyzer-own"
"""File that makes a folder the program's own. It is the first thing in it."""
LOCKED_BYTE = 1000
"""Where Windows locks a mark: a byte that is locked cannot be read, and the mark is shorter."""

Holder = Literal["living", "dead", "foreign"]
"""Who has a folder: a process that lives, one that is gone, or nobody of ours."""

_swept: set[tuple[Path, str]] = set()


@contextlib.contextmanager
def own(parent: Path | None = None, prefix: str = PREFIX) -> Iterator[Path]:
    """Yield a new folder that is deleted at the end; the first call in `parent` deletes what dead processes left there.

    `parent` defaults to the folder of temporary files. Raises `OSError` where no folder can be made.
    """
    place = parent or Path(tempfile.gettempdir())
    if (place, prefix) not in _swept:
        _swept.add((place, prefix))
        sweep(place, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=place))
    try:
        handle = os.open(folder / MARK, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600)
        try:
            with contextlib.suppress(OSError):  # a disk without locks: what lies there is never swept
                _lock(handle, wait=False)
            os.write(handle, _mark_of(folder))
            yield folder
        finally:
            os.close(handle)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(parent: Path, prefix: str = PREFIX) -> None:
    """Delete the own folders in `parent` whose process is gone. Nothing else is touched, whatever it is called."""
    for folder in _called(parent, prefix):
        with contextlib.suppress(OSError):
            handle = _opened(folder)
            try:
                if _is_own(folder, handle) and _is_free(handle):
                    shutil.rmtree(folder, ignore_errors=True)
            finally:
                os.close(handle)


def living(parent: Path, prefix: str) -> set[str]:
    """Names of the own folders in `parent` in which somebody may be working."""
    return {folder.name for folder in _called(parent, prefix) if holder(folder) == "living"}


def holder(folder: Path) -> Holder:
    """Who has a folder; one that another user made, and that cannot be looked into, counts as that of the living."""
    try:
        handle = _opened(folder)
    except PermissionError:
        return "living"
    except OSError:
        return "foreign"
    try:
        return ("dead" if _is_free(handle) else "living") if _is_own(folder, handle) else "foreign"
    finally:
        os.close(handle)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock on a file, which is made where it is missing and never changed; waits for whoever holds it."""
    handle = os.open(path, os.O_CREAT | os.O_RDWR, 0o666)
    try:
        _lock(handle, wait=True)
        yield
    finally:
        os.close(handle)


def _called(parent: Path, prefix: str) -> list[Path]:
    """Folders in `parent` whose names begin so; a link is none."""
    try:
        with os.scandir(parent) as entries:
            return [Path(e.path) for e in entries if e.name.startswith(prefix) and e.is_dir(follow_symlinks=False)]
    except OSError:
        return []


def _opened(folder: Path) -> int:
    return os.open(folder / MARK, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))


def _is_own(folder: Path, handle: int) -> bool:
    """Whether the mark names this folder, and one user made both."""
    try:
        same_user = os.fstat(handle).st_uid == os.lstat(folder).st_uid
        return same_user and os.read(handle, LOCKED_BYTE) == _mark_of(folder)
    except OSError:
        return False


def _mark_of(folder: Path) -> bytes:
    found = os.lstat(folder)
    return f"content-analyzer: a folder of unfinished work, {found.st_dev}:{found.st_ino}\n".encode()


def _is_free(handle: int) -> bool:
    """Whether nobody holds the lock; it is held from now on, until the handle is closed."""
    try:
        _lock(handle, wait=False)
    except OSError:
        return False
    return True


if sys.platform == "win32":
    import msvcrt

    def _lock(handle: int, wait: bool) -> None:
        os.lseek(handle, LOCKED_BYTE, os.SEEK_SET)
        msvcrt.locking(handle, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        os.lseek(handle, 0, os.SEEK_SET)

else:
    import fcntl

    def _lock(handle: int, wait: bool) -> None:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
