"""The assets of a set: which files they are, when they were published, and their reports and surveys, one at a time.

A file that cannot be read is named with the reason; it never stops the set.
"""

from __future__ import annotations

import csv
import errno
import io
import logging
import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from analyzer.analysis import Analyzer, OnProgress
from analyzer.collection.result import Origin, Unread
from analyzer.collection.survey import Survey, survey_of
from analyzer.disk.files import read_within
from analyzer.nouns.errors import MediaError, UsageError
from analyzer.nouns.evidence import Table
from analyzer.nouns.report import Report
from analyzer.read.sidecars import ASSETS, post_text_of

SIGNALS = (
    "palette", "onscreen_text", "faces", "shots", "stillness", "sound", "speech", "sentiment", "post_text", "technical",
    "content",
)  # fmt: skip
"""What the measures of a set read; those that this installation has are measured."""
DATE_COLUMNS = ("published_at", "date")
DATE_FACTS = ("DateTimeOriginal", "creation_time", "DateTimeDigitized", "DateTime", "date", "com.apple.quicktime.creationdate")
"""Tags that say when an asset was made, the most telling first."""
DAY = re.compile(r"((?:19|20)\d\d)[-:/](\d\d)[-:/](\d\d)")
MANIFEST_BYTES = 50_000_000
OF_THE_MACHINE = (errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
"""Errors that every further asset would meet."""

log = logging.getLogger(__name__)
log.addHandler(logging.NullHandler())
LONGEST_CELL = 131_072
"""Characters of a cell of a manifest, a post's text among them: 50 times the longest that a platform takes."""


@dataclass(frozen=True)
class Source:
    """A file of the set."""

    key: str
    path: Path
    date: str | None = None
    post_text: str | None = None


@dataclass(frozen=True)
class Gathered:
    """An asset that was read."""

    source: Source
    report: Report
    survey: Survey
    date: str | None
    dated_by: Origin | None


OnAsset = Callable[[Gathered], None]


def sources_of(folder: Path, manifest: Path | None = None, leave_out: Path | None = None) -> list[Source]:
    """The assets of a folder, or those that a manifest names, in order of their paths; UsageError where there are none."""
    if not folder.is_dir():
        raise UsageError(f"There is no folder {folder}.")
    if manifest is not None:
        return _of_manifest(folder, manifest)
    sources = [Source(_key(path, folder), path) for path in media_of(folder, leave_out)]
    if not sources:
        raise UsageError(f"There is no video and no image in {folder}.")
    return sorted(sources, key=lambda source: source.key)


def media_of(folder: Path, leave_out: Path | None = None) -> list[Path]:
    """The videos and images in a folder and below, and folders that cannot be looked into; what is hidden is none of the set.

    Raises `UsageError` where the folder itself cannot be read.
    """
    found: list[Path] = []
    left_out = os.path.abspath(leave_out) if leave_out else None

    def unread(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise UsageError(f"The folder {folder} cannot be read: {error.strerror}.") from error
        found.append(Path(error.filename))

    for root, folders, names in os.walk(folder, onerror=unread):
        here = Path(root)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and os.path.abspath(here / name) != left_out)
        found += [here / name for name in names if Path(name).suffix.lower() in ASSETS and not name.startswith(".")]
    return found


def _key(path: Path, folder: Path) -> str:
    name = Path(os.path.relpath(path, folder)).as_posix()
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _of_manifest(folder: Path, manifest: Path) -> list[Source]:
    """Rows of a CSV with a column `path` (relative to the manifest) and maybe `published_at` and `post_text`."""
    data = read_within(manifest, MANIFEST_BYTES, "The manifest")
    try:
        csv.field_size_limit(LONGEST_CELL)
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    except (UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"The manifest {manifest} is not a CSV file in UTF-8: {error}.") from error
    if not rows or "path" not in rows[0]:
        raise UsageError(f"The manifest {manifest} needs a column `path` and at least one row.")
    sources = {}
    for number, row in enumerate(rows, 2):
        if not row["path"] or "\0" in row["path"]:
            raise UsageError(f"The manifest {manifest} names no path in line {number}.")
        stated = next((row[column] for column in DATE_COLUMNS if row.get(column)), None)
        if stated and day_of(stated) is None:
            raise UsageError(f"The manifest {manifest} has a date in line {number} that is not like 2026-03-31: {stated[:40]}.")
        path = manifest.absolute().parent / row["path"]
        sources[path] = Source(_key(path, folder.absolute()), path, day_of(stated), row.get("post_text") or None)
    return sorted(sources.values(), key=lambda source: source.key)


def day_of(text: str | None) -> str | None:
    """The day, as 2026-03-31, that a text begins with; None where it is none."""
    found = DAY.match(text.strip()) if text else None
    try:
        return date(*map(int, found.groups())).isoformat() if found else None
    except ValueError:
        return None


def gather(sources: list[Source], analyzer: Analyzer, on_progress: OnProgress | None = None) -> Iterator[Gathered | Unread]:
    """Analyse and survey one asset after the other; nothing is kept."""
    for source in sources:
        try:
            report = analyzer.analyze(source.path, post_text=source.post_text, on_progress=on_progress)
            post_text = post_text_of(source.path).text if source.post_text is None else source.post_text
            survey = replace(survey_of(source.path, report), post_text=post_text or "")
        except MediaError as error:
            yield Unread(key=source.key, code=error.code, sentence=str(error))
            continue
        except (UsageError, MemoryError):
            raise
        except Exception as error:
            if isinstance(error, OSError) and error.errno in OF_THE_MACHINE:
                raise
            yield _fault(source, error)
            continue
        yield Gathered(source, report, survey, *_dated(source, report))


def _fault(source: Source, error: Exception) -> Unread:
    """An asset that stopped its own analysis; it shall not take the others with it."""
    log.error("the analysis of %s failed", source.key, exc_info=error)
    if isinstance(error, OSError):
        return Unread(key=source.key, code="io", sentence=f"Reading failed: {error.strerror or error}.")
    what = f"{type(error).__name__}: {error}"[:300]
    return Unread(key=source.key, code="exception", sentence=f"A fault in the analyzer stopped the analysis ({what}).")


def _dated(source: Source, report: Report) -> tuple[str | None, Origin | None]:
    """When an asset was published or made, and who says so."""
    if source.date:
        return source.date, "manifest"
    signal = report.signal("technical")
    facts = signal.evidence.get("facts") if signal else None
    stated = {str(row[1]): str(row[2]) for row in facts.rows} if isinstance(facts, Table) else {}
    for name in DATE_FACTS:
        if day := day_of(stated.get(name)):
            return day, "metadata"
    try:
        return datetime.fromtimestamp(source.path.stat().st_mtime, UTC).date().isoformat(), "file"
    except OSError:
        return None, None


def analyzer_for_sets(use_cache: bool = True) -> Analyzer:
    """An analyzer that measures what sets are compared by, and nothing else."""
    from analyzer.measure import catalog

    known = {signal.id for signal in catalog.signals()}
    return Analyzer(only=[name for name in SIGNALS if name in known], use_cache=use_cache)
