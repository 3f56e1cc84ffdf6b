"""Looks into the files of a model before a library loads them: what would exhaust memory, run code or leave the folder.

Every check reads headers, not weights, so its memory is bounded whatever a file claims. It holds nothing against a file that
its kind allows; whether the bytes are those that were pulled is for `analyzer.weights.store`.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from analyzer.weights.formats import ctranslate2, onnx, safetensors, torch_zip
from analyzer.weights.formats.malformed import Malformed

MOST_JSON_BYTES = 8_000_000
"""A configuration or a vocabulary in JSON; the largest of the models here has 2 MB (project choice)."""
MOST_TOKENIZER_BYTES = 64_000_000
"""tokenizer.json: that of SigLIP 2 has 34 MB (project choice)."""
MOST_TEXT_BYTES = 16_000_000
DEEPEST = 64
"""Lists and objects within each other in a JSON file (project choice; serde_json, which reads tokenizers, stops at 128)."""
LONGEST_REPLACEMENT = 256
"""Characters that a tokenizer may put in the place of a piece of text, or tokens that it may add to one (project choice)."""
MOST_CHARSMAP = 2_000_000
"""Characters of a precompiled table of replacements; that of XLM-RoBERTa has 0.3 million."""

__all__ = ["Malformed", "check", "kinds"]


def check(folder: Path, name: str, files: Collection[str]) -> None:
    """Raise `Malformed`, one sentence, where a file of a model is not to be loaded; `files` are all that belong to it."""
    path = folder / name
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise Malformed("is not a regular file")
    checker = _CHECKS.get(path.suffix)
    if checker is None:
        raise Malformed(f"is of a kind that is never loaded; known are {', '.join(kinds())}")
    checker(path, name, files)


def kinds() -> tuple[str, ...]:
    """The suffixes of files that can be checked, and so may belong to a model."""
    return tuple(sorted(_CHECKS))


def _json(path: Path, name: str, files: Collection[str]) -> None:
    tokenizer = path.name == "tokenizer.json"
    data = _within(path, MOST_TOKENIZER_BYTES if tokenizer else MOST_JSON_BYTES)
    try:
        told = json.loads(data)
        _shallow(told, DEEPEST)
    except RecursionError as error:
        raise Malformed("has lists in lists without end") from error
    except ValueError as error:
        raise Malformed("is not valid JSON") from error
    if tokenizer:
        if not isinstance(told, dict):
            raise Malformed("is not a tokenizer")
        for part, value in told.items():
            if part != "model":
                _modest(value)


def _shallow(value: Any, deepest: int) -> None:
    if isinstance(value, dict | list):
        if not deepest:
            raise RecursionError
        for each in value.values() if isinstance(value, dict) else value:
            if isinstance(each, dict | list):
                _shallow(each, deepest - 1)


def _modest(value: Any, key: str = "") -> None:
    """Refuse steps of a tokenizer that make much text of little."""
    if isinstance(value, dict):
        for name, each in value.items():
            _modest(each, name)
    elif isinstance(value, list):
        if key in ("single", "pair") and len(value) > LONGEST_REPLACEMENT:
            raise Malformed(f"adds {len(value):,} tokens to every text")
        for each in value:
            _modest(each, key)
    elif isinstance(value, str) and key not in ("Regex", "pattern", "content_regex"):
        most = MOST_CHARSMAP if key == "precompiled_charsmap" else LONGEST_REPLACEMENT
        if len(value) > most:
            raise Malformed(f"has a {key or 'piece'} of {len(value):,} characters, which would make texts grow without bound")


def _text(path: Path, name: str, files: Collection[str]) -> None:
    """A list of words, or a vocabulary of SentencePiece: of a bounded length."""
    _within(path, MOST_TEXT_BYTES)


def _within(path: Path, most: int) -> bytes:
    with path.open("rb") as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise Malformed(f"has more than {most / 1e6:.0f} MB, which no model needs")
    return data


_CHECKS: dict[str, Callable[[Path, str, Collection[str]], None]] = {
    ".json": _json,
    ".txt": _text,
    ".model": _text,
    ".safetensors": lambda path, name, files: safetensors.check(path),
    ".onnx": onnx.check,
    ".bin": lambda path, name, files: ctranslate2.check(path),
    ".pt": lambda path, name, files: torch_zip.check(path),
}
