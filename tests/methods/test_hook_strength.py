"""Strength of a hook: only what was measured counts, penalties, labels, reasons."""

from __future__ import annotations

from analyzer.methods.hook_strength import FACTORS, PENALTIES, Part, Weakness, label, reasons, strength


def all_parts(met: bool | None, **others: bool | None) -> list[Part]:
    return [Part(name, others.get(name, met)) for name in FACTORS]


def test_all_met_is_full_and_none_is_nothing() -> None:
    assert strength(all_parts(True), []) == 100.0
    assert strength(all_parts(False), []) == 0.0


def test_what_was_not_measured_is_not_counted_against() -> None:
    assert strength(all_parts(True, face=None, sound=None), []) == 100.0
    assert strength(all_parts(True, face=False), []) == 95.0


def test_too_little_measured_gives_no_strength() -> None:
    assert strength(all_parts(None, cover=True), []) is None
    assert strength(all_parts(None, words=True, message_early=True), []) is None
    known = all_parts(None, words=True, message_early=False, text=True, readable=True)
    assert strength(known, []) == 69.2


def test_penalties_take_off_and_stop_at_zero() -> None:
    assert strength(all_parts(True), [Weakness("greeting", 0.0)]) == 100 - PENALTIES["greeting"].weight
    assert strength(all_parts(False), [Weakness("dead_air", 0.0)]) == 0.0


def test_labels() -> None:
    assert [label(value) for value in (0.0, 39.9, 40.0, 69.9, 70.0, 100.0)] == [
        "weak", "weak", "fair", "fair", "strong", "strong",
    ]  # fmt: skip


def test_reasons_name_the_bad_before_the_good_and_the_unknown_last() -> None:
    parts = [Part("face", True, 0.4), Part("text", False), Part("sound", None)]
    found = reasons(parts, [Weakness("filler", 0.2, "um")])
    assert [moment.sign for moment in found] == [-1, -1, 1, 0]
    assert found[0].quote == "um"
    assert found[2].time_s == 0.4


def test_every_weight_has_a_source() -> None:
    assert all(factor.source and factor.weight > 0 for factor in FACTORS.values())
    assert all(penalty.source and penalty.weight > 0 for penalty in PENALTIES.values())
    assert sum(factor.weight for factor in FACTORS.values()) == 100
