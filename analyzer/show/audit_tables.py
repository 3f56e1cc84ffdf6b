"""An audit as CSV, one row an asset, and as a few lines for the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from analyzer.collection.result import Audit, Finding, Member
from analyzer.show.i18n import Locale, locale_of
from analyzer.show.plain_text import one_line, visible
from analyzer.show.tables import FORMULA

FIXED = (
    "path", "kind", "width", "height", "duration_s", "date", "dated_by", "distance", "unusual", "look", "brand_delta_e",
    "duplicates", "findings", "palette",
)  # fmt: skip
MOST_LINES, MOST_FINDINGS = 10, 3
"""Assets that the terminal names, and findings of each."""
KINDS = {
    "identical": "The same file", "copy": "Copies", "clip": "Cuts of one clip", "crop": "Crops",
    "frame": "A frame as a picture",
}  # fmt: skip


def to_audit_csv(audit: Audit) -> str:
    """One row an asset, least usual first, with how far it is apart in each measure and what was read of it."""
    measures = [summary.id for summary in audit.measures]
    read = sorted({f"{name}.{key}" for m in audit.members for name, features in m.features.items() for key in features})
    columns = [name for name in read if all(_is_cell(m, name) for m in audit.members)]
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*FIXED, *(f"{name}.apart" for name in measures), *columns])
    double = {key: number for number, group in enumerate(audit.duplicates, 1) for key in group.members}
    for member in audit.members:
        asset = member.asset
        row = [
            member.key, asset.kind, asset.width, asset.height, asset.duration_s, member.date, member.dated_by, member.distance,
            member.unusual, member.group, member.brand_delta_e, double.get(member.key),
            " | ".join(f"{f.sentence} {f.others or ''}".strip() for f in member.findings),
            " ".join(f"{swatch.hex}:{swatch.share:.2f}" for swatch in member.palette),
        ]  # fmt: skip
        row += [member.apart.get(name) for name in measures]
        row += [member.features.get(name.partition(".")[0], {}).get(name.partition(".")[2]) for name in columns]
        writer.writerow([_cell(value) for value in row])
    return stream.getvalue()


def _is_cell(member: Member, name: str) -> bool:
    """Whether a feature is one value: lists and embeddings are for the JSON."""
    signal, _, key = name.partition(".")
    value = member.features.get(signal, {}).get(key)
    return not isinstance(value, list | dict) and key != "values"


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = visible(value)
        return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
    return "" if value is None else value


def audit_lines(audit: Audit, lang: str = "en") -> Iterator[str]:
    """What the terminal says of an audit, in plain lines."""
    locale = audit_locale(audit, lang)
    t, unusual = locale.t, audit.unusual
    against = f" ({t('against the brand kit {name}', name=one_line(audit.brand))})" if audit.brand else ""
    yield headline(audit, locale) + against
    for member in unusual[:MOST_LINES]:
        yield f"  {one_line(member.key, 80)}"
        yield from (f"      {one_line(said(finding, locale), 300)}" for finding in member.findings[:MOST_FINDINGS])
        if len(member.findings) > MOST_FINDINGS:
            yield f"      {t('and {n} more', n=len(member.findings) - MOST_FINDINGS)}"
    if len(unusual) > MOST_LINES:
        yield f"  {t('and {n} more', n=len(unusual) - MOST_LINES)}"
    if len(audit.looks) > 1:
        sizes = ", ".join(t("{count} assets", count=len(look.members)) for look in audit.looks)
        yield locale.label(t("Looks side by side"), sizes)
    for group in audit.duplicates[:MOST_LINES]:
        yield locale.label(t(KINDS[group.kind]), ", ".join(one_line(key, 60) for key in group.members))
    yield from (one_line(locale.say(drift.sentence), 300) for drift in audit.drifts)
    for unread in audit.unread[:MOST_LINES]:
        why = one_line(unread.sentence, 300).removesuffix(".")
        yield locale.label(t("Cannot be analysed"), f"{one_line(unread.key, 80)} ({why})")
    yield from (one_line(locale.say(note), 300) for note in audit.notes)


def audit_locale(audit: Audit, lang: str) -> Locale:
    """The locale of a reader of an audit, who knows its measures by their titles."""
    return locale_of(lang, {summary.id: summary.title for summary in audit.measures})


def headline(audit: Audit, locale: Locale) -> str:
    """What an audit found, in a few words."""
    total = len(audit.members)
    if audit.unusual:
        return locale.t("{count} of {total} assets stand out", count=len(audit.unusual), total=total)
    if any(summary.edge is not None for summary in audit.measures):
        return locale.t("{total} assets, and none stands out", total=total)
    return locale.t("{total} assets, too few to say what is usual", total=total)


def said(finding: Finding, locale: Locale) -> str:
    """A finding as a reader has it, with what is true of the others."""
    return f"{locale.say(finding.sentence)} {locale.say(finding.others)}".strip()
