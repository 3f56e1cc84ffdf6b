"""A report for GitHub Actions: workflow commands that annotate the run, then a short Markdown summary."""

from __future__ import annotations

from analyzer.nouns.report import Report
from analyzer.show.i18n import locale_of
from analyzer.show.markdown import borderline, to_markdown
from analyzer.show.plain_text import one_line

MOST = 10
"""Annotations of one step that GitHub shows (https://github.com/zizmorcore/zizmor/pull/634)."""


def to_github(report: Report) -> str:
    """Workflow commands and a summary; no text of the asset can begin a command of its own."""
    locale = locale_of("en", {signal.id: signal.title for signal in report.signals})
    judged = report.judgement
    verdicts = (*judged.to_fix(), *judged.narrow()) if judged else ()
    lines = []
    for verdict in verdicts[:MOST]:
        level = {"fail": "error", "warn": "warning"}.get(verdict.status, "notice")
        said = f"{locale.say(verdict.fix) or locale.say(verdict.bound)} {borderline(verdict, locale)}"
        title, file = _property(verdict.title), _property(report.asset.name)
        lines.append(f"::{level} file={file},title={title}::{_data(said)}")
    return "".join(f"{line}\n" for line in lines) + "\n" + to_markdown(report)


def _data(text: str) -> str:
    """The message of a workflow command (escapes: https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts)."""
    return one_line(text, 900).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
