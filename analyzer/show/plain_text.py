"""Makes text of a file safe to look at: hidden characters become visible, and a terminal's alphabet is kept.

Escaping for HTML, Markdown or CSV is not done here: each of these formats has its own rules.
"""

from __future__ import annotations

import json
import re
import unicodedata

HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)
"""Controls, bidirectional marks and overrides, tags, lone surrogates, and what is invisible (joiners of emoji are kept)."""
SPACES = re.compile(r"\s*[ \t\r\n\f\v]\s*")
"""A run of spaces; no-break spaces between words stay."""
BREAKS = re.compile(r"(?:\t|\r?\n)+")
"""What begins a line or a column; a lone carriage return would write over the line instead, and is named."""
REPLACEMENT = "\ufffd"

ASCII = {
    "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'",
    "…": "...", "·": "-", "•": "*", "×": "x", "≥": ">=", "≤": "<=", "Δ": "d", "→": "->", "\u00a0": " ", "\u202f": " ",
    "\u2009": " ", "œ": "oe", "æ": "ae", "ß": "ss", "°": "deg",
}  # fmt: skip


def visible(text: str) -> str:
    """The text with every hidden character written as its code point, such as <U+202E>."""
    return HIDDEN.sub(_name, text) if HIDDEN.search(text) else text


def _name(found: re.Match[str]) -> str:
    return REPLACEMENT if found[0] == REPLACEMENT else f"<U+{ord(found[0]):04X}>"


def one_line(text: str, most: int = 200) -> str:
    """Visible text on one line of at most `most` characters."""
    flat = SPACES.sub(" ", visible(text)).strip()
    return flat if len(flat) <= most else flat[: most - 1].rstrip() + "…"


def printable(text: str) -> str:
    """Visible text on one line, of any length and with its indent: what is printed for people goes through here."""
    return BREAKS.sub(" ", visible(text)).replace("\r", "<U+000D>")


def escaped_json(document: str, encoding: str) -> str:
    """A JSON document of the same values, with escapes for hidden characters and for what an encoding cannot write."""
    document = HIDDEN.sub(_json_escape, document)
    try:
        document.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        document = re.sub("[^\x00-\x7f]", _json_escape, document)
    return document


def _json_escape(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if found[0] != "\x7f" else "\\u007f"


def encodable(text: str, encoding: str) -> str:
    """The text in what an encoding can write: typographic signs and accents are simplified, the rest becomes `?`."""
    try:
        text.encode(encoding)
        return text
    except (UnicodeEncodeError, LookupError):
        pass
    simple = "".join(ASCII.get(char, char) for char in text)
    apart = unicodedata.normalize("NFKD", simple)
    return "".join(char for char in apart if not unicodedata.combining(char)).encode("ascii", "replace").decode("ascii")
