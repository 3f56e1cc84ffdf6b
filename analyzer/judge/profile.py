"""A profile: the rules of one place to publish, as data, and how it is read, inherited and checked.

Reads TOML and nothing else: no signal, engine or numeric library is imported here, so that a report can be judged
anywhere. What a rule says of a report is for `analyzer.judge.rules`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError, model_validator

from analyzer.disk.documents import meant, parsed_toml, plain_date, toml_of
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import BoundingBox, Noun
from analyzer.nouns.report import Source
from analyzer.nouns.sentences import names_in, strays_in

DEFAULT = "default"
CANVAS = (1080, 1920)
"""Width and height in pixels of the frame on which safe areas are published."""
FULL_SCREEN = (0.5, 0.65)
"""Aspect ratios whose picture fills such a frame nearly (9:16 is 0.5625), so that its insets hold. Project choice."""

Variant = Literal["organic", "ad"]
Plain = StrictBool | StrictInt | StrictFloat | StrictStr
Range = tuple[float, float]
OnNull = Literal["pass", "warn", "fail", "not_applicable"]

ASSET_FIELDS = ("kind", "has_audio")
"""Keys of `when` that look at the asset itself."""
DERIVED = {"unsafe_share": "share", "shown_share": "share", "height_share": "share"}
"""Fields that are computed while judging, with their units; `analyzer.judge.rules` computes them."""
FIELDS = {
    "contrast": "ratio", "contrast_median": "ratio", "height_px": "px", "needed_s": "s", "start_s": "s", "duration_s": "s",
    "cps": "cps", "speed_share": "share", "confidence": "share", "role": "text", "text": "text", "label": "text",
    "transition": "text",
} | DERIVED  # fmt: skip
"""Fields of items of evidence that a rule may read, with their units."""
WITHOUT_ORDER = ("text", "flag")
PLACEHOLDERS = {"value", "bound", "where"}
NAME = re.compile(r"[a-z0-9_]{1,64}\.[a-zA-Z0-9_*-]{1,64}")
"""`signal.metric` or `signal.evidence`; a pattern of `fnmatch` has no other sign than `*`."""
MOST_RULES = 500


class Limits(Noun):
    """Bounds, at least one of them."""

    @model_validator(mode="after")
    def _some(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("give a bound")
        return self


class Number(Limits):
    warn: float | None = None
    fail: float | None = None


class Interval(Limits):
    warn: Range | None = None
    fail: Range | None = None


class Exact(Limits):
    warn: Plain | None = None
    fail: Plain | None = None


class Choice(Limits):
    warn: tuple[Plain, ...] | None = None
    fail: tuple[Plain, ...] | None = None


class Condition(Limits):
    """A comparison inside `when`."""

    at_least: float | None = None
    at_most: float | None = None


COMPARISONS = ("at_least", "at_most", "between", "equals", "one_of")


class Cited(Noun):
    """A source of the profile by its key, and what it says of this rule."""

    source: str
    note: str = ""


class Rule(Noun):
    """What one thing that was measured should be, and what to do where it is not."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str
    metric: str | None = None
    """`signal.metric`, judged as one value."""
    each: str | None = None
    """`signal.evidence`: every item is judged by its `field`. `*` in the key stands for anything."""
    field: str | None = None
    unit: str
    when: dict[str, Plain | tuple[Plain, ...] | Condition] = {}
    """Conditions. With a dot: on a metric. `kind`, `has_audio`: on the asset. Else: on a field of items."""
    at_least: Number | None = None
    at_most: Number | None = None
    between: Interval | None = None
    equals: Exact | None = None
    one_of: Choice | None = None
    if_none: OnNull | None = None
    """What null means, or that `each` found no item."""
    where: str | None = None
    """`signal.evidence` whose items are shown as the instances of a metric."""
    severity: int = Field(ge=1, le=5)
    strength: Literal["hard", "advice"]
    why: str
    fix: str
    sources: tuple[str | Cited, ...] = Field(min_length=1)
    variants: tuple[Variant, ...] = ()
    """Empty: all of the profile's."""

    @property
    def comparison(self) -> str:
        return next(name for name in COMPARISONS if getattr(self, name) is not None)

    @property
    def bounds(self) -> Any:
        """The bounds of its comparison."""
        return getattr(self, self.comparison)

    @property
    def target(self) -> str:
        """What it reads, as a dotted name."""
        return self.metric or f"{self.each}.{self.field}"

    @property
    def signal(self) -> str:
        return self.target.partition(".")[0]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.metric is None) == (self.each is None):
            raise ValueError("give either metric or each")
        if (self.each is None) != (self.field is None):
            raise ValueError("each and field belong together")
        if self.field is not None and self.field not in FIELDS:
            raise ValueError(f"no item has the field {self.field}; there are {', '.join(sorted(FIELDS))}")
        if sum(getattr(self, name) is not None for name in COMPARISONS) != 1:
            raise ValueError(f"give exactly one of {', '.join(COMPARISONS)}")
        for name in filter(None, (self.metric, self.each, self.where, *(key for key in self.when if "." in key))):
            if not NAME.fullmatch(name):
                raise ValueError(f"{name} is not of the form signal.name")
        items = [key for key in self.when if "." not in key and key not in ASSET_FIELDS]
        if items and not (self.each or self.where):
            raise ValueError(f"when: {items[0]} is a field of items, and the rule has neither each nor where")
        if unknown := [key for key in items if key not in FIELDS]:
            raise ValueError(f"when: no item has the field {unknown[0]}; there are {', '.join(sorted(FIELDS))}")
        for text in (self.title, self.why):
            if names_in(text):
                raise ValueError("title and why take no placeholders")
        names = names_in(self.fix)
        if strays_in(self.fix) or ":" in "".join(re.findall(r"\{\w+:", self.fix)):
            raise ValueError("fix: braces hold value, bound or where, and nothing else")
        if not names <= PLACEHOLDERS:
            raise ValueError(f"fix: {{{min(names - PLACEHOLDERS)}}} is not known; there are value, bound and where")
        if "where" in names and not (self.each or self.where):
            raise ValueError("fix names {where}, and the rule has neither each nor where")
        self._fits()
        return self

    def _fits(self) -> None:
        kind, ordered = self.comparison, self.unit not in WITHOUT_ORDER
        if kind in ("at_least", "at_most", "between") and not ordered:
            raise ValueError(f"{kind} needs a number, and the unit is {self.unit}")
        stated = [value for value in (self.bounds.warn, self.bounds.fail) if value is not None]
        if kind in ("equals", "one_of"):
            values = [value for entry in stated for value in (entry if isinstance(entry, tuple) else (entry,))]
            wanted = {"text": (str,), "flag": (bool,)}.get(self.unit, (int, float))
            if any(type(value) not in wanted for value in values):
                raise ValueError(f"{kind} does not fit the unit {self.unit}")
        if kind == "between" and any(low > high for low, high in stated):
            raise ValueError("between: the first number is the smaller one")
        warn, fail = self.bounds.warn, self.bounds.fail
        if warn is not None and fail is not None and not _looser(kind, warn, fail):
            raise ValueError("whatever fails must warn too: the two bounds contradict each other")


