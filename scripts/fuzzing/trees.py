"""Damage to JSON and TOML: other types, no entry, too many, too deep, and numbers and texts at the edge of what can be said."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Callable, Iterator
from datetime import date, datetime, time
from random import Random
from typing import Any

from fuzzing.blind import BLIND


class Raw(str):
    """Text that is written as it stands."""


SAID = (
    "", "x" * 100_000, "{0}", "{value}", "{value:>99999999}", "{value.__class__}", "{", "}{", "{x[0]}", "%s%n", "\0",
    "\x1b[2J", "\u202e", "\ud7ff", "<script>alert(1)</script>", "]]>", "::error::x", "=1+1", "../../etc/passwd", "#12345",
    "#gggggg", "9:0", "nan", "1e999", "2026-13-45", "{brand.a}", "en", "video", "ok", "-->", "\n\n\r",
)  # fmt: skip
NUMBERS = (0, -1, 1, 0.5, 1e-320, 1e308, -1e308, 2**31, 2**53 + 1, 2**63, -(2**63), 2**64, 10**300)
OF_JSON = (
    "NaN",
    "Infinity",
    "-Infinity",
    "1e999",
    "-0",
    "9" * 5000,
    "[" * 3000 + "]" * 3000,
    '{"a":' * 3000 + "1" + "}" * 3000,
)
OF_TOML = ("nan", "inf", "-inf", "1e999", "9" * 5000, "[" * 3000 + "]" * 3000, "{a=" * 3000 + "1" + "}" * 3000, "0001-01-01")


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every (holder, key) of a tree."""
    todo = [tree]
    while todo:
        holder = todo.pop()
        keys = list(holder) if isinstance(holder, dict) else range(len(holder)) if isinstance(holder, list) else ()
        for key in keys:
            yield holder, key
            todo.append(holder[key])


def odd(raw: tuple[str, ...], rng: Random) -> Any:
    """A value that is rarely expected."""
    return rng.choice(
        (
            lambda: rng.choice(SAID), lambda: rng.choice(SAID), lambda: rng.choice(NUMBERS), lambda: rng.choice(NUMBERS),
            lambda: Raw(rng.choice(raw)), lambda: rng.choice((True, False)), lambda: [], lambda: {}, lambda: [1, "a", {}],
            lambda: {"kind": "x"},
        )
    )()  # fmt: skip


def alike(value: str | float, rng: Random) -> Any:
    """Another value of the same type, which gets past a check of types; half of the numbers get past one of bounds too."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float) and rng.random() < 0.5:
        return type(value)(value * rng.choice((0, 0.5, 1.01, 2)) + rng.choice((0, 0, 1)))
    if isinstance(value, int):
        return rng.choice([number for number in NUMBERS if isinstance(number, int)])
    return rng.choice(SAID) if isinstance(value, str) else float(rng.choice((*NUMBERS[:-1], 1e-9, 0.999999, 59.9999)))


def changed(tree: Any, other: Any, raw: tuple[str, ...], rng: Random) -> Any:
    """The tree with one to four changes."""
    tree = copy.deepcopy(tree)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        found = list(places(tree))
        if not found:
            return odd(raw, rng)
        holder, key = rng.choice(found)
        match rng.choice(
            ("alike", "alike", "alike", "alike", "alike", "odd", "odd", "drop", "add", "swap", "borrow", "many", "wrap", "near")
        ):
            case "alike" if isinstance(holder[key], str | int | float):
                holder[key] = alike(holder[key], rng)
            case "odd":
                holder[key] = odd(raw, rng)
            case "drop":
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder[rng.choice(("extra", "", "__class__", "$value", "id", "a" * 1000))] = odd(raw, rng)
            case "swap":
                there, name = rng.choice(found)
                holder[key], there[name] = copy.deepcopy(there[name]), copy.deepcopy(holder[key])
            case "borrow":
                foreign = list(places(other))
                if foreign:
                    there, name = rng.choice(foreign)
                    holder[key] = copy.deepcopy(there[name])
            case "many" if isinstance(holder[key], list) and holder[key]:
                holder[key] = (holder[key] * 2000)[: rng.choice((100, 2000))]
            case "wrap":
                holder[key] = [holder[key]]
            case "near" if isinstance(holder[key], int | float) and not isinstance(holder[key], bool):
                holder[key] = holder[key] * rng.choice((-1, 1e6, 1e-6, 1e200))
    return tree


def json_text(value: Any) -> str:
    """JSON, and what is almost JSON where a value is `Raw`."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(str(key))}:{json_text(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    return json.dumps(value)


def toml_text(tree: Any) -> str:
    """A TOML document: one line for each entry, tables inside a line."""
    return (
        "".join(f"{json.dumps(str(key))} = {_toml(child)}\n" for key, child in tree.items()) if isinstance(tree, dict) else "x"
    )


def _toml(value: Any) -> str:
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(key))} = {_toml(child)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, date | time | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return json.dumps(value).replace("NaN", "nan").replace("Infinity", "inf") if value is not None else '""'


def _change(
    data: bytes, other: bytes, rng: Random, parse: Callable[[str], Any], write: Callable[[Any], str], raw: tuple[str, ...]
) -> bytes:
    try:
        tree = parse(data.decode())
    except (ValueError, RecursionError):
        return rng.choice(BLIND)(data, other, rng) if data else data
    try:
        foreign = parse(other.decode())
    except (ValueError, RecursionError):
        foreign = tree
    try:
        return write(changed(tree, foreign, raw, rng)).encode("utf-8", "surrogatepass")
    except RecursionError:
        return data


def change_json(data: bytes, other: bytes, rng: Random) -> bytes:
    """A JSON tree with other values in some places."""
    return _change(data, other, rng, json.loads, json_text, OF_JSON)


def change_toml(data: bytes, other: bytes, rng: Random) -> bytes:
    """A TOML tree with other values in some places."""
    return _change(data, other, rng, tomllib.loads, toml_text, OF_TOML)
