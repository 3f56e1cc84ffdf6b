"""How fast captions can be read in their language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.measures.languages import code_of

KANA_SHARE = 0.05
"""Share of kana above which a text in Chinese characters is Japanese: project choice, a sentence has a third or more."""


def readable_cps(language: str | None, text: str) -> float:
    """Characters a second that a text may ask for. What it is written in counts before the `language` that is stated.

    Source of the bounds: `reading_speed.toml`.
    """
    bounds = _bounds()
    letters = [character for character in text if character.isalpha()]
    kana = sum("\u3040" <= letter <= "\u30ff" for letter in letters)
    hangul = sum("\uac00" <= letter <= "\ud7a3" for letter in letters)
    chinese = sum("\u3400" <= letter <= "\u9fff" for letter in letters)
    code = code_of(language)
    if kana + hangul + chinese <= 0.5 * len(letters):
        spaced = None if code in ("zh", "yue", "ja", "ko") else code
        return float(bounds["adults"].get(spaced, bounds["other"]))
    if hangul > kana + chinese:
        code = "ko"
    elif kana > KANA_SHARE * len(letters):
        code = "ja"
    elif code not in ("zh", "yue", "ja"):
        code = "zh"
    return float(bounds["adults"][code])


@cache
def _bounds() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("reading_speed.toml").read_text(encoding="utf-8"))
