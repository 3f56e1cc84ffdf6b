"""The page of a batch: a grid of all inputs that is filtered and sorted in the browser, with thumbnails as files beside it.

What the page is made of comes from assets and manifests and is hostile: it is data in the page, never markup, and the page's
policy allows no script but its own and no picture but files beside it.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from analyzer.batch.export import TABLES
from analyzer.batch.files import written
from analyzer.batch.record import Finding, Record
from analyzer.batch.store import Store
from analyzer.disk.files import check_free
from analyzer.show.i18n import Locale, locale_of
from analyzer.show.page import page
from analyzer.show.plain_text import one_line

if TYPE_CHECKING:
    from analyzer.nouns.signal import Signal

NAME = "index.html"
ROWS = "@@rows@@"
"""Where the rows go in the page that the template makes."""
SHOWN_FINDINGS = 3
"""Findings that a card names; the report has them all."""
LONGEST = 160
"""Characters of one sentence on a card."""
LONGEST_FIX = 90
"""Characters of what mends a finding, of which a card shows several."""
GIVEN = ("brand", "locale", "published_at")
"""Columns of the manifest that a card shows."""
NOT_MEASURED = ("unavailable", "failed")


def write_page(store: Store, lang: str = "en") -> Path:
    """Write the page of all records, row by row; returns its path."""
    from analyzer.measure import catalog

    locale = locale_of(lang, {signal.id: signal.title for signal in catalog.signals()})
    counted = Counted()
    for record in store.records():
        counted.add(record)
    head, _, foot = _page(locale, counted, catalog.signals()).partition(ROWS)
    with written(store.out / NAME, near=store.folder) as file:
        file.write(head.encode())
        for number, record in enumerate(store.records()):
            file.write((",\n" if number else "").encode() + embedded(row_of(record, locale)).encode("utf-8", "replace"))
        file.write(foot.encode())
    return store.out / NAME


def check_page(out: Path) -> None:
    """Raise `UsageError` where the page would take the place of a file that this program did not make."""
    check_free(out / NAME, "html")


class Counted:
    """How many records there are of each thing that a reader may look for."""

    def __init__(self) -> None:
        self.states, self.platforms, self.checks, self.to_fix, self.missing = (Counter[str]() for _ in range(5))
        self.partial = 0
        self.titles: dict[str, str] = {}
        """Of the checks."""

    def add(self, record: Record) -> None:
        self.states[_state(record)] += 1
        self.platforms[record.platform] += 1
        self.partial += record.status == "partial"
        self.titles |= {finding.rule: finding.title for finding in record.findings}
        self.checks.update(_checks(record))
        self.to_fix.update(_to_fix(record))
        self.missing.update(_missing(record))


def row_of(record: Record, locale: Locale) -> list[Any]:
    """A record as the script of the page takes it: short, in the reader's language, all text on one line."""
    asset, reason = record.asset, record.reason
    facts = [f"{asset['width']} × {asset['height']}"] if asset else []
    if asset and isinstance(asset["duration_s"], float):
        facts.append(locale.clock(asset["duration_s"]))
    facts += [one_line(record.given[name], 40) for name in GIVEN if name in record.given]
    return [
        one_line(record.name),
        _state(record),
        one_line(record.platform, 40),
        record.page or record.report,
        record.thumbnail,
        facts,
        [[finding.status, _to_do(finding, locale)] for finding in record.findings[:SHOWN_FINDINGS]],
        len(record.findings) - SHOWN_FINDINGS,
        _checks(record),
        _to_fix(record),
        _missing(record),
        one_line(locale.say(reason.sentence), LONGEST) if reason and not asset else "",
        [record.verdicts.get("fail", 0), record.verdicts.get("warn", 0)],
        asset.get("duration_s"),
        record.given.get("published_at") or record.finished_at,
        record.status == "partial",
    ]


def embedded(value: Any) -> str:
    """JSON that can end no element and begin no markup."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028")


def _state(record: Record) -> str:
    """What a person filters by: the verdict where there is a report, else what became of the input."""
    return record.outcome or record.status


def _to_do(finding: Finding, locale: Locale) -> str:
    """What mends it: the name of a check that failed reads as if it had passed."""
    return one_line(locale.say(finding.fix) if finding.fix else locale.t(finding.title), LONGEST_FIX)


def _checks(record: Record) -> list[str]:
    """Rules that found something."""
    return sorted({finding.rule for finding in record.findings})


def _to_fix(record: Record) -> list[str]:
    """Signals in which they found it."""
    return sorted({finding.signal for finding in record.findings})


def _missing(record: Record) -> list[str]:
    """Signals that were not measured although they apply."""
    return sorted(signal for signal, status in record.signals.items() if status in NOT_MEASURED)


def _page(locale: Locale, counted: Counted, signals: tuple[Signal, ...]) -> str:
    from markupsafe import Markup

    return page(
        "batch.html.j2",
        locale,
        styles=["report.css", "batch.css"],
        script="batch.js",
        sources="img-src 'self' file:",
        states=counted.states,
        total=counted.states.total(),
        partial=counted.partial,
        platforms=counted.platforms.most_common(),
        checks=[(rule, one_line(locale.t(counted.titles[rule])), count) for rule, count in counted.checks.most_common()],
        to_fix=_named(locale, counted.to_fix, signals),
        missing=_named(locale, counted.missing, signals),
        tables=[table.name for table in TABLES],
        rows=Markup(ROWS),
    )


def _named(locale: Locale, counts: Counter[str], signals: tuple[Signal, ...]) -> list[tuple[str, str, int]]:
    titles = {signal.id: locale.t(signal.title) for signal in signals}
    return [(name, titles.get(name, name), count) for name, count in counts.most_common()]
