"""The report: what was measured on one asset, and how it was judged. JSON in and out, and the JSON Schema.

A metric that is present with null was measured and there is none; one that is listed under `unmeasured` is not known.
A report with a failed or unavailable signal is never called complete.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from analyzer.disk.files import read_within
from analyzer.disk.stored import MOST_BYTES, read_as
from analyzer.nouns.evidence import BoundingBox, Evidence, Items, Message, Noun, Scalar, Scalars

SCHEMA_VERSION = "1.2"

Status = Literal["ok", "skipped", "unavailable", "failed"]
VerdictStatus = Literal["pass", "warn", "fail", "not_applicable", "not_judged"]


class Asset(Noun):
    """The file that was analysed. Sizes are those of the displayed picture, after rotation and pixel aspect."""

    id: str
    """SHA-256 of the bytes, hexadecimal."""
    name: str
    kind: Literal["image", "video"]
    bytes: int
    width: int
    height: int
    duration_s: float | None
    frame_rate: str | None
    """Average frames a second as a fraction such as 30000/1001."""
    has_audio: bool
    container: str
    video_codec: str | None
    audio_codec: str | None


class Reason(Noun):
    """Why a measurement was not made: a stable code, a sentence, and what would bring it."""

    code: str
    sentence: Message
    remedy: Message | None = None


class EngineUsed(Noun):
    """Which engine and model made a signal."""

    id: str
    task: str
    version: str
    licence: str
    revision: str = ""
    """Commit of the hub repository that the weights are from; empty for a model that a package carries."""
    weights: str = ""
    """One hash over the files of the weights."""
    precision: str = ""
    device: str = ""


class SignalResult(Noun):
    id: str
    title: str
    status: Status
    reason: Reason | None = None
    metrics: Scalars = {}
    unmeasured: Annotated[dict[str, Reason], Field(max_length=1000)] = {}
    evidence: Annotated[dict[str, Evidence], Field(max_length=1000)] = {}
    notes: Items[Message] = ()
    engines: Items[EngineUsed] = ()
    seconds: float = 0.0

    @model_validator(mode="after")
    def _honest(self) -> SignalResult:
        if self.status != "ok" and (self.reason is None or self.metrics):
            raise ValueError(f"signal {self.id}: a status of {self.status} takes a reason and no metrics")
        return self


class Still(Noun):
    """A small picture of a moment that the evidence points at."""

    time_s: float
    box: BoundingBox | None = None
    """The part of the frame that it shows, for a close-up; none: all of it."""
    width: int
    height: int
    jpeg: str
    """Base64."""


class Instance(Noun):
    """One place in the asset that a verdict points at."""

    start_s: float | None = None
    end_s: float | None = None
    box: BoundingBox | None = None
    text: str = ""
    value: float | str | None = None
    near: bool = False
    """Its value lies within its error of a bound."""


class Source(Noun):
    """Where a limit comes from."""

    url: str
    checked_on: str
    note: str = ""


class Borderline(Noun):
    """The measurement lies within its error of a bound: another one, as good as it, could have led to the other verdict."""

    value: float
    """The measurement that is near; where many were judged, not always the one that decided."""
    error: float
    """How far it may lie from the truth, in the unit of the verdict."""
    bound: float
    other: VerdictStatus
    """What the verdict would be on the other side."""
    text: Message
    source: str
    """Where the error is known from."""


class Verdict(Noun):
    """What one rule says of the measurements."""

    rule: str
    title: str
    signal: str
    metric: str
    status: VerdictStatus
    strength: Literal["hard", "advice"]
    """hard: the platform refuses the upload; advice: it harms the result."""
    severity: int
    """1 (minor) to 5 (the upload is lost)."""
    value: Scalar = None
    unit: str = ""
    bound: Message | None = None
    """The bound that decided, as a sentence."""
    borderline: Borderline | None = None
    safe_area: BoundingBox | None = None
    """What the player leaves free, where the rule asks how much of a box lies outside."""
    why: str = ""
    fix: Message | None = None
    reason: Reason | None = None
    instances: Items[Instance] = ()
    sources: Items[Source] = ()


class Judgement(Noun):
    """All verdicts of one profile."""

    profile: str
    title: str
    variant: Literal["organic", "ad"]
    checked_on: str
    verdicts: Items[Verdict]

    @property
    def outcome(self) -> Literal["fail", "warn", "pass", "not_judged"]:
        """The worst that any verdict says; `not_judged` when no rule could be judged at all."""
        found = {verdict.status for verdict in self.verdicts}
        for status in ("fail", "warn", "pass"):
            if status in found:
                return status
        return "not_judged"

    def count(self, status: VerdictStatus) -> int:
        return sum(verdict.status == status for verdict in self.verdicts)

    def to_fix(self) -> tuple[Verdict, ...]:
        """Failed and warned verdicts, the most serious first."""
        bad = [verdict for verdict in self.verdicts if verdict.status in ("fail", "warn")]
        return tuple(sorted(bad, key=lambda v: (v.status != "fail", v.strength != "hard", -v.severity, v.rule)))

    def narrow(self) -> tuple[Verdict, ...]:
        """Verdicts that pass and are borderline, the most serious first."""
        near = [verdict for verdict in self.verdicts if verdict.status == "pass" and verdict.borderline is not None]
        return tuple(sorted(near, key=lambda v: (v.strength != "hard", -v.severity, v.rule)))


class Report(Noun):
    schema_version: str = SCHEMA_VERSION
    analyzer_version: str
    asset: Asset
    complete: bool
    """Every signal that applies was measured."""
    signals: Items[SignalResult]
    judgement: Judgement | None = None
    notes: Items[Message] = ()
    """What a bound left out, and what was odd about the file."""
    settings: Scalars = {}
    stills: Items[Still] = Field(default=(), repr=False)
    """Whole frames, in order of time."""
    close_ups: Items[Still] = Field(default=(), repr=False)
    """Lines of text, larger than in the stills."""

    def signal(self, signal_id: str) -> SignalResult | None:
        return next((signal for signal in self.signals if signal.id == signal_id), None)

    def metric(self, name: str) -> Scalar:
        """The value of `signal.metric`; KeyError when it was not measured."""
        signal_id, _, key = name.partition(".")
        signal = self.signal(signal_id)
        if signal is None or key not in signal.metrics:
            raise KeyError(name)
        return signal.metrics[key]

    def engines(self) -> Iterator[EngineUsed]:
        """Every engine that took part, once."""
        yield from {engine.id: engine for signal in self.signals for engine in signal.engines}.values()

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"

    @classmethod
    def from_json(cls, text: str | bytes) -> Report:
        """Read a report; raises `UsageError` with the place where the text is not one, or holds what no report can."""
        return read_as(cls, text, "a report that `analyzer check` wrote")


def load_report(path: Path) -> Report:
    """Read the file of a report; raises `UsageError` where it cannot be opened, and as `Report.from_json` does."""
    return Report.from_json(read_within(path, MOST_BYTES, "The report"))


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the report."""
    return Report.model_json_schema(mode="serialization") | {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Content analyzer report",
    }
