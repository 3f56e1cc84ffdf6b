"""What a batch knows: records as JSON files, and an index of them in SQLite that is made anew from the files when it is lost.

A record is known once `keep` returns: its file is on the disk, and so is its row. Several runs may share a folder: each
takes inputs under its own name, and holds a lock as long as it lives, so that what a killed run had taken is given back.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from analyzer.batch.files import INDEX, PART, StoreError, write
from analyzer.batch.inputs import Item
from analyzer.batch.record import ANALYSED, RETRIED, Record
from analyzer.errors import UsageError

VERSION = 1
"""Of the index; another one is made anew from the records."""
SCHEMA = """
CREATE TABLE IF NOT EXISTS inputs (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, source TEXT NOT NULL, seen REAL NOT NULL, path BLOB NOT NULL,
    name TEXT NOT NULL, given TEXT NOT NULL, stamp TEXT NOT NULL, settings TEXT NOT NULL, taken_by TEXT
);
CREATE TABLE IF NOT EXISTS records (
    id TEXT PRIMARY KEY, stamp TEXT NOT NULL, settings TEXT NOT NULL, status TEXT NOT NULL, code TEXT, outcome TEXT,
    run TEXT NOT NULL, record TEXT NOT NULL
);
"""
NOTE = """
INSERT INTO inputs (id, source, seen, path, name, given, stamp, settings) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET source = excluded.source, seen = max(seen, excluded.seen), name = excluded.name,
    given = excluded.given, stamp = excluded.stamp, settings = excluded.settings
"""
KEEP = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
TODO = f"""
FROM inputs LEFT JOIN records USING (id)
WHERE inputs.source = :source AND in_shard(inputs.id) AND (
    records.id IS NULL OR records.stamp != inputs.stamp OR records.settings != inputs.settings
    OR (:retry AND records.run != :run AND (records.status IN {RETRIED} OR records.code = 'signal_failed')))
"""
BUSY_S = 60.0
"""Longest wait for another run's write; among eight writers the worst was 0.7 s (shared/research/reliability.md, measured)."""
CHUNK = 500
"""Rows that are held in memory at a time (project choice)."""


@dataclass(frozen=True)
class Part:
    """What of a source a run works on."""

    source: str
    shard: int = 1
    shards: int = 1
    retry_failed: bool = False


