"""What a batch is of: a folder, a glob, a manifest or a list of paths becomes a stream of items. Opens no asset.

In a folder everything is an input but hidden files, links to folders, folders of batches, and what lies beside assets:
texts, subtitles, tables, reports. A manifest is a CSV file with a column `path`, relative to the manifest; the columns
`post_text` and `platform` decide, `published_at`, `locale` and `brand` are known, and all others are carried through.
"""

from __future__ import annotations

import csv
import glob
import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, TextIO

from analyzer.batch.files import APPLICATION, INDEX, RECORDS
from analyzer.nouns.errors import UsageError
from analyzer.read.sidecars import MOST_ADDED, SUBTITLES

BESIDE = (*SUBTITLES, ".txt")
"""Files that belong to the asset of the same name."""
NO_ASSETS = (*BESIDE, ".sqlite", ".csv", ".tsv", ".json", ".jsonl", ".html", ".md", ".toml", ".parquet")
"""Files that a folder of assets may hold and that are no inputs (project choice)."""
LONGEST_LINE, LONGEST_CELL, LONGEST_PATH = 1_000_000, 131_072, 65_536
"""Of a manifest in characters, of a list of paths in bytes. A manifest may have millions of rows: it is never held whole."""
MOST_COLUMNS = 1000
MOST_EMPTY = 1_000_000
"""Empty lines after one another in a list of paths."""
DELIMITERS = (",", ";", "\t")
"""A spreadsheet in French or German saves semicolons."""


@dataclass(frozen=True)
class Item:
    """One input."""

    id: str
    path: Path
    name: str
    """As it is shown."""
    stamp: str
    """Changes when the file changes, or what lies beside it."""
    given: dict[str, str]
    """The columns of its row, those that are empty left out."""


def items_of(source: str, stdin: BinaryIO) -> Iterator[Item]:
    """The inputs of a source, in the order of their names or rows; `-` reads paths from `stdin`, one a line or NUL-separated.

    Raises `UsageError` for a source that is not there or a manifest that cannot be read.
    """
    _beside.cache_clear()
    _in_batch.cache_clear()
    if source == "-":
        return _of_rows(({"path": os.fsdecode(line)} for line in _lines(stdin)), Path.cwd())
    path = Path(source)
    if os.path.isdir(path):
        return _of_folder(path)
    if path.suffix.lower() in (".csv", ".tsv") and os.path.isfile(path):
        rows = _rows(path)
        return _of_rows(chain([*islice(rows, 1)], rows), path.parent)
    if os.path.lexists(path):
        return _of_rows([{"path": source}], Path.cwd())
    if any(sign in source for sign in "*?["):
        names = glob.iglob(source, recursive=True)
        found = sorted(name for name in names if not (os.path.isdir(name) or _in_batch(Path(name).absolute().parent)))
        if not found:
            raise UsageError(f"No file matches {source}.")
        return _of_rows(({"path": name} for name in found), Path.cwd())
    raise UsageError(f"There is no folder, file or manifest {source}.")


def _lines(stdin: BinaryIO) -> Iterator[bytes]:
    """The paths of a list as they come; it is NUL-separated where its first megabyte holds a NUL."""
    part = stdin.read(LONGEST_LINE)
    by_nul, empty, rest = b"\0" in part, 0, b""
    while part or rest:
        pieces = (rest + part).split(b"\0") if by_nul else (rest + part).replace(b"\r\n", b"\n").split(b"\n")
        rest = pieces.pop() if part else b""
        for piece in pieces:
            empty = 0 if piece else empty + 1
            if len(piece) > LONGEST_PATH or empty > MOST_EMPTY:
                raise UsageError("Standard input is no list of paths, one a line or NUL-separated.")
            if piece:
                yield piece
        if len(rest) > LONGEST_LINE:
            raise UsageError(f"Standard input has a line of more than {LONGEST_LINE:,} bytes; it is no list of paths.")
        part = stdin.read(LONGEST_LINE)


def _of_folder(root: Path) -> Iterator[Item]:
    todo = [str(root)]
    while todo:
        path = Path(todo.pop())
        if not os.path.isdir(path):
            yield _item(path, str(path.relative_to(root)), {}, 0)
        elif not is_of_batch(path):
            try:
                todo.extend(sorted((entry.path for entry in os.scandir(path) if _is_input(entry)), reverse=True))
            except OSError as error:
                if path == root:
                    raise UsageError(f"The folder {root} cannot be read: {error.strerror}.") from error
                yield _item(path, str(path.relative_to(root)), {}, 0)


