"""Tables and page: every record is there, nothing of an asset is computed or run, and 5,000 rows load fast."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer.batch.export import cell, write_tables
from analyzer.batch.inputs import Item
from analyzer.batch.page import embedded, row_of, write_page
from analyzer.batch.record import Record
from analyzer.batch.store import Part, Store
from analyzer.render.i18n import locale_of
from tests import make

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
HOSTILE = "</script><img src=x onerror=alert(1)>\u202e<!--.png"


def record(number: int, **fields: Any) -> Record:
    finding = {
        "rule": "text-size", "title": "Text is large enough", "signal": "onscreen_text", "status": "fail", "strength": "advice",
        "severity": 3, "value": 12, "unit": "px", "fix": {"text": "Enlarge it."},
        "instances": [{"start_s": 0.5, "end_s": 2.0, "text": "=SUM(A1)", "box": make.box(0.1, 0.2, 0.3, 0.4).model_dump()}],
    }  # fmt: skip
    known = {
        "id": f"{number:032x}", "name": f"clip {number:04}.mp4", "stamp": "1", "settings": "s", "status": "ok",
        "asset": make.asset().model_dump(), "platform": "tiktok", "outcome": ("fail", "warn", "pass")[number % 3],
        "verdicts": {"fail": number % 3, "warn": 1}, "findings": [finding] if number % 3 == 0 else [],
        "signals": {"shots": "ok", "speech": "unavailable"}, "metrics": {"shots.cuts": number, "shots.first_cut_s": None},
        "page": "reports/a.report.html", "report": "reports/a.report.json", "given": {"brand": "Acme", "team": "@x"},
    }  # fmt: skip
    return Record.model_validate(known | fields)


BAD = {
    "status": "rejected", "reason": {"code": "empty", "sentence": {"text": "The file is empty."}}, "asset": {}, "outcome": None,
    "verdicts": {}, "findings": [], "signals": {}, "metrics": {}, "page": "", "report": "",
}  # fmt: skip


def fill(out: Path, records: list[Record]) -> Store:
    store = Store(out, Part("in")).__enter__()
    store.plan([Item(found.id, Path(found.name), found.name, "1", found.given) for found in records], lambda item: "s")
    for found in records:
        store.keep(found)
    return store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = fill(tmp_path, [record(0), record(1), record(2, name=HOSTILE, platform=HOSTILE, **BAD)])
    yield store
    store.__exit__()


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_tables_hold_assets_measurements_and_places(store: Store, tmp_path: Path) -> None:
    write_tables(store)
    assets = table(tmp_path / "assets.csv")
    assert [row["status"] for row in assets] == ["ok", "ok", "rejected"]
    assert assets[0]["brand"] == "Acme" and assets[0]["team"] == "'@x" and assets[0]["findings"] == "text-size"
    assert assets[2]["reason"] == "The file is empty." and assets[2]["width"] == ""
    cuts = [row for row in table(tmp_path / "signals.csv") if row["metric"] == "cuts"]
    assert [row["number"] for row in cuts] == ["0.0", "1.0"]
    (instance,) = table(tmp_path / "instances.csv")
    assert instance["text"] == "'=SUM(A1)" and instance["x0"] == "0.1" and instance["start_s"] == "0.5"


def test_parquet_holds_the_same_rows_in_types(store: Store, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    write_tables(store, parquet=True)
    for name in ("assets", "signals", "instances"):
        found = parquet.read_table(tmp_path / f"{name}.parquet")
        assert found.num_rows == len(table(tmp_path / f"{name}.csv"))
    assets = parquet.read_table(tmp_path / "assets.parquet").to_pylist()
    assert assets[0]["width"] == 1080 and assets[0]["team"] == "@x" and assets[2]["width"] is None


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\u00a0=1", "hello\n=1+1", "|x", "%x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("value", ["plain", "a = b", "1-2", "", 5, -5.5, None, True])
def test_a_harmless_cell_stays_as_it_is(value: Any) -> None:
    assert str(cell(value)) in (str(value), "", "true")


def test_the_page_holds_hostile_names_as_data(store: Store, tmp_path: Path) -> None:
    page = write_page(store).read_text(encoding="utf-8")
    assert page.count("<script") == 2 and page.count("</script>") == 2 and "<img src=x" not in page
    rows = json.loads(re.search(r'id="rows">(.*?)</script>', page, re.S)[1])  # type: ignore[index]
    assert len(rows) == 3 and rows[2][0].startswith("</script>") and "\u202e" not in rows[2][0]
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1])  # type: ignore[index]
    assert policy.startswith("default-src 'none';") and "unsafe" not in policy


def test_a_row_is_in_the_readers_language() -> None:
    row = row_of(record(0, asset=make.asset(duration_s=6.5).model_dump()), locale_of("fr"))
    assert "0:06,5" in row[5] and json.loads(embedded(row)) == row


def opened(page: Path, folder: Path, extra: str = "") -> tuple[str, str]:
    """The elements of a page after loading, and what the browser's console said."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000"]
    command = [str(CHROMIUM), *flags, f"--user-data-dir={folder}", "--dump-dom", page.as_uri() + extra]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_five_thousand_rows_open_in_a_browser_with_nothing_blocked(tmp_path: Path) -> None:
    thumbnail = tmp_path / "out" / "thumbnails" / "a.jpg"
    thumbnail.parent.mkdir(parents=True)
    shutil.copy(Path(__file__).parents[2] / "docs" / "report.png", thumbnail)
    records = [record(number, thumbnail="thumbnails/a.jpg") for number in range(4999)]
    store = fill(tmp_path / "out", [*records, record(4999, name=HOSTILE, platform=HOSTILE, **BAD)])
    page = write_page(store)
    store.__exit__()
    assert page.stat().st_size < 3_000_000
    began = time.monotonic()
    dom, console = opened(page, tmp_path / "profile")
    assert console == "" and "<output>5000 / 5000</output>" in dom
    assert 60 <= dom.count('class="picture"') <= 600
    assert time.monotonic() - began < 60
