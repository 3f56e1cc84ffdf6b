"""Any evidence as a table of texts with times: what the HTML report shows in words, and the twin of every lane.

Knows the closed set of evidence shapes and no signal. Escaping is left to the template.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from analyzer.nouns.evidence import Embedding, Evidence, Series, Swatch, Table
from analyzer.show.i18n import Locale
from analyzer.show.plain_text import one_line

CELL = 400
"""Characters of a cell."""
POINTS = 24
"""Points of a curve that its table shows."""


@dataclass(frozen=True)
class Row:
    """Cells, the time they belong to, and the colours they name."""

    cells: tuple[str, ...]
    start_s: float | None = None
    end_s: float | None = None
    swatches: tuple[Swatch, ...] = ()


@dataclass(frozen=True)
class Block:
    """A table of evidence; `hidden` rows are left out of it. Where `timed`, the first column is the time of the row."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    hidden: int = 0
    timed: bool = True
    language: str | None = None


Cells = Callable[[Any, Locale], tuple[str, ...]]


def _value(value: float | None, unit: str, locale: Locale) -> str:
    return locale.value(value, unit)


def _height(track: Any, locale: Locale) -> str:
    return f"{locale.value(round(track.height_px), 'px')} ({locale.value(track.box.height, 'share')})"


def _in_time(track: Any, locale: Locale) -> str:
    return f"{locale.value(track.duration_s, 's')} / {locale.value(track.needed_s, 's')}"


def _columns(kind: str, locale: Locale) -> tuple[tuple[str, ...], Cells]:
    """The titles of the columns after the time, and how an item fills them."""
    t = locale.t
    share: Callable[[float | None], str] = lambda value: locale.value(value, "share")  # noqa: E731
    shapes: dict[str, tuple[tuple[str, ...], Cells]] = {
        "shots": (
            (t("Length"), t("Begins with")),
            lambda shot, at: (at.value(shot.end_s - shot.start_s, "s"), at.word(shot.transition)),
        ),
        "text_tracks": (
            (t("Text"), t("Role"), t("Contrast"), t("Height"), t("Shown / needed")),
            lambda track, at: (
                track.text, at.word(track.role), at.value(track.contrast, "ratio"), _height(track, at), _in_time(track, at),
            ),
        ),
        "cues": (
            (t("Text"), t("Reading speed"), t("After the speech")),
            lambda cue, at: (cue.text, at.value(cue.cps, "cps"), at.value(cue.delay_s, "s")),
        ),
        "transcript": ((t("Text"), t("Confidence")), lambda part, at: (part.text, share(part.confidence))),
        "detections": ((t("What"), t("Confidence")), lambda seen, at: (at.word(seen.label), share(seen.confidence))),
        "tracks": (
            (t("What"), t("Share of the frame"), t("Confidence")),
            lambda seen, at: (at.word(seen.label), share(seen.box.area), share(seen.confidence)),
        ),
        "captions": ((t("Text"), t("Confidence")), lambda caption, at: (caption.text, share(caption.confidence))),
        "palette": ((t("Colours"),), lambda span, at: (", ".join(f"{s.hex} {share(s.share)}" for s in span.swatches),)),
        "moments": ((t("Finding"), t("Words")), lambda moment, at: (at.say(moment.text), moment.quote)),
    }  # fmt: skip
    return shapes[kind]


def block_of(evidence: Evidence, locale: Locale, most: int) -> Block:
    """The table of a block of evidence, with at most `most` rows."""
    title = locale.t(evidence.title)
    if isinstance(evidence, Table):
        rows = [Row(tuple(_cell(cell, locale) for cell in row)) for row in evidence.rows[:most]]
        columns = tuple(locale.t(column) for column in evidence.columns)
        return Block(title, columns, tuple(rows), max(0, len(evidence.rows) - most), timed=False)
    if isinstance(evidence, Series):
        return _of_series(evidence, title, locale, most)
    if isinstance(evidence, Embedding):
        return Block(title, (), ())
    if evidence.kind == "spans":
        unit = evidence.unit
        columns = (locale.t("Length"), locale.t("What"), _with_unit(locale.t("Value"), unit, locale))
        cells: Cells = lambda span, at: (at.value(span.duration_s, "s"), at.word(span.label), at.value(span.value))  # noqa: E731
    else:
        columns, cells = _columns(evidence.kind, locale)
    items: Sequence[Any] = evidence.items
    rows = [_row(item, cells, locale) for item in items[:most]]
    columns, rows = _without_empty(columns, rows)
    language = getattr(evidence, "language", None)
    return Block(title, columns, tuple(rows), max(0, len(items) - most), timed=True, language=language)


def _row(item: Any, cells: Cells, locale: Locale) -> Row:
    moment = getattr(item, "time_s", None)
    start, end = getattr(item, "start_s", moment), getattr(item, "end_s", moment)
    texts = tuple(one_line(cell, CELL) for cell in cells(item, locale))
    return Row(texts, start, end, getattr(item, "swatches", ()))


def _without_empty(columns: tuple[str, ...], rows: Iterable[Row]) -> tuple[tuple[str, ...], list[Row]]:
    """The columns in which some row has something."""
    rows = list(rows)
    kept = [n for n in range(len(columns)) if any(row.cells[n] not in ("", "–") for row in rows)]
    slim = [Row(tuple(row.cells[n] for n in kept), row.start_s, row.end_s, row.swatches) for row in rows]
    return tuple(columns[n] for n in kept), slim


def _of_series(series: Series, title: str, locale: Locale, most: int) -> Block:
    """A curve as the points nearest to an even grid."""
    count = len(series.times_s)
    step = max(1, -(-count // min(POINTS, most)))
    points = list(zip(series.times_s, series.values, strict=True))[::step]
    rows = tuple(Row((locale.value(value, series.unit),), at, at) for at, value in points)
    return Block(title, (locale.t("Value"),), rows, count - len(rows))


def _with_unit(column: str, unit: str, locale: Locale) -> str:
    return f"{column} ({locale.t(unit)})" if unit else column


def _cell(cell: Any, locale: Locale) -> str:
    return one_line(cell if isinstance(cell, str) else locale.value(cell), CELL)
