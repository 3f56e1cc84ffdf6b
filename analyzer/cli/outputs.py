"""The files that `check` leaves: what they are called, and that they can be written before anything is measured.

A report is called after the whole name of its asset, so that clip.mp4 and clip.mov have one each. Where the name is too long
for the disk, holds what no terminal should see, or differs from another report's in its case or its accents alone, a hash of it
is added: the same asset has the same report in every run.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from analyzer.show.plain_text import HIDDEN

if TYPE_CHECKING:
    from analyzer.nouns.report import Report

LONGEST = 255
"""Bytes of a name where the disk does not tell: what common file systems take."""
ENDINGS = (".report.json", ".report.html")
HASH = 8
"""Hexadecimal digits that tell two names apart."""


def prepare(out: Path, files: Iterable[Path] = ()) -> None:
    """Make a folder for files that come later; raises `UsageError` where one cannot be written, before any work is done."""
    from analyzer.disk.files import check_free
    from analyzer.nouns.errors import UsageError

    try:
        out.mkdir(parents=True, exist_ok=True)
        reason = "" if os.access(out, os.W_OK | os.X_OK) else "it cannot be written"
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise UsageError(f"The folder {out} cannot be used: {reason}. Name another.") from error
    if reason:
        raise UsageError(f"The folder {out} cannot be used: {reason}. Name another.")
    for file in files:
        check_free(file, file.suffix[1:])


def write_reports(report: Report, media: Path, out: Path, lang: str) -> tuple[Path, Path]:
    """Write both reports; the HTML plays the media file from where it lies relative to the page. Raises `UsageError`."""
    from analyzer.disk.files import write
    from analyzer.show import to_html

    json_file, html_file = files_of(media, out)
    write(json_file, report.to_json())
    write(html_file, to_html(report, lang=lang, media_src=_address(media, out)))
    return json_file, html_file


def files_of(media: Path, out: Path) -> tuple[Path, Path]:
    """Where the reports of an asset lie in a folder: JSON and HTML."""
    name = name_in(out, media.name)
    return out / f"{name}{ENDINGS[0]}", out / f"{name}{ENDINGS[1]}"


def name_in(out: Path, name: str) -> str:
    """What the reports of an asset of that name are called in a folder, without their endings."""
    shown = HIDDEN.sub("_", name)
    room = _longest(out) - max(map(len, ENDINGS))
    if shown == name and len(os.fsencode(name)) <= room and not _clashes(out, name):
        return name
    digest = hashlib.sha256(os.fsencode(name)).hexdigest()[:HASH]
    return f"{os.fsencode(shown)[: room - HASH - 1].decode('utf-8', 'ignore')}-{digest}"


def _clashes(out: Path, name: str) -> bool:
    """Whether a report is there that some disks could not tell from that of this name."""
    own = {name + ending for ending in ENDINGS}
    folded = {_folded(mine) for mine in own}
    try:
        return any(other not in own and _folded(other) in folded for other in os.listdir(out))
    except OSError:
        return False


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _longest(out: Path) -> int:
    with contextlib.suppress(OSError, ValueError, AttributeError):
        return min(LONGEST, os.pathconf(out, "PC_NAME_MAX"))
    return LONGEST


def _address(media: Path, out: Path) -> str | None:
    """The media file as seen from a page in `out`; None where no relative path leads there."""
    try:
        return quote(os.fsencode(os.path.relpath(media.absolute(), out.absolute())).replace(b"\\", b"/"))
    except (OSError, ValueError):
        return None
