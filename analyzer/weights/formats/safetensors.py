"""The header of a safetensors file (https://huggingface.co/docs/safetensors, "Format")."""

from __future__ import annotations

import json
from math import prod
from pathlib import Path
from typing import Any

from analyzer.weights.formats.malformed import Malformed

MOST_HEADER_BYTES = 16_000_000
"""The format allows 100 MB; the headers of the models here have less than 0.3 MB (project choice)."""
BITS = {
    "BOOL": 8, "U8": 8, "I8": 8, "F8_E4M3": 8, "F8_E5M2": 8, "F8_E8M0": 8, "I16": 16, "U16": 16, "F16": 16, "BF16": 16,
    "I32": 32, "U32": 32, "F32": 32, "I64": 64, "U64": 64, "F64": 64, "C64": 64, "F4": 4,
}  # fmt: skip


def check(path: Path) -> None:
    """Raise `Malformed` for a header that is too long, or tensors that overlap, leave gaps or lie outside the file."""
    size = path.stat().st_size
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if size < 8 or length > size - 8:
            raise Malformed(f"says that its header has {length:,} bytes; the file has {size:,}")
        if length > MOST_HEADER_BYTES:
            raise Malformed(f"has a header of {length / 1e6:.0f} MB; {MOST_HEADER_BYTES / 1e6:.0f} MB is the bound")
        header = file.read(length)
    try:
        tensors: dict[str, Any] = json.loads(header)
        tensors.pop("__metadata__", None)
        spans = sorted(map(_span, tensors.values()))
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise Malformed("has a header that is not one of safetensors") from error
    end = 0
    for first, last in spans:
        if first != end:
            raise Malformed("has tensors that overlap or leave gaps")
        end = last
    if end != size - 8 - length:
        raise Malformed("has tensors that end elsewhere than the file")


def _span(tensor: dict[str, Any]) -> tuple[int, int]:
    """Where the bytes of a tensor lie; raises `ValueError` where its shape and they do not match."""
    first, last = tensor["data_offsets"]
    shape = tensor["shape"]
    numbers = [first, last, *shape]
    if not all(isinstance(number, int) and 0 <= number < 1 << 63 for number in numbers) or len(shape) > 32:
        raise ValueError("not a size")
    if (last - first) * 8 != prod(shape) * BITS[tensor["dtype"]]:
        raise ValueError("shape and bytes differ")
    return first, last
