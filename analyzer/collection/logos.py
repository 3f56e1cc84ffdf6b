"""Whether a logo of the brand is seen in a picture, by its local features: at any size and place, not redrawn or recoloured.

A logo that is plain has too few features to be told from chance, and in the small stills of a clip a logo that is not found may
still be there: both are not known, and never called missing.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.collection.prints import FAINT, INLIERS, RATIO_TEST
from analyzer.disk.files import read_within
from analyzer.nouns.errors import UsageError
from analyzer.nouns.report import Report

SIDE = 400
"""Long side in pixels at which a logo is learnt: the largest that it has in a picture of 960."""
MOST_FEATURES = 3000
FEWEST = 20
"""Features from which a logo can be found (project choice): eight of them must be seen again in one place."""
SCALES = (0.04, 4.0)
"""Sizes of the logo in the picture against `SIDE` that can be meant; others are chance."""
LEGIBLE = 600
"""Long side in pixels of a picture from which a logo that is not found is not there: a tenth of its width is then 60 pixels."""
MOST_STILLS = 16
MOST_BYTES, MOST_SIDE = 20_000_000, 6000
"""Of the file of a logo: it is shrunk to `SIDE` anyway (project choice)."""
FRAMES = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}
"""Markers of JPEG that state its size (ITU-T T.81, table B.1)."""


@dataclass(frozen=True)
class Logo:
    """A logo on light and on dark ground, as features."""

    name: str
    grounds: tuple[tuple[NDArray[np.float32], NDArray[np.float32]], ...]
    """Points (n, 2) and descriptors (n, 128); a logo without transparency has one ground."""

    @property
    def plain(self) -> bool:
        """Whether it has too few features to be found."""
        return max(len(points) for points, _ in self.grounds) < FEWEST


def load_logo(path: Path) -> Logo:
    """Read the picture of a logo; raises UsageError where it cannot be decoded."""
    data = read_within(path, MOST_BYTES, "The logo")
    size = _size_of(data)
    if size is not None and not (0 < size[0] <= MOST_SIDE and 0 < size[1] <= MOST_SIDE):
        raise UsageError(f"The logo {path} has {size[0]} x {size[1]} pixels; give one of at most {MOST_SIDE} a side.")
    try:
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if size else None
    except cv2.error:
        picture = None
    if picture is None or picture.ndim < 2:
        raise UsageError(f"The logo {path} cannot be read; give a PNG or JPEG picture.")
    return Logo(path.name, tuple(_features(_scaled(ground)) for ground in _grounds(picture)))


def _size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height that a PNG or a JPEG states, before anything is decoded; None for what is neither."""
    if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) > 24:
        return int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    at = 2 if data.startswith(b"\xff\xd8\xff") else len(data)
    while at + 9 < len(data) and data[at] == 0xFF:
        if data[at + 1] in FRAMES:
            return int.from_bytes(data[at + 7 : at + 9], "big"), int.from_bytes(data[at + 5 : at + 7], "big")
        padded = data[at + 1] == 0xFF
        at += 1 if padded else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None


def _grounds(picture: NDArray[Any]) -> list[NDArray[np.uint8]]:
    """Grey copies of a logo: as it is, or on white and on black where it is transparent."""
    if picture.dtype != np.uint8:
        picture = (picture / 257).astype(np.uint8)
    if picture.ndim == 2:
        return [picture]
    grey = cv2.cvtColor(np.ascontiguousarray(picture[..., :3]), cv2.COLOR_BGR2GRAY)
    if picture.shape[2] < 4 or picture[..., 3].min() == 255:
        return [np.asarray(grey, np.uint8)]
    cover = picture[..., 3].astype(np.float32) / 255
    return [np.round(cover * grey + (1 - cover) * ground).astype(np.uint8) for ground in (255, 0)]


def _scaled(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    scale = SIDE / max(grey.shape)
    size = (max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)


def _features(grey: NDArray[np.uint8]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    points, descriptors = cv2.SIFT.create(nfeatures=MOST_FEATURES, contrastThreshold=FAINT).detectAndCompute(grey, None)
    if descriptors is None:
        return np.zeros((0, 2), np.float32), np.zeros((0, 128), np.float32)
    return np.array([point.pt for point in points], np.float32), descriptors


def seen(logos: Sequence[Logo], report: Report) -> dict[str, bool | None]:
    """Whether each logo is seen in the stills of a report; None where that is not known."""
    legible, found = False, {logo.name: False for logo in logos}
    for still in report.stills[:MOST_STILLS] if logos else ():
        data = np.frombuffer(base64.b64decode(still.jpeg), np.uint8)
        picture = _features(np.asarray(cv2.imdecode(data, cv2.IMREAD_GRAYSCALE), np.uint8))
        legible = legible or max(still.width, still.height) >= LEGIBLE
        for logo in logos:
            found[logo.name] = found[logo.name] or any(_placed(ground, picture) for ground in logo.grounds)
    known = legible and report.asset.kind == "image"
    return {logo.name: True if found[logo.name] else False if known and not logo.plain else None for logo in logos}


def _placed(logo: tuple[Any, Any], picture: tuple[Any, Any]) -> bool:
    """Whether enough features of a logo are seen again in one place and at one size."""
    if min(len(logo[0]), len(picture[0])) < INLIERS:
        return False
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(logo[1], picture[1], k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < RATIO_TEST * pair[1].distance]
    if len(good) < INLIERS:
        return False
    source, target = logo[0][[m.queryIdx for m in good]], picture[0][[m.trainIdx for m in good]]
    found, inliers = cv2.estimateAffinePartial2D(source, target, ransacReprojThreshold=4.0)
    if found is None or int(inliers.sum()) < INLIERS:
        return False
    return SCALES[0] <= abs(float(np.linalg.det(found[:, :2]))) ** 0.5 <= SCALES[1]
