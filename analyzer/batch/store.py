"""What a batch knows: records as JSON files, and an index of them in SQLite that is made anew from the files when it is lost.

A record is known once `keep` returns: its file is on the disk, and so is its row. Several runs may share a folder: each
takes inputs under its own name, and has a folder of its own (`analyzer.disk.folders`) as long as it lives, so that what a
killed run had taken is given back and what it left half is deleted.
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from analyzer.batch.files import INDEX, RECORDS, StoreError, write
from analyzer.batch.index import KEEP, adopt, are_whole, connect, files_as_kept, make, row_of, set_aside, state_of
from analyzer.batch.inputs import Item
from analyzer.batch.record import ANALYSED, RETRIED, Record, to_file
from analyzer.disk import folders
from analyzer.nouns.errors import UsageError

NOTE = """
INSERT INTO inputs (id, source, turn, path, name, given, stamp, settings) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET source = excluded.source, turn = max(turn, excluded.turn), path = excluded.path,
    name = excluded.name, given = excluded.given, stamp = excluded.stamp, settings = excluded.settings
"""
ADOPT = """
INSERT OR IGNORE INTO inputs (id, source, turn, path, name, given, stamp, settings)
SELECT id, json_extract(record, '$.source'), 0, X'', json_extract(record, '$.name'), json_extract(record, '$.given'), stamp,
    settings
FROM records WHERE adopted AND json_extract(record, '$.source') NOT IN ('', :source)
"""
"""The inputs of other sources whose records were found without an index."""
TODO = f"""
FROM inputs LEFT JOIN records USING (id)
WHERE inputs.source = :source AND in_shard(inputs.id) AND (
    records.id IS NULL OR records.stamp != inputs.stamp OR records.settings != inputs.settings
    OR (:retry AND records.run != :run AND (records.status IN {RETRIED} OR records.code = 'signal_failed')))
