"""How fast captions can be read in their language."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.methods.languages import code_of

MARKS = ("Mn", "Me", "Cf", "Cc", "Cs")
"""Categories of characters that stand on others, or that nobody sees."""
EMOJI_PARTS = re.compile("\u200d[\u2190-\u2bff\U0001f000-\U0001faff]|[\U0001f3fb-\U0001f3ff]")
FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}")
KANA_SHARE = 0.05
"""Share of kana above which a text in Chinese characters is Japanese: project choice, a sentence has a third or more."""


def characters(text: str) -> float:
    """Characters as a reader counts them: a letter with its marks once, an emoji once, no line breaks.

    Among characters of Korean, Japanese and Chinese, a Latin letter, a space or a sign counts a half (Netflix, Korean Timed
    Text Style Guide, https://partnerhelp.netflixstudios.com/hc/en-us/articles/216001127, stored copy read on 2026-12-01).
    """
    drawn = [character for character in _joined(text) if unicodedata.category(character) not in MARKS]
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in drawn if character.isalpha())
    narrow = len(drawn) - sum(unicodedata.east_asian_width(character) in "WFA" for character in drawn)
    return len(drawn) - narrow / 2 if wide and wide >= sum(map(str.isalpha, drawn)) / 2 else float(len(drawn))


def _joined(text: str) -> str:
    """Text in which emoji of several parts (families, skin tones, flags) are one character."""
    return EMOJI_PARTS.sub("", FLAG.sub("\U0001f3f4", unicodedata.normalize("NFC", text)))


def cps(text: str, start_s: float, end_s: float) -> float:
    """Reading speed in characters a second."""
    return characters(text) / max(0.001, end_s - start_s)


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
