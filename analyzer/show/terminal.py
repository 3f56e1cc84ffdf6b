"""A report in the terminal: the verdict, what to fix and where, what was not measured and why, and which files were written.

Text of the asset can send no control sequence and no markup. Colour is never the only carrier;
an ASCII terminal gets ASCII.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from analyzer.nouns.report import Instance, Report, Verdict
from analyzer.show.gaps import gaps_of
from analyzer.show.i18n import Locale, locale_of
from analyzer.show.markdown import borderline, counts, gap_title, headline, sources, strength
from analyzer.show.plain_text import encodable, one_line

if TYPE_CHECKING:
    from rich.console import Console

COLOURS = {"fail": "bold red", "warn": "bold yellow", "pass": "bold green", "not_judged": "bold"}
PLACES = 4
"""Times that one line names."""
WIDEST = 100
"""Columns of a line, for the eye."""


def print_terminal(report: Report, console: Console | None = None, *, written: Sequence[Path] = (), lang: str = "en") -> None:
    """Print the report; `written` are the files that were made of it."""
    from rich.console import Console

    console = console or Console(highlight=False)
    locale = locale_of(lang, {signal.id: signal.title for signal in report.signals})
    for indent, text, style in _lines(report, locale, written):
        _print(console, text, indent, style)


def _print(console: Console, text: str, indent: int, style: str) -> None:
    """Print a paragraph with a hanging indent, wrapped to the console."""
    from rich.text import Text

    width = max(20, min(console.width, WIDEST))
    line = one_line(text, 2000).replace("\u202f", " ").replace("\u00a0", " ")
    plain = Text(encodable(line, console.encoding or "ascii"), style=style)
    for part in plain.wrap(console, width - indent) or [plain]:
        part.rstrip()
        console.print(Text(" " * indent) + part, highlight=False, soft_wrap=True)


def _lines(report: Report, locale: Locale, written: Sequence[Path]) -> Iterator[tuple[int, str, str]]:
    """Paragraphs as indent, text and style."""
    t, judged = locale.t, report.judgement
    yield 0, locale.label(headline(report, locale), report.asset.name), COLOURS[judged.outcome if judged else "not_judged"]
    if judged is not None:
        variant = t("paid") if judged.variant == "ad" else t("organic")
        yield 0, f"{t(judged.title)}, {variant} · {counts(report, locale)}", ""
        for number, verdict in enumerate(judged.to_fix(), 1):
            yield 0, "", ""
            yield from _fix(number, verdict, locale)
        for number, verdict in enumerate(judged.narrow()):
            if not number:
                yield 0, "", ""
                yield 0, t("Passed, but borderline"), "bold"
            yield 2, "~ " + locale.label(t(verdict.title), borderline(verdict, locale)), ""
    missing = gaps_of(report, left_out=False)
    if missing:
        yield 0, "", ""
        yield 0, t("Not measured: neither passed nor failed"), "bold"
        for gap in missing:
            said = f"{locale.say(gap.reason.sentence)} {locale.say(gap.reason.remedy)}"
            yield 2, "? " + locale.label(gap_title(gap, locale), said), ""
    for n, note in enumerate(report.notes):
        if not n:
            yield 0, "", ""
        yield 0, locale.say(note), "dim"
    if written:
        yield 0, "", ""
        for path in written:
            yield 0, t("Written: {path}", path=str(path)), ""


def _fix(number: int, verdict: Verdict, locale: Locale) -> Iterator[tuple[int, str, str]]:
    word = locale.t("Failed") if verdict.status == "fail" else locale.t("Warning")
    sign = "x" if verdict.status == "fail" else "!"
    word = locale.t("{status}, borderline", status=word) if verdict.borderline else word
    yield 0, f"{sign} {number}. {locale.label(word, locale.t(verdict.title))}", COLOURS[verdict.status]
    if verdict.fix is not None:
        yield 4, locale.say(verdict.fix), ""
    if verdict.bound is not None and not isinstance(verdict.value, bool):
        value = locale.label(locale.t("Measured"), one_line(locale.value(verdict.value, verdict.unit), 80))
        yield 4, f"{value} · {locale.label(locale.t('Limit'), locale.say(verdict.bound))}", "dim"
    if verdict.borderline is not None:
        yield 4, borderline(verdict, locale), "dim"
    places = [instance for instance in verdict.instances if instance.start_s is not None]
    if places:
        more = len(places) - PLACES
        rest = f"; {locale.t('and {n} more', n=more)}" if more > 0 else ""
        yield 4, locale.label(locale.t("Where"), "; ".join(_place(place, locale) for place in places[:PLACES]) + rest), "dim"
    yield 4, f"{strength(verdict, locale)} · {locale.label(locale.t('Source'), sources(verdict, locale))}", "dim"


def _place(place: Instance, locale: Locale) -> str:
    quote = f" “{one_line(locale.quoted(place.text), 40)}”" if place.text and not locale.is_word(place.text) else ""
    return locale.span(place.start_s, place.end_s) + quote
