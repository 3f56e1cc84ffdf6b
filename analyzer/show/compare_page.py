"""Two reports side by side as one HTML page that needs nothing else, and as lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from analyzer.collection.compare import Change, Comparison
from analyzer.nouns.report import Report
from analyzer.show.i18n import Locale, locale_of
from analyzer.show.page import page
from analyzer.show.pictures import Stills
from analyzer.show.plain_text import one_line

if TYPE_CHECKING:
    from analyzer.nouns.signal import Signal

PICTURES = 8
"""Stills of each report along its time."""
BUDGET = 400_000
"""Characters of Base64 of the stills of one report."""
SIGNS = {"better": "+", "worse": "-", "changed": "~"}
STATUSES = {"fail": "Failed", "warn": "Warning", "pass": "Passed"}
MOST_LINES = 30


def to_compare_html(comparison: Comparison, first: Report, second: Report, *, lang: str = "en") -> str:
    """The comparison as a page, with stills of both."""
    from analyzer.measure import catalog

    signals = {signal.id: signal for signal in catalog.signals()}
    locale = locale_of(lang, {name: signal.title for name, signal in signals.items()})
    return page(
        "compare.html.j2",
        locale,
        styles=["report.css", "compare.css"],
        script="compare.js",
        sources="img-src data:",
        comparison=comparison,
        headline=headline(comparison, locale),
        remarks=" ".join(remarks(comparison, locale)),
        sides=[(report, _strip(report)) for report in (first, second)],
        groups={signal.title: [c for c in comparison.changes if c.signal == name] for name, signal in signals.items()},
        meaning=lambda change: _meaning(change, signals),
    )


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
    from analyzer.measure import catalog

    signals = {signal.id: signal for signal in catalog.signals()}
    locale = locale_of(lang, {name: signal.title for name, signal in signals.items()})
    t = locale.t
    yield f"{one_line(comparison.first.name, 60)}  ->  {one_line(comparison.second.name, 60)}"
    yield headline(comparison, locale)
    for verdict in comparison.verdicts:
        before, after = (t(STATUSES.get(each.status, each.status)) for each in (verdict.before, verdict.after))
        fix = f". {locale.say(verdict.after.fix)}" if verdict.effect == "worse" and verdict.after.fix else ""
        yield f"  {SIGNS[verdict.effect]} {locale.label(t(verdict.after.title), f'{before} -> {after}')}{fix}"
    for change in comparison.changes[:MOST_LINES]:
        before, after = (one_line(locale.value(value, change.unit)) for value in (change.before, change.after))
        meaning = t(_meaning(change, signals)).removesuffix(".")
        yield f"  {SIGNS[change.effect]} {locale.label(meaning, f'{before} -> {after}')}"
    if len(comparison.changes) > MOST_LINES:
        yield f"  {t('and {n} more', n=len(comparison.changes) - MOST_LINES)}"
    for title, texts in ((t("Text that is gone"), comparison.text_gone), (t("Text that is new"), comparison.text_come)):
        yield from (f"  {locale.label(title, one_line(text, 80))}" for text in texts[:MOST_LINES])
    yield from remarks(comparison, locale)


def headline(comparison: Comparison, locale: Locale) -> str:
    """What a comparison found, in a few words."""
    better, worse = comparison.count("better"), comparison.count("worse")
    if comparison.first.id == comparison.second.id:
        return locale.t("The two files are the same, byte for byte")
    if better or worse:
        return locale.t("Rules: {better} better, {worse} worse", better=better, worse=worse)
    if comparison.changes or comparison.text_gone or comparison.text_come:
        return locale.t("No rule says anything else, but measurements changed")
    return locale.t("Nothing changed beyond noise")


def remarks(comparison: Comparison, locale: Locale) -> Iterator[str]:
    """What the measurements that are not listed are."""
    yield locale.t("{count} measurements are alike within noise.", count=comparison.unchanged)
    if comparison.only_one:
        yield locale.t("{count} were made of one alone; nothing is said of them.", count=len(comparison.only_one))
