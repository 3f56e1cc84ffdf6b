"""The table of variables in model.bin of CTranslate2 (its own python/ctranslate2/specs/model_spec.py, `_serialize`)."""

from __future__ import annotations

import os
import struct
from math import prod
from pathlib import Path
from typing import IO

from analyzer.weights.formats.malformed import Malformed

NEWEST = 6
"""Version of the format that is known; `_serialize` of CTranslate2 4.8 writes it."""
MOST_VARIABLES = 100_000
LONGEST_NAME = 1_000
BYTES = {0: 4, 1: 1, 2: 2, 3: 4, 4: 2, 5: 2}
"""Bytes of a number by its type: float32, int8, int16, int32, float16, bfloat16."""


def check(path: Path) -> None:
    """Raise `Malformed` for what is no model of CTranslate2, such as a pickle, or says that it holds more than it does."""
    try:
        with path.open("rb") as file:
            _walk(file, path.stat().st_size)
    except struct.error as error:
        raise Malformed("ends too early") from error


def _walk(file: IO[bytes], size: int) -> None:
    version = _number(file, "<I")
    if not 4 <= version <= NEWEST:
        raise Malformed("is not a model of CTranslate2; pickles and other formats are never loaded")
    _name(file)
    _number(file, "<I")
    count = _number(file, "<I")
    if count > MOST_VARIABLES:
        raise Malformed(f"says that it holds {count:,} variables")
    for _ in range(count):
        _name(file)
        shape = [_number(file, "<I") for _ in range(_number(file, "<B"))]
        kind, length = _number(file, "<B"), _number(file, "<I")
        if kind not in BYTES or prod(shape) * BYTES[kind] != length or file.tell() + length > size:
            raise Malformed("holds a variable whose shape and bytes do not match")
        file.seek(length, os.SEEK_CUR)
    aliases = _number(file, "<I")
    if aliases > MOST_VARIABLES:
        raise Malformed(f"says that it holds {aliases:,} other names")
    for _ in range(2 * aliases):
        _name(file)


def _number(file: IO[bytes], kind: str) -> int:
    number: int = struct.unpack(kind, file.read(struct.calcsize(kind)))[0]
    return number


def _name(file: IO[bytes]) -> None:
    length = _number(file, "<H")
    if length > LONGEST_NAME or len(file.read(length)) < length:
        raise Malformed("is not a model of CTranslate2")
