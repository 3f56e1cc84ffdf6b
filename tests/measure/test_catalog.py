"""Signals are found, ordered and run; whatever goes wrong becomes a status and a reason."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from analyzer.measure import catalog
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Metric, Reading, Signal
from tests.make import Engines, image, media, ok, plain


def signal(measure: Callable[..., Reading], **fields: Any) -> Signal:
    base = {"id": "sample", "title": "Sample", "why": "To test.", "metrics": {"x": Metric("s", "An x.")}, "measure": measure}
    return Signal(**(base | fields))


def run(measure: Callable[..., Reading], results: dict[str, SignalResult] | None = None, **fields: Any) -> SignalResult:
    return catalog.run(signal(measure, **fields), media(), Engines(), results or {})


def raising(error: Exception) -> Callable[..., Reading]:
    def measure(*_: Any) -> Reading:
        raise error

    return measure


def test_order_respects_needs_and_uses() -> None:
    seen: set[str] = set()
    for one in catalog.signals():
        assert {*one.needs, *one.uses} <= seen, one.id
        seen.add(one.id)


def test_a_reading_becomes_a_result() -> None:
    result = run(lambda *_: Reading({"x": None}))
    assert result.status == "ok" and result.metrics == {"x": None}


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotApplicable("no_audio", "There is no sound."), "skipped", "no_audio"),
        (Unavailable("missing_package", "No package.", "pip install it"), "unavailable", "missing_package"),
        (ZeroDivisionError("oops"), "failed", "exception"),
    ],
)
def test_every_exception_becomes_a_status(error: Exception, status: str, code: str) -> None:
    result = run(raising(error))
    assert (result.status, result.reason and result.reason.code) == (status, code)
    assert not result.metrics


def test_an_undeclared_or_forgotten_metric_is_a_fault() -> None:
    assert run(lambda *_: Reading({"x": 1, "y": 2})).status == "failed"
    assert run(lambda *_: Reading({})).status == "failed"


def test_a_missing_engine_is_unavailable() -> None:
    result = run(lambda media, engines, needed: Reading({"x": engines["ocr"]}))
    assert result.status == "unavailable"


def test_needs_pass_on_why_they_failed_and_uses_do_not_stop() -> None:
    skipped = catalog.not_requested(signal(raising(ValueError()), id="other"))
    assert run(lambda *_: Reading({"x": 1}), {"other": skipped}, needs=("other",)).status == "skipped"
    assert run(lambda m, e, needed: Reading({"x": len(needed)}), {"other": skipped}, uses=("other",)).metrics == {"x": 0}
    given = {"other": ok("other"), "third": ok("third")}
    assert run(lambda m, e, needed: Reading({"x": len(needed)}), given, uses=("other",)).metrics == {"x": 1}


def test_a_video_signal_is_skipped_for_an_image() -> None:
    picture = image(plain((9, 9, 9), 1)[0])
    result = catalog.run(signal(raising(ValueError()), kinds=("video",)), picture, Engines(), {})
    assert (result.status, result.reason and result.reason.code) == ("skipped", "kind")


def test_with_needs_is_transitive() -> None:
    assert {"onscreen_text", "hook"} <= catalog.with_needs(["hook"])
    assert catalog.with_needs(["technical"]) == {"technical"}
