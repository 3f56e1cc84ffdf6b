"""A mutant: an input of the corpus, damaged. The same seed, target, number and corpus give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fuzzing.blind import BLIND
from fuzzing.boxes import change_box, change_element
from fuzzing.chunks import change_chunks, format_of
from fuzzing.trees import change_json, change_toml

Change = Callable[[bytes, bytes, Random], bytes]
MOST_BYTES = 2_000_000
"""What grows larger by repeats is cut off."""


@dataclass(frozen=True)
class Mutant:
    """An input, what it was made from, and the end of the name that it needs."""

    number: int
    origin: str
    suffix: str
    data: bytes


def knowing(data: bytes, suffix: str) -> Change | None:
    """The damage that knows the format of a file, by its first bytes or the end of its name."""
    if format_of(data):
        return change_chunks
    if data[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"styp"):
        return change_box
    if data.startswith(b"\x1a\x45\xdf\xa3"):
        return change_element
    return {".json": change_json, ".tokens": change_json, ".toml": change_toml}.get(suffix)


def damaged(data: bytes, other: bytes, suffix: str, rng: Random) -> bytes:
    """The bytes after one to three changes, two of three of which know the format."""
    known = knowing(data, suffix)
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        change = known if known is not None and rng.random() < 0.67 else rng.choice(BLIND)
        data = change(data, other, rng)[:MOST_BYTES] if data else data
    return data


def mutant(seed: int, target: str, number: int, corpus: Sequence[Path]) -> Mutant:
    """The mutant of this number; one of fifty is a file as it is."""
    rng = Random(f"{seed}/{target}/{number}")
    origin = rng.choice(corpus)
    other = rng.choice([path for path in corpus if path.suffix == origin.suffix])
    data, suffix = origin.read_bytes(), origin.suffix.lower()
    if rng.random() >= 0.02:
        data = damaged(data, other.read_bytes(), suffix, rng)
    return Mutant(number, origin.name, suffix, data)
