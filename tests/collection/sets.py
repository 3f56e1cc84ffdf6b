"""Builds reports, surveys and small sets by hand. No decoders, no models."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.analysis import Analyzer
from analyzer.collection.survey import Survey, survey_image
from analyzer.measure.catalog import run
from analyzer.measure.signals import palette
from analyzer.nouns.report import Report, SignalResult, Still
from tests import make

Picture = NDArray[np.uint8]


def scene(seed: int, size: tuple[int, int] = (240, 320)) -> Picture:
    """A picture with structure of its own: blurred noise with shapes, the same for the same seed."""
    random = np.random.default_rng(seed)
    coarse = random.integers(0, 256, (12, 16, 3), np.uint8)
    picture = cv2.resize(coarse, (size[1], size[0]), interpolation=cv2.INTER_CUBIC)
    for _ in range(25):
        x, y, side = (int(random.integers(0, limit)) for limit in (size[1], size[0], 40))
        colour = [int(value) for value in random.integers(0, 256, 3)]
        cv2.rectangle(picture, (x, y), (x + side + 6, y + side // 2 + 6), colour, -1)
    return np.asarray(picture, np.uint8)


def washed(picture: Picture, colour: tuple[int, int, int], share: float = 0.7) -> Picture:
    """A picture drawn to one colour."""
    return np.round((1 - share) * picture + share * np.array(colour)).astype(np.uint8)


def encoded(picture: Picture, quality: int = 50) -> Picture:
    """A picture as JPEG leaves it."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)


def report(picture: Picture | None = None, *signals: SignalResult, **fields: Any) -> Report:
    """A report of an image with its palette and its still; `signals` are added."""
    if picture is None:
        return Report(analyzer_version="0", asset=make.asset(**fields), complete=True, signals=signals)
    media = make.image(picture, **fields)
    _, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 95])
    still = Still(time_s=0, width=picture.shape[1], height=picture.shape[0], jpeg=base64.b64encode(data.tobytes()).decode())
    measured = run(palette.SIGNAL, media, make.Engines(), {})
    return Report(analyzer_version="0", asset=media.asset, complete=True, signals=(measured, *signals), stills=(still,))


def survey(picture: Picture) -> Survey:
    return survey_image(picture, report())


class Painted(Analyzer):
    """Analyses what `paint` draws for the name of a file, instead of decoding it."""

    def __init__(self, paint: Callable[[str], Picture], *signals: SignalResult) -> None:
        super().__init__(use_cache=False)
        self.paint, self.signals = paint, signals

    def analyze(self, path: str | Path, **given: Any) -> Report:
        name = Path(path).name
        picture = self.paint(name)
        return report(picture, *self.signals, name=name, id=name.encode().hex().ljust(64, "0")[:64])


def folder_of(home: Path, names: list[str]) -> Path:
    """A folder of empty files with these names."""
    for name in names:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(b"-")
    return home
