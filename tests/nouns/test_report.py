"""The report as a contract: JSON there and back, its schema, and states that cannot lie."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import BoundingBox, Message, message
from analyzer.nouns.report import Judgement, Reason, Report, SignalResult, Verdict, json_schema
from tests.make import asset, box

ROOT = Path(__file__).parents[2]


def verdict(status: str, **fields: object) -> Verdict:
    base = {"rule": "r", "title": "T", "signal": "s", "metric": "m", "status": status, "strength": "advice", "severity": 3}
    return Verdict(**(base | fields))  # type: ignore[arg-type]


def judgement(*verdicts: Verdict) -> Judgement:
    return Judgement(profile="p", title="P", variant="organic", checked_on="2026-11-01", verdicts=verdicts)


def report(**fields: object) -> Report:
    return Report(**({"analyzer_version": "0", "asset": asset(), "complete": True, "signals": ()} | fields))  # type: ignore[arg-type]


def test_the_committed_schema_is_the_generated_one() -> None:
    committed = json.loads((ROOT / "docs" / "report.schema.json").read_text(encoding="utf-8"))
    assert committed == json.loads(json.dumps(json_schema())), "run `make schema`"


def test_a_report_fits_its_schema() -> None:
    result = SignalResult(id="shots", title="Shots", status="ok", metrics={"cuts": 3, "first_cut_s": None})
    made = report(signals=(result,), judgement=judgement(verdict("warn", fix=message("Cut {n}.", n=2))))
    Draft202012Validator(json_schema()).validate(json.loads(made.to_json()))
    assert Report.from_json(made.to_json()) == made


def test_a_field_that_is_not_in_the_contract_is_refused() -> None:
    with pytest.raises(UsageError, match="complete: Field required"):
        Report.from_json(report().to_json().replace('"complete"', '"complet"', 1))


def test_a_signal_that_did_not_run_has_a_reason_and_no_numbers() -> None:
    reason = Reason(code="no_audio", sentence=Message(text="There is no sound."))
    with pytest.raises(ValidationError):
        SignalResult(id="sound", title="Sound", status="skipped")
    with pytest.raises(ValidationError):
        SignalResult(id="sound", title="Sound", status="failed", reason=reason, metrics={"silent": True})
    SignalResult(id="sound", title="Sound", status="skipped", reason=reason)


def test_the_outcome_is_the_worst_verdict_and_nothing_judged_is_no_pass() -> None:
    assert judgement(verdict("pass"), verdict("warn"), verdict("not_judged")).outcome == "warn"
    assert judgement(verdict("fail"), verdict("pass")).outcome == "fail"
    assert judgement(verdict("not_judged"), verdict("not_applicable")).outcome == "not_judged"


def test_what_to_fix_comes_hard_and_severe_first() -> None:
    order = judgement(
        verdict("warn", rule="w5", severity=5), verdict("fail", rule="f2", severity=2), verdict("pass", rule="p"),
        verdict("fail", rule="hard", severity=1, strength="hard"), verdict("fail", rule="f4", severity=4),
    ).to_fix()  # fmt: skip
    assert [v.rule for v in order] == ["hard", "f4", "f2", "w5"]


def test_a_metric_that_was_not_measured_is_no_null() -> None:
    made = report(signals=(SignalResult(id="shots", title="Shots", status="ok", metrics={"first_cut_s": None}),))
    assert made.metric("shots.first_cut_s") is None
    with pytest.raises(KeyError):
        made.metric("shots.cuts")


def test_boxes() -> None:
    left, right = box(0, 0, 0.5, 1), box(0.25, 0, 0.75, 1)
    assert left.intersection(right) == pytest.approx(0.25) and left.iou(right) == pytest.approx(1 / 3)
    assert left.union(right) == BoundingBox(x0=0, y0=0, x1=0.75, y1=1)
    assert left.iou(box(0.6, 0, 0.9, 1)) == 0


def test_messages_format_late() -> None:
    assert str(message("{a:.1f} of {b}", a=1.25, b="x{y}")) == "1.2 of x{y}"
    assert str(Message(text="braces { stay } without parameters")) == "braces { stay } without parameters"