def _looser(comparison: str, warn: Any, fail: Any) -> bool:
    """Whether everything that meets the bound of warning meets that of failing too."""
    match comparison:
        case "at_least":
            return bool(fail <= warn)
        case "at_most":
            return bool(fail >= warn)
        case "between":
            return bool(fail[0] <= warn[0] and warn[1] <= fail[1])
        case "one_of":
            return set(warn) <= set(fail)
    return False


class SafeArea(Noun):
    """What the player leaves free: insets in pixels of a 1080x1920 frame."""

    top: float = Field(ge=0)
    bottom: float = Field(ge=0)
    left: float = Field(ge=0)
    right: float = Field(ge=0)
    approximate: bool
    source: str
    note: str = ""

    @property
    def box(self) -> BoundingBox:
        """The free rectangle in fractions of the frame."""
        width, height = CANVAS
        return BoundingBox(x0=self.left / width, y0=self.top / height, x1=1 - self.right / width, y1=1 - self.bottom / height)

    @model_validator(mode="after")
    def _free(self) -> Self:
        if self.left + self.right >= CANVAS[0] or self.top + self.bottom >= CANVAS[1]:
            raise ValueError("the insets leave nothing free")
        return self


class Profile(Noun):
    """All rules of a place to publish, inherited ones included."""

    id: str
    title: str
    checked_on: date
    variants: tuple[Variant, ...] = Field(min_length=1)
    safe_area: dict[Variant, SafeArea] = {}
    sources: dict[str, Source] = {}
    rules: tuple[Rule, ...]

    def cited(self, rule: Rule) -> tuple[Source, ...]:
        """The sources of a rule; a note of the rule follows that of the source."""
        found = []
        for entry in rule.sources:
            cited = Cited(source=entry) if isinstance(entry, str) else entry
            source = self.sources[cited.source]
            note = " ".join(part for part in (source.note, cited.note) if part)
            found.append(source.model_copy(update={"note": note}))
        return tuple(found)

    @model_validator(mode="after")
    def _cites(self) -> Self:
        keys = [entry if isinstance(entry, str) else entry.source for rule in self.rules for entry in rule.sources]
        keys += [area.source for area in self.safe_area.values()]
        if unknown := sorted(set(keys) - set(self.sources)):
            raise ValueError(f"the source {unknown[0]} is not listed under sources")
        for rule in self.rules:
            if not set(rule.variants) <= set(self.variants):
                raise ValueError(f"{rule.id}: the profile has no such variant")
            if rule.field == "unsafe_share" and not set(rule.variants or self.variants) <= set(self.safe_area):
                raise ValueError(f"{rule.id}: the profile has no safe area for it")
        return self


