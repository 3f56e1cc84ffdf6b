"""The record: what became of one input, small enough to keep by the ten thousand. Its file is the truth, the index a copy."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, model_validator

from analyzer.disk.files import read_within
from analyzer.nouns.evidence import Message, Noun, Scalar, message
from analyzer.nouns.report import Asset, Instance, Judgement, Reason, Report, VerdictStatus

Status = Literal["ok", "partial", "rejected", "failed", "timed_out", "crashed", "out_of_memory"]
STATUSES: tuple[Status, ...] = get_args(Status)
ANALYSED: tuple[Status, ...] = ("ok", "partial")
"""There is a report: of everything that applies, or with a reason for what is missing."""
RETRIED: tuple[Status, ...] = ("failed", "timed_out", "crashed", "out_of_memory")
"""What `--retry-failed` tries again. A rejected file stays as it is until its bytes change."""
Outcome = Literal["fail", "warn", "pass", "not_judged"]

Place = Annotated[str, Field(pattern=r"^((reports|thumbnails)(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)?$")]
"""A file below the folder of the batch, of which no part leads out of it or means anything in an address."""
Count = Annotated[int, Field(ge=0, lt=2**63)]
"""A number that every table can hold."""
UNSEALED, SEALED = b'{\n "seal": ""', '{{\n "seal": "{}"'
"""Beginnings of a record's file, without the SHA-256 of what follows and with it."""
MOST_BYTES = 64_000_000
"""Of a record's file (project choice; most have 3 to 20 kB)."""


class Finding(Noun):
    """A verdict that something is to be fixed, without its reasoning, which the report has."""

    rule: str
    title: str
    signal: str
    status: VerdictStatus
    strength: Literal["hard", "advice"]
    severity: Count
    value: Scalar = None
    unit: str = ""
    fix: Message | None = None
    instances: tuple[Instance, ...] = ()


class Record(Noun):
    """What became of one input."""

    seal: str = ""
    """SHA-256 of what follows in the record's file; empty in memory."""
    id: Annotated[str, Field(pattern=r"^[0-9a-f]{8,64}$")]
    """Of the input: its absolute path, the platform that its row names, and its place among equal rows."""
    name: str
    """The path as it is shown: below the folder, or as the manifest writes it."""
    stamp: str
    """Sizes and times of the file and of what lies beside it; when it changes, the input is analysed again."""
    settings: str
    """Fingerprint of everything else that decides the record."""
    status: Status
    reason: Reason | None = None
    """Why it is anything but ok."""
    attempts: Count = 1
    seconds: float = 0.0
    """From handing it to a worker to its record, all attempts together."""
    finished_at: str = ""
    """UTC, ISO 8601."""
    asset: dict[str, Scalar] = {}
    """Fields of the report's asset; empty where there is no report. `asset["id"]` is the SHA-256 of the bytes."""
    platform: str = ""
    outcome: Outcome | None = None
    """The worst verdict; null where there is no report."""
    verdicts: dict[str, Count] = {}
    """How many verdicts there are of each status."""
    findings: tuple[Finding, ...] = ()
    """What failed and what warns, the most serious first."""
    signals: dict[str, str] = {}
    """Status of each signal."""
    metrics: dict[str, Scalar] = {}
    """`signal.metric`; one that is not here was not measured."""
    report: Place = ""
    """Files below the folder of the batch."""
    page: Place = ""
    thumbnail: Place = ""
    sha256: dict[Place, str] = {}
    """Of what these files hold."""
    given: dict[str, str] = {}
    """Columns of the manifest: those that are known, and any further ones."""
    source: str = ""
    """Folder, manifest or list that the input is of."""

    @model_validator(mode="after")
    def _asset_is_one(self) -> Record:
        """A record may come from a stranger: the tables and the page take its asset for that of a report."""
        if self.asset:
            asset = Asset.model_validate(self.asset)
            if max(asset.bytes, asset.width, asset.height) >= 2**63:
                raise ValueError("a number is too large")
        return self


def to_file(record: Record) -> bytes:
    """A record as its file holds it: JSON that begins with the SHA-256 of the rest."""
    rest = (record.model_copy(update={"seal": ""}).model_dump_json(indent=1) + "\n").encode().removeprefix(UNSEALED)
    return SEALED.format(hashlib.sha256(rest).hexdigest()).encode() + rest


def read_record(path: Path) -> tuple[Record, bytes]:
    """A record and the bytes of its file. Raises `UsageError` for a file that cannot be read, `ValueError` for one that is no
    record, that is not as it was written, or that is called after another input.
    """
    data = read_within(path, MOST_BYTES, "The record")
    record = Record.model_validate_json(data)
    if record.id != path.stem:
        raise ValueError("it is the record of another input")
    if record.seal:  # version 0.1.0 wrote none
        beginning = SEALED.format(record.seal).encode()
        if not data.startswith(beginning) or hashlib.sha256(data.removeprefix(beginning)).hexdigest() != record.seal:
            raise ValueError("it is not as it was written")
    return record.model_copy(update={"seal": ""}), data


def of_report(report: Report, known: dict[str, Any]) -> Record:
    """The record of a report; `known` are the fields that the report does not hold."""
    judged = report.judgement
    reason = None if report.complete else _missing(report)
    return Record(
        status="ok" if report.complete else "partial",
        reason=reason,
        asset=report.asset.model_dump(),
        outcome=judged.outcome if judged else "not_judged",
        verdicts=_counts(judged) if judged else {},
        findings=_findings(judged) if judged else (),
        signals={signal.id: signal.status for signal in report.signals},
        metrics={f"{signal.id}.{name}": value for signal in report.signals for name, value in signal.metrics.items()},
        **known,
    )


def _missing(report: Report) -> Reason:
    """Which signals were not measured; a fault of ours weighs more than a model that is not here."""
    missing = [signal for signal in report.signals if signal.status in ("unavailable", "failed")]
    code = "signal_failed" if any(signal.status == "failed" for signal in missing) else "signal_unavailable"
    remedy = next((signal.reason.remedy for signal in missing if signal.reason and signal.reason.remedy), None)
    sentence = message("Not measured: {signals}.", signals=", ".join(signal.id for signal in missing))
    return Reason(code=code, sentence=sentence, remedy=remedy)


def _counts(judged: Judgement) -> dict[str, int]:
    statuses: tuple[VerdictStatus, ...] = get_args(VerdictStatus)
    return {status: judged.count(status) for status in statuses}


def _findings(judged: Judgement) -> tuple[Finding, ...]:
    shared = Finding.model_fields.keys()
    return tuple(Finding(**{name: getattr(verdict, name) for name in shared}) for verdict in judged.to_fix())
