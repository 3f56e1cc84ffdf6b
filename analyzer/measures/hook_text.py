"""What the first words of an asset promise: hook types and weak openers, each with the words that show it.

The phrase tables are data (`lexicon/hooks.<language>.toml`). Words that no pattern knows give nothing, never a guess.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "fr")
LONGEST_QUOTE = 120
"""Characters of a sentence that are quoted (project choice)."""

_PLAIN = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "–": "-", "−": "-"})
_SENTENCE = re.compile(r"(?:[^.!?…\n]|(?<=\d)[.,](?=\d)|\.(?=\S)|:)+[.!?…]*")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_PART = re.compile(r"<(\w+)>")


@dataclass(frozen=True)
class Opener:
    """A hook type or a kind of weak opener, and the words that show it."""

    id: str
    quote: str


@dataclass(frozen=True)
class _Phrases:
    """Patterns that show an id, and those that speak against them at the same place."""

    shown_by: re.Pattern[str]
    unless: re.Pattern[str] | None


@dataclass(frozen=True)
class _Lexicon:
    function_words: frozenset[str]
    types: Mapping[str, _Phrases]
    weak: Mapping[str, _Phrases]


def hook_types(text: str, language: str | None = None) -> tuple[Opener, ...]:
    """Hook types that the words show, in the order of the table; `language` None: told from the words."""
    return _find(text, language, "types")


def weak_openers(text: str, language: str | None = None) -> tuple[Opener, ...]:
    """Kinds of weak opener that the words show: greeting, self_intro, agenda, early_ask, filler, disclaimer."""
    return _find(text, language, "weak")


def language_of(text: str) -> str | None:
    """The language whose function words are most frequent; None on a draw, which a few words often are."""
    words = {word.lower() for word in _WORD.findall(text.translate(_PLAIN))}
    counts = sorted(((len(words & _lexicon(code).function_words), code) for code in LANGUAGES), reverse=True)
    return counts[0][1] if counts[0][0] > counts[1][0] else None


def _find(text: str, language: str | None, table: str) -> tuple[Opener, ...]:
    plain = text.translate(_PLAIN)
    told = language or language_of(plain)
    codes = LANGUAGES if told is None else (told,) if told in LANGUAGES else ()
    tables: list[Mapping[str, _Phrases]] = [getattr(_lexicon(code), table) for code in codes]
    sentences = [match.group().strip() for match in _SENTENCE.finditer(plain)]
    found = []
    for key in tables[0] if tables else ():
        entries = [entries[key] for entries in tables]
        quote = next((sentence for sentence in sentences if _shown(entries, sentence)), None)
        if quote is not None:
            found.append(Opener(key, quote if len(quote) <= LONGEST_QUOTE else quote[: LONGEST_QUOTE - 1] + "…"))
    return tuple(found)


def _shown(entries: Sequence[_Phrases], sentence: str) -> bool:
    """Whether any language's pattern shows it and none speaks against it."""
    denied = any(entry.unless is not None and entry.unless.search(sentence) for entry in entries)
    return not denied and any(entry.shown_by.search(sentence) for entry in entries)


@cache
def _lexicon(language: str) -> _Lexicon:
    text = (files("analyzer.measures") / "lexicon" / f"hooks.{language}.toml").read_text(encoding="utf-8")
    table: dict[str, Any] = tomllib.loads(text)
    words: dict[str, str] = {}
    for name, pattern in table["words"].items():
        words[name] = _filled(pattern, words)
    return _Lexicon(
        function_words=frozenset(table["function_words"]),
        types={key: _phrases(entry, words) for key, entry in table["types"].items()},
        weak={key: _phrases(entry, words) for key, entry in table["weak"].items()},
    )


def _phrases(entry: Mapping[str, list[str]], words: Mapping[str, str]) -> _Phrases:
    def one(patterns: list[str]) -> re.Pattern[str]:
        return re.compile("|".join(f"(?:{_filled(pattern, words)})" for pattern in patterns), re.IGNORECASE)

    return _Phrases(one(entry["any"]), one(entry["not"]) if "not" in entry else None)


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with the word groups that it names put in."""
    return _PART.sub(lambda match: words[match.group(1)], pattern)
