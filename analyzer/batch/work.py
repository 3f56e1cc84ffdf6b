"""One input in, one record out, with its report, page and thumbnail written. Runs in a worker process that may die of it."""

from __future__ import annotations

import base64
import os
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

from analyzer.analysis import Analyzer, OnProgress, Variant
from analyzer.batch.files import StoreError, paths_of, write
from analyzer.batch.inputs import Item
from analyzer.batch.record import Record, Status, of_report
from analyzer.judge.profile import Profile
from analyzer.judge.rules import judge, load_profile
from analyzer.measure.cache import Cache
from analyzer.nouns.errors import MediaError, UsageError
from analyzer.nouns.evidence import Message, message
from analyzer.nouns.report import Reason, Report

STATUS_OF: dict[str, Status] = {
    "crashed": "crashed", "killed": "crashed", "stalled": "timed_out", "out_of_memory": "out_of_memory",
}  # fmt: skip
"""Codes of `MediaError` that say what became of the decoding process; with any other the file itself is refused."""
THUMBNAIL_SIDE = 240
"""Long side in pixels (project choice)."""
THUMBNAIL_QUALITY = 75
NEEDED_BYTES = 20_000_000
"""Free space for temporary files below which a failure is the disk's, and not the asset's (project choice)."""


@dataclass(frozen=True)
class Settings:
    """How every asset of a batch is analysed. All of it is JSON, so that it can be sent to another process or machine."""

    out: str
    platform: str = "default"
    """For inputs whose row names none."""
    variant: Variant = "organic"
    only: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    lang: str = "en"
    html: bool = True
    show_location: bool = False
    models: dict[str, str] | None = None
    device: Any = "auto"
    exact: bool = False
    find: tuple[str, ...] = ()
    parts: str = ""
    """The run's own folder, for files that are not whole yet."""

    @property
    def near(self) -> Path | None:
        return Path(self.parts) if self.parts else None


def analyzer_of(settings: Settings) -> Analyzer:
    """An analyzer that keeps its models loaded, and what it measured in the folder of the batch."""
    return Analyzer(
        only=settings.only, skip=settings.skip, models=settings.models, show_location=settings.show_location,
        device=settings.device, exact=settings.exact, remembered=Cache(Path(settings.out) / "cache", near=settings.near),
    )  # fmt: skip


def record_of(
    item: Item, fingerprint: str, analyzer: Analyzer, settings: Settings, on_progress: OnProgress | None = None
) -> Record:
    """Analyse one input, write its files and return its record, whatever the input is; raises `StoreError` and nothing else."""
    platform = item.given.get("platform") or settings.platform
    known = known_of(item, fingerprint, platform)
    try:
        profile = _profile_of(platform)
        given = item.given.get("post_text")
        report = analyzer.analyze(item.path, post_text=given, find=settings.find, on_progress=on_progress)
        report = judge(report, profile, settings.variant)
        files = _write_report(item, report, settings)
    except MediaError as error:
        _check_space()
        return Record(**known, status=STATUS_OF.get(error.code, "rejected"), reason=_reason(error.code, str(error)))
    except UsageError as error:
        return Record(**known, status="rejected", reason=_reason("usage", str(error)))
    except MemoryError:
        return Record(**known, status="out_of_memory", reason=_reason("memory", "Memory ran out while it was analysed."))
    except StoreError:
        raise
    except Exception as error:
        _check_space()
        what = f"{type(error).__name__}: {error}"[:300]
        sentence = message("A fault in the analyzer stopped the analysis ({error}).", error=what)
        return Record(**known, status="failed", reason=Reason(code="exception", sentence=sentence))
    return of_report(report, known | files)


@cache
def _profile_of(platform: str) -> Profile:
    """Read once in the life of a worker: reading takes longer than judging (5 ms against 0.3)."""
    return load_profile(platform)


def known_of(item: Item, fingerprint: str, platform: str) -> dict[str, Any]:
    """The fields of a record that are known before anything is measured."""
    return {
        "id": item.id,
        "name": item.name,
        "stamp": item.stamp,
        "settings": fingerprint,
        "platform": platform,
        "given": item.given,
    }


def _reason(code: str, sentence: str) -> Reason:
    return Reason(code=code, sentence=Message(text=sentence))


def _check_space() -> None:
    """Raise `StoreError` where the disk of temporary files is full: then nothing is wrong with the asset."""
    folder = tempfile.gettempdir()
    if shutil.disk_usage(folder).free < NEEDED_BYTES:
        raise StoreError(f"There is no space left for temporary files in {folder}. The same command goes on from here.")


def _write_report(item: Item, report: Report, settings: Settings) -> dict[str, Any]:
    """Write the report, its page and its thumbnail; returns where they lie below the folder of the batch, and their hashes."""
    out, files = Path(settings.out), paths_of(item.id, item.name)
    made = {"report": report.to_json().encode()}
    if settings.html:
        from analyzer.show import to_html

        source = _address(item.path, (out / files["page"]).parent)
        made["page"] = to_html(report, lang=settings.lang, media_src=source).encode("utf-8", "replace")
    if report.stills:
        made["thumbnail"] = _thumbnail(report)
    hashes = {files[kind]: write(out / files[kind], data, settings.near) for kind, data in made.items()}
    return {kind: files[kind] for kind in made} | {"sha256": hashes}


def _address(media: Path, folder: Path) -> str | None:
    """The media file as seen from a page; None where no relative path leads there."""
    try:
        return quote(os.fsencode(os.path.relpath(media.absolute(), folder.absolute())).replace(b"\\", b"/"))
    except ValueError:
        return None


def _thumbnail(report: Report) -> bytes:
    """JPEG of the picture of a report that has most to show: a lead of black has the fewest bytes."""
    import cv2
    import numpy as np
    from numpy.typing import NDArray

    still = max(report.stills, key=lambda still: len(still.jpeg))
    data = np.frombuffer(base64.b64decode(still.jpeg), np.uint8)
    picture: NDArray[np.uint8] = cv2.imdecode(data, cv2.IMREAD_COLOR)  # type: ignore[assignment]
    scale = min(1.0, THUMBNAIL_SIDE / max(picture.shape[:2]))
    size = (max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale)))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, THUMBNAIL_QUALITY])
    return bytes(encoded)


Analyse = Callable[[Item, str, Analyzer, Settings, OnProgress | None], Record]
"""What a worker calls for each input: `record_of`, or what a test puts in its place."""