"""
RUN = "run-"
"""Start of the name of a run's own folder, which holds what it has not written whole yet."""
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
        self.notes: list[str] = []
        """Sentences of what was found wrong in the folder, and mended."""
        self._after = 0

    def __enter__(self) -> Store:
        with contextlib.ExitStack() as opened:
            try:
                if not self._runs.is_dir():
                    state_of(self.out)  # before anything is made in a folder of another program
                self._runs.mkdir(parents=True, exist_ok=True)
                with folders.locked(self._runs / "starting"):
                    self.folder = opened.enter_context(folders.own(self._runs, RUN))
                    self.run = self.folder.name
                    self._mend()
                    self._db = opened.enter_context(contextlib.closing(self._opened()))
                self.scratch = opened.enter_context(folders.own(prefix=f"{folders.PREFIX}batch-"))
                self.free_what_dead_runs_took()
            except (OSError, sqlite3.Error) as error:
                reason = getattr(error, "strerror", None) or error
                raise StoreError(f"The folder {self.out} cannot be used: {reason}. Name another with --out.") from error
            self._open = opened.pop_all()
        return self

    def __exit__(self, kind: object = None, error: BaseException | None = None, trace: object = None) -> None:
        with contextlib.suppress(sqlite3.Error):
            self._db.execute("UPDATE inputs SET taken_by = NULL WHERE taken_by = ?", (self.run,))
        self._open.close()
        if isinstance(error, sqlite3.Error):
            raise StoreError(f"The index {self.out / INDEX} cannot be used: {error}. The same command goes on.") from error

    def writing_tables(self) -> contextlib.AbstractContextManager[None]:
        """A lock under which tables and pages are written, so that the run that writes last has read everything."""
        return folders.locked(self._runs / "tables")

    def plan(self, items: Iterable[Item], settings_of: Callable[[Item], str]) -> int:
        """Note the inputs of the source, and forget those of it that are gone; returns how many there are."""
        with self._writing() as db:
            db.execute("UPDATE turns SET number = number + 1")
            turn = db.execute("SELECT number FROM turns").fetchone()[0]
        count, rows = 0, iter(items)
        while chunk := list(islice(rows, CHUNK)):
            with self._writing() as db:
                db.executemany(NOTE, [self._row(item, turn, settings_of(item)) for item in chunk])
            count += len(chunk)
        with self._writing() as db:
            db.execute("DELETE FROM inputs WHERE source = ? AND turn < ?", (self.part.source, turn))
            db.execute(ADOPT, {"source": self.part.source})
            db.execute("UPDATE records SET adopted = 0 WHERE adopted")
        self._forget_broken()
        return count

    def _row(self, item: Item, turn: int, settings: str) -> tuple[Any, ...]:
        given = json.dumps(item.given, ensure_ascii=True)
        return item.id, self.part.source, turn, os.fsencode(item.path), item.name, given, item.stamp, settings

    def _forget_broken(self) -> None:
        """Forget the records of the source whose files are not what they were, so that they are made again."""
        after, broken = 0, 0
        query = "SELECT number, id, files, digest FROM inputs JOIN records USING (id) WHERE source = ? AND number > ?"
        query += " ORDER BY number LIMIT ?"
        while rows := self._db.execute(query, (self.part.source, after, CHUNK)).fetchall():
            after = rows[-1][0]
            lost = [(identity, digest) for _, identity, files, digest in rows if not are_whole(self.out, files)]
            if lost:
                with self._writing() as db:
                    broken += db.executemany("DELETE FROM records WHERE id = ? AND digest = ?", lost).rowcount
        if broken:
            self.notes.append(f"Files of {broken} records are missing or were changed; they are made again.")

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
        record = record.model_copy(update={"source": self.part.source})
        path, data = self.out / RECORDS / record.id[:2] / f"{record.id}.json", to_file(record)
        write(path, data, self.folder)
        with self._writing() as db:
            db.execute(KEEP, row_of(record, self.run, files_as_kept(self.out, record, path, data)))
            db.execute("UPDATE inputs SET taken_by = NULL WHERE id = ?", (record.id,))

    def records(self) -> Iterator[Record]:
        """The records of all inputs, of this source and of others, in the order in which the inputs were found."""
        after = 0
        query = "SELECT number, record FROM inputs JOIN records USING (id) WHERE number > ? ORDER BY number LIMIT ?"
        while rows := self._db.execute(query, (after, CHUNK)).fetchall():
            after = rows[-1][0]
            yield from (record for _, text in rows if (record := _read(text)) is not None)

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
        return [record for (text,) in rows if (record := _read(text)) is not None]

    def taken_by_others(self) -> int:
        query = "SELECT count(*) FROM inputs WHERE source = ? AND taken_by NOT NULL AND taken_by != ?"
        return int(self._db.execute(query, (self.part.source, self.run)).fetchone()[0])

    def free_what_dead_runs_took(self) -> int:
        """Give back the inputs of runs that were killed, and delete what they left; returns how many inputs these are."""
        with folders.locked(self._runs / "starting"):
            alive = folders.living(self._runs, RUN)
            marks = ", ".join("?" * len(alive))
            with self._writing() as db:
                freed = db.execute(
                    f"UPDATE inputs SET taken_by = NULL WHERE taken_by NOT NULL AND taken_by NOT IN ({marks})", [*alive]
                )
            folders.sweep(self._runs, RUN)
            folders.sweep(Path(tempfile.gettempdir()))
        return freed.rowcount

    @property
    def _runs(self) -> Path:
        return self.out / ".runs"

    def _values(self) -> dict[str, Any]:
        return {"source": self.part.source, "retry": self.part.retry_failed, "run": self.run}

    def _mend(self) -> None:
        """Make the index anew where it cannot be used, and take the records that it lacks from their files."""
        why = state_of(self.out)
        if why and folders.living(self._runs, RUN) - {self.run}:
            raise StoreError(f"The index {self.out / INDEX} {why}, and another run uses it. Try again when that has ended.")
        aside = set_aside(self.out) if why else None
        if why:
            make(self.out, self.folder)
        with contextlib.closing(connect(self.out / INDEX)) as db:
            adopted, broken = adopt(db, self.out)
        if why and aside is not None and aside.exists():
            self.notes.append(
                f"The index {why}; it was made anew from {adopted} records, and the former one is kept as {aside.name}."
            )
        elif adopted:
            self.notes.append(f"The index lacked {adopted} records; they were taken from their files.")
        if broken:
            self.notes.append(f"Files in {self.out / 'records'} that are damaged or no records: {broken}. They are not used.")

    def _opened(self) -> sqlite3.Connection:
        db = connect(self.out / INDEX)
        try:
            shard, shards = self.part.shard - 1, self.part.shards
            db.create_function("in_shard", 1, lambda identity: int(identity[:8], 16) % shards == shard)
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
        except BaseException:
            db.close()
            raise
        return db

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


def _read(text: str) -> Record | None:
    """The record of a row; None for one that a stranger wrote and that is no record."""
    try:
        return Record.model_validate_json(text)
    except ValueError:
        return None
