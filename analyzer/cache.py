"""What was measured before, a file for each asset: nothing is measured twice, and a changed model costs only what it feeds.

Lives in `$ANALYZER_CACHE_DIR` or the user's cache folder; a batch has one of its own. A broken entry is no entry, and a folder
that cannot be written keeps none. Nothing here is judged.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path

import platformdirs
from pydantic import BaseModel

from analyzer.report import Report, SignalResult

MAX_BYTES = 500_000_000
"""Entries of the user's cache that were used longest ago are dropped beyond it."""

MOST_SIGNALS, MOST_RESTS = 100, 4
"""Results and reports without signals, which hold pictures, that are remembered of one asset (project choice)."""


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
    """Entries as files of a folder; `most_bytes` bounds them all."""

    def __init__(self, folder: Path, most_bytes: int | None = None) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def get(self, name: str) -> Entry:
        path = self._path(name)
        try:
            found = Entry.model_validate_json(path.read_bytes())
        except (OSError, ValueError):
            return Entry()
        with contextlib.suppress(OSError):
            os.utime(path)
        return found

    def put(self, name: str, entry: Entry) -> None:
        """Write an entry, to a temporary name first, so that a reader never sees half of it."""
        path = self._path(name)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, written = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "w", encoding="utf-8") as file:
                    file.write(entry.model_dump_json())
                os.replace(written, path)
            except OSError:
                os.unlink(written)
            if self.most_bytes is not None:
                self._prune(self.most_bytes)

    def _path(self, name: str) -> Path:
        return self.folder / name[:2] / f"{name[2:]}.json"

    def _prune(self, most_bytes: int) -> None:
        files = [(path.stat(), path) for path in self.folder.glob("*/*")]
        total = 0
        for found, path in sorted(files, key=lambda file: -file[0].st_mtime):
            total += found.st_size
            if total > most_bytes:
                path.unlink(missing_ok=True)


def folder() -> Path:
    """The user's cache folder of this product."""
    return Path(os.environ.get("ANALYZER_CACHE_DIR") or platformdirs.user_cache_dir("content-analyzer", appauthor=False))


def of_user() -> Cache:
    return Cache(folder() / "assets", MAX_BYTES)
