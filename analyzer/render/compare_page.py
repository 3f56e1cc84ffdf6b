"""Two reports side by side as one HTML page that needs nothing else, and as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from analyzer.compare import Change, Comparison
from analyzer.render.audit_page import environment, file_of
from analyzer.render.html import hash_of
from analyzer.render.i18n import Locale, locale_of
from analyzer.render.pictures import Stills
from analyzer.render.plain_text import one_line
from analyzer.report import Report
from analyzer.rules import shown

if TYPE_CHECKING:
    from analyzer.contract import Signal

PICTURES = 8
"""Stills of each report along its time."""
BUDGET = 400_000
"""Characters of Base64 of the stills of one report."""
SIGNS = {"better": "+", "worse": "-", "changed": "~"}
MOST_LINES = 30


def to_compare_html(comparison: Comparison, first: Report, second: Report, *, lang: str = "en") -> str:
    """The comparison as a page, with stills of both."""
    from markupsafe import Markup

    from analyzer import catalog

    signals = {signal.id: signal for signal in catalog.signals()}
    locale = locale_of(lang, {name: signal.title for name, signal in signals.items()})
    style, script = file_of("report.css") + file_of("compare.css"), file_of("compare.js")
    return environment().get_template("compare.html.j2").render(
        comparison=comparison,
        sides=[(report, _strip(report)) for report in (first, second)],
        groups={signal.title: [c for c in comparison.changes if c.signal == name] for name, signal in signals.items()},
        meaning=lambda change: _meaning(change, signals),
        one_line=one_line,
        locale=locale,
        t=locale.t,
        say=locale.say,
        style=Markup(style),
        script=Markup(script),
        policy=(
            f"default-src 'none'; img-src data:; style-src {hash_of(style)}; script-src {hash_of(script)}; "
            "base-uri 'none'; form-action 'none'"
        ),
    )  # fmt: skip


def _strip(report: Report) -> list[str]:
    """Stills along the time of a report, as addresses that hold the picture."""
    stills = Stills(report, BUDGET)
    if not stills.all:
        return []
    if report.asset.kind == "image":
        return [f"data:image/jpeg;base64,{stills.all[0].jpeg}"]
    numbers = dict.fromkeys(number for _, _, number in stills.strip(report.asset.duration_s or 0.0, PICTURES))
    return [f"data:image/jpeg;base64,{stills.all[number].jpeg}" for number in numbers]


def _meaning(change: Change, signals: Mapping[str, Signal]) -> str:
    signal = signals.get(change.signal)
    metric = signal.metrics.get(change.metric) if signal else None
    return metric.meaning if metric else change.metric


def compare_lines(comparison: Comparison, lang: str = "en") -> Iterator[str]:
    """What the terminal says of a comparison: rules first, then metrics."""
    locale: Locale = locale_of(lang)
    yield f"{one_line(comparison.first.name, 60)}  ->  {one_line(comparison.second.name, 60)}"
    if comparison.first.id == comparison.second.id:
        yield "The two files are the same, byte for byte."
    better, worse = comparison.count("better"), comparison.count("worse")
    yield f"Rules: {better} better, {worse} worse."
    yield f"Measurements: {len(comparison.changes)} changed, {comparison.unchanged} alike."
    for verdict in comparison.verdicts:
        old, new = verdict.before, verdict.after
        yield f"  {SIGNS[verdict.effect]} {old.title}: {old.status} -> {new.status}" + (
            f". {locale.say(new.fix)}" if verdict.effect == "worse" and new.fix else ""
        )
    for change in comparison.changes[:MOST_LINES]:
        before, after = (one_line(shown(value, change.unit)) for value in (change.before, change.after))
        yield f"  {SIGNS[change.effect]} {change.signal}.{change.metric}: {before} -> {after}"
    if len(comparison.changes) > MOST_LINES:
        yield f"  and {len(comparison.changes) - MOST_LINES} more: --format json has all"
    yield from (f"  - text gone: {one_line(text, 80)}" for text in comparison.text_gone[:MOST_LINES])
    yield from (f"  + text new: {one_line(text, 80)}" for text in comparison.text_come[:MOST_LINES])
    if comparison.only_one:
        yield f"{len(comparison.only_one)} measurements were made of one alone; nothing is said of them."
