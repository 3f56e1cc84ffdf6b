"""TOML and JSON that a person hands over: read within a bound, parsed within a bound, with the place of what is wrong."""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from analyzer.disk.files import read_within
from analyzer.nouns.errors import UsageError

MOST_BYTES = 500_000
"""Of a profile or a brand kit; the largest that is built in has 23,000."""
MOST_JSON_BYTES = 10_000_000
"""Of a file of design tokens: large design systems have 2 MB."""
MOST_VALUES = 500_000
DEEPEST = 40
"""Tables and lists inside one another; a rule is at 4, design tokens at about 8."""
LONGEST = 10_000
"""Characters of a text, and of a name a hundredth of it."""
LARGEST = 1e15
MOST_DOTS = 100
"""Dots in a line outside of quotes. `a.a.a = 1` keeps every beginning of its name: 100,000 dots took 14 GB."""
QUOTED = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'")


def toml_of(path: Path, what: str) -> dict[str, Any]:
    """The table of a TOML file; `what` names it in a sentence, as in "The profile". Raises `UsageError`."""
    return parsed_toml(_text(read_within(path, MOST_BYTES, what), path, what), f"{what} {path}")


def parsed_toml(text: str, named: str) -> dict[str, Any]:
    """The table of a TOML text; raises `UsageError` for what is no TOML, and with the place for what is out of bounds."""
    for number, line in enumerate(QUOTED.sub("''", text).splitlines(), 1):
        if line.count(".") > MOST_DOTS:
            raise UsageError(f"{named} has a name of more than {MOST_DOTS} parts in line {number}.")
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise UsageError(f"{named} is nested too deeply.") from None
    except ValueError as error:
        raise UsageError(f"{named} is not valid TOML: {_short(error)}.") from error
    _check(table, named)
    return table


def json_of(path: Path, what: str) -> Any:
    """The value of a JSON file; raises `UsageError` as `toml_of` does."""
    named, text = f"{what} {path}", _text(read_within(path, MOST_JSON_BYTES, what), path, what)
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        raise UsageError(f"{named} are too large: there are more than {MOST_VALUES:,} values.")
    try:
        tree = json.loads(text)
    except RecursionError:
        raise UsageError(f"{named} are nested too deeply.") from None
    except ValueError as error:
        raise UsageError(f"{named} are not valid JSON: {_short(error)}.") from error
    _check(tree, named)
    return tree


def _text(data: bytes, path: Path, what: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{what} {path} is not UTF-8 text.") from error


def _short(error: Exception) -> str:
    said = str(error).removesuffix(".")[:200]
    return "a number has too many digits" if said.startswith("Exceeds the limit") else said


def _check(tree: Any, named: str) -> None:
    """Raise `UsageError` with the first place that is out of bounds. A stack, because depth is what is doubted."""
    todo: list[tuple[Any, tuple[str, ...]]] = [(tree, ())]
    while todo:
        value, place = todo.pop()
        fault = _fault(value, len(place))
        if fault:
            raise UsageError(f"{named}: {'.'.join(place[:6]) or 'it'} {fault}.")
        if isinstance(value, dict):
            if any(len(key) > LONGEST // 100 for key in value):
                raise UsageError(f"{named}: {'.'.join(place[:6]) or 'it'} has a name of more than {LONGEST // 100} characters.")
            todo += [(entry, (*place, key)) for key, entry in value.items()]
        elif isinstance(value, list):
            todo += [(entry, (*place, str(number))) for number, entry in enumerate(value)]


def _fault(value: Any, depth: int) -> str:
    if depth > DEEPEST:
        return "is nested too deeply"
    if isinstance(value, str):
        if len(value) > LONGEST:
            return f"has more than {LONGEST:,} characters"
        return "" if value.isascii() or not re.search("[\ud800-\udfff]", value) else "is no valid Unicode"
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) <= LARGEST):
        return "is no number that can be used"
    if isinstance(value, datetime | time):
        return "is a time; write a date such as 2026-03-31, or text in quotes"
    return ""


def plain_date(value: Any) -> bool:
    """Whether a value of TOML is a day and not a time."""
    return type(value) is date


def meant(word: str, known: Iterable[str]) -> str:
    """A question in brackets for the known name that is nearest to an unknown one; empty where none is near."""
    from rapidfuzz import fuzz, process

    found = process.extractOne(word[:100], list(known), scorer=fuzz.ratio, score_cutoff=70)
    return f" (did you mean {found[0]}?)" if found else ""
