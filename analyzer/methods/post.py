"""Parts of a post: hashtags, mentions, links, emoji, words, and phrases that ask for an action.

Works on text alone. Characters are Unicode code points after NFC, spaces and line breaks included; no platform but X
says how it counts, and X weighs an emoji as two and a link as 23 (https://docs.x.com/fundamentals/counting-characters).
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

DOMAINS = "com|org|net|io|fr|co|app|eu|ca|be|ch|uk|shop|link|bio|dev|ai|tv|me"
"""Endings that make a link of an address without a scheme; others are too often words. Project choice."""
LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"“”«»]+"
    rf"|(?<![\w@.])(?:[\w-]{{2,}}\.)+(?:{DOMAINS})(?:/[^\s<>\"“”«»]*)?(?![\w@])",
    re.IGNORECASE,
)
EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
HASHTAG = re.compile(r"(?<![\w&/])[#＃](?=\w*[^\W\d_])(\w+)")
"""A hash before a word with at least one letter, which may be accented or of any script: #été, not #1."""
MENTION = re.compile(r"(?<![\w/])[@＠](\w(?:[\w.-]*\w)?)")
EMOJI = re.compile(
    "(?:[\U0001f1e6-\U0001f1ff]{2})"
    "|[#*0-9]\ufe0f?\u20e3"
    "|(?:[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u21ff\u231a-\u23ff\u24c2\u25aa-\u27bf\u2934\u2935\u2b00-\u2bff\u3030"
    "\u303d\u3297\u3299](?=\ufe0f)|[\u231a\u231b\u23e9-\u23ec\u23f0\u23f3\u25fd\u25fe\u2614\u2615\u2648-\u2653\u267f\u2693"
    "\u26a1\u26aa\u26ab\u26bd\u26be\u26c4\u26c5\u26ce\u26d4\u26ea\u26f2\u26f3\u26f5\u26fa\u26fd\u2705\u270a\u270b\u2728"
    "\u274c\u274e\u2753-\u2755\u2757\u2795-\u2797\u27b0\u27bf\u2b1b\u2b1c\u2b50\u2b55]|[\U0001f000-\U0001faff])"
    "(?:\ufe0f|[\U0001f3fb-\U0001f3ff])?"
    "(?:\u200d[\u2640\u2642\u2695\u2696\u2708\u2764\U0001f000-\U0001faff](?:\ufe0f|[\U0001f3fb-\U0001f3ff])?)*"
)
"""One emoji with its modifiers and joined parts, a flag, or a keycap, counted as one
(https://www.unicode.org/reports/tr51/#Emoji_Sequences)."""
WORD = re.compile(r"\w+(?:['’-]\w+)*")
NOT_ASKED = "".join(f"(?<!{word} )" for word in ("don't", "don’t", "not", "never", "vous", "nous", "to"))
"""Words before a phrase that turn it from a request into a statement."""
TRAILING = ".,;:!?)]}…'\"”»"


def normal(text: str) -> str:
    """The text as it is counted: NFC, one kind of line break, no space around it."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").strip()


def links(text: str) -> list[str]:
    """Web addresses, with or without their scheme; the punctuation after them is not theirs."""
    return [match.group().rstrip(TRAILING) for match in LINK.finditer(EMAIL.sub(" ", text))]


def hashtags(text: str) -> list[str]:
    """Hashtags without their sign; the fragment of a link is none."""
    return HASHTAG.findall(LINK.sub(" ", text))


def mentions(text: str) -> list[str]:
    """Names after an at sign; an address of e-mail is none."""
    return MENTION.findall(LINK.sub(" ", EMAIL.sub(" ", text)))


def emoji(text: str) -> list[str]:
    """Emoji in order, each sequence once."""
    return EMOJI.findall(text)


def words(text: str) -> list[str]:
    """Words, those of hashtags and mentions included, those of links left out."""
    return WORD.findall(LINK.sub(" ", text))


def calls_to_action(text: str) -> Iterator[tuple[str, str]]:
    """Yield (language, the words of the text) for every request for an action, in order of place, overlaps once."""
    found = sorted(
        (match.start(), -match.end(), language, match.group())
        for language, pattern in _phrases()
        for match in pattern.finditer(text)
    )
    end = -1
    for start, minus_end, language, quote in found:
        if start >= end:
            end = -minus_end
            yield language, quote


@cache
def _phrases() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """One pattern a language, longest phrase first, of the table beside this file."""
    source = files("analyzer.methods").joinpath("lexicon", "call_to_action.toml")
    table = tomllib.loads(source.read_text(encoding="utf-8"))
    return tuple((language, _pattern(entry["phrases"])) for language, entry in table.items())


def _pattern(phrases: list[str]) -> re.Pattern[str]:
    def of(phrase: str) -> str:
        parts = [re.escape(part).replace("'", "['’]") for part in phrase.split()]
        return r"\s+".join(parts).replace(r"\s+…\s+", r"(?:\s+[\w'’-]+){0,3}\s+")

    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"{NOT_ASKED}(?<![\w#@-])(?:{'|'.join(map(of, longest_first))})(?!\w)", re.IGNORECASE)
