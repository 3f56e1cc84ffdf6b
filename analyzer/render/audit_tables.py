"""An audit as CSV, one row an asset, and as a few lines for the terminal."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from analyzer.collection.result import Audit, Member
from analyzer.render.plain_text import one_line, visible
from analyzer.render.tables import FORMULA

FIXED = (
    "path", "kind", "width", "height", "duration_s", "date", "dated_by", "distance", "unusual", "look", "brand_delta_e",
    "duplicates", "findings", "palette",
)  # fmt: skip
MOST_LINES = 10
"""Assets that the terminal names."""


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
            " | ".join(str(finding.sentence) for finding in member.findings),
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


def audit_lines(audit: Audit) -> Iterator[str]:
    """What the terminal says of an audit, in plain lines."""
    yield f"{len(audit.members)} assets" + (f", against {one_line(audit.brand)}" if audit.brand else "")
    unusual = audit.unusual
    yield f"{len(unusual)} stand out" + (":" if unusual else ".")
    for member in unusual[:MOST_LINES]:
        yield f"  {one_line(member.key, 80)}"
        yield from (f"      {one_line(str(finding.sentence))}" for finding in member.findings[:2])
    if len(unusual) > MOST_LINES:
        yield f"  and {len(unusual) - MOST_LINES} more in the page"
    if len(audit.looks) > 1:
        yield f"{len(audit.looks)} looks side by side: " + ", ".join(f"{len(look.members)}" for look in audit.looks) + " assets"
    for group in audit.duplicates[:MOST_LINES]:
        yield f"  {group.kind}: " + ", ".join(one_line(key, 60) for key in group.members)
    for drift in audit.drifts:
        yield f"  {one_line(str(drift.sentence))}"
    for unread in audit.unread[:MOST_LINES]:
        yield f"  cannot be analysed: {one_line(unread.key, 80)}: {one_line(unread.sentence)}"
    yield from (one_line(str(note)) for note in audit.notes)
