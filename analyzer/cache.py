"""Reports that were made before, by the bytes of the asset and everything else that decides the result.

Lives in `$ANALYZER_CACHE_DIR` or the user's cache folder. A broken entry is no entry; a cache that cannot be written is none.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

import analyzer
from analyzer.report import Report

MAX_BYTES = 500_000_000
"""Oldest entries are dropped beyond it."""


def folder() -> Path:
    return (
        Path(os.environ.get("ANALYZER_CACHE_DIR") or platformdirs.user_cache_dir("content-analyzer", appauthor=False))
        / "reports"
    )


@cache
def program() -> str:
    """Changes whenever a file of the program or a manifest changes."""
    digest = hashlib.sha256(analyzer.__version__.encode())
    roots = [Path(analyzer.__file__).parent, Path(analyzer.__file__).parent.parent / "models"]
    for root in roots:
        for path in sorted([*root.rglob("*.py"), *root.rglob("*.toml")]):
            found = path.stat()
            digest.update(f"{path.name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def key_of(**settings: Any) -> str:
    """The name of an entry."""
    return hashlib.sha256(json.dumps(settings | {"program": program()}, sort_keys=True).encode()).hexdigest()


def get(key: str) -> Report | None:
    try:
        return Report.from_json((folder() / f"{key}.json").read_bytes())
    except (OSError, ValueError):
        return None


def put(key: str, report: Report) -> None:
    """Write an entry: to a temporary name first, so that a reader never sees half of it."""
    with contextlib.suppress(OSError):
        folder().mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder(), suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(report.to_json())
        os.replace(name, folder() / f"{key}.json")
        _prune()


def _prune() -> None:
    entries = sorted(
        ((found.stat().st_mtime, found.stat().st_size, found.path) for found in os.scandir(folder())), reverse=True
    )
    total = 0
    for _, size, path in entries:
        total += size
        if total > MAX_BYTES:
            os.unlink(path)
