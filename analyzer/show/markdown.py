"""A report as Markdown: short enough for a ticket or a pull request."""

from __future__ import annotations

import re
from urllib.parse import quote

from analyzer.nouns.report import Report, Verdict, VerdictStatus
from analyzer.show.gaps import Gap, gaps_of
from analyzer.show.i18n import Locale, locale_of
from analyzer.show.plain_text import one_line

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|!~&$])")
ADDRESS = re.compile(r"(?<=\w)(://|@)|(?<=\bwww)\.", re.I)
WEB = re.compile(r"https?://(?:www\.)?([^/\s]+)", re.I)
UNSAFE = re.compile(r"[^A-Za-z0-9:/?#=&%._~+,;@!$*'-]")
"""What a link of a source may not hold as it is: brackets, bars, spaces, controls."""
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


def borderline(verdict: Verdict, locale: Locale) -> str:
    """That the measurement of a verdict lies within its error of a bound, without the word that says so."""
    return locale.say(verdict.borderline.text) if verdict.borderline else ""


def strength(verdict: Verdict, locale: Locale) -> str:
    """Whether the platform refuses what breaks the rule, or the rule is advice."""
    return locale.t("Upload is refused") if verdict.strength == "hard" else locale.t("Advice")


def sources(verdict: Verdict, locale: Locale) -> str:
    """Where the limit of a rule comes from: hosts, with the dates on which they were checked, or that the project chose it."""
    said = []
    for source in verdict.sources:
        host = WEB.match(source.url)
        said.append(f"{host[1]} ({source.checked_on})" if host else locale.t("Project choice"))
    return " · ".join(dict.fromkeys(said))


def _links(verdict: Verdict, locale: Locale) -> str:
    """The sources as links, with what may end a link or a cell written in percent."""
    said = []
    for source in verdict.sources:
        host = WEB.match(source.url)
        url = UNSAFE.sub(lambda found: quote(found[0], safe="", errors="replace"), source.url)
        link = f"[{escaped(host[1])}]({url}) {escaped(source.checked_on, 20)}" if host else ""
        said.append(link or escaped(locale.t("Project choice")))
    return f"{escaped(strength(verdict, locale))}: {', '.join(dict.fromkeys(said))}"


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
            columns = (t("Check"), t("Measured"), t("Limit"), t("How"), t("Source"))
            lines += [f"| {' | '.join(columns)} |", "|" + "---|" * len(columns)]
            lines += [_row(verdict, locale) for verdict in fixes[:MOST]]
            lines.append("")
        if judged.narrow():
            lines += [f"### {t('Passed, but borderline')}", ""]
            lines += [
                "- " + locale.label(f"**{escaped(t(verdict.title))}**", escaped(borderline(verdict, locale), 500))
                for verdict in judged.narrow()[:MOST]
            ]
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
        f"{locale.value(verdict.value, verdict.unit)} {borderline(verdict, locale)}",
        locale.say(verdict.bound),
        locale.say(verdict.fix),
    )
    return "| " + " | ".join([*(escaped(cell, 500) or "–" for cell in cells), _links(verdict, locale)]) + " |"
