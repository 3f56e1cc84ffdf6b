"""A sentence as a template: `{name}` and `{name:.1f}`, and nothing else of `str.format`.

A stored report or a profile may come from a stranger. `str.format` would let its sentences reach attributes of our values
(`{a.__class__}`) and ask for gigabytes of spaces (`{a:>999999999}`); here both stay as they are written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

PLACEHOLDER = re.compile(r"\{(\w{1,64})(?::([+,]?(?:\.\d)?[defg%]?))?\}")
"""A name, and how a number is written: the short list of what our own sentences use."""


def names_in(template: str) -> set[str]:
    """The names of the placeholders."""
    return {found[1] for found in PLACEHOLDER.finditer(template)}


def strays_in(template: str) -> bool:
    """Whether it has a brace that belongs to no placeholder."""
    rest = PLACEHOLDER.sub("", template)
    return "{" in rest or "}" in rest


def filled(template: str, params: Mapping[str, Any], write: Callable[[str, Any, str], str]) -> str:
    """The template with each placeholder as `write(name, value, spec)` writes it; one without a value stays as it is."""

    def one(found: re.Match[str]) -> str:
        name = found[1]
        return write(name, params[name], found[2] or "") if name in params else found[0]

    return PLACEHOLDER.sub(one, template)


def formatted(value: Any, spec: str, otherwise: str = "") -> str:
    """A value by a format spec, or by `otherwise` where the spec is none that fits it."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        for chosen in (spec, otherwise):
            try:
                return format(value, chosen)
            except (ValueError, OverflowError):
                continue
    return str(value)
