"""Facts about written languages that decoding, measuring and rendering share."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

UNSPACED = frozenset({"zh", "yue", "ja", "th", "lo", "my", "km", "bo"})
"""Languages written without spaces between words: those that Whisper's tokenizer splits by character, Khmer and Tibetan
(https://github.com/openai/whisper/blob/main/whisper/tokenizer.py, split_to_word_tokens)."""
TAG = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")
"""Language, script and region of a tag (https://www.rfc-editor.org/rfc/rfc5646, section 2.1)."""


@cache
def _codes() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("languages.toml").read_text(encoding="utf-8"))


def code_of(stated: str | None) -> str | None:
    """The ISO 639-1 code of what a file states as its language, else one of three letters; None where it is not known.

    Takes codes of two and of three letters, with or without a script and a region.
    """
    language = re.split("[-_]", (stated or "").strip().lower())[0]
    codes = _codes()
    return codes["two"].get(language) or (language if language in codes["others"] or language in _two_letters() else None)


def language_of(name: str) -> str | None:
    """The tag of a subtitle file's name, as `pt-BR` of clip.pt-BR.forced.srt; None where the name states none."""
    parts = name.split(".")[1:-1]
    while len(parts) > 1 and parts[-1].lower() in _codes()["remarks"]:
        parts.pop()
    found = TAG.fullmatch(parts[-1]) if parts else None
    language = code_of(found[1]) if found else None
    if found is None or language is None:
        return None
    script, region = found[2], found[3]
    return "-".join(filter(None, (language, script and script.title(), region and region.upper())))


@cache
def _two_letters() -> frozenset[str]:
    return frozenset(_codes()["two"].values())
