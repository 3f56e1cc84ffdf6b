"""A report as Markdown: short enough for a ticket or a pull request."""

from __future__ import annotations

import re

from analyzer.render.gaps import Gap, gaps_of
from analyzer.render.i18n import Locale, locale_of
from analyzer.render.plain_text import one_line
from analyzer.report import Report, Verdict, VerdictStatus

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&$])")
ADDRESS = re.compile(r"(?<=\w)(://|@)|(?<=\bwww)\.", re.I)
MOST = 40
"""Verdicts that are listed one by one."""
TITLES: dict[str, str] = {
    "fail": "Fix before upload",
    "warn": "Can be improved before upload",
    "pass": "Nothing to fix was found",
}


def escaped(text: str, most: int = 300) -> str:
    """Text of the asset on one line, in which nothing is Markdown, HTML or a link."""
    line = SPECIAL.sub(r"\\\1", one_line(text, most))
    return ADDRESS.sub(lambda found: f"{found[0]}\u2060", line)


def headline(report: Report, locale: Locale) -> str:
    """The verdict in a few words."""
    if report.judgement is None:
        return locale.t("Measured, not judged")
    return locale.t(TITLES.get(report.judgement.outcome, "Could not be judged"))


def counts(report: Report, locale: Locale) -> str:
    """How many checks failed, warned, passed, and were not judged."""
    judged = report.judgement
    if judged is None:
        return ""
    words: tuple[tuple[VerdictStatus, str], ...] = (
        ("fail", locale.t("Failed")),
        ("warn", locale.t("Warning")),
        ("pass", locale.t("Passed")),
        ("not_judged", locale.t("Not judged")),
    )
    return " · ".join(locale.label(word, str(judged.count(status))) for status, word in words)


def gap_title(gap: Gap, locale: Locale) -> str:
    """What was not measured: the titles of signals, and the metrics of one."""
    titles = " · ".join(locale.t(signal.title) for signal in gap.signals)
    return f"{titles} ({', '.join(gap.metrics)})" if gap.metrics else titles


def to_markdown(report: Report, lang: str = "en") -> str:
    """Verdict, what to fix, what was not measured, and the measured values."""
    locale = locale_of(lang, {signal.id: signal.title for signal in report.signals})
    t = locale.t
    lines = ["## " + locale.label(headline(report, locale), escaped(report.asset.name, 120)), ""]
    judged = report.judgement
    if judged is not None:
        variant = t("paid") if judged.variant == "ad" else t("organic")
        profile = escaped(t(judged.title))
        lines += [
            t(
                "Judged for {profile}, {variant}; limits checked on {date}.",
                profile=profile,
                variant=variant,
                date=judged.checked_on,
            ),
            "",
            f"**{counts(report, locale)}**",
            "",
        ]
        fixes = judged.to_fix()
        if fixes:
            lines += [f"| {t('Check')} | {t('Measured')} | {t('Limit')} | {t('How')} |", "|---|---|---|---|"]
            lines += [_row(verdict, locale) for verdict in fixes[:MOST]]
            lines.append("")
    missing = gaps_of(report, left_out=False)
    if missing:
        lines += [f"### {t('What was not measured')}", ""]
        for gap in missing:
            said = f"{locale.say(gap.reason.sentence)} {locale.say(gap.reason.remedy)}".strip()
            lines.append("- " + locale.label(f"**{escaped(gap_title(gap, locale))}**", escaped(said, 600)))
        lines.append("")
    notes = [f"- {escaped(locale.say(note), 600)}" for note in report.notes]
    if notes:
        lines += [f"### {t('Method')}", "", *notes, ""]
    return "\n".join(lines).rstrip() + "\n"


def _row(verdict: Verdict, locale: Locale) -> str:
    status = locale.t("Failed") if verdict.status == "fail" else locale.t("Warning")
    cells = (
        locale.label(status, locale.t(verdict.title)),
        locale.value(verdict.value, verdict.unit),
        locale.say(verdict.bound),
        locale.say(verdict.fix),
    )
    return "| " + " | ".join(escaped(cell, 500) or "–" for cell in cells) + " |"