def is_of_batch(folder: Path) -> bool:
    """Whether a folder holds the index of a batch, damaged or of an older version maybe; another program's is none."""
    try:
        with (folder / INDEX).open("rb") as file:
            head = file.read(72)
    except OSError:
        return False
    return int.from_bytes(head[68:72]) == APPLICATION or (folder / RECORDS).is_dir()


@lru_cache(maxsize=1024)
def _in_batch(folder: Path) -> bool:
    """Whether a folder is that of a batch or lies in one."""
    return is_of_batch(folder) or (folder != folder.parent and _in_batch(folder.parent))


def _is_input(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is an input or a folder of inputs."""
    if entry.name.startswith(".") or (entry.is_symlink() and os.path.isdir(entry.path)):
        return False
    return entry.is_dir(follow_symlinks=False) or not entry.name.lower().endswith(NO_ASSETS)


def _rows(manifest: Path) -> Iterator[dict[str, str]]:
    try:
        with manifest.open(encoding="utf-8-sig", newline="") as file:
            head = file.readline(LONGEST_LINE)
            file.seek(0)
            csv.field_size_limit(LONGEST_CELL)
            reader = csv.DictReader(_short_lines(file, manifest), delimiter=max(DELIMITERS, key=head.count), restval="")
            reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or ()]
            if reader.fieldnames.count("path") != 1 or len(reader.fieldnames) > MOST_COLUMNS:
                names = ", ".join(reader.fieldnames)[:300] or "none"
                raise UsageError(f"{manifest} needs one column `path` among at most {MOST_COLUMNS}; it has: {names}.")
            for row in reader:
                yield {name: value.strip() for name, value in row.items() if isinstance(name, str) and value}
    except (OSError, UnicodeError, csv.Error) as error:
        raise UsageError(f"{manifest} cannot be read as a CSV file in UTF-8: {error}.") from error


def _short_lines(file: TextIO, manifest: Path) -> Iterator[str]:
    while line := file.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise UsageError(f"{manifest} has a line of more than {LONGEST_LINE:,} characters; it is no manifest.")
        yield line


def _of_rows(rows: Iterable[dict[str, str]], base: Path) -> Iterator[Item]:
    seen: Counter[str] = Counter()
    for number, row in enumerate(rows, 1):
        name = row.pop("path", "") or f"(row {number} names no path)"
        item = _item(base / name, name, row, 0)
        seen[item.id] += 1
        yield item if seen[item.id] == 1 else _item(base / name, name, row, seen[item.id] - 1)


def _item(path: Path, name: str, given: dict[str, str], repeat: int) -> Item:
    parts = (os.fsencode(path.absolute()), given.get("platform", "").encode(), str(repeat).encode())
    shown = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return Item(hashlib.sha256(b"\0".join(parts)).hexdigest()[:32], path, shown, _stamp(path), given)


def _stamp(path: Path) -> str:
    beside = _beside(path.parent).get(path.stem, ())
    return " ".join(_state(file) for file in (path, *(path.parent / name for name in beside)))


def _state(path: Path) -> str:
    try:
        found = path.stat()
    except (OSError, ValueError):
        return "absent"
    return f"{path.name.encode('utf-8', 'replace').hex()[-16:]}:{found.st_size}:{found.st_mtime_ns}"


@lru_cache(maxsize=16)
def _beside(folder: Path) -> dict[str, tuple[str, ...]]:
    """Names of the files that belong to assets, by the asset's name without its ending; one listing for a whole folder."""
    found: dict[str, tuple[str, ...]] = {}
    try:
        names = sorted(name for name in os.listdir(folder) if name.lower().endswith(BESIDE))
    except (OSError, ValueError):
        return {}
    for name in names:
        stem = name.rpartition(".")[0]
        owners = {stem} | {stem[:end] for end in range(max(0, len(stem) - MOST_ADDED), len(stem)) if stem[end] == "."}
        for owner in owners - {""}:
            found[owner] = (*found.get(owner, ()), name)
    return found
