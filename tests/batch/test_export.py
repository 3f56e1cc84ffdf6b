"""The tables: every record is there, columns of a manifest are carried through, and no cell is a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer.batch.export import cell, write_tables
from analyzer.batch.store import Store
from tests.batch.made import BAD, HOSTILE, fill, record


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
    write_tables(store)
    assert not list(tmp_path.glob("*.parquet"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "\u00a0=1", "hello\n=1+1", "|x", "%x"])
def test_no_cell_is_a_formula(text: str) -> None:
    assert cell(text).startswith("'")


@pytest.mark.parametrize("value", ["plain", "a = b", "1-2", "", 5, -5.5])
def test_a_harmless_cell_stays_as_it_is(value: Any) -> None:
    assert cell(value) == value and cell(None) == "" and cell(True) == "true"


def test_a_column_of_the_manifest_cannot_pass_for_one_of_ours(tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    given = {"status": "approved", "width": "wide", "id": "7", "platform": "x", "locale": "fr"}
    store = fill(tmp_path, [record(0, given=given)])
    write_tables(store, parquet=True)
    store.__exit__()
    (row,) = table(tmp_path / "assets.csv")
    assert (row["status"], row["width"], row["id"], row["platform"]) == ("ok", "1080", f"{0:032x}", "tiktok")
    assert (row["manifest.status"], row["manifest.width"], row["manifest.id"]) == ("approved", "wide", "7")
    assert row["locale"] == "fr" and "manifest.platform" not in row
    assert parquet.read_table(tmp_path / "assets.parquet").to_pylist()[0]["manifest.width"] == "wide"
