"""The index of a batch in SQLite: a copy of the records, which is made anew from their files wherever it cannot be trusted.

A stranger may have made the folder, and a disk may have changed any byte of it: an index is used only where its schema is ours,
SQLite finds no fault in it, and every row is what was written. One that is damaged is set aside, not deleted, and what another
program made is left alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import secrets
import sqlite3
import stat
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from analyzer.batch.files import APPLICATION, INDEX, RECORDS, StoreError
from analyzer.batch.record import Record, read_record
from analyzer.nouns.errors import UsageError

VERSION = 2
SCHEMA = """
CREATE TABLE inputs (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, source TEXT NOT NULL, turn INTEGER NOT NULL, path BLOB NOT NULL,
    name TEXT NOT NULL, given TEXT NOT NULL, stamp TEXT NOT NULL, settings TEXT NOT NULL, taken_by TEXT
);
CREATE TABLE records (
    id TEXT PRIMARY KEY, stamp TEXT NOT NULL, settings TEXT NOT NULL, status TEXT NOT NULL, code TEXT, outcome TEXT,
    run TEXT NOT NULL, record TEXT NOT NULL, files TEXT NOT NULL, digest TEXT NOT NULL, adopted INTEGER NOT NULL
);
CREATE TABLE turns (number INTEGER NOT NULL);
"""
KEEP = "INSERT OR REPLACE INTO records VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
BUSY_S = 60.0
"""Longest wait for another run's write; among eight writers the worst was 0.7 s (shared/research/reliability.md, measured)."""
NOT_DAMAGE = (
    sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY, sqlite3.SQLITE_NOMEM,
)  # fmt: skip
"""Errors of SQLite that say something of the machine and nothing of the file."""
SHELF, RECORD = re.compile(r"[0-9a-f]{2}"), re.compile(r"([0-9a-f]{8,64})\.json")
"""Names of the folders of records and of their files."""
HEAD = b"SQLite format 3\0"


