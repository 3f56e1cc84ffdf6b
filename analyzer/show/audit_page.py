"""An audit as one HTML page: a contact sheet sorted by distance, a map of looks, copies, drifts; pictures are files beside.

Everything that comes from assets is hostile text, and the page's own policy allows no script but its own and no picture
from elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence

from analyzer.collection.result import Audit, Member
from analyzer.nouns.evidence import Swatch
from analyzer.show.audit_files import REPORTS, THUMBS, name_of
from analyzer.show.audit_tables import KINDS, audit_locale, headline, said
from analyzer.show.i18n import Locale
from analyzer.show.page import page

PICTURED = 160
"""Assets up to which the map shows thumbnails; more are dots."""
MAP_WIDTH, MAP_HEIGHT = 1000, 620
PICTURE = 44
"""Side of a thumbnail on the map."""
FINDINGS = 3
"""Findings on a card; the JSON has all."""
TYPICAL = 6
"""Assets shown as the most typical."""
FULL_BAR = 2.0
"""Distance at which the bar of a card is full: twice the edge of the usual."""


def to_audit_html(audit: Audit, *, lang: str = "en", with_reports: bool = True) -> str:
    """The audit as a page that lies beside the folders of thumbnails and reports."""
    locale = audit_locale(audit, lang)
    members = {member.key: member for member in audit.members}
    judged = [member for member in audit.members if member.distance is not None]
    doubles = {key: group for group in audit.duplicates for key in group.members}
    return page(
        "audit.html.j2",
        locale,
        styles=["report.css", "audit.css"],
        script="audit.js",
        sources="img-src 'self' file:",
        audit=audit,
        headline=headline(audit, locale),
        kinds={kind: locale.t(title) for kind, title in KINDS.items()},
        against_references=any(finding.against == "references" for one in audit.members for finding in one.findings),
        said=lambda finding: said(finding, locale),
        members=members,
        doubles=doubles,
        typical=sorted(judged, key=lambda member: (member.distance or 0.0, member.key))[:TYPICAL],
        thumb=lambda key: f"{THUMBS}/{name_of(key)}.jpg",
        report=(lambda key: f"{REPORTS}/{name_of(key)}.html") if with_reports else (lambda key: None),
        anchor=lambda key: f"a-{name_of(key)}",
        strip=strip,
        missing=_missing(audit, locale),
        standing=_standing(audit),
        dots=[_dot(member) for member in audit.members if member.place is not None],
        pictured=len(audit.members) <= PICTURED,
        map_size=(MAP_WIDTH, MAP_HEIGHT, PICTURE),
        most_findings=FINDINGS,
        full_bar=FULL_BAR,
    )


def strip(swatches: Sequence[Swatch]) -> list[tuple[float, float, str]]:
    """Left edge and width in percent, and colour, of the parts of a palette strip."""
    total, parts = 0.0, []
    for swatch in swatches:
        parts.append((round(100 * total, 2), round(100 * swatch.share, 2), swatch.hex))
        total += swatch.share
    return parts


def _dot(member: Member) -> tuple[Member, float, float]:
    """Where an asset is drawn on the map."""
    x, y = member.place or (0.5, 0.5)
    return member, round(PICTURE + x * (MAP_WIDTH - 2 * PICTURE), 1), round(PICTURE + y * (MAP_HEIGHT - 2 * PICTURE), 1)


def _missing(audit: Audit, locale: Locale) -> list[tuple[str, str, int]]:
    """Title of a measure, why it was not made, and for how many assets; those that do not apply are left out."""
    counted: dict[tuple[str, str], int] = {}
    titles = {summary.id: summary.title for summary in audit.measures}
    for member in audit.members:
        for name, reason in member.missing.items():
            key = titles.get(name, name), f"{locale.say(reason.sentence)} {locale.say(reason.remedy)}".strip()
            counted[key] = counted.get(key, 0) + 1
    return [(title, sentence, count) for (title, sentence), count in counted.items()]


def _standing(audit: Audit) -> dict[str, int]:
    """How many assets stand out in each measure."""
    return {
        summary.id: sum(any(finding.measure == summary.id for finding in member.findings) for member in audit.members)
        for summary in audit.measures
    }
