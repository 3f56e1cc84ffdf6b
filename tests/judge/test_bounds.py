"""How near a measurement is to a bound: never where it is exact, always where its error reaches it."""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.judge.accuracy import Accuracy, MeasurementError
from analyzer.judge.rules import spread
from analyzer.nouns.evidence import TextTracks
from analyzer.nouns.report import Verdict
from tests.judge.test_rules import judged, report, verdict
from tests.make import box, ok, text_track


@pytest.fixture(autouse=True)
def errors(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = {
        "sound.level": MeasurementError(absolute=0.5, source="made"),
        "onscreen_text.tracks.contrast": MeasurementError(relative=0.1, source="made"),
        "onscreen_text.tracks.shown_share": MeasurementError(absolute=0.1, over="needed_s", source="made"),
    }
    made = Accuracy(exact=(), unknown=(), errors=stated)
    monkeypatch.setattr("analyzer.judge.bounds.accuracy", lambda: made)


def of_level(value: Any, **rule: Any) -> Verdict:
    return verdict(report(ok("sound", {"level": value})), **rule)


def said(found: Verdict) -> tuple[str, float, str] | None:
    near = found.borderline
    return None if near is None else (found.status, near.bound, near.other)


AT_LEAST = {"at_least": {"warn": 10, "fail": 5}}
AT_MOST = {"at_most": {"warn": 5, "fail": 10}}
BETWEEN = {"between": {"warn": [-18, -12], "fail": [-24, -6]}}


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (AT_LEAST, 10.6, None),
        (AT_LEAST, 10.5, ("pass", 10, "warn")),
        (AT_LEAST, 10.0, ("pass", 10, "warn")),
        (AT_LEAST, 9.6, ("warn", 10, "pass")),
        (AT_LEAST, 7.0, None),
        (AT_LEAST, 5.3, ("warn", 5, "fail")),
        (AT_LEAST, 4.9, ("fail", 5, "warn")),
        (AT_LEAST, 4.4, None),
        (AT_MOST, 5.0, ("pass", 5, "warn")),
        (AT_MOST, 5.2, ("warn", 5, "pass")),
        (AT_MOST, 10.4, ("fail", 10, "warn")),
        (BETWEEN, -18.3, ("warn", -18, "pass")),
        (BETWEEN, -12.4, ("pass", -12, "warn")),
        (BETWEEN, -15, None),
        (BETWEEN, -6.2, ("warn", -6, "fail")),
        ({"between": {"warn": [9.9, 10.1]}}, 10.0, ("pass", 9.9, "warn")),
        ({"at_most": {"fail": 10}}, 10.2, ("fail", 10, "pass")),
    ],
)
def test_a_value_within_its_error_of_a_bound_is_borderline(rule: Any, value: float, expected: Any) -> None:
    assert said(of_level(value, **rule)) == expected


def test_the_sentence_names_value_error_and_bound() -> None:
    near = of_level(10.25, unit="LUFS", **AT_LEAST).borderline
    assert near is not None and (near.value, near.error, near.source) == (10.25, 0.5, "made")
    assert str(near.text) == (
        "Borderline: 10.2 LUFS was measured, the limit is 10 LUFS, and the measurement may be off by 0.5 LUFS."
    )


def test_what_is_exact_absent_or_no_number_is_never_borderline() -> None:
    assert verdict(report(ok("sound", {"peak": 10})), metric="sound.peak", at_least={"warn": 10}).borderline is None
    assert of_level(None, at_least={"warn": 10}, if_none="fail").borderline is None
    assert of_level(True, unit="flag", equals={"warn": True}).borderline is None
    assert of_level("a", unit="text", one_of={"warn": ["a"]}).borderline is None


def of_lines(*contrasts: float) -> Verdict:
    tracks = tuple(text_track(f"line {n}", n, n + 1, id=n, contrast=value) for n, value in enumerate(contrasts))
    given = report(ok("onscreen_text", tracks=TextTracks(title="x", items=tracks)))
    return verdict(
        given, metric=None, each="onscreen_text.tracks", field="contrast", unit="ratio", at_least={"warn": 4.5, "fail": 3.0}
    )


@pytest.mark.parametrize(
    ("contrasts", "expected"),
    [
        ((9.0, 4.7), ("pass", 4.5, "warn")),
        ((4.3, 2.0), None),
        ((2.9, 2.8), ("fail", 3.0, "warn")),
        ((2.9, 1.5), None),
        ((4.2, 3.1), ("warn", 3.0, "fail")),
        ((4.3, 9.0), ("warn", 4.5, "pass")),
        ((4.3, 3.8), None),
    ],
)
def test_of_many_items_one_can_make_it_worse_and_all_must_make_it_better(contrasts: tuple[float, ...], expected: Any) -> None:
    assert said(of_lines(*contrasts)) == expected


def test_where_all_must_be_better_the_one_farthest_from_the_bound_is_named() -> None:
    near = of_lines(2.95, 2.8).borderline
    assert near is not None and near.value == 2.8


def test_instances_say_which_of_them_are_near_and_a_borderline_pass_has_one() -> None:
    found = of_lines(2.9, 1.5)
    assert [(place.value, place.near) for place in found.instances] == [(1.5, False), (2.9, True)]
    (place,) = of_lines(9.0, 4.7).instances
    assert (place.text, place.near) == ("line 1", True)
    assert of_lines(9.0).instances == ()


def test_an_error_may_depend_on_the_item() -> None:
    def of_needed(needed_s: float) -> Verdict:
        track = text_track("a", 0.0, 0.9 * needed_s, needed_s=needed_s)
        given = report(ok("onscreen_text", tracks=TextTracks(title="x", items=(track,))))
        return verdict(
            given, metric=None, each="onscreen_text.tracks", field="shown_share", unit="share", at_least={"warn": 1.0}
        )

    assert said(of_needed(0.5)) == ("warn", 1.0, "pass")
    assert said(of_needed(4.0)) is None


def test_a_rule_on_the_safe_area_carries_it() -> None:
    rule = {
        "id": "area", "title": "Title", "each": "onscreen_text.tracks", "field": "unsafe_share", "unit": "share", "severity": 3,
        "at_most": {"warn": 0.1}, "strength": "advice", "why": "Because.", "fix": "Move.", "sources": ["own"],
    }  # fmt: skip
    safe = {"top": 192, "bottom": 192, "left": 108, "right": 108, "approximate": True, "source": "own"}
    track = text_track("low", 0, 1, box=box(0.2, 0.95, 0.6, 0.98))
    given = report(ok("onscreen_text", tracks=TextTracks(title="x", items=(track,))), width=1080, height=1920)
    (found,) = judged(given, rule, safe_area={"organic": safe, "ad": safe}).verdicts
    assert found.safe_area is not None and found.safe_area.y1 == pytest.approx(0.9)
    assert of_level(1.0, at_least={"warn": 10}).safe_area is None


@pytest.mark.parametrize(
    ("error", "unit", "text"),
    [(0.0014, "share", "0.14 points"), (0.654, "ratio", "0.65"), (0.2, "s", "0.2 s"), (120.4, "px", "120 px")],
)
def test_an_error_as_a_person_reads_it(error: float, unit: str, text: str) -> None:
    assert spread(error, unit) == text
