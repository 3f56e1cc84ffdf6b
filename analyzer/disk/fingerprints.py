"""Digests of what decides a result: of values, and of the program's own files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import analyzer

MEASURING = ("analysis.py", "measure", "methods", "nouns", "read")
"""What of the program decides a measurement, apart from its engines: judging and rendering do not."""


def digest(*parts: Any) -> str:
    """SHA-256 of values that JSON can hold; of others their text counts."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode()).hexdigest()


@cache
def code() -> str:
    """Changes whenever a file of the program that measures changes."""
    root = Path(analyzer.__file__).parent
    return digest(analyzer.__version__, [(str(path.relative_to(root)), source(path)) for path in _files(root)])


@cache
def source(path: Path) -> str:
    """SHA-256 of a file of the program."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _files(root: Path) -> Iterator[Path]:
    for name in MEASURING:
        path = root / name
        yield from sorted([*path.rglob("*.py"), *path.rglob("*.toml")]) if path.is_dir() else [path]