def profile_ids() -> tuple[str, ...]:
    """The built-in profiles, the default one first."""
    names = [entry.name for entry in files("analyzer.judge").joinpath("profiles").iterdir()]
    ids = [name.removesuffix(".toml") for name in names if name.endswith(".toml")]
    return tuple(sorted(ids, key=lambda name: (name != DEFAULT, name)))


def load_profile(name: str | Path) -> Profile:
    """Read a built-in profile by its id, or a file of one's own by its path, which ends in .toml."""
    return _profile(_merged(name), str(name))


def _merged(name: str | Path) -> dict[str, Any]:
    own = _table(name)
    rules = own.get("rules", [])
    if not (isinstance(rules, list) and all(isinstance(rule, dict) and isinstance(rule.get("id"), str) for rule in rules)):
        raise UsageError(f"Profile {name}: rules must be a list of tables, each with an id that is text.")
    if len(rules) > MOST_RULES:
        raise UsageError(f"Profile {name}: rules has more than {MOST_RULES} entries.")
    for key in ("sources", "safe_area"):
        if not isinstance(own.get(key, {}), dict):
            raise UsageError(f"Profile {name}: {key} must be a table.")
    ids = [rule["id"] for rule in rules]
    if twice := sorted({rule for rule in ids if ids.count(rule) > 1}):
        raise UsageError(f"Profile {name}: the rule {twice[0]} is given twice.")
    parent_id = own.pop("extends", None)
    if parent_id is None:
        parent: dict[str, Any] = {"rules": []}
    elif parent_id in profile_ids() and parent_id != name:
        parent = _merged(parent_id)
    else:
        raise UsageError(f"Profile {name}: it extends {str(parent_id)[:60]}, and there is no such profile. {_known()}")
    inherited = {rule["id"]: rule for rule in parent["rules"]}
    replaced = {rule["id"]: rule for rule in rules}
    for rule in rules:
        if "off" in rule and (rule != {"id": rule["id"], "off": True} or rule["id"] not in inherited):
            raise UsageError(f"Profile {name}: {rule['id']} is switched off, so it must be inherited and state nothing else.")
    added = [rule for rule in rules if rule["id"] not in inherited]
    kept = [replaced.get(rule_id, narrowed) for rule_id, narrowed in _narrowed(inherited, own.get("variants")).items()]
    merged = parent | own | {"rules": [rule for rule in added + kept if "off" not in rule]}
    for key in ("sources", "safe_area"):
        merged[key] = parent.get(key, {}) | own.get(key, {})
    if plain_date(merged.get("checked_on")) and "checked_on" in parent:
        merged["checked_on"] = max(merged["checked_on"], parent["checked_on"])
    return merged