class Store:
    """The folder of a batch as one run sees it, between `with` and its end. Raises `StoreError` where it cannot be written."""

    def __init__(self, out: Path, part: Part) -> None:
        self.out, self.part = out, part
        self.run = uuid.uuid4().hex[:12]
        self.scratch = _scratch_of(self.run)
        """A folder for the temporary files of this run; the next run deletes it when this one is killed."""
        self._after = 0

    def __enter__(self) -> Store:
        with contextlib.ExitStack() as opened:
            try:
                self._locks.mkdir(parents=True, exist_ok=True)
                with FileLock(self._locks / "starting"):
                    opened.enter_context(self._living())
                    self._db = opened.enter_context(contextlib.closing(self._opened()))
                self.scratch.mkdir(parents=True)
                self.free_what_dead_runs_took()
            except (OSError, Timeout, sqlite3.Error) as error:
                raise StoreError(f"The folder {self.out} cannot be used: {error}. Name another with --out.") from error
            self._open = opened.pop_all()
        return self

    def __exit__(self, kind: object = None, error: BaseException | None = None, trace: object = None) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("UPDATE inputs SET taken_by = NULL WHERE taken_by = ?", (self.run,))
        self._open.close()
        if isinstance(error, sqlite3.Error):
            raise StoreError(f"The index {self.out / INDEX} cannot be used: {error}. The same command goes on.") from error

    def writing_tables(self) -> FileLock:
        """A lock under which tables and pages are written, so that the run that writes last has read everything."""
        return FileLock(self._locks / "tables")

    @contextlib.contextmanager
    def _living(self) -> Iterator[None]:
        """Hold the lock that says that this run lives, and delete its temporary files in the end."""
        path = self._locks / f"{self.run}.lock"
        try:
            with FileLock(path, timeout=5):
                yield
        finally:
            shutil.rmtree(self.scratch, ignore_errors=True)
            path.unlink(missing_ok=True)

    def plan(self, items: Iterable[Item], settings_of: Callable[[Item], str]) -> int:
        """Note the inputs of the source, and forget those of it that are gone; returns how many there are."""
        began, count = time.time(), 0
        rows = iter(items)
        while chunk := list(islice(rows, CHUNK)):
            with self._writing() as db:
                db.executemany(NOTE, [self._row(item, began, settings_of(item)) for item in chunk])
            count += len(chunk)
        with self._writing() as db:
            db.execute("DELETE FROM inputs WHERE source = ? AND seen < ?", (self.part.source, began))
        return count

    def _row(self, item: Item, seen: float, settings: str) -> tuple[Any, ...]:
        given = json.dumps(item.given, ensure_ascii=True)
        return item.id, self.part.source, seen, os.fsencode(item.path), item.name, given, item.stamp, settings

    def count_todo(self) -> int:
        return int(self._db.execute(f"SELECT count(*) {TODO}", self._values()).fetchone()[0])

    def take(self, most: int) -> list[tuple[Item, str]]:
        """Inputs that have no record yet and that no other run works on, each with its settings; empty when there are none."""
        with self._writing() as db:
            query = f"SELECT number, id, path, name, given, inputs.stamp, inputs.settings {TODO}"
            query += "AND taken_by IS NULL AND number > :after ORDER BY number LIMIT :most"
            rows = db.execute(query, self._values() | {"after": self._after, "most": most}).fetchall()
            db.executemany("UPDATE inputs SET taken_by = ? WHERE number = ?", [(self.run, row[0]) for row in rows])
        if rows:
            self._after = rows[-1][0]
        elif self._after:  # what other runs gave back may lie before
            self.free_what_dead_runs_took()
            self._after = 0
            return self.take(most)
        return [(Item(row[1], Path(os.fsdecode(row[2])), row[3], row[5], json.loads(row[4])), row[6]) for row in rows]

    def keep(self, record: Record) -> None:
        """Write a record's file, then its row. When it returns, the record survives whatever happens to the process."""
        text = record.model_dump_json(indent=1)
        write(self.out / "records" / record.id[:2] / f"{record.id}.json", text + "\n")
        with self._writing() as db:
            db.execute(KEEP, _columns(record, self.run))
            db.execute("UPDATE inputs SET taken_by = NULL WHERE id = ?", (record.id,))

    def records(self) -> Iterator[Record]:
        """The records of all inputs, of this source and of others, in the order in which the inputs were found."""
        after = 0
        query = "SELECT number, record FROM inputs JOIN records USING (id) WHERE number > ? ORDER BY number LIMIT ?"
        while rows := self._db.execute(query, (after, CHUNK)).fetchall():
            after = rows[-1][0]
            for _, text in rows:
                yield Record.model_validate_json(text)

    def counts(self) -> dict[str, int]:
        """How many inputs of the source there are of each status; those without a record are `pending`."""
        query = "SELECT coalesce(status, 'pending'), count(*) FROM inputs LEFT JOIN records USING (id)"
        query += " WHERE source = ? GROUP BY 1"
        return dict(self._db.execute(query, (self.part.source,)).fetchall())

    def reasons(self) -> dict[str, int]:
        """How many records of the source have each reason, the most frequent first."""
        query = "SELECT code, count(*) FROM inputs JOIN records USING (id) WHERE source = ? AND code NOT NULL"
        return dict(self._db.execute(query + " GROUP BY 1 ORDER BY 2 DESC, 1", (self.part.source,)).fetchall())

    def outcomes(self) -> dict[str, int]:
        """How many reports of the source there are of each outcome."""
        query = "SELECT outcome, count(*) FROM inputs JOIN records USING (id) WHERE source = ? AND outcome NOT NULL GROUP BY 1"
        return dict(self._db.execute(query, (self.part.source,)).fetchall())

    def not_analysed(self, most: int) -> list[Record]:
        """The first records of the source that have no report."""
        query = f"SELECT record FROM inputs JOIN records USING (id) WHERE source = ? AND status NOT IN {ANALYSED}"
        rows = self._db.execute(f"{query} ORDER BY number LIMIT ?", (self.part.source, most)).fetchall()
        return [Record.model_validate_json(text) for (text,) in rows]

    def taken_by_others(self) -> int:
        query = "SELECT count(*) FROM inputs WHERE source = ? AND taken_by NOT NULL AND taken_by != ?"
        return int(self._db.execute(query, (self.part.source, self.run)).fetchone()[0])

    def free_what_dead_runs_took(self) -> int:
        """Give back the inputs of runs that were killed, and delete what they left; returns how many inputs these are."""
        living = {self.run}
        with FileLock(self._locks / "starting"):
            for path in self._locks.glob("*.lock"):
                if path.stem != self.run and not _is_dead(path):
                    living.add(path.stem)
            marks = ", ".join("?" * len(living))
            with self._writing() as db:
                freed = db.execute(
                    f"UPDATE inputs SET taken_by = NULL WHERE taken_by NOT NULL AND taken_by NOT IN ({marks})", [*living]
                )
            if living == {self.run}:
                self._delete_parts()
        return freed.rowcount

    def _delete_parts(self) -> None:
        """Delete the files that killed runs were writing."""
        for folder, _, names in os.walk(self.out):
            for name in names:
                if name.endswith(PART):
                    Path(folder, name).unlink(missing_ok=True)

    @property
    def _locks(self) -> Path:
        return self.out / ".runs"

    def _values(self) -> dict[str, Any]:
        return {"source": self.part.source, "retry": self.part.retry_failed, "run": self.run}

    def _opened(self) -> sqlite3.Connection:
        """The index; where it is lost, damaged or of another version, one that is made of the records' files."""
        db = self._connected()
        try:
            if not _is_sound(db):
                db.close()
                for suffix in ("", "-wal", "-shm"):
                    Path(f"{self.out / INDEX}{suffix}").unlink(missing_ok=True)
                db = self._connected()
                self._rebuild(db)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
        except BaseException:
            db.close()
            raise
        return db

    def _connected(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.out / INDEX, timeout=BUSY_S, isolation_level=None)
        db.create_function("in_shard", 1, lambda identity: int(identity[:8], 16) % self.part.shards == self.part.shard - 1)
        return db

    def _rebuild(self, db: sqlite3.Connection) -> None:
        """Fill an empty index with the records that lie in files; the version is written last, in the same transaction."""
        db.execute("BEGIN IMMEDIATE")
        for statement in SCHEMA.split(";"):
            db.execute(statement)
        for file in sorted((self.out / "records").glob("*/*.json")):
            with contextlib.suppress(OSError, ValueError):
                db.execute(KEEP, _columns(Record.model_validate_json(file.read_bytes()), ""))
        db.execute(f"PRAGMA user_version = {VERSION}")
        db.execute("COMMIT")

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction; raises `StoreError` where it cannot be committed."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db
            self._db.execute("COMMIT")
        except sqlite3.Error as error:
            self._roll_back()
            raise StoreError(f"The index {self.out / INDEX} cannot be written: {error}. The same command goes on.") from error
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("ROLLBACK")


