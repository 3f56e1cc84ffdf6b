"""A brand kit: the colours, words, formats, logos and reference assets of a brand, as data, and how it is read and checked.

Reads TOML, and colours from a design tokens file (https://www.designtokens.org/TR/2025.10/format/). It says what a brand is;
whether an asset is like that is measured in `analyzer.collection`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from analyzer.disk.documents import json_of, meant, toml_of
from analyzer.methods.colour import delta_e
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import Noun

Role = Literal["background", "text", "primary", "secondary", "accent"]

TOLERANCE = 10.0
"""CIEDE2000 within which a colour is still the brand's (project choice: 2.3 is just noticeable, and light, grading and
coding move a colour in a photograph by several times that)."""
RATIO = re.compile(r"([1-9]\d{0,4}):([1-9]\d{0,4})")
TOKENS = (".tokens", ".json")
"""Endings of a design tokens file."""
MOST_TOKENS = 200
"""Colours of a tokens file that are still a palette (project choice: above it, it is a whole design system)."""
DEEPEST_ALIAS = 20
MOST_COMPONENTS, LARGEST_COMPONENT = 4, 1000.0
"""Of a colour token: hues reach 360, lightness and the axes of Lab some hundreds; 1e308 takes the fitting to no end."""
LONGEST_COLOUR = 100
"""Characters of a colour that is written as text."""


class Colour(Noun):
    """A colour of the brand, what it is for, and how far from it a colour may lie."""

    hex: str = Field(pattern=r"^#[0-9a-fA-F]{6}$")
    role: Role | None = None
    """The main colour of an asset is held against `background`, its largest text against `text`; the others are for people."""
    tolerance: float = Field(default=TOLERANCE, gt=0, le=100)
    """CIEDE2000."""
    required: bool = False
    """Every asset must show it."""


class Words(Noun):
    use: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


class Formats(Noun):
    aspect_ratios: tuple[str, ...] = ()
    """Such as 9:16."""

    @field_validator("aspect_ratios")
    @classmethod
    def _ratios(cls, ratios: tuple[str, ...]) -> tuple[str, ...]:
        for ratio in ratios:
            if not RATIO.fullmatch(ratio):
                raise ValueError(f"{ratio!r} is no ratio such as 9:16")
        return ratios


class Typography(Noun):
    fonts: tuple[str, ...] = ()
    """Names for people: no font is recognised in a picture."""
    case: Literal["upper", "lower", "sentence", "title"] | None = None
    """How the largest line is set."""


class Kit(Noun):
    """A brand kit. Paths are absolute once it is loaded."""

    name: str = Field(min_length=1)
    palette: dict[str, Colour] = {}
    words: Words = Words()
    formats: Formats = Formats()
    typography: Typography = Typography()
    logos: tuple[Path, ...] = ()
    references: tuple[Path, ...] = ()
    """Approved assets: what the set is measured against, beside itself."""
    tokens: Path | None = None
    """A design tokens file whose colours join the palette; a colour of the kit's own with the same name wins."""

    def colours(self, role: Role) -> dict[str, Colour]:
        """The colours of the palette for one thing."""
        return {name: colour for name, colour in self.palette.items() if colour.role == role}

    @field_validator("palette", mode="before")
    @classmethod
    def _short(cls, palette: Any) -> Any:
        """Accept `blue = "#0057b8"` for a colour without role or tolerance."""
        if isinstance(palette, Mapping):
            return {name: {"hex": colour} if isinstance(colour, str) else colour for name, colour in palette.items()}
        return palette

    @model_validator(mode="after")
    def _something(self) -> Self:
        both = {word.casefold() for word in self.words.use} & {word.casefold() for word in self.words.avoid}
        if both:
            raise ValueError(f"{min(both)!r} is both to be used and to be avoided")
        return self


