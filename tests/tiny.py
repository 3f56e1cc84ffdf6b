"""Puts weights that a test made where the product looks for them, with the lock that a pull would have written."""

from __future__ import annotations

import shutil
from pathlib import Path

from analyzer import weights
from analyzer.manifests import Manifest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def place(manifest: Manifest, folder: Path | None = None) -> Path:
    """Lock every file that lies in the folder of a model, after copying `folder` there if one is given; returns the folder."""
    there = weights.folder_of(manifest)
    if folder is not None:
        shutil.copytree(folder, there, dirs_exist_ok=True)
    files = sorted(path for path in there.rglob("*") if path.is_file() and path.name != weights.LOCK)
    locked = {
        path.relative_to(there).as_posix(): weights.LockedFile(sha256=weights.sha256_of(path), bytes=path.stat().st_size)
        for path in files
    }
    lock = weights.Lock(model=manifest.id, repository=manifest.repository, revision=COMMIT, files=locked)
    (there / weights.LOCK).write_text(lock.model_dump_json(indent=1), encoding="utf-8")
    return there
