"""The files that an audit leaves beside its page: a thumbnail and a report for each asset, by names that are safe anywhere."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path

from analyzer.disk.files import write
from analyzer.nouns.report import Report
from analyzer.show.html import to_html
from analyzer.show.pictures import Stills

SIDE = 240
"""Long side in pixels of a thumbnail: two to a row on a phone."""
JPEG_QUALITY = 74
THUMBS, REPORTS = "thumbs", "reports"


def name_of(key: str) -> str:
    """The name of an asset's files: the same in every run, and no part of a hostile path."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:16]


def write_asset(out: Path, key: str, report: Report, lang: str = "en", with_report: bool = True) -> None:
    """Write the thumbnail of an asset and, where it is wanted, its report as HTML and JSON."""
    name = name_of(key)
    if (picture := _thumbnail(report)) is not None:
        write(out / THUMBS / f"{name}.jpg", picture, own_name=True)
    if with_report:
        write(out / REPORTS / f"{name}.html", to_html(report, lang=lang), own_name=True)
        write(out / REPORTS / f"{name}.json", report.to_json(), own_name=True)


def _thumbnail(report: Report) -> bytes | None:
    """A small JPEG of the still with the most detail; None where the report holds none."""
    import cv2
    import numpy as np

    stills = Stills(report, budget=10_000_000)
    if not stills.all:
        return None
    data = base64.b64decode(stills.all[stills.poster].jpeg)
    picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return None
    scale = min(1.0, SIDE / max(picture.shape[:2]))
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes())
