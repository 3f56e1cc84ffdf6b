"""A report as one tidy CSV table: a row for each metric, each verdict and each item of evidence.

Numbers are written in English and unrounded, flags as true and false; a cell of text can be no formula of a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

from analyzer.nouns.evidence import Evidence, Scalar, Series, Table, items_of
from analyzer.nouns.report import Report
from analyzer.show.plain_text import visible

COLUMNS = ("kind", "signal", "name", "start_s", "end_s", "value", "unit", "text", "x0", "y0", "x1", "y1")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%")
"""First characters that make a spreadsheet compute a cell (https://owasp.org/www-community/attacks/CSV_Injection)."""
VALUES = ("value", "contrast", "cps", "confidence", "transition", "sign")
"""Fields of an item that hold what was measured of it, the first that it has."""
UNITS = {"contrast": "ratio", "cps": "cps", "confidence": "share", "transition": "text"}
TEXTS = ("text", "label")


def to_csv(report: Report) -> str:
    """The report as CSV with a header row."""
    stream = io.StringIO()
    writer = csv.DictWriter(stream, COLUMNS, restval="", lineterminator="\n")
    writer.writeheader()
    for row in _rows(report):
        writer.writerow({name: _cell(value) for name, value in row.items()})
    return stream.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = visible(value)
        return f"'{text}" if text.lstrip(" ").startswith(FORMULA) else text
    return "" if value is None else value


def _rows(report: Report) -> Iterator[dict[str, Any]]:
    for name, value in report.asset.model_dump().items():
        yield {"kind": "asset", "name": name, "value": value}
    judged = report.judgement
    for verdict in judged.verdicts if judged else ():
        row = {"kind": "verdict", "signal": verdict.signal, "name": verdict.rule, "value": verdict.value, "unit": verdict.unit}
        status = f"{verdict.status}, borderline" if verdict.borderline else verdict.status
        yield row | {"text": f"{status}: {verdict.fix or verdict.title}"}
        for instance in verdict.instances:
            yield {"kind": "instance", "signal": verdict.signal, "name": verdict.rule, "text": instance.text} | _place(instance)
    for signal in report.signals:
        yield {
            "kind": "status",
            "signal": signal.id,
            "value": signal.status,
            "text": signal.reason and str(signal.reason.sentence),
        }
        for name, metric in signal.metrics.items():
            yield {"kind": "metric", "signal": signal.id, "name": name, "value": metric}
        for name, reason in signal.unmeasured.items():
            yield {"kind": "unmeasured", "signal": signal.id, "name": name, "text": str(reason.sentence)}
        for name, evidence in signal.evidence.items():
            for item in _items(evidence):
                yield {"kind": evidence.kind, "signal": signal.id, "name": name} | item


def _place(item: Any) -> dict[str, Any]:
    moment = getattr(item, "time_s", None)
    found = {"start_s": getattr(item, "start_s", moment), "end_s": getattr(item, "end_s", moment)}
    found["value"] = getattr(item, "value", None)
    if getattr(item, "box", None) is not None:
        found |= item.box.model_dump()
    return found


def _items(evidence: Evidence) -> Iterator[dict[str, Any]]:
    if isinstance(evidence, Series):
        for at, value in zip(evidence.times_s, evidence.values, strict=True):
            yield {"start_s": at, "value": value, "unit": evidence.unit}
    elif isinstance(evidence, Table):
        for cells in evidence.rows:
            named = zip(evidence.columns, cells, strict=False)
            yield {"text": "; ".join(f"{column}={_plain(cell)}" for column, cell in named)}
    else:
        unit = getattr(evidence, "unit", "")
        for item in items_of(evidence):
            place = _place(item)
            if hasattr(item, "swatches"):
                for swatch in item.swatches:
                    yield place | {"value": swatch.share, "unit": "share", "text": swatch.hex}
                continue
            field = next((name for name in VALUES if hasattr(item, name)), "")
            texts = [str(getattr(item, name)) for name in TEXTS if getattr(item, name, "")]
            quote = getattr(item, "quote", "")
            yield place | {
                "value": getattr(item, field, None),
                "unit": unit or UNITS.get(field, ""),
                "text": " | ".join([*texts, *([quote] if quote else [])]),
            }


def _plain(cell: Scalar) -> str:
    return str(cell).lower() if isinstance(cell, bool) else "" if cell is None else str(cell)
