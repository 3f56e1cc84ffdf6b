"""Reads JSON that the program wrote and a stranger may have rewritten: bounded, then checked, with the place of a fault."""

from __future__ import annotations

import binascii
import math
import re
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from analyzer.nouns.errors import UsageError
from analyzer.nouns.sentences import names_in, strays_in

N = TypeVar("N", bound=BaseModel)

MOST_BYTES = 64_000_000
"""Of a file. The report of a clip of three hours with all that is said and seen has a tenth of it."""
MOST_VALUES = 2_000_000
"""Numbers, texts, records and lists in a file, counted by their punctuation before it is parsed: each may cost 500 bytes."""
MOST_TEXT = 1_000_000
"""Characters of a text: what is said in three hours has 200,000."""
MOST_SENTENCE = 20_000
"""Characters that a template and its parameters can grow to."""
MOST_PICTURES = 200
"""Stills, and as many close-ups; a report that we write has 44 and 12."""
MOST_SIDE = 10_000
"""Pixels of the side of a still."""
LARGEST = 1e15
"""Of a number: a petabyte, in bytes."""
EARLIEST_S, LATEST_S = -1.0, 1e7
"""Of a time: sound may begin a little before the picture, and no clip lasts 100 days."""
OVERSTEP = 1.0
"""How far a box may reach out of the frame, in frames: what the edge cuts is measured as a whole."""
TIMES = ("start_s", "end_s", "time_s", "duration_s")
SIDES = ("x0", "y0", "x1", "y1")
VERSION = re.compile(r"(\d{1,3})\.\d{1,3}")
JPEG = b"\xff\xd8\xff"


def read_as(model: type[N], data: str | bytes, what: str) -> N:
    """The record that JSON holds; `what` names it, as in "a report". Raises `UsageError` with the place of a fault."""
    raw = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    if len(raw) > MOST_BYTES or sum(map(raw.count, (b",", b"[", b"{"))) > MOST_VALUES:
        raise UsageError(f"This is not {what}: it is too large to be one.")
    try:
        record = model.model_validate_json(raw)
    except (ValidationError, RecursionError) as error:
        raise UsageError(f"This is not {what}, or it is of another version: {_said(error)}.") from error
    fault = next(_faults(record, ""), None)
    if fault is not None:
        raise UsageError(f"This is not {what}: {fault}.")
    return record


def _said(error: ValidationError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    place = ".".join(str(part)[:60] for part in first["loc"])
    sentence = first["msg"].removeprefix("Value error, ")[:200]
    return f"{place}: {sentence}" if place else sentence


def _faults(value: Any, place: str) -> Iterator[str]:
    """What a report cannot hold, each with its place. The shapes are those of the model, so the recursion is a few deep."""
    if isinstance(value, BaseModel):
        yield from _faults_of_record(value, place)
    elif isinstance(value, str):
        if len(value) > MOST_TEXT:
            yield f"{place} has more than {MOST_TEXT:,} characters"
    elif isinstance(value, int | float):
        if not (math.isfinite(value) and abs(value) <= LARGEST):
            yield f"{place} is no number that can be measured"
    elif isinstance(value, dict):
        for key, entry in value.items():
            if len(key) > 200:
                yield f"{place} has a name of more than 200 characters"
            yield from _faults(entry, f"{place}.{key[:60]}")
    elif isinstance(value, tuple):
        for number, entry in enumerate(value):
            yield from _faults(entry, f"{place}.{number}")


def _faults_of_record(record: BaseModel, place: str) -> Iterator[str]:
    for name, value in record.__dict__.items():
        here = f"{place}.{name}" if place else name
        yield from _faults(value, here)
        if value is None:
            continue
        if name in TIMES and not EARLIEST_S <= value <= LATEST_S or name == "duration_s" and value < 0:
            yield f"{here} is no time within a clip"
        elif name in SIDES and not -OVERSTEP <= value <= 1 + OVERSTEP:
            yield f"{here} lies far outside of the frame"
        elif name in ("width", "height") and not 1 <= value <= LARGEST:
            yield f"{here} is no size in pixels"
        elif name == "severity" and not 1 <= value <= 5:
            yield f"{here} is not 1 to 5"
        elif name in ("stills", "close_ups") and len(value) > MOST_PICTURES:
            yield f"{here} has more than {MOST_PICTURES} pictures"
        elif name == "schema_version" and (version := VERSION.fullmatch(value)) and version[1] != "1":
            yield f"its version is {value}, and this program reads 1"
        elif name == "signals" and len(ids := [signal.id for signal in value]) != len(set(ids)):
            yield f"{here} has a signal twice"
        elif name == "jpeg" and not (_is_jpeg(value) and max(record.width, record.height) <= MOST_SIDE):  # type: ignore[attr-defined]
            yield f"{here} is no small JPEG picture"
        elif name == "params" and value:
            yield from _faults_of_sentence(record.text, value, place)  # type: ignore[attr-defined]


def _faults_of_sentence(text: str, params: dict[str, Any], place: str) -> Iterator[str]:
    """Why a template with parameters is none of ours. One without is shown as it stands."""
    longest = max(len(value) if isinstance(value, str) else 30 for value in params.values())
    if len(text) + text.count("{") * longest > MOST_SENTENCE:
        yield f"{place} is a sentence of more than {MOST_SENTENCE:,} characters"
    elif strays_in(text) or not names_in(text) <= params.keys():
        yield f"{place}.text has braces that name none of its parameters"


def _is_jpeg(base64: str) -> bool:
    """Whether Base64 begins as a JPEG; no more of it is ever decoded here."""
    try:
        return binascii.a2b_base64(base64[:8]).startswith(JPEG)
    except (binascii.Error, ValueError):
        return False