def nearest(code: str, colours: Mapping[str, Colour]) -> tuple[str, float]:
    """The colour that is nearest to `#rrggbb`, measured by its tolerance, and its CIEDE2000."""
    name = min(colours, key=lambda name: delta_e(code, colours[name].hex) / colours[name].tolerance)
    return name, delta_e(code, colours[name].hex)


def load_kit(path: Path) -> Kit:
    """Read a kit from TOML, or one of colours alone from a design tokens file; raises UsageError with the place of a fault."""
    if path.suffix.lower() in TOKENS:
        return Kit(name=path.name.partition(".")[0] or path.name, palette=_of_tokens(path))
    try:
        kit = Kit.model_validate(toml_of(path, "The brand kit"))
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"Brand kit {path}: {where + ': ' if where else ''}{_said(first)[:300]}.") from error
    home = path.absolute().parent
    files = {"logos": tuple(home / logo for logo in kit.logos), "references": tuple(home / asset for asset in kit.references)}
    for file in (*files["logos"], *files["references"]):
        if not file.is_file():
            raise UsageError(f"Brand kit {path}: there is no file {file}.")
    if kit.tokens is not None:
        files["palette"] = _of_tokens(home / kit.tokens) | kit.palette  # type: ignore[assignment]
    return kit.model_copy(update=files)


def _said(error: Any) -> str:
    if error["type"] == "string_pattern_mismatch":
        return f"{error['input'][:60]!r} is no colour such as #0057b8"
    if error["type"] == "extra_forbidden":
        known = [name for model in (Kit, Colour, Words, Formats, Typography) for name in model.model_fields]
        return f"a kit has no such entry{meant(str(error['loc'][-1]), known)}"
    return str(error["msg"]).removeprefix("Value error, ")


def _of_tokens(path: Path) -> dict[str, Colour]:
    """The colours of a design tokens file by their dotted names."""
    tree = json_of(path, "The design tokens")
    tokens = dict(_tokens(tree, "", None)) if isinstance(tree, dict) else {}
    values = {name: value for name, (kind, value) in tokens.items() if kind == "color"}
    if not values:
        raise UsageError(f"The design tokens {path} hold no colour.")
    if len(values) > MOST_TOKENS:
        raise UsageError(f"The design tokens {path} hold {len(values)} colours; name those of the brand in a kit of your own.")
    return {name: Colour(hex=_hex(value, tokens, path)) for name, value in values.items()}


def _tokens(tree: Mapping[str, Any], prefix: str, kind: Any) -> Iterator[tuple[str, tuple[Any, Any]]]:
    """Every token as (name, (type, value)); a type is inherited from the group."""
    kind = tree.get("$type", kind)
    if "$value" in tree:
        yield prefix, (kind, tree["$value"])
        return
    for name, child in tree.items():
        if isinstance(child, dict) and not name.startswith("$"):
            yield from _tokens(child, f"{prefix}.{name}" if prefix else name, kind)


def _hex(value: Any, tokens: Mapping[str, tuple[Any, Any]], path: Path) -> str:
    """sRGB of a colour token: an alias, a hexadecimal text, or a colour space with components."""
    from coloraide import Color

    for _ in range(DEEPEST_ALIAS):
        if not (isinstance(value, str) and value.startswith("{")):
            break
        value = tokens.get(value.strip("{}"), (None, None))[1]
    try:
        if isinstance(value, dict):
            components = [float("nan") if part == "none" else float(part) for part in value["components"]]
            if len(components) > MOST_COMPONENTS or any(abs(part) > LARGEST_COMPONENT for part in components):
                raise ValueError("no colour has such components")
            space = str(value["colorSpace"])
            if space in ("hsl", "hwb"):  # The format has percentages, coloraide shares.
                components[1:] = [part / 100 for part in components[1:]]
            colour = Color(space, components)
        else:
            colour = Color(str(value)[:LONGEST_COLOUR])
        return str(colour.convert("srgb").fit().to_string(hex=True, alpha=False))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UsageError(f"The design tokens {path} hold a colour that cannot be read: {str(value)[:80]}.") from error
