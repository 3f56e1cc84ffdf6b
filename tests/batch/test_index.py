"""An index that cannot be trusted: made anew from the records, kept aside, never at the cost of a record or a file."""

from __future__ import annotations

import hashlib
import json
import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from analyzer.batch import index
from analyzer.batch.files import INDEX, StoreError, write
from analyzer.batch.record import Record, read_record, to_file
from analyzer.batch.store import Part, Store
from tests.batch.made import BAD, fill, record
from tests.batch.test_store import items

COUNT = 12


def reported(out: Path, number: int) -> Record:
    """A record whose report lies where it says."""
    place = f"reports/aa/clip-{number:012x}.report.json"
    return record(number, report=place, page="", sha256={place: write(out / place, f"report {number}".encode())})


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The folder of a batch whose run has ended."""
    fill(tmp_path / "out", [reported(tmp_path / "out", number) for number in range(COUNT)]).__exit__()
    return tmp_path / "out"


def names(out: Path, source: str = "in") -> tuple[list[str], list[str]]:
    with Store(out, Part(source)) as store:
        return sorted(found.name for found in store.records()), store.notes


def everything() -> list[str]:
    return [f"clip {number:04}.mp4" for number in range(COUNT)]


def replanned(out: Path) -> tuple[list[str], list[str]]:
    """Names of the records after the inputs were noted again, and what was said."""
    from analyzer.batch.inputs import Item

    known = [record(number) for number in range(COUNT)]
    with Store(out, Part("in")) as store:
        store.plan([Item(found.id, Path(found.name), found.name, "1", found.given) for found in known], lambda item: "s")
        return sorted(found.name for found in store.records()), store.notes


@pytest.mark.parametrize("damage", ["truncated", "half", "zeroed", "empty", "text", "header", "read only flag", "application"])
def test_a_damaged_index_is_made_anew_and_kept_aside(out: Path, damage: str) -> None:
    path = out / INDEX
    whole = path.read_bytes()
    path.write_bytes({
        "truncated": whole[:-5000], "half": whole[: len(whole) // 2], "zeroed": bytes(len(whole)), "empty": b"",
        "text": b"my notes", "header": b"\xff" * 100 + whole[100:], "read only flag": whole[:18] + b"\x09\x09" + whole[20:],
        "application": whole[:68] + b"\x01\x02\x03\x04" + whole[72:],
    }[damage])  # fmt: skip
    left = path.read_bytes()
    found, notes = replanned(out)
    assert found == everything() and "made anew from 12 records" in notes[0]
    [aside] = out.glob(f"{INDEX}.aside-????????")
    assert aside.read_bytes() == left and aside.name in notes[0]
    assert replanned(out) == (everything(), [])


def test_flipped_bytes_lose_no_record_and_change_none(out: Path) -> None:
    whole, before = (out / INDEX).read_bytes(), sorted((out / "records").rglob("*.json"))
    moments = random.Random(3)
    for _ in range(30):
        place = moments.randrange(len(whole))
        (out / INDEX).write_bytes(whole[:place] + bytes([whole[place] ^ (1 << moments.randrange(8))]) + whole[place + 1 :])
        assert replanned(out)[0] == everything(), place
        with Store(out, Part("in")) as store:
            assert {found.metrics["shots.cuts"] for found in store.records()} == {*range(COUNT)}, place
    assert sorted((out / "records").rglob("*.json")) == before


def test_records_of_other_sources_survive_the_index(out: Path) -> None:
    with Store(out, Part("elsewhere")) as store:
        store.plan(items(1), lambda item: "s")
        store.keep(record(99, id=items(1)[0].id, name="of another source"))
    (out / INDEX).unlink()
    assert replanned(out)[0] == [*everything(), "of another source"]


def test_what_the_log_held_is_taken_from_the_files(out: Path, tmp_path: Path) -> None:
    """An index whose log was lost is whole, and of yesterday."""
    with Store(out, Part("in")) as store:
        store._db.execute("DELETE FROM records WHERE id > ?", (f"{7:032x}",))
    found, notes = replanned(out)
    assert found == everything() and "lacked 4 records" in notes[0]


def test_another_programs_index_is_left_alone_with_everything_beside_it(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / INDEX)) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE songs (title TEXT)")
        db.commit()
    for name in ("starting.txt", "records/ab/song.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("mine")
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(StoreError, match="was not made by this program.*Name another folder with --out"):
        names(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("what", ["text", "folder"])
def test_what_is_no_index_in_a_folder_without_records_is_left_alone(tmp_path: Path, what: str) -> None:
    (tmp_path / INDEX).mkdir() if what == "folder" else (tmp_path / INDEX).write_text("my notes")
    with pytest.raises(StoreError, match="was not made by this program"):
        names(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [INDEX]


def test_an_index_that_another_program_locks_is_one_sentence(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "BUSY_S", 0.1)
    with closing(sqlite3.connect(out / INDEX, isolation_level=None)) as db:
        db.execute("PRAGMA locking_mode = EXCLUSIVE")
        db.execute("BEGIN EXCLUSIVE")
        db.execute("UPDATE turns SET number = 7")
        with pytest.raises(StoreError, match="locked"):
            names(out)
        db.execute("ROLLBACK")
    assert replanned(out) == (everything(), [])


def test_a_damaged_index_is_not_taken_from_under_another_run(out: Path) -> None:
    with Store(out, Part("in")):
        (out / INDEX).write_bytes(b"damaged")
        with pytest.raises(StoreError, match="another run uses it"):
            names(out)


@pytest.mark.parametrize("change", ["missing", "truncated", "flipped", "folder"])
@pytest.mark.parametrize("which", ["report", "record"])
def test_a_record_whose_files_changed_is_made_again(out: Path, change: str, which: str) -> None:
    path = out / (reported(out, 3).report if which == "report" else f"records/00/{3:032x}.json")
    data = path.read_bytes()
    path.unlink()
    if change == "truncated":
        path.write_bytes(data[:-1])
    elif change == "flipped":
        path.write_bytes(data[:5] + bytes([data[5] ^ 1]) + data[6:])
    elif change == "folder":
        path.mkdir()
    found, notes = replanned(out)
    assert found == [name for name in everything() if "0003" not in name]
    assert "Files of 1 records are missing or were changed" in notes[-1]


def test_a_folder_that_was_copied_is_read_and_not_made_again(out: Path) -> None:
    for path in out.glob("re*/*/*"):
        path.write_bytes(path.read_bytes())
    assert replanned(out) == (everything(), [])


@pytest.mark.parametrize("place", [
    "../../x", "/etc/passwd", "javascript:alert(1)", "reports/../../x", "reports/a\x1b[2J", "//host/x", "reports/.hidden",
    "file:///etc/passwd", "reports/a b", "reports\\a", "reports/%2e%2e/x", "C:/x", "reports/", "reports/a\n",
])  # fmt: skip
@pytest.mark.parametrize("field", ["page", "report", "thumbnail"])
def test_a_record_of_a_stranger_leads_nowhere(out: Path, place: str, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        record(1, **{field: place})
    path = out / "records" / "00" / f"{5:032x}.json"
    data = json.loads(path.read_bytes()) | {field: place}
    del data["seal"]
    path.write_text(json.dumps(data))
    (out / INDEX).unlink()
    found, notes = replanned(out)
    assert found == [name for name in everything() if "0005" not in name]
    assert "damaged or no records: 1" in notes[-1]


def test_a_stranger_s_row_is_no_record(out: Path) -> None:
    """An index may be a stranger's too: its digests are right, and its record leads out of the folder."""
    with closing(sqlite3.connect(out / INDEX)) as db:
        row = [*db.execute("SELECT * FROM records WHERE id = ?", (f"{5:032x}",)).fetchone()]
        row[7] = row[7].replace('"page":""', '"page":"../../x"')
        row[9] = hashlib.sha256("\0".join(map(str, row[:9])).encode()).hexdigest()
        db.execute(index.KEEP, row)
        db.commit()
    assert replanned(out)[0] == [name for name in everything() if "0005" not in name]


