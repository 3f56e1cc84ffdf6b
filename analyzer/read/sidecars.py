"""The files beside an asset that belong to it by their names: subtitles, and the text of the post."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePath

from analyzer.disk.encodings import cleaned, decoded, shown
from analyzer.nouns.evidence import Message, message

SUBTITLES = (".srt", ".vtt", ".ass", ".ssa")
ASSETS = (
    ".mp4", ".m4v", ".mov", ".webm", ".mkv", ".avi", ".mpg", ".mpeg", ".ts", ".3gp", ".wmv", ".flv", ".gif", ".jpg", ".jpeg",
    ".png", ".webp", ".avif", ".heic", ".bmp", ".tif", ".tiff",
)  # fmt: skip
"""Endings of files that are taken for assets; a manifest may name others."""
MAX_SIDECARS = 8
MOST_ADDED = 32
"""Characters that a subtitle file's name adds to that of its asset, as in clip.zh-Hans.forced.srt."""
POST_TEXT_BYTES = 100_000
"""Facebook, which takes the longest posts, takes 63,206 characters."""


@dataclass(frozen=True)
class PostText:
    """The text of a post, and what there is to say about how it was read."""

    text: str | None
    notes: tuple[Message, ...] = ()


def sidecars_of(path: Path) -> tuple[Path, ...]:
    """Subtitle files beside the asset, readable or not: clip.srt, clip.fr.vtt, clip.mp4.srt, ...

    A file belongs to the asset whose name it has most of: tour.2.srt to tour.2.mp4, and to tour.mp4 where that is not there.
    Names are compared in NFC.
    """
    names = _names(path.parent)
    own = _nfc(path.name)
    found = [name for name in names if name.lower().endswith(SUBTITLES) and _added(name, own) is not None]
    others = {_nfc(name) for name in names if name.lower().endswith(ASSETS)} - {own} if found else set()
    nearer = {start for other in others for start in (other, PurePath(other).stem)}
    theirs = [name for name in sorted(found) if not nearer.intersection(_added(name, own) or ())]
    return tuple(path.parent / name for name in theirs[:MAX_SIDECARS])


def _added(name: str, own: str) -> list[str] | None:
    """Longer beginnings of a subtitle file's name than the asset's; None where it does not begin with the asset's."""
    stem = PurePath(_nfc(name)).stem
    shared = max(
        (len(start) for start in (own, PurePath(own).stem) if stem == start or stem.startswith(start + ".")), default=0
    )
    if not shared or len(stem) - shared > MOST_ADDED:
        return None
    return [stem[:end] for end in range(shared + 1, len(stem) + 1) if stem[end : end + 1] in ("", ".")]


def start_of(path: Path, most_bytes: int) -> bytes | None:
    """The first bytes of a regular file, one more than `most_bytes` where it is longer; None where it cannot be read.

    It waits for no pipe and opens no device.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            return None
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        with os.fdopen(handle, "rb") as file:
            return file.read(most_bytes + 1) if stat.S_ISREG(os.fstat(handle).st_mode) else None
    except (OSError, ValueError):
        return None


def post_text_of(path: Path) -> PostText:
    """The text of clip.txt beside the asset; none, and a note, where that cannot be read."""
    wanted = _nfc(path.stem)
    names = [name for name in _names(path.parent) if name.lower().endswith(".txt") and _nfc(PurePath(name).stem) == wanted]
    if not names or path.suffix.lower() == ".txt":
        return PostText(None)
    name = min(names, key=lambda name: (name != f"{path.stem}.txt", name))
    data = start_of(path.parent / name, POST_TEXT_BYTES)
    name = shown(name)
    if data is None:
        return PostText(
            None, (message("The file {name} could not be opened, so the text of the post was not read.", name=name),)
        )
    text, encoding = decoded(data[:POST_TEXT_BYTES])
    notes = []
    if encoding is not None:
        notes.append(message("The file {name} was read as {encoding}, which is a guess.", name=name, encoding=encoding))
    if len(data) > POST_TEXT_BYTES:
        notes.append(message("Of the file {name} only the first {bytes} bytes were read.", name=name, bytes=POST_TEXT_BYTES))
    return PostText(cleaned(text).strip(), tuple(notes))


def given_post_text(text: str) -> PostText:
    """A text that was handed over, kept to the same bound as one in a file."""
    if len(text) <= POST_TEXT_BYTES:
        return PostText(cleaned(text).strip())
    sentence = message("Of the text of the post only the first {count} characters were read.", count=POST_TEXT_BYTES)
    return PostText(cleaned(text[:POST_TEXT_BYTES]).strip(), (sentence,))


def _nfc(name: str) -> str:
    return unicodedata.normalize("NFC", name)


def _names(folder: Path) -> list[str]:
    try:
        return os.listdir(folder)
    except OSError:
        return []
