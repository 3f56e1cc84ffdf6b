"""The user's files, each opened once: what is hashed is what is decoded, and a file that changes meanwhile is noticed."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from io import FileIO
from pathlib import Path

from analyzer.nouns.errors import MediaError


class OpenFile:
    """A regular file that is open for reading; raises `MediaError` where it is none."""

    def __init__(self, path: Path, may_be_empty: bool = False) -> None:
        self.path = path
        check_regular(path, may_be_empty)
        try:
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except OSError as error:
            raise MediaError("not_readable", f"The file cannot be read: {error.strerror}.") from error
        self.file: FileIO = os.fdopen(handle, "rb", buffering=0)
        self._found = os.fstat(handle)
        if not stat.S_ISREG(self._found.st_mode):
            self.file.close()
            raise MediaError("not_a_file", "This is not a regular file; name a video or an image.")

    @property
    def size(self) -> int:
        """Bytes."""
        return self._found.st_size

    @cached_property
    def sha256(self) -> str:
        """SHA-256 of the bytes, hexadecimal; raises `MediaError` where they change or cannot be read."""
        try:
            self.file.seek(0)
            digest = hashlib.file_digest(self.file, "sha256").hexdigest()
        except OSError as error:
            raise MediaError("not_readable", f"The file cannot be read: {error.strerror}.") from error
        self.check()
        return digest

    def start_sha256(self, most_bytes: int) -> str | None:
        """SHA-256 of the first bytes, and of one more where there are more; None where they cannot be read."""
        try:
            self.file.seek(0)
            return hashlib.sha256(self.file.read(most_bytes + 1)).hexdigest()
        except OSError:
            return None
        finally:
            with contextlib.suppress(OSError):
                self.file.seek(0)

    def check(self) -> None:
        """Raise `MediaError` if the file is not what it was when it was opened."""
        now = os.fstat(self.file.fileno())
        if (now.st_size, now.st_mtime_ns, now.st_ino) != (self._found.st_size, self._found.st_mtime_ns, self._found.st_ino):
            raise MediaError("changed", "The file changed while it was read; try again when it is complete.")


class OpenAsset(OpenFile):
    """An asset with the files beside it; None stands for one that cannot be opened."""

    def __init__(self, path: Path, sidecars_of: Callable[[Path], Iterable[Path]]) -> None:
        super().__init__(path)
        self.sidecars: list[tuple[str, OpenFile | None]] = []
        for sidecar in sidecars_of(path):
            try:
                self.sidecars.append((sidecar.name, OpenFile(sidecar, may_be_empty=True)))
            except MediaError:
                self.sidecars.append((sidecar.name, None))

    def beside(self, most_bytes: int) -> list[tuple[str, str | None]]:
        """(what its name adds to the asset's, SHA-256 of what is read of it, None where nothing is) of each sidecar."""
        return [
            (name.removeprefix(self.path.stem), None if file is None else file.start_sha256(most_bytes))
            for name, file in self.sidecars
        ]

    def check(self) -> None:
        super().check()
        for _, file in self.sidecars:
            if file is not None:
                file.check()

    def close(self) -> None:
        self.file.close()
        for _, file in self.sidecars:
            if file is not None:
                file.file.close()


@contextlib.contextmanager
def opened(path: Path, sidecars_of: Callable[[Path], Iterable[Path]] = lambda path: ()) -> Iterator[OpenAsset]:
    """Hold an asset and its sidecars open. Raises `MediaError`."""
    asset = OpenAsset(path, sidecars_of)
    try:
        yield asset
    finally:
        asset.close()


def printable(name: str) -> str:
    """A file name that is valid text: undecodable bytes become the replacement character."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def check_regular(path: Path, may_be_empty: bool = False) -> int:
    """Size of a regular file in bytes; raises `MediaError` for anything else, without opening it."""
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise MediaError("not_found", f"The file cannot be opened: {reason}.") from error
    if stat.S_ISDIR(found.st_mode) and not os.access(path, os.R_OK | os.X_OK):
        raise MediaError("not_readable", "This folder cannot be read, so what is in it was not analysed: Permission denied.")
    if not stat.S_ISREG(found.st_mode):
        raise MediaError("not_a_file", "This is not a regular file; name a video or an image.")
    if not found.st_size and not may_be_empty:
        raise MediaError("empty", "The file is empty.")
    return found.st_size
