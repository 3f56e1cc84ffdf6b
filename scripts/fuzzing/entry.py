"""The doors of the decoder that are fuzzed here, without the process that otherwise stands between.

The only file of the fuzzer that knows how a spool is opened, filled and taken over.
"""

from __future__ import annotations

import contextlib
import dataclasses
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

from analyzer.read import open_media


@cache
def limits() -> Any:
    """The product's bounds with less time and fewer frames, so that many inputs are read."""
    from analyzer.read.decode.limits import Limits

    return dataclasses.replace(Limits(), duration_s=8.0, frames=150, decode_s=4.0, animation_frames=60, kept_frames=20)


def decode(path: Path, folder: Path, still: bool) -> str:
    """Read a picture or a clip into the spool in a folder, as the child does; says why where it is refused."""
    from analyzer.read.decode.image import read_image
    from analyzer.read.decode.spool import Refused, Spool
    from analyzer.read.decode.video import read_video

    try:
        spool = Spool(folder)
        with path.open("rb") as file:
            if still:
                facts = read_image(file, spool, limits(), False)
            else:
                facts = read_video(file, path.stat().st_size, spool, limits(), False)
        spool.close(facts)
    except (Refused, MemoryError, OSError) as error:  # the child says a sentence for each of them
        return f"refused {getattr(error, 'code', type(error).__name__)}"
    _kept[folder] = spool.kept
    return ""


_kept: dict[Path, Any] = {}
"""Frames that were decoded in this process, by their spool; one that is fed a foreign spool sees grey instead."""


class Left:
    """Stands for `analyzer.read.decoder.Decoder`: a process that has left the spool in a folder, and answers for its frames."""

    def __init__(self, folder: Path, spool: dict[str, Any]) -> None:
        self._kept = _kept.get(folder)
        for name, file in spool.items():
            if (folder / name).is_file():  # kept frames stay in memory
                file.write((folder / name).read_bytes())

    def follow(self, on_progress: Any) -> Any:
        from analyzer.nouns.media import Confinement

        return Confinement()

    def picture(self, place: int) -> Any:
        import numpy as np

        return self._kept.picture(place) if self._kept else np.full((640, 360, 3), 127, np.uint8)

    def grey(self, place: int) -> Any:
        import numpy as np

        return self._kept.grey(place) if self._kept else np.full((640, 360), 127, np.uint8)

    def close(self) -> None:
        pass


@contextlib.contextmanager
def media(path: Path, folder: Path) -> Iterator[Any]:
    """The asset as the parent takes it over from a spool in a folder; raises `MediaError`."""

    def left(source: Any, spool: dict[str, Any], *_: Any) -> Left:
        return Left(folder, spool)

    with mock.patch.object(open_media, "Decoder", left), open_media.read_media(path, asset_id="0" * 64) as asset:
        yield asset


def sidecar(path: Path) -> dict[str, Any]:
    """The track of a subtitle file."""
    from analyzer.read.decode.subtitles import read_sidecar

    track, _ = read_sidecar(path.name, path.read_bytes()[: limits().text_bytes + 1], limits())
    return track
