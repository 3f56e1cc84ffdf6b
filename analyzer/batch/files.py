"""Files of a batch that are there whole or not at all, and where each lies."""

from __future__ import annotations

import contextlib
import os
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from analyzer.errors import AnalyzerError

INDEX = "index.sqlite"
"""Marks a folder as that of a batch."""
PART = ".part"
"""Ending of a file that is not whole yet."""
LONGEST = 40
"""Characters of an asset's name in the name of its report."""


class StoreError(AnalyzerError):
    """The folder of the batch cannot be written; what is there is whole, and the same command goes on from it."""


@contextlib.contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file that takes the place of `path` when all of it is on the disk; raises `StoreError` where that fails."""
    part = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=PART)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.chmod(part, 0o666 & ~_umask())
        os.replace(part, path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}. The same command goes on from here.") from error
    finally:
        if part is not None:
            with contextlib.suppress(OSError):
                os.unlink(part)


def write(path: Path, data: bytes | str) -> None:
    """Write a whole file, as `written` does."""
    with written(path) as file:
        file.write(data.encode("utf-8", "replace") if isinstance(data, str) else data)


def paths_of(identity: str, name: str) -> dict[str, str]:
    """Where the report, its page and the thumbnail of an input lie below the folder of the batch."""
    stem = os.path.splitext(os.path.basename(name))[0]
    slug = re.sub(r"[^A-Za-z0-9]+", "-", stem)[:LONGEST].strip("-") or "asset"
    file = f"reports/{identity[:2]}/{slug}-{identity[:12]}"
    return {
        "report": f"{file}.report.json",
        "page": f"{file}.report.html",
        "thumbnail": f"thumbnails/{identity[:2]}/{identity[:12]}.jpg",
    }


def _umask() -> int:
    """The mask of the process, which `mkstemp` does not follow."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
