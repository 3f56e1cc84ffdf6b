"""Says sentences, numbers and times in the reader's language. English is the key of every translation.

A sentence that has no translation stays English. Numbers are formatted here alone, and never in JSON or CSV.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from analyzer.judge.rules import clock, shown
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import Message, Scalar
from analyzer.nouns.sentences import filled, formatted
from analyzer.show.plain_text import visible

LANGUAGES = ("en", "fr")
NARROW = "\u202f"
"""Narrow no-break space: between groups of digits and before a unit in French."""
QUANTITY = re.compile(r"^([-−+]?\d+)(\.\d+)?(\s?)([^\d\s].*)?$", re.S)
SPACED = re.compile(r" [:;?!»](?!\w)|« ")
"""French marks with a space that may not break a line."""
TIMES = re.compile(r"\b\d+:\d\d\.\d\b")
FORMATTED = ("value", "bound", "low", "high", "error")
"""Parameters that rules fill with a value and its unit, already written in English."""

UNITS = {"deg": "°", "cps": "characters/s", "wpm": "words/min", "dE": "ΔE", "fps": "fps", "kbps": "kbit/s", "bit": "bit"} | {
    name: name for name in ("B", "kB", "MB", "GB")
}
"""Units that are written otherwise than they are named, or otherwise in another language."""
BARE = ("", "count", "number", "text", "flag", "per minute")
"""Units that are not written behind a number."""


@dataclass(frozen=True)
class Locale:
    """A language, its translations, and the names of the signals as sentences refer to them."""

    lang: str
    entries: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)

    def t(self, text: str, **params: Scalar) -> str:
        """An English template in the reader's language, with its parameters filled in."""
        template = self.entries.get(text, text)
        return filled(template, params, self._param)

    def say(self, sentence: Message | None) -> str:
        """A message in the reader's language."""
        return "" if sentence is None else self.t(sentence.text, **sentence.params)

    def label(self, name: str, text: str) -> str:
        """A name and what it names, with a colon between."""
        return f"{name}\u00a0: {text}" if self.lang == "fr" else f"{name}: {text}"

    def word(self, text: str) -> str:
        """A label or a value that is a known word; ids are written with spaces."""
        parts = [part.strip() for part in text.split(",")]
        ours = "_" in text or all(part in _words() for part in parts)
        known = [part.replace("_", " ") for part in parts] if ours else [text]
        return ", ".join(self.entries.get(part, part) for part in known)

    def is_word(self, text: str) -> bool:
        """Whether it is a label of ours, and not words of the asset."""
        return text in _words()

    def quoted(self, text: str) -> str:
        """Words of an instance: those of the asset stay as they are, labels and sentences of ours are translated."""
        return self.entries.get(text, text) if self.is_word(text) or text.endswith(".") else text

    def value(self, value: Scalar, unit: str = "") -> str:
        """A measured value as a person reads it; null is a dash."""
        if value is None:
            return "–"
        if isinstance(value, bool | str):
            return self.word(shown(value, unit))
        if unit == "fps":
            return self.number(f"{value:.5g} fps")
        return self.number(shown(value, unit))

    def number(self, text: str) -> str:
        """A number with its unit, as `rules.shown` writes it, in the reader's way."""
        found = QUANTITY.match(text)
        if found is None:
            return text
        whole, decimals, gap, unit = found[1], found[2] or "", found[3], found[4] or ""
        french = self.lang == "fr"
        if len(whole.lstrip("+-−")) > 4:
            whole = re.sub(r"(?<=\d)(?=(\d{3})+$)", NARROW if french else ",", whole)
        decimals = decimals.replace(".", ",") if french else decimals
        if gap or unit:
            gap = NARROW if gap else ""
            unit = "" if unit in BARE else self.entries.get(UNITS.get(unit, unit), UNITS.get(unit, unit))
        if unit.startswith(":1") and french:
            gap = ""
        return f"{whole.replace('-', '−')}{decimals}{gap if unit else ''}{unit}"

    def clock(self, seconds: float) -> str:
        """A point in time, as 0:03.2."""
        return self._times(clock(max(0.0, seconds)))

    def span(self, start_s: float | None, end_s: float | None) -> str:
        """A stretch of time, as 0:03.2–0:04.0."""
        if start_s is None:
            return "–"
        if end_s is None or end_s - start_s < 0.05:
            return self.clock(start_s)
        return f"{self.clock(start_s)}–{self.clock(end_s)}"

    def _times(self, text: str) -> str:
        return TIMES.sub(lambda found: found[0].replace(".", ","), text) if self.lang == "fr" else text

    def _param(self, name: str, value: Scalar, spec: str) -> str:
        if isinstance(value, bool) or value is None:
            return self.value(value)
        if isinstance(value, int | float):
            return self.number(formatted(value, spec or ".6g", ".6g"))
        if name == "signal":
            head, _, key = value.partition(".")
            return visible(self.t(self.names.get(head, head)) + (f" ({key})" if key else ""))
        if name == "task":
            return self.word(value)
        if name in FORMATTED:
            return ", ".join(self.word(self.number(part)) for part in value.split(", "))
        if name == "where":
            return visible("; ".join(self._place(part) for part in value.split("; ")))
        return visible(value)

    def _place(self, place: str) -> str:
        """A place as rules write it: times, then the quoted words of the asset, which stay as they are."""
        times, quote, words = place.partition("“")
        if self.lang == "fr" and quote:
            words = f"{self.quoted(words.removesuffix('”'))}\u00a0»"
            quote = "«\u00a0"
        return self._times(times) + quote + words


def locale_of(lang: str, names: Mapping[str, str] | None = None) -> Locale:
    """The locale of a language; raises UsageError for one that is not there."""
    if lang not in LANGUAGES:
        raise UsageError(f"There is no language {lang}. Languages: {', '.join(LANGUAGES)}.")
    return Locale(lang, _entries(lang), names or {})


@cache
def _entries(lang: str) -> Mapping[str, str]:
    if lang == "en":
        return {}
    return {english: SPACED.sub(_unbreakable, french) for english, french in (_table("fr") | _words()).items()}


@cache
def _words() -> dict[str, str]:
    """Labels of evidence and values of metrics that are ours, and not words of an asset, with their French."""
    return _table("words.fr")


def _table(name: str) -> dict[str, str]:
    return tomllib.loads(files("analyzer.show").joinpath("locales", f"{name}.toml").read_text(encoding="utf-8"))


def _unbreakable(found: re.Match[str]) -> str:
    return found[0].replace(" ", "\u00a0" if found[0].strip() in ":«»" else NARROW)
