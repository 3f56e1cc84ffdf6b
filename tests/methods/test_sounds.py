"""Stretches of sounds out of overlapping windows."""

from __future__ import annotations

from analyzer.methods.sounds import stretches

STEP_S = 5.0


def windows(*values: dict[str, float]) -> list[tuple[float, float, dict[str, float]]]:
    """Windows of ten seconds, one each five."""
    return [(n * STEP_S, n * STEP_S + 10.0, value) for n, value in enumerate(values)]


def found(*values: dict[str, float]) -> list[tuple[str, float, float]]:
    return [(span.label, span.start_s, span.end_s) for span in stretches(windows(*values))]


def test_what_is_heard_in_every_window_lasts_throughout() -> None:
    assert found({"Music": 0.8}, {"Music": 0.9}) == [("music", 0.0, 15.0)]


def test_a_beginning_lies_where_windows_with_and_without_it_meet() -> None:
    assert found({}, {}, {"Music": 0.9}, {"Music": 0.9}) == [("music", 10.0, 25.0)]


def test_classes_of_a_group_count_as_one_and_groups_are_heard_at_once() -> None:
    both = {"Narration, monologue": 0.7, "Speech": 0.2, "Background music": 0.5}
    assert found(both) == [("music", 0.0, 10.0), ("speech", 0.0, 10.0)]


def test_it_begins_high_and_lasts_lower() -> None:
    assert found({"Applause": 0.3}) == []
    assert found({"Applause": 0.9}, {"Applause": 0.3}, {}) == [("applause", 0.0, 10.0)]


def test_the_value_is_the_mean_probability() -> None:
    (span,) = stretches(windows({"Music": 0.8}, {"Music": 0.6}))
    assert span.value == 0.7


def test_classes_that_nobody_names_are_not_reported() -> None:
    assert found({"Inside, small room": 0.9, "Sine wave": 0.9}) == [] and stretches([]) == []
