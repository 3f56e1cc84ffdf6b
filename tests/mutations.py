"""Seeded damage to a document: what a careless hand, another program or a stranger makes of it."""

from __future__ import annotations

import copy
import random
from typing import Any

WRONG: tuple[Any, ...] = (
    None, True, -1, 0, 3, 10**30, 1e308, -1e308, 5e-324, "", "x" * 5000, "{a.__class__}", "{x:>999999999}",
    "\x1b[2J\x00::error::",
    [], {}, [[[[[]]]]], [1, "a", None], {"a": {"b": {}}}, "#zzzzzz", "\u202e<script>", "1e400", [0.5, 0.1], "2026-13-41",
)  # fmt: skip


def places(tree: Any) -> list[tuple[Any, Any]]:
    """Every (container, key) of a tree of tables and lists."""
    found, todo = [], [tree]
    while todo:
        value = todo.pop()
        keys = list(value) if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
        for key in keys:
            found.append((value, key))
            todo.append(value[key])
    return found


def damaged(tree: Any, seed: int) -> Any:
    """A copy with one to three changes: an entry that is gone, of another type or size, twice there, or another's."""
    rng, tree = random.Random(seed), copy.deepcopy(tree)
    for _ in range(rng.randint(1, 3)):
        found = places(tree)
        if not found:
            break
        container, key = rng.choice(found)
        match rng.randrange(6):
            case 0:
                del container[key]
            case 1 | 2:
                container[key] = copy.deepcopy(rng.choice(WRONG))
            case 3:
                holder, other = rng.choice(found)
                container[key] = copy.deepcopy(holder[other])
            case 4 if isinstance(container, list):
                container += [copy.deepcopy(container[key])] * rng.choice((1, 30))
            case 4:
                container[str(rng.random())] = copy.deepcopy(container[key])
            case _ if isinstance(container[key], int | float) and not isinstance(container[key], bool):
                container[key] = rng.choice((-container[key], container[key] * 1e6, container[key] * 1e-9, 0, 1e14, -0.5))
            case _:
                container[key] = copy.deepcopy(rng.choice(WRONG))
    return tree


def damaged_bytes(data: bytes, seed: int) -> bytes:
    """A copy with some bytes cut, doubled, swapped for others or for NUL."""
    rng, raw = random.Random(seed), bytearray(data)
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(raw) + 1)
        match rng.randrange(5):
            case 0:
                del raw[at : at + rng.randint(1, 200)]
            case 1:
                raw[at:at] = raw[at : at + 100] * rng.randint(1, 5)
            case 2:
                raw[at:at] = bytes(rng.randrange(256) for _ in range(8))
            case 3:
                raw[at : at + 1] = b"\0"
            case _:
                raw[at:at] = rng.choice(
                    (b"[" * 5000, b'"', b"'''", b"{", b"=1e999\n", b"9" * 5000, b"\xff\xfe", b".a" * 3000, b"\r\n")
                )
    return bytes(raw)
