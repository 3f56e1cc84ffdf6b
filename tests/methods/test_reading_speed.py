"""How fast captions can be read: by what they are written in, then by the language that is stated."""

from __future__ import annotations

import unicodedata

import pytest

from analyzer.methods.reading_speed import characters, cps, readable_cps


@pytest.mark.parametrize(
    ("language", "text", "cps"),
    [
        ("en", "We keep the garden open", 20), (None, "We keep the garden open", 20), ("fr-CA", "Le jardin reste ouvert", 17),
        ("fra", "Le jardin reste ouvert", 17), ("sk", "Záhrada", 20), ("zh-Hans", "我们把花园的门", 9),
        (None, "我们把花园的门", 9),
        ("en", "我们把花园的门", 9), ("ja", "庭園", 4), (None, "庭は初霜まで", 4),
        (None, "정원은 첫 서리까지", 12), ("zh", "pinyin words", 20),
        ("en", "", 20),
    ],
)  # fmt: skip
def test_characters_a_second(language: str | None, text: str, cps: float) -> None:
    assert readable_cps(language, text) == cps


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("été", 3), (unicodedata.normalize("NFD", "été"), 3), ("a b\nc", 4), ("", 0), ("สวัสดี", 4), ("👩\u200d💻", 1),
        ("👍🏽", 1), ("🇫🇷", 1), ("我们", 2), ("e\u200b", 1), ("नि", 2), ("我们 go!", 4), ("ABC", 3), ("ＡＢＣ", 3),
        ("正在开门，现在。", 8), ("정원 3", 3),
    ],
)  # fmt: skip
def test_a_letter_counts_once_with_its_marks_and_a_narrow_one_a_half_among_wide_ones(text: str, count: float) -> None:
    assert characters(text) == count


def test_a_line_break_takes_no_time_to_read() -> None:
    assert cps("ab\ncd", 1.0, 3.0) == 2.0 and cps("x", 1.0, 1.0) == 1000.0