def _narrowed(inherited: dict[str, Any], variants: Any) -> dict[str, Any]:
    """Inherited rules without those that only concern variants which the profile does not have."""
    if not isinstance(variants, list):
        return inherited
    kept = {}
    for rule_id, rule in inherited.items():
        of_rule = [variant for variant in rule.get("variants", ()) if variant in variants]
        if of_rule or not rule.get("variants"):
            kept[rule_id] = rule | ({"variants": of_rule} if of_rule else {})
    return kept


def _table(name: str | Path) -> dict[str, Any]:
    """The TOML of one profile as it stands."""
    if str(name).endswith(".toml"):
        return toml_of(Path(name), "The profile")
    if name not in profile_ids():
        raise UsageError(f"There is no profile {str(name)[:60]}{meant(str(name), profile_ids())}. {_known()}")
    text = files("analyzer.judge").joinpath("profiles", f"{name}.toml").read_text(encoding="utf-8")
    return parsed_toml(text, f"The profile {name}")


def _known() -> str:
    return f"Built in are {', '.join(profile_ids())}; a file of your own ends in .toml."


def _profile(table: dict[str, Any], name: str) -> Profile:
    try:
        return Profile.model_validate(table)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = [str(part) for part in first["loc"]]
        unknown = f"there is no such entry{_hint(place)}" if first["type"] == "extra_forbidden" else ""
        if place[:1] == ["rules"] and len(place) > 1:
            place[:2] = [str(table["rules"][int(place[1])]["id"])]
        where = ".".join(place)
        sentence = unknown or first["msg"].removeprefix("Value error, ")
        raise UsageError(f"Profile {name}: {where + ': ' if where else ''}{sentence[:500]}.") from error


def _hint(place: Sequence[str]) -> str:
    """The entry that an unknown one may mean, by where it stands."""
    models: dict[str, type[Noun]] = {"rules": Rule, "safe_area": SafeArea, "sources": Source}
    model = models.get(place[0], Profile) if len(place) > 1 else Profile
    return meant(place[-1], [*model.model_fields, "extends" if model is Profile else "warn"])


def check(profile: Profile, metrics: Mapping[str, str], evidence: Collection[str] | None = None) -> None:
    """Raise UsageError where a rule reads what no signal measures, or in another unit.

    `metrics` maps every `signal.metric` to its unit; `evidence` lists every `signal.key`, where the caller knows them.
    """
    faults = [f"{rule.id}: {fault}" for rule in profile.rules for fault in _faults(rule, metrics, evidence)]
    if faults:
        raise UsageError(f"Profile {profile.id}: {'; '.join(faults)}.")


def _faults(rule: Rule, metrics: Mapping[str, str], evidence: Collection[str] | None) -> Iterator[str]:
    for name in filter(None, (rule.metric, *(key for key in rule.when if "." in key))):
        if name not in metrics:
            yield f"no signal measures {name}{meant(name, metrics)}"
    unit = FIELDS[rule.field] if rule.field else metrics.get(rule.target, rule.unit)
    if unit != rule.unit:
        yield f"{rule.target} is in {unit or 'no unit'}, and the rule says {rule.unit}"
    signals = {name.partition(".")[0] for name in metrics}
    for name in filter(None, (rule.each, rule.where)):
        if name.partition(".")[0] not in signals:
            yield f"there is no signal for {name}"
        elif evidence is not None and "*" not in name and name not in evidence:
            yield f"no signal reports {name}"
