"""Evidence on one axis of time: what each lane draws, in percent of its width and height.

Geometry only: the template draws it as inline SVG with links into the clip. No pixels, no colours, no signal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from analyzer.nouns.evidence import Evidence, Palette, Series, items_of
from analyzer.nouns.report import Report, SignalResult
from analyzer.show.blocks import Block, block_of
from analyzer.show.i18n import Locale
from analyzer.show.plain_text import one_line

ORDER = (
    "shots", "captions", "palette", "text_tracks", "cues", "transcript", "moments", "tracks", "detections", "spans", "series",
)  # fmt: skip
"""Lanes from top to bottom by the shape of their evidence; within a shape, as the report has them."""
ROWS = 4
"""Rows in which items that overlap in time are stacked."""
THINNEST = 0.35
"""Width in percent of the thinnest bar, so that it can be seen and hit."""
TICKS = (0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600, 7200)
MOST_TICKS = 7
CURVE = 300
"""Points of a curve that is drawn: two to three pixels each on a wide screen."""


@dataclass(frozen=True)
class Bar:
    """A rectangle in percent of the lane, the second it leads to, its label and its tone (a class of the style sheet)."""

    x: float
    width: float
    y: float
    height: float
    start_s: float
    label: str
    tone: str
    fills: tuple[tuple[str, float, float], ...] = ()
    """Colours with their top and height in percent, for a palette."""


@dataclass(frozen=True)
class Lane:
    """One line of the time axis, with its table twin."""

    id: str
    title: str
    kind: str
    twin: Block
    bars: tuple[Bar, ...] = ()
    points: str = ""
    """A curve, in a box of 1000 x 100."""
    low: str = ""
    high: str = ""
    of: str = ""
    """The signal, where the title of its evidence does not say enough."""
    rows: int = 1
    hidden: int = 0


def lanes_of(report: Report, locale: Locale, most: int) -> tuple[Lane, ...]:
    """The lanes of a clip; evidence that is empty or has no time gets none."""
    duration = report.asset.duration_s
    if not duration:
        return ()
    blocks = [
        (signal, key, evidence)
        for signal in report.signals
        for key, evidence in signal.evidence.items()
        if evidence.kind in ORDER and _is_timed(evidence)
    ]
    blocks.sort(key=lambda block: ORDER.index(block[2].kind))
    return tuple(_lane(signal, key, evidence, duration, locale, most) for signal, key, evidence in blocks)


def _is_timed(evidence: Evidence) -> bool:
    if isinstance(evidence, Series):
        return len(evidence.times_s) > 1
    items = items_of(evidence)
    if isinstance(evidence, Palette):
        return len(items) > 1
    return any(_start(item) is not None for item in items)


def _start(item: Any) -> float | None:
    start: float | None = getattr(item, "start_s", getattr(item, "time_s", None))
    return start


def _lane(signal: SignalResult, key: str, evidence: Evidence, duration: float, locale: Locale, most: int) -> Lane:
    twin = block_of(evidence, locale, most)
    lane_id = re.sub(r"[^a-z0-9]+", "-", f"{signal.id}-{key}".lower())
    known = {"id": lane_id, "title": twin.title, "kind": evidence.kind, "twin": twin}
    if evidence.kind == "moments":
        known["of"] = locale.t(signal.title)
    if isinstance(evidence, Series):
        return Lane(**known, **_curve(evidence, duration, locale))  # type: ignore[arg-type]
    items = [item for item in items_of(evidence) if _start(item) is not None]
    shown = items[:most]
    rows = _stack(shown) if evidence.kind == "text_tracks" else [0] * len(shown)
    count = max(rows, default=0) + 1
    bars = tuple(_bar(item, n, row, count, duration, locale) for n, (item, row) in enumerate(zip(shown, rows, strict=True)))
    return Lane(**known, bars=bars, rows=count, hidden=len(items) - len(shown))  # type: ignore[arg-type]


def _bar(item: Any, number: int, row: int, rows: int, duration: float, locale: Locale) -> Bar:
    start = max(0.0, min(duration, _start(item) or 0.0))
    end = max(start, min(duration, getattr(item, "end_s", start)))
    width = max(THINNEST, 100 * (end - start) / duration)
    x = min(100 * start / duration, 100 - width)
    fills, top = [], 0.0
    for swatch in getattr(item, "swatches", ()):
        fills.append((swatch.hex, round(top, 2), round(100 * swatch.share, 2)))
        top += 100 * swatch.share
    tone = getattr(item, "role", "") or getattr(item, "label", "")
    if hasattr(item, "transition"):
        tone = "odd" if number % 2 else "even"
    elif hasattr(item, "sign"):
        tone = {1: "good", -1: "bad"}.get(item.sign, "plain")
    return Bar(
        x=round(x, 2),
        width=round(width, 2),
        y=round(100 * row / rows, 2),
        height=round(100 / rows, 2),
        start_s=round(start, 2),
        label=f"{locale.span(start, end)} {_words(item, number, locale)}".strip(),
        fills=tuple(fills),
        tone=re.sub(r"[^a-z_]", "-", tone.lower()[:20]),
    )


def _words(item: Any, number: int, locale: Locale) -> str:
    """What the label of a bar says behind its time."""
    if hasattr(item, "transition"):
        return locale.t("Shot {n}", n=number + 1)
    if hasattr(item, "sign"):
        return one_line(f"{locale.say(item.text)} {item.quote}", 90)
    if hasattr(item, "swatches"):
        return ", ".join(swatch.hex for swatch in item.swatches[:3])
    text = one_line(getattr(item, "text", "") or locale.word(getattr(item, "label", "")), 90)
    return f"{text} ({locale.word(item.role)})" if hasattr(item, "role") else text


def _stack(items: Iterable[Any]) -> list[int]:
    """The row of each item, so that those that overlap in time lie below each other; what is too much shares the last."""
    ends: list[float] = []
    rows = []
    for item in items:
        row = next((n for n, end in enumerate(ends) if end <= item.start_s + 1e-6), len(ends))
        row = min(row, ROWS - 1)
        if row == len(ends):
            ends.append(item.end_s)
        ends[row] = max(ends[row], item.end_s)
        rows.append(row)
    return rows


def _curve(series: Series, duration: float, locale: Locale) -> dict[str, Any]:
    """The points of a curve between its lowest and its highest value; of each group the value farthest from the mean."""
    values = [value for value in series.values if value == value and abs(value) != float("inf")]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    if series.unit == "share":
        low, high = 0.0, max(high, 0.05)
    reach = (high - low) or 1.0
    mean = sum(values) / len(values) if values else 0.0
    pairs = [(at, value) for at, value in zip(series.times_s, series.values, strict=True) if low <= value <= high]
    step = max(1, -(-len(pairs) // CURVE))
    groups = (pairs[n : n + step] for n in range(0, len(pairs), step))
    drawn = [max(group, key=lambda pair: abs(pair[1] - mean)) for group in groups]
    points = " ".join(f"{1000 * at / duration:.1f},{100 - 100 * (value - low) / reach:.1f}" for at, value in drawn)
    return {"points": points, "low": locale.value(low, series.unit), "high": locale.value(high, series.unit)}


def ticks_of(duration: float) -> tuple[tuple[float, float], ...]:
    """Marks of the time axis: seconds, and percent of its width."""
    step = next((step for step in TICKS if duration / step <= MOST_TICKS), duration)
    count = int(duration / step * 0.97)
    return tuple((n * step, round(100 * n * step / duration, 2)) for n in range(count + 1))
