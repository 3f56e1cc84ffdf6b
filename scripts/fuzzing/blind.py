"""Damage that knows nothing of a format: bits, bytes, cuts, repeats, and two files spliced."""

from __future__ import annotations

from random import Random

EDGES = (
    0,
    1,
    2,
    3,
    0x7F,
    0x80,
    0xFF,
    0x100,
    0x7FFF,
    0x8000,
    0xFFFF,
    0x10000,
    0x7FFFFFFF,
    0x80000000,
    0xFFFFFFFF,
    2**63 - 1,
    2**64 - 1,
)
"""Numbers at which counts, sizes and offsets overflow or change their sign."""


def edge(width: int, order: str, rng: Random) -> bytes:
    """An edge number in so many bytes; `order` is big or little."""
    value = rng.choice(EDGES) if rng.random() < 0.8 else rng.getrandbits(8 * width)
    number: int = value % 256**width
    return number.to_bytes(width, "big" if order == "big" else "little")


def flip(data: bytes, other: bytes, rng: Random) -> bytes:
    """A few bits the other way round."""
    changed = bytearray(data)
    for _ in range(rng.choice((1, 1, 2, 8, 40))):
        changed[rng.randrange(len(changed))] ^= 1 << rng.randrange(8)
    return bytes(changed)


def number(data: bytes, other: bytes, rng: Random) -> bytes:
    """An edge number over some bytes, the first ones more often than others: headers lie there."""
    width = rng.choice((1, 2, 4, 8))
    at = rng.randrange(min(len(data), 512) if rng.random() < 0.6 else len(data))
    return data[:at] + edge(width, rng.choice(("big", "little")), rng) + data[at + width :]


def cut(data: bytes, other: bytes, rng: Random) -> bytes:
    """The file ends early."""
    return data[: rng.randrange(len(data))]


def remove(data: bytes, other: bytes, rng: Random) -> bytes:
    """A stretch is missing."""
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.choice((1, 4, 100, 4000)) :]


def repeat(data: bytes, other: bytes, rng: Random) -> bytes:
    """A stretch stands there several times."""
    at = rng.randrange(len(data))
    piece = data[at : at + rng.choice((1, 16, 300))]
    return data[:at] + piece * rng.choice((2, 9, 100)) + data[at:]


def noise(data: bytes, other: bytes, rng: Random) -> bytes:
    """A stretch of random bytes, or of equal ones."""
    at, length = rng.randrange(len(data)), rng.choice((4, 64, 1000))
    piece = rng.randbytes(length) if rng.random() < 0.7 else bytes([rng.choice((0, 0xFF))]) * length
    return data[:at] + piece + data[at + length :]


def splice(data: bytes, other: bytes, rng: Random) -> bytes:
    """The start of one file and the end of another."""
    return data[: rng.randrange(len(data))] + other[rng.randrange(len(other) or 1) :]


BLIND = (flip, flip, number, number, cut, remove, repeat, noise, splice)
