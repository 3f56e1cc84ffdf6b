"""What was measured before, a file for each asset: nothing is measured twice, and a changed model costs only what it feeds.

Lives in `$ANALYZER_CACHE_DIR` or the user's cache folder; a batch has one of its own. A broken entry is no entry, and a folder
that cannot be written keeps none. Only files that are named as entries and begin as entries are ever deleted, so that the
folder may be one that holds other files. Nothing here is judged.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path

import platformdirs
from pydantic import BaseModel

from analyzer.disk.files import SEAL, seal, unsealed
from analyzer.nouns.report import Report, SignalResult

MAX_BYTES = 500_000_000
"""Entries of the user's cache that were used longest ago are dropped beyond it."""

MOST_SIGNALS, MOST_RESTS = 100, 4
"""Results and reports without signals, which hold pictures, that are remembered of one asset (project choice)."""

ENTRY = re.compile(r"[0-9a-f]{62}\.json")
SHELF = re.compile(r"[0-9a-f]{2}")
"""Names of the files of entries, and of the folders in which they lie."""
BEGINNINGS = (SEAL, b'{"signals":')
"""Of an entry, and of one that version 0.1.0 wrote, which is of no use any more."""


class Entry(BaseModel):
    """What is remembered of one asset: results by their key, and by theirs the reports without signals that went with them."""

    signals: dict[str, SignalResult] = {}
    rests: dict[str, Report] = {}

    def forget(self) -> None:
        """Drop what came first beyond the bounds: an asset that is asked about in many ways shall not grow slow to read."""
        for kept, most in ((self.signals, MOST_SIGNALS), (self.rests, MOST_RESTS)):
            for key in list(kept)[:-most]:
                del kept[key]


class Cache:
    """Entries as files of a folder; `most_bytes` bounds them all. They are written in `near`, as `files.written` has it."""

    def __init__(self, folder: Path, most_bytes: int | None = None, near: Path | None = None) -> None:
        self.folder, self.most_bytes, self.near = folder, most_bytes, near

    def get(self, name: str) -> Entry:
        path = self._path(name)
        try:
            found = Entry.model_validate_json(unsealed(path) or b"")
        except ValueError:
            return Entry()
        with contextlib.suppress(OSError):
            os.utime(path)
        return found

    def put(self, name: str, entry: Entry) -> None:
        seal(self._path(name), entry.model_dump_json().encode(), self.near)
        if self.most_bytes is not None:
            self._prune(self.most_bytes)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name[2:]}.json"

    def _prune(self, most_bytes: int) -> None:
        total = 0
        for found, path in sorted(self._entries(), key=lambda file: -file[0].st_mtime):
            total += found.st_size
            if total > most_bytes and _is_entry(path):
                with contextlib.suppress(OSError):
                    path.unlink()

    def _entries(self) -> Iterator[tuple[os.stat_result, Path]]:
        """The files that are named as entries are."""
        with contextlib.suppress(OSError):
            for shelf in self.folder.iterdir():
                if SHELF.fullmatch(shelf.name) and not shelf.is_symlink():
                    for path in shelf.iterdir():
                        if ENTRY.fullmatch(path.name):
                            yield path.stat(follow_symlinks=False), path


def _is_entry(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return not path.is_symlink() and file.read(max(map(len, BEGINNINGS))).startswith(BEGINNINGS)
    except OSError:
        return False


def folder() -> Path:
    """The user's cache folder of this product."""
    return Path(os.environ.get("ANALYZER_CACHE_DIR") or platformdirs.user_cache_dir("content-analyzer", appauthor=False))


def of_user() -> Cache:
    return Cache(folder() / "assets", MAX_BYTES)
