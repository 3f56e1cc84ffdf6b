"""What the store promises: nothing kept is lost, nothing is taken twice, and the index can be made anew."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from analyzer.batch.files import INDEX, StoreError
from analyzer.batch.inputs import Item
from analyzer.batch.record import Record, Status
from analyzer.batch.store import Part, Store, shard_of
from analyzer.nouns.errors import UsageError
from analyzer.nouns.evidence import message
from analyzer.nouns.report import Reason

ROOT = Path(__file__).parent.parent.parent


def items(count: int, stamp: str = "1") -> list[Item]:
    return [Item(f"{number:08x}", Path(f"{number}.mp4"), f"{number}.mp4", stamp, {"team": "x"}) for number in range(count)]


def record(item: Item, status: Status = "ok", **fields: object) -> Record:
    reason = None if status == "ok" else Reason(code="code", sentence=message("It is so."))
    known = {"id": item.id, "name": item.name, "stamp": item.stamp, "settings": "s", "status": status, "reason": reason}
    return Record.model_validate(known | fields)


def open_store(out: Path, **part: object) -> Store:
    return Store(out, Part("in", **part))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path) as store:
        store.plan(items(5), lambda item: "s")
        yield store


def taken(store: Store, most: int = 100) -> list[str]:
    return [item.id for item, _ in store.take(most)]


def test_what_has_a_record_is_not_taken_again_until_its_file_or_the_settings_change(tmp_path: Path, store: Store) -> None:
    for item, _ in store.take(5):
        store.keep(record(item))
    assert taken(store) == [] and store.count_todo() == 0
    for stamp, settings, todo in (("1", "s", 0), ("2", "s", 5), ("1", "t", 5)):
        with open_store(tmp_path) as later:
            assert later.plan(items(5, stamp), lambda item, settings=settings: settings) == 5
            assert later.count_todo() == len(taken(later)) == todo


def test_two_runs_share_the_inputs(tmp_path: Path, store: Store) -> None:
    with open_store(tmp_path) as other:
        other.plan(items(5), lambda item: "s")
        assert sorted([*taken(store, 2), *taken(other)]) == [item.id for item in items(5)]
        assert taken(store) == [] and store.taken_by_others() == 3
    assert len(taken(store)) == 3


def test_what_a_killed_run_had_taken_is_given_back_and_its_temporary_files_go(tmp_path: Path, store: Store) -> None:
    code = (
        "import sys, time; from pathlib import Path; from analyzer.batch.store import *\n"
        f"with Store(Path({str(tmp_path)!r}), Part('in')) as store:\n"
        " (store.scratch / 'spool').mkdir()\n"
        " print(len(store.take(3)), store.scratch, flush=True); time.sleep(60)"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    with process:
        assert process.stdout is not None
        count, scratch = process.stdout.readline().split()
        assert count == "3" and len(taken(store, 1)) == 1 and Path(scratch).is_dir()
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    assert len(taken(store)) == 1
    assert len(taken(store)) == 3 and not Path(scratch).exists()


@pytest.mark.parametrize("damage", ["lost", "no database", "torn", "older"])
def test_the_index_is_made_anew_from_the_records(tmp_path: Path, damage: str) -> None:
    with open_store(tmp_path) as store:
        store.plan(items(5), lambda item: "s")
        for item, _ in store.take(3):
            store.keep(record(item, given={"note": "é" * 4000}))
    index = tmp_path / INDEX
    if damage == "lost":
        index.unlink()
    elif damage == "no database":
        index.write_bytes(b"not a database at all" * 100)
    elif damage == "torn":
        index.write_bytes(index.read_bytes()[:4096] + b"\xff" * 20_000)
    else:
        with sqlite3.connect(index) as db:
            db.execute("PRAGMA user_version = 99")
        db.close()
    with open_store(tmp_path) as store:
        store.plan(items(5), lambda item: "s")
        assert store.count_todo() == 2 and store.counts() == {"ok": 3, "pending": 2}
        assert [found.name for found in store.records()] == ["0.mp4", "1.mp4", "2.mp4"]


def test_only_what_failed_is_tried_again_and_only_once_a_run(tmp_path: Path, store: Store) -> None:
    statuses: tuple[Status, ...] = ("ok", "rejected", "failed", "timed_out", "crashed")
    for (item, _), status in zip(store.take(5), statuses, strict=True):
        store.keep(record(item, status))
    with open_store(tmp_path, retry_failed=True) as again:
        again.plan(items(5), lambda item: "s")
        assert again.count_todo() == 3
        found = again.take(5)
        assert [item.name for item, _ in found] == ["2.mp4", "3.mp4", "4.mp4"]
        for item, _ in found:
            again.keep(record(item, "crashed"))
        assert again.count_todo() == 0


def test_shards_are_disjoint_and_cover_everything(tmp_path: Path) -> None:
    found = []
    for number in (1, 2, 3):
        with open_store(tmp_path, shard=number, shards=3) as store:
            store.plan(items(50), lambda item: "s")
            found += taken(store)
    assert sorted(found) == [item.id for item in items(50)]


def test_inputs_that_are_gone_are_forgotten_and_those_of_another_source_are_not(tmp_path: Path, store: Store) -> None:
    for item, _ in store.take(5):
        store.keep(record(item))
    with Store(tmp_path, Part("elsewhere")) as other:
        other.plan([Item("ffffffff", Path("z"), "z", "1", {})], lambda item: "s")
        other.keep(record(other.take(1)[0][0]))
    with open_store(tmp_path) as later:
        assert later.plan(items(2), lambda item: "s") == 2
        assert sorted(found.name for found in later.records()) == ["0.mp4", "1.mp4", "z"]
        assert later.counts() == {"ok": 2}


def test_two_runs_that_plan_at_once_forget_nothing(tmp_path: Path) -> None:
    """What the one that began first notes last keeps the turn of the other, which deletes what is older than its own."""
    with open_store(tmp_path) as first, open_store(tmp_path) as second:

        def interrupted() -> Iterator[Item]:
            second.plan(items(3), lambda item: "s")
            yield from items(3)

        first.plan(interrupted(), lambda item: "s")
        assert first._db.execute("SELECT turn FROM inputs").fetchall() == [(2,)] * 3


def test_an_index_that_breaks_under_a_run_is_one_sentence_and_the_next_run_mends_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="goes on"), open_store(tmp_path) as store:
        store.plan(items(2), lambda item: "s")
        store.keep(record(store.take(1)[0][0]))
        store._db.execute("DROP TABLE records")
        store.counts()
    with open_store(tmp_path) as later:
        later.plan(items(2), lambda item: "s")
        assert later.counts() == {"ok": 1, "pending": 1}


def test_a_folder_that_cannot_be_used_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="Name another"), open_store(tmp_path / "file" / "out"):
        pass


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "1/2/3", "-1/2"])
def test_a_shard_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="2/5"):
        shard_of(text)
    assert shard_of("2/5") == (2, 5)
