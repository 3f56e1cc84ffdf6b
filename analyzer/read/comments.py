"""Comments of a post from a CSV file: finds the column, the delimiter and the encoding, and says what is wrong otherwise.

It reads text alone; what the comments say is for signals.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from analyzer.disk.files import read_within
from analyzer.methods.wording import MOST_COMMENTS
from analyzer.nouns.errors import UsageError

COLUMNS = (
    "comment text", "comment body", "comment", "comments", "text", "body", "message", "content", "text original",
    "text display", "commentaire", "commentaires", "texte", "contenu", "kommentar", "comentario", "comentário", "mensaje",
)  # fmt: skip
"""Names of the column of comments, the surest first: those of common exports and their French, German, Spanish and Portuguese
forms (project choice). Case, underscores and hyphens do not matter."""
DELIMITERS = ",;\t|"
NO_DELIMITER = "\x1f"
"""Stands in no text: the file has one column."""
SNIFFED = 65_536
"""Characters in which the delimiter is looked for."""
NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")
"""First bytes of workbooks of spreadsheets, new and old, and of PDF."""
MOST_BYTES = 100_000_000
"""Size above which a file is taken for something else than comments (project choice)."""
LONGEST_CELL = 1_000_000
"""Characters of one cell above which the quotes of a file do not match (project choice)."""


def comments_of(path: Path) -> tuple[str, ...]:
    """The comments of a CSV file, the first `MOST_COMMENTS`; raises `UsageError` where there is no column of comments."""
    text = _text(path)
    csv.field_size_limit(LONGEST_CELL)
    try:
        delimiter, text = _delimiter(text)
        rows = _rows(text, delimiter)
        return tuple(islice(_cells(next(rows, []), rows, path), MOST_COMMENTS))
    except csv.Error as error:
        raise UsageError(f"{path.name} cannot be read as CSV: {error}.") from error


def _rows(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)


def _cells(first: Sequence[str], rows: Iterator[list[str]], path: Path) -> Iterator[str]:
    """The comments of the column that holds them, empty ones left out."""
    column = _column(first)
    if column is None and len(first) > 1:
        names = ", ".join(first)[:300]
        raise UsageError(f"No column of {path.name} is named like comments: {names}. Name one of them 'comment'.")
    if column is None:
        rows = iter([list(first), *rows])
    for row in rows:
        cell = row[column or 0].strip() if len(row) > (column or 0) else ""
        if cell:
            yield cell


def _column(header: Sequence[str]) -> int | None:
    """Which column of a header holds comments."""
    names = [" ".join(name.casefold().replace("_", " ").replace("-", " ").split()) for name in header]
    return next((names.index(name) for name in COLUMNS if name in names), None)


def _delimiter(text: str) -> tuple[str, str]:
    """The delimiter of a CSV text, and the text without the line in which a spreadsheet states it.

    It is the one that shows a column of comments among others, else one that divides the first rows equally; commas within
    the sentences of a single column do neither.
    """
    line, _, rest = text.partition("\n")
    if line[:4].lower() == "sep=" and len(line.strip()) == 5 and line[4] in DELIMITERS:
        return line[4], rest

    def divides(delimiter: str) -> tuple[bool, bool, int]:
        rows = [row for row in islice(_rows(text[:SNIFFED], delimiter), 20) if row]
        columns = len(rows[0]) if rows else 1
        return columns > 1 and _column(rows[0]) is not None, columns > 1 and len({len(row) for row in rows}) == 1, columns

    best = max(DELIMITERS, key=divides)
    return (best if any(divides(best)[:2]) else NO_DELIMITER), text


def _text(path: Path) -> str:
    """A text file in UTF-8, UTF-16 or Windows' Latin-1; raises `UsageError` for what is no text."""
    data = read_within(path, MOST_BYTES, "The file of comments")
    if not data.strip():
        raise UsageError(f"{path.name} is empty; a file of comments has at least a header.")
    try:
        text = data.decode(_encoding(data))
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    if data.startswith(NO_TEXT) or "\0" in text:
        raise UsageError(f"{path.name} is no text; save the comments as CSV.")
    return text


def _encoding(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:1000]
    if head[1::2].count(0) > len(head) / 4:
        return "utf-16-le"
    if head[::2].count(0) > len(head) / 4:
        return "utf-16-be"
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8-sig"
