"""Tables of a batch, a row for each asset, each measurement and each place that a finding points at: CSV, and Parquet too.

Rows go through as they are read; no table is held in memory. A cell of text can be no formula of a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from analyzer.batch.files import written
from analyzer.batch.record import Record
from analyzer.batch.store import Store
from analyzer.disk.files import check_free, kind_of
from analyzer.nouns.errors import UsageError
from analyzer.show.plain_text import visible
from analyzer.show.tables import FORMULA

GIVEN = ("post_text", "published_at", "locale", "brand")
"""Columns of a manifest that are known; further ones follow in the order of their names."""
ROWS_AT_ONCE = 5_000
"""Rows of one Parquet row group (project choice)."""
TYPES = {
    "bytes": int, "width": int, "height": int, "attempts": int, "severity": int, "failed": int, "warned": int,
    "duration_s": float, "seconds": float, "start_s": float, "end_s": float, "x0": float, "y0": float, "x1": float, "y1": float,
    "number": float, "has_audio": bool,
}  # fmt: skip
"""Of the columns that are not text."""


MADE_BY = {"generator": "content-analyzer"}
"""Tells a Parquet file of ours from another's."""


class Table(NamedTuple):
    """Name of the file, the columns, and the rows that a record makes."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Record], Iterator[dict[str, Any]]]


ASSET = ("kind", "bytes", "width", "height", "duration_s", "frame_rate", "has_audio", "container", "video_codec", "audio_codec")


def _assets(record: Record) -> Iterator[dict[str, Any]]:
    yield {
        "id": record.id, "path": record.name, "sha256": record.asset.get("id"), "status": record.status,
        "code": record.reason and record.reason.code, "reason": record.reason and str(record.reason.sentence),
        "attempts": record.attempts, "seconds": record.seconds, "finished_at": record.finished_at, "platform": record.platform,
        "outcome": record.outcome, "failed": record.verdicts.get("fail"), "warned": record.verdicts.get("warn"),
        "findings": "; ".join(finding.rule for finding in record.findings), "report": record.report,
    } | {name: record.asset.get(name) for name in ASSET} | _given(record)  # fmt: skip


def _given(record: Record) -> dict[str, str]:
    """The columns of the manifest; one that is called like one of ours may not pass for it."""
    ours = {*TABLES[0].columns} - {*GIVEN}
    given = {name: value for name, value in record.given.items() if name != "platform"}
    return {f"manifest.{name}" if name in ours else name: value for name, value in given.items()}


def _signals(record: Record) -> Iterator[dict[str, Any]]:
    for signal, status in record.signals.items():
        yield {"id": record.id, "path": record.name, "signal": signal, "status": status}
    for name, value in record.metrics.items():
        signal, _, metric = name.partition(".")
        number = float(value) if isinstance(value, int | float) else None
        text = value if isinstance(value, str) else None
        yield {"id": record.id, "path": record.name, "signal": signal, "metric": metric, "number": number, "text": text}


def _instances(record: Record) -> Iterator[dict[str, Any]]:
    for finding in record.findings:
        row = {
            "id": record.id, "path": record.name, "rule": finding.rule, "signal": finding.signal, "status": finding.status,
            "strength": finding.strength, "severity": finding.severity, "unit": finding.unit,
            "fix": finding.fix and str(finding.fix),
        }  # fmt: skip
        for instance in finding.instances or (None,):
            if instance is None:
                yield row | {"value": _text(finding.value)}
            else:
                place = {"start_s": instance.start_s, "end_s": instance.end_s, "text": instance.text}
                box = instance.box.model_dump() if instance.box else {}
                yield row | place | box | {"value": _text(instance.value)}


TABLES = (
    Table(
        "assets",
        ("id", "path", "sha256", "status", "code", "reason", "attempts", "seconds", "finished_at", "platform", "outcome",
         "failed", "warned", "findings", "report", *ASSET, *GIVEN),
        _assets,
    ),
    Table("signals", ("id", "path", "signal", "status", "metric", "number", "text"), _signals),
    Table(
        "instances",
        ("id", "path", "rule", "signal", "status", "strength", "severity", "value", "unit", "start_s", "end_s", "text", "x0",
         "y0", "x1", "y1", "fix"),
        _instances,
    ),
)  # fmt: skip


def write_tables(store: Store, parquet: bool = False) -> tuple[Path, ...]:
    """Write every table as CSV, and as Parquet where asked for (else that of an earlier run is deleted); returns the files."""
    given = {name for record in store.records() for name in _given(record)}
    extra = tuple(sorted(given - {*GIVEN}))
    files = []
    for table in TABLES:
        columns = table.columns + (extra if table.name == "assets" else ())
        rows = (row for record in store.records() for row in table.rows(record))
        files.append(_write_csv(store, store.out / f"{table.name}.csv", columns, rows))
        in_types = store.out / f"{table.name}.parquet"
        if parquet:
            rows = (row for record in store.records() for row in table.rows(record))
            files.append(_write_parquet(store, in_types, columns, rows))
        else:
            _forget(in_types)
    return tuple(files)


def check_tables(out: Path, parquet: bool = False) -> None:
    """Raise `UsageError` where a table would take the place of a file that this program did not make."""
    for table in TABLES:
        for kind in ("csv", "parquet") if parquet else ("csv",):
            check_free(out / f"{table.name}.{kind}", kind)


def _forget(path: Path) -> None:
    """Delete the Parquet file of an earlier run; another one is left."""
    if kind_of(path) == "parquet":
        path.unlink(missing_ok=True)


def check_parquet() -> None:
    """Raise `UsageError` where pyarrow is not installed."""
    try:
        import_module("pyarrow.parquet")
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'content-analyzer[parquet]'.") from None


def cell(value: Any) -> Any:
    """A value as a cell of CSV: hidden characters visible, and no text that a spreadsheet would compute."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _harmless(value)
    return "" if value is None else value


@lru_cache(maxsize=4096)
def _harmless(value: str) -> str:
    """Remembered, because most cells of a table say what others say."""
    text = visible(value)
    risky = any(line.lstrip().startswith(FORMULA) for line in (text, *text.splitlines())) or text.startswith(FORMULA)
    return f"'{text}" if risky else text


def _write_csv(store: Store, path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> Path:
    with written(path, near=store.folder) as file:
        text = io.TextIOWrapper(file, encoding="utf-8", newline="")
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([cell(name) for name in columns])
        writer.writerows([cell(row.get(name)) for name in columns] for row in rows)
        text.detach()
    return path


def _write_parquet(store: Store, path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, Any]]) -> Path:
    pyarrow: Any = import_module("pyarrow")
    parquet: Any = import_module("pyarrow.parquet")

    kinds = {str: pyarrow.string(), int: pyarrow.int64(), float: pyarrow.float64(), bool: pyarrow.bool_()}
    schema = pyarrow.schema([(name, kinds[TYPES.get(name, str)]) for name in columns], metadata=MADE_BY)
    waiting = iter(rows)
    with written(path, near=store.folder) as file, parquet.ParquetWriter(file, schema) as writer:
        while chunk := list(islice(waiting, ROWS_AT_ONCE)):
            writer.write_table(pyarrow.Table.from_pylist([{name: row.get(name) for name in columns} for row in chunk], schema))
    return path


def _text(value: Any) -> str | None:
    return None if value is None else str(value).lower() if isinstance(value, bool) else str(value)
