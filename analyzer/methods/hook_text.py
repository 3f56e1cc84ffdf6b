"""What the first words of an asset promise: hook types and weak openers, each with the words that show it.

The phrase tables are data (`lexicon/hooks.<language>.toml`). Words that no pattern knows give nothing, never a guess.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("en", "fr")
LONGEST_QUOTE = 120
"""Characters of a sentence that are quoted (project choice)."""
LONGEST_OPENING = 1000
"""Characters that are read: over half a minute of speech (project choice)."""

_PLAIN = str.maketrans({"’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "–": "-", "−": "-"})
_SENTENCE = re.compile(r"(?:[^.!?…\n]|(?<=\d)[.,](?=\d)|\.(?=\S)|:)+[.!?…]*")
_SPEECH = re.compile(r'["“«][^"“”«»]*[.!?…,]\s*["”»]|^\s*—[^—]*—.*', re.DOTALL)
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
_PART = re.compile(r"<(\w+)>")
_EDGE, _CASED = r"\b", "(?-i:"


@dataclass(frozen=True)
class Opener:
    """A hook type or a kind of weak opener, and the words that show it."""

    id: str
    quote: str


@dataclass(frozen=True)
class _Sentence:
    """A sentence as it is written and in small letters, and where it may start: at 0, and behind its opening words."""

    text: str
    folded: str
    starts: tuple[int, ...]


@dataclass(frozen=True)
class _Pattern:
    """Many patterns in one. `cased` ones know capitals (names); the others read small letters, which is three times faster."""

    pattern: re.Pattern[str]
    at_start: bool
    cased: bool

    def match(self, sentence: _Sentence) -> bool:
        text = sentence.text if self.cased else sentence.folded
        if self.at_start:
            return any(self.pattern.match(text, start) for start in sentence.starts)
        return self.pattern.search(text) is not None


@dataclass(frozen=True)
class _Kind:
    """What shows it, and what speaks against it in the same sentence."""

    shown_by: tuple[_Pattern, ...]
    unless: tuple[_Pattern, ...]

    def match(self, sentence: _Sentence) -> bool:
        return any(pattern.match(sentence) for pattern in self.shown_by)

    def denies(self, sentence: _Sentence) -> bool:
        return any(pattern.match(sentence) for pattern in self.unless)


@dataclass(frozen=True)
class _Words:
    """What tells a language."""

    function_words: frozenset[str]
    spelling: re.Pattern[str]

    def has(self, word: str) -> bool:
        return word in self.function_words or self.spelling.search(word) is not None


@dataclass(frozen=True)
class _Lexicon:
    lead: re.Pattern[str]
    """Words that a sentence may open with before it says anything: so, okay, hey everyone."""
    types: Mapping[str, _Kind]
    weak: Mapping[str, _Kind]


def hook_types(text: str, language: str | None = None) -> tuple[Opener, ...]:
    """Hook types that the words show, in the order of the table; `language` None: told from the words."""
    return _find(text, language, "types")


def weak_openers(text: str, language: str | None = None) -> tuple[Opener, ...]:
    """Kinds of weak opener that the words show: greeting, self_intro, agenda, early_ask, filler, disclaimer."""
    return _find(text, language, "weak")


def language_of(text: str) -> str | None:
    """The language that most words belong to, by a list and by spelling; None on a draw, which a few words often are."""
    words = {word.lower() for word in _WORD.findall(text.translate(_PLAIN))}
    counts = sorted(((sum(map(_words(code).has, words)), code) for code in LANGUAGES), reverse=True)
    return counts[0][1] if counts[0][0] > counts[1][0] else None


def _find(text: str, language: str | None, table: str) -> tuple[Opener, ...]:
    plain = text[:LONGEST_OPENING].translate(_PLAIN)
    told = language or language_of(plain)
    codes = LANGUAGES if told is None else (told,) if told in LANGUAGES else ()
    lexicons = [_lexicon(code) for code in codes]
    sentences = [_sentence(match.group().strip(), lexicons) for match in _SENTENCE.finditer(_without_dialogue(plain))]
    tables: list[Mapping[str, _Kind]] = [getattr(lexicon, table) for lexicon in lexicons]
    found = []
    for key in tables[0] if tables else ():
        kinds = [kinds[key] for kinds in tables]
        shown = (sentence.text for sentence in sentences if _shown(kinds, sentence))
        if (quote := next(shown, None)) is not None:
            found.append(Opener(key, quote if len(quote) <= LONGEST_QUOTE else quote[: LONGEST_QUOTE - 1] + "…"))
    return tuple(found)


def _without_dialogue(text: str) -> str:
    """The text without lines that people in a scene say; a text that is one quotation is kept: it is what the asset says."""
    spoken = _SPEECH.findall(text)
    is_quotation = len(spoken) == 1 and spoken[0].strip() == text.strip() and "—" not in text
    return text if is_quotation else _SPEECH.sub("\n", text)


def _sentence(text: str, lexicons: Iterable[_Lexicon]) -> _Sentence:
    folded = text.lower() if len(text.lower()) == len(text) else text
    leads = (lexicon.lead.match(folded) for lexicon in lexicons)
    return _Sentence(text, folded, (0, *(lead.end() for lead in leads if lead)))


def _shown(kinds: Iterable[_Kind], sentence: _Sentence) -> bool:
    """Whether any language's pattern shows it and none speaks against it."""
    return any(kind.match(sentence) for kind in kinds) and not any(kind.denies(sentence) for kind in kinds)


@cache
def _table(language: str) -> dict[str, Any]:
    text = (files("analyzer.methods") / "lexicon" / f"hooks.{language}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _words(language: str) -> _Words:
    table = _table(language)
    return _Words(frozenset(table["function_words"]), re.compile(table["spelling"]))


@cache
def _lexicon(language: str) -> _Lexicon:
    table = _table(language)
    words: dict[str, str] = {}
    for name, pattern in table["words"].items():
        words[name] = _filled(pattern, words)

    def kinds(entries: Mapping[str, Mapping[str, str]]) -> dict[str, _Kind]:
        return {
            key: _Kind(_patterns(entry["any"], words), _patterns(entry.get("not", ""), words)) for key, entry in entries.items()
        }

    lead = re.compile(_filled(table["lead"], words))
    return _Lexicon(lead, kinds(table["types"]), kinds(table["weak"]))


def _patterns(lines: str, words: Mapping[str, str]) -> tuple[_Pattern, ...]:
    """Patterns, one a line, put together by how they are tried: those with "^" where a sentence starts alone."""
    alike: dict[tuple[bool, bool], list[str]] = {}
    for line in filter(None, lines.splitlines()):
        pattern = _filled(line, words)
        alike.setdefault((pattern.startswith("^"), _CASED in pattern), []).append(pattern.removeprefix("^"))
    return tuple(
        _Pattern(re.compile(_either(patterns), re.IGNORECASE if cased else re.NOFLAG), at_start, cased)
        for (at_start, cased), patterns in alike.items()
    )


def _either(patterns: Iterable[str]) -> str:
    """Alternatives; those that begin at the edge of a word share the look at it."""
    apart: dict[bool, list[str]] = {True: [], False: []}
    for pattern in patterns:
        apart[pattern.startswith(_EDGE)].append(f"(?:{pattern.removeprefix(_EDGE)})")
    edge = [rf"\b(?:{'|'.join(apart[True])})"] if apart[True] else []
    return "|".join(edge + apart[False])


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """A pattern with the word groups that it names put in."""
    return _PART.sub(lambda match: words[match.group(1)], pattern)