def test_an_index_with_triggers_is_not_used(out: Path) -> None:
    with closing(sqlite3.connect(out / INDEX)) as db:
        db.execute("CREATE TRIGGER t AFTER UPDATE ON turns BEGIN DELETE FROM records; END")
        db.commit()
    found, notes = replanned(out)
    assert found == everything() and "made anew" in notes[0]


@pytest.mark.parametrize("asset", [{"width": 1}, {**record(1).asset, "bytes": 10**30}, {**record(1).asset, "duration_s": "x"}])
def test_a_record_whose_asset_is_none_is_refused(asset: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        record(1, asset=asset)


def test_a_record_is_read_as_it_was_written_and_no_byte_of_it_may_change(tmp_path: Path) -> None:
    made = record(1, **BAD)
    path = tmp_path / f"{made.id}.json"
    whole = to_file(made)
    path.write_bytes(whole)
    assert read_record(path)[0] == made and json.loads(whole)["id"] == made.id
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(ValueError):
            read_record(path)
    path.write_bytes(whole)
    path.rename(tmp_path / f"{2:032x}.json")
    with pytest.raises(ValueError, match="another input"):
        read_record(tmp_path / f"{2:032x}.json")


def test_a_clock_that_goes_back_forgets_nothing(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for now in (2_000_000_000.0, 0.0, 1.0):
        monkeypatch.setattr("time.time", lambda now=now: now)
        assert replanned(out) == (everything(), [])