class Foreign(StoreError):
    """The file in the place of the index was not made by this program."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} was not made by this program, and is left alone. Name another folder with --out.")


def state_of(out: Path) -> str:
    """What is wrong with an index: nothing, or the middle of a sentence. Raises `Foreign`, and `sqlite3.Error` for what says
    nothing of the file, such as a lock that another program holds.
    """
    path = out / INDEX
    if not os.path.lexists(path):
        return "is missing"
    if not path.is_file():
        raise Foreign(path)
    try:
        why = _fault(path)
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in NOT_DAMAGE:
            raise
        why = "is damaged"
    if why == "is damaged" and not any(files_of(out)):
        raise Foreign(path)
    return why


def connect(path: Path) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    db.execute("PRAGMA trusted_schema = OFF")
    return db


def make(out: Path, near: Path) -> None:
    """Make an empty index, in `near` first, so that a half one never has its name; another one gives way to it."""
    made = near / INDEX
    with contextlib.closing(connect(made)) as db:
        db.executescript(f"{SCHEMA} INSERT INTO turns VALUES (0); PRAGMA application_id = {APPLICATION};")
        db.execute(f"PRAGMA user_version = {VERSION}")
    os.replace(made, out / INDEX)


def set_aside(out: Path) -> Path:
    """Give an index, and what belongs to it, names of which no use is made; returns that of the index."""
    suffix = f".aside-{secrets.token_hex(4)}"
    for ending in ("-wal", "-shm", ""):
        with contextlib.suppress(FileNotFoundError):
            os.rename(out / f"{INDEX}{ending}", out / f"{INDEX}{suffix}{ending}")
    return out / f"{INDEX}{suffix}"


def adopt(db: sqlite3.Connection, out: Path) -> tuple[int, int]:
    """Take the records that lie in files and that the index lacks; returns how many these are, and how many are no records."""
    adopted = broken = 0
    for shelf in _shelves(out):
        known = {row[0] for row in db.execute("SELECT id FROM records WHERE substr(id, 1, 2) = ?", (shelf.name,))}
        found = [path for path in _records(shelf) if path.stem not in known]
        if not found:
            continue
        db.execute("BEGIN IMMEDIATE")
        for path in found:
            try:
                record, text = read_record(path)
            except (UsageError, ValueError):
                broken += 1
                continue
            db.execute(KEEP.replace("REPLACE", "IGNORE"), row_of(record, "", files_as_kept(out, record, path, text), True))
            adopted += 1
        db.execute("COMMIT")
    return adopted, broken


def row_of(record: Record, run: str, files: str, adopted: bool = False) -> tuple[Any, ...]:
    """The row of a record, with a digest of all of it."""
    code = record.reason.code if record.reason else None
    text = record.model_dump_json()
    row = (record.id, record.stamp, record.settings, record.status, code, record.outcome, run, text, files)
    return *row, _digest(row), int(adopted)


def files_as_kept(out: Path, record: Record, path: Path, text: bytes) -> str:
    """The files of a record with what tells whether they still are what they were: hash, size and time of the last change."""
    found = {str(path.relative_to(out)): hashlib.sha256(text).hexdigest(), **record.sha256}
    return json.dumps({name: [digest, *_stat(out / name)] for name, digest in found.items()})


def are_whole(out: Path, files: str) -> bool:
    """Whether the files of a record are there as they were written; one that has its size and time is not read."""
    with contextlib.suppress(ValueError, TypeError, AttributeError):
        return all(_is_whole(out / name, digest, then) for name, (digest, *then) in json.loads(files).items())
    return False


def files_of(out: Path) -> Iterator[Path]:
    """The files that are named as those of records are, and hold one."""
    for shelf in _shelves(out):
        for path in _records(shelf):
            with contextlib.suppress(UsageError, ValueError):
                read_record(path)
                yield path


def _fault(path: Path) -> str:
    """What is wrong with a file; one of another program is not opened for writing, which SQLite does even to read it."""
    with path.open("rb") as file:
        head = file.read(100)
    if len(head) < 100 or not head.startswith(HEAD) or not {*head[18:20]} <= {1, 2}:
        return "is damaged"
    if int.from_bytes(head[68:72]) != APPLICATION:
        with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)) as db:
            tables = _tables_of(db)
        if not ({"inputs", "records"} <= tables.keys() and "taken_by" in tables["inputs"]):
            raise Foreign(path)
        return "is of another version"
    with contextlib.closing(connect(path)) as db:
        if db.execute("PRAGMA user_version").fetchone()[0] != VERSION:
            return "is of another version"
        if _tables_of(db) != _tables() or db.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            return "is damaged"
        rows = db.execute("SELECT id, stamp, settings, status, code, outcome, run, record, files, digest FROM records")
        return "" if all(_digest(row[:-1]) == row[-1] for row in rows) else "is damaged"


@cache
def _tables() -> dict[str, str]:
    with contextlib.closing(sqlite3.connect(":memory:")) as db:
        db.executescript(SCHEMA)
        return _tables_of(db)


def _tables_of(db: sqlite3.Connection) -> dict[str, str]:
    return dict(db.execute("SELECT name, sql FROM sqlite_master WHERE sql NOT NULL").fetchall())


def _digest(row: tuple[Any, ...]) -> str:
    return hashlib.sha256("\0".join(map(str, row)).encode("utf-8", "surrogatepass")).hexdigest()


def _stat(path: Path) -> list[int]:
    """Size and time of a regular file; nothing for anything else."""
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return []
    return [found.st_size, found.st_mtime_ns] if stat.S_ISREG(found.st_mode) else []


def _is_whole(path: Path, digest: str, then: list[int]) -> bool:
    now = _stat(path)
    return bool(now) and (now == then or _sha256_of(path) == digest)


def _sha256_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _shelves(out: Path) -> list[Path]:
    try:
        return sorted(path for path in (out / RECORDS).iterdir() if SHELF.fullmatch(path.name))
    except OSError:
        return []


def _records(shelf: Path) -> list[Path]:
    try:
        return sorted(path for path in shelf.iterdir() if RECORD.fullmatch(path.name) and path.name[:2] == shelf.name)
    except OSError:
        return []