def shard_of(text: str) -> tuple[int, int]:
    """`2/5` as (2, 5); raises `UsageError` for anything else."""
    number, _, count = text.partition("/")
    if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
        raise UsageError(f"--shard takes i/n such as 2/5, not {text}.")
    return int(number), int(count)


def _columns(record: Record, run: str) -> tuple[Any, ...]:
    code = record.reason.code if record.reason else None
    text = record.model_dump_json()
    return record.id, record.stamp, record.settings, record.status, code, record.outcome, run, text


def _is_sound(db: sqlite3.Connection) -> bool:
    """Whether an index is of this version and can be read; a full disk is no damage, and is raised."""
    try:
        db.execute("SELECT count(*), max(length(record)) FROM records").fetchone()
        return bool(db.execute("PRAGMA user_version").fetchone()[0] == VERSION)
    except sqlite3.OperationalError as error:
        if "no such table" in str(error):
            return False
        raise
    except sqlite3.DatabaseError:
        return False


def _scratch_of(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"analyzer-batch-{run}"


def _is_dead(path: Path) -> bool:
    """Whether nobody holds the lock of a run; what such a run left is deleted."""
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    shutil.rmtree(_scratch_of(path.stem), ignore_errors=True)
    path.unlink(missing_ok=True)
    lock.release()
    return True
