"""Puts weights that a test made where the product looks for them, with the lock that a pull would have written."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

from analyzer.weights import store
from analyzer.weights.manifests import Manifest

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def made_up(**fields: Any) -> Manifest:
    """The manifest of a model of someone's repository at the hub, with these fields."""
    base = {
        "id": "some-model", "task": "ocr", "engine": "some_engine", "presets": ["light"], "package": "numpy", "source": "hub",
        "repository": "someone/model", "files": ["model.txt"], "licence": "MIT", "licence_url": "https://example.com/l",
        "commercial_use": True, "source_url": "https://example.com", "size_mb": 1, "memory_mb": 1, "languages": [],
        "quality": "On 10 pictures of the project it found 9 of 10 things.", "limits": "Finds nothing in the dark.",
        "checked_on": "2026-11-24",
    }  # fmt: skip
    return Manifest.model_validate(base | fields)


def place(manifest: Manifest, folder: Path | None = None) -> Path:
    """Lock every file that lies in the folder of a model, after copying `folder` there if one is given; returns the folder."""
    there = store.folder_of(manifest)
    if folder is not None:
        shutil.copytree(folder, there, dirs_exist_ok=True)
    files = sorted(path for path in there.rglob("*") if path.is_file() and path.name != store.LOCK)
    locked = {
        path.relative_to(there).as_posix(): store.LockedFile(sha256=store.sha256_of(path), bytes=path.stat().st_size)
        for path in files
    }
    lock = store.Lock(model=manifest.id, repository=manifest.repository, revision=COMMIT, files=locked)
    (there / store.LOCK).write_text(lock.model_dump_json(indent=1), encoding="utf-8")
    return there
