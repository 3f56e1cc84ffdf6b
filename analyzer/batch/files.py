"""Files of a batch that are there whole or not at all, and where each lies."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from analyzer.disk import files
from analyzer.nouns.errors import AnalyzerError

RECORDS = "records"
INDEX = "index.sqlite"
"""Marks a folder as that of a batch."""
APPLICATION = 0x43414E41
"""The `application_id` that tells this index from the database of another program."""
LONGEST = 40
"""Characters of an asset's name in the name of its report."""


class StoreError(AnalyzerError):
    """The folder of the batch cannot be written; what is there is whole, and the same command goes on from it."""


@contextlib.contextmanager
def written(path: Path, *, own_name: bool = False, near: Path | None = None) -> Iterator[IO[bytes]]:
    """`files.written`, but raises `StoreError` where that fails."""
    try:
        with files.written(path, own_name=own_name, near=near) as file:
            yield file
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {error.strerror or error}. The same command goes on from here.") from error


def write(path: Path, data: bytes, near: Path | None = None) -> str:
    """Write a file of a record, which is named by a hash; returns the SHA-256 of what it holds."""
    with written(path, own_name=True, near=near) as file:
        file.write(data)
    return hashlib.sha256(data).hexdigest()


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
