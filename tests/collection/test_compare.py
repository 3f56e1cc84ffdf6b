"""Two reports are compared beyond noise, and only a rule says what is better."""

from __future__ import annotations

from typing import Any

import pytest

from analyzer.collection.compare import compare, effect_of, same
from analyzer.judge.accuracy import MeasurementError
from analyzer.judge.profile import Rule, load_profile
from analyzer.nouns.evidence import TextTracks
from analyzer.nouns.report import Judgement, Report, Verdict
from analyzer.show.compare_page import compare_lines, to_compare_html
from tests import make

UNITS = {"sound.integrated_lufs": "LUFS", "shots.cuts": "count", "palette.dominant": "text"}


def report(metrics: dict[str, dict[str, Any]], lines: tuple[str, ...] = (), **fields: Any) -> Report:
    tracks = TextTracks(title="t", items=tuple(make.text_track(line) for line in lines))
    signals = [make.ok(name, values) for name, values in metrics.items()]
    signals.append(make.ok("onscreen_text", {"tracks": len(lines)}, tracks=tracks))
    return Report(analyzer_version="0", asset=make.asset(**fields), complete=True, signals=tuple(signals))


def judged(of: Report, status: str) -> Report:
    verdict = Verdict(
        rule="loud", title="Loudness", signal="sound", metric="integrated_lufs", status=status, strength="advice", severity=3
    )  # type: ignore[arg-type]
    judgement = Judgement(profile="default", title="Default", variant="organic", checked_on="2026-01-01", verdicts=(verdict,))
    return of.model_copy(update={"judgement": judgement})


def test_what_lies_within_noise_is_alike() -> None:
    found = compare(
        report({"sound": {"integrated_lufs": -14.0}, "palette": {"dominant": "#112233"}}),
        report({"sound": {"integrated_lufs": -14.3}, "palette": {"dominant": "#122334"}}),
        UNITS,
    )
    assert found.changes == () and found.unchanged == 3


def test_what_two_errors_explain_is_alike() -> None:
    error = MeasurementError(relative=0.2, source="x")
    assert not same(12.0, 9.5, "ratio") and same(12.0, 9.5, "ratio", error)
    assert not same(12.0, 8.0, "ratio", error), "the errors add up as independent ones do: 2.9, not 4.0"


def test_a_change_of_a_measurement_whose_error_is_stated_must_exceed_it() -> None:
    found = compare(
        report({"onscreen_text": {"lowest_contrast": 12.5}, "palette": {"contrast": 12.5}}),
        report({"onscreen_text": {"lowest_contrast": 10.8}, "palette": {"contrast": 10.8}}),
        {"onscreen_text.lowest_contrast": "ratio", "palette.contrast": "ratio"},
    )
    assert [change.signal for change in found.changes] == ["palette"], "no error is stated for that one"


def test_a_change_beyond_noise_is_named() -> None:
    found = compare(report({"shots": {"cuts": 3}}), report({"shots": {"cuts": 4}}), UNITS)
    assert [(c.metric, c.before, c.after, c.effect) for c in found.changes] == [("cuts", 3, 4, "changed")]


def test_what_was_measured_once_is_no_change() -> None:
    found = compare(report({"shots": {"cuts": 3}}), report({}), UNITS)
    assert found.changes == () and found.only_one == ("shots.cuts",)


def test_a_value_that_is_no_longer_there_changed() -> None:
    assert not same(3.0, None, "s") and same(None, None, "s") and not same(True, False, "flag")


@pytest.mark.parametrize(
    ("bounds", "before", "after", "effect"),
    [
        ({"at_most": {"warn": 10}}, 12, 8, "better"),
        ({"at_most": {"warn": 10}}, 8, 12, "worse"),
        ({"at_most": {"warn": 10}}, 4, 8, "changed"),
        ({"at_least": {"fail": 10}}, 4, 8, "better"),
        ({"between": {"warn": (10, 20)}}, 30, 22, "better"),
        ({"between": {"warn": (10, 20)}}, 15, 5, "worse"),
        ({"at_most": {"warn": 10}}, None, 12, "changed"),
    ],
)
def test_a_rule_says_what_is_better(bounds: dict[str, Any], before: Any, after: Any, effect: str) -> None:
    rule = Rule(
        id="r", title="t", metric="a.b", unit="number", severity=1, strength="advice", why="w", fix="f", sources=("s",),
        **bounds,
    )  # fmt: skip
    assert effect_of(rule, before, after) == effect


def test_verdicts_that_changed_are_listed_with_their_effect() -> None:
    bad, good = judged(report({}), "fail"), judged(report({}), "pass")
    assert compare(bad, good, {}).count("better") == 1 and compare(good, bad, {}).count("worse") == 1
    assert compare(good, judged(report({}), "not_judged"), {}).verdicts == ()


def test_text_that_came_and_went_is_quoted_and_errors_of_the_reader_are_not() -> None:
    found = compare(report({}, ("BUY NOW", "Only today")), report({}, ("BUY N0W", "Next week")), {})
    assert found.text_gone == ("Only today",) and found.text_come == ("Next week",)


def test_the_rules_of_the_built_in_profile_can_judge_a_comparison() -> None:
    rules = {rule.metric: rule for rule in load_profile("default").rules if rule.metric and not rule.when}
    assert rules
    for rule in rules.values():
        assert effect_of(rule, None, None) == "changed"


def test_the_page_and_the_lines_say_it_and_hostile_text_stays_text() -> None:
    before = judged(report({"shots": {"cuts": 3}}, ("<script>x</script>",), name="<b>.mp4", id="a" * 64), "pass")
    after = judged(report({"shots": {"cuts": 9}}), "fail")
    found = compare(before, after, UNITS)
    page = to_compare_html(found, before, after, lang="fr")
    assert "<script>x" not in page and "<b>.mp4" not in page and "&lt;b&gt;.mp4" in page
    lines = list(compare_lines(found))
    assert "  - Loudness: Passed -> Failed" in lines and "  ~ Hard cuts: 3 -> 9" in lines
    assert lines[1] == "Rules: 0 better, 1 worse" and list(compare_lines(found, "fr"))[1].startswith("Règles")
