"""The report of a committed sample stays what it is, from the file to the verdicts. After a wanted change: `make golden`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from analyzer import Report
from scripts.make_golden import golden

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def both() -> tuple[Report, Report]:
    return golden(), Report.from_json((ROOT / "samples" / "golden.report.json").read_bytes())


def about(value: Any) -> Any:
    """Engines differ in the last digits from one processor to another."""
    return pytest.approx(value, rel=0.03, abs=0.02) if isinstance(value, float) else value


def test_every_metric_is_what_it_was(both: tuple[Report, Report]) -> None:
    now, then = both
    assert [signal.id for signal in now.signals] == [signal.id for signal in then.signals]
    for signal, old in zip(now.signals, then.signals, strict=True):
        assert (signal.id, signal.status) == (old.id, old.status)
        assert signal.metrics == {name: about(value) for name, value in old.metrics.items()}, signal.id
        assert signal.unmeasured.keys() == old.unmeasured.keys()
        assert {key: len(getattr(block, "items", ())) for key, block in signal.evidence.items()} == {
            key: len(getattr(block, "items", ())) for key, block in old.evidence.items()
        }, signal.id


def test_every_verdict_is_what_it_was(both: tuple[Report, Report]) -> None:
    now, then = both
    assert now.judgement is not None and then.judgement is not None
    assert {v.rule: v.status for v in now.judgement.verdicts} == {v.rule: v.status for v in then.judgement.verdicts}


def test_what_it_shows_is_true(both: tuple[Report, Report]) -> None:
    """The sample was drawn with this headline at 0.1 s, three cuts, and four captions that say what is spoken."""
    report = both[0]
    assert report.metric("hook.types") == "question"
    assert report.metric("shots.cuts") == 3
    assert report.metric("captions.cues") == 4
    assert report.metric("captions.speech_coverage") == pytest.approx(1.0, abs=0.05)
    assert report.metric("onscreen_text.first_text_s") < 0.3  # type: ignore[operator]
    assert "Why is your coffee" in str(report.metric("onscreen_text.text"))
    assert report.metric("sound.integrated_lufs") == pytest.approx(-14.5, abs=0.3)
