"""The result of an audit: every asset of a set with what is unusual about it, and what is true of the set. JSON in and out.

Data only. The same set with the same settings gives the same result.
"""

from __future__ import annotations

from typing import Any, Literal

from analyzer.nouns.evidence import Message, Noun, Swatch
from analyzer.nouns.report import Asset, Reason

AUDIT_VERSION = "1.0"

Origin = Literal["manifest", "metadata", "file"]
Copy = Literal["identical", "copy", "crop", "clip", "frame"]


class Finding(Noun):
    """What makes one asset differ."""

    measure: str
    against: Literal["set", "references", "brand"]
    """What it differs from: the set, the reference assets of the brand, or what its kit says."""
    apart: float
    """How far outside: 1 is the edge of what is usual or allowed."""
    sentence: Message
    others: Message | None = None
    """What is true of the others, where the sentence does not say it."""


class Member(Noun):
    """One asset of the set."""

    key: str
    """Path within the folder, with slashes."""
    asset: Asset
    date: str | None = None
    """Day on which it was published, or made."""
    dated_by: Origin | None = None
    palette: tuple[Swatch, ...] = ()
    features: dict[str, dict[str, Any]] = {}
    """What each measure read of it."""
    missing: dict[str, Reason] = {}
    """Why a measure read nothing."""
    apart: dict[str, float] = {}
    """By measure: 0 is as usual as can be, 1 the edge of what is usual in this set."""
    brand_delta_e: float | None = None
    """Mean CIEDE2000 of its colours from the nearest colour of the brand."""
    logos: dict[str, bool | None] = {}
    """Whether each logo of the brand is seen; null: not known."""
    distance: float | None = None
    """All measures in one: what the sheet is sorted by. Null where the set is too small to say what is usual."""
    unusual: bool = False
    findings: tuple[Finding, ...] = ()
    group: int | None = None
    """The look that it belongs to."""
    place: tuple[float, float] | None = None
    """Where it lies on the map of looks, 0..1 each; only distances mean something."""


class MeasureSummary(Noun):
    id: str
    title: str
    why: str
    unit: str
    measured: int
    usual: float | None = None
    """Median gap of an asset from the nearest quarter of the set, in `unit`."""
    edge: float | None = None
    """The gap from which an asset is unusual."""
    note: Message | None = None


class Look(Noun):
    """A group of assets that look alike."""

    id: int
    members: tuple[str, ...]
    typical: str
    palette: tuple[Swatch, ...]


class Duplicates(Noun):
    """Assets that show the same."""

    kind: Copy
    """The loosest of the ties between them."""
    members: tuple[str, ...]


class Drift(Noun):
    """A measure that changed over time."""

    measure: str
    first: str
    turn: str
    """The day that parts the earlier half from the later one."""
    last: str
    probability: float
    """How often a shuffled order gives a change as large."""
    sentence: Message


class Unread(Noun):
    """A file that could not be analysed."""

    key: str
    code: str
    sentence: str


class Audit(Noun):
    schema_version: str = AUDIT_VERSION
    analyzer_version: str
    folder: str
    brand: str | None = None
    members: tuple[Member, ...]
    """Least usual first."""
    measures: tuple[MeasureSummary, ...]
    looks: tuple[Look, ...] = ()
    duplicates: tuple[Duplicates, ...] = ()
    drifts: tuple[Drift, ...] = ()
    unread: tuple[Unread, ...] = ()
    notes: tuple[Message, ...] = ()

    @property
    def unusual(self) -> tuple[Member, ...]:
        return tuple(member for member in self.members if member.unusual)

    def member(self, key: str) -> Member:
        return next(member for member in self.members if member.key == key)

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"
