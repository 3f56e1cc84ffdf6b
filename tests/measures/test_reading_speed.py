"""How fast captions can be read: by what they are written in, then by the language that is stated."""

from __future__ import annotations

import pytest

from analyzer.measures.reading_speed import readable_cps


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
