"""A frame is searched only where it changed, and a line that stands is not read twice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from analyzer.measures.text_reading import Reader

FONT = ImageFont.load_default(44)
Picture = NDArray[np.uint8]
WHITE, YELLOW = (255, 255, 255), (255, 255, 0)


class Ocr:
    """Finds lines by the colour in which they are drawn, and counts what it is asked for."""

    def __init__(self, lines: Mapping[tuple[int, int, int], str], confidence: float = 0.95) -> None:
        self.lines, self.confidence = dict(lines), confidence
        self.detections = self.recognitions = 0

    def detect(self, image: Picture) -> NDArray[np.float32]:
        self.detections += 1
        quads = []
        for colour in self.lines:
            found = np.argwhere((image == colour).all(axis=2))
            if len(found) > 20:
                (y0, x0), (y1, x1) = found.min(axis=0), found.max(axis=0) + 1
                quads.append([[x0, y0], [x1, y0], [x1, y1], [x0, y1]])
        return np.array(quads, np.float32).reshape(-1, 4, 2)

    def recognize(self, image: Picture, quads: NDArray[np.float32]) -> list[tuple[str, float]]:
        self.recognitions += len(quads)
        return [(self._of(image, quad), self.confidence) for quad in quads]

    def _of(self, image: Picture, quad: NDArray[np.float32]) -> str:
        (x0, y0), (x1, y1) = quad.min(axis=0).astype(int), quad.max(axis=0).astype(int)
        part = image[y0:y1, x0:x1]
        return max(self.lines.items(), key=lambda line: int((part == line[0]).all(axis=2).sum()))[1]


def frame(*lines: tuple[str, int, tuple[int, int, int]], ground: int = 30) -> Picture:
    """540 x 960 with lines (text, y, colour)."""
    picture = Image.new("RGB", (540, 960), (ground,) * 3)
    draw = ImageDraw.Draw(picture)
    draw.fontmode = "1"
    for text, y, colour in lines:
        draw.text((60, y), text, font=FONT, fill=colour)
    return np.asarray(picture)


HELLO, ELSE = ("Hello there", 700, WHITE), ("Else", 300, YELLOW)


def read(ocr: Ocr, *frames: Picture, always: bool = False) -> list[list[str]]:
    reader = Reader(ocr, always=always)
    return [[seen.line.text for seen in reader.read(i, 0.4 * i, picture)] for i, picture in enumerate(frames)]


def test_a_line_that_stands_is_searched_for_and_read_once() -> None:
    ocr = Ocr({WHITE: "Hello there"})
    assert read(ocr, *[frame(HELLO)] * 5) == [["Hello there"]] * 5
    assert (ocr.detections, ocr.recognitions) == (1, 1)


def test_the_yardstick_reads_everything_anew() -> None:
    ocr = Ocr({WHITE: "Hello there"})
    assert read(ocr, *[frame(HELLO)] * 5, always=True) == [["Hello there"]] * 5
    assert (ocr.detections, ocr.recognitions) == (5, 5)


def test_a_line_that_comes_leaves_the_one_that_stands_unread() -> None:
    ocr = Ocr({WHITE: "Hello there", YELLOW: "Else"})
    seen = read(ocr, frame(HELLO), frame(HELLO, ELSE), frame(ELSE))
    assert [sorted(lines) for lines in seen] == [["Hello there"], ["Else", "Hello there"], ["Else"]]
    assert ocr.recognitions == 2


def test_what_gating_finds_is_what_reading_every_frame_finds() -> None:
    frames = [frame(), frame(HELLO), frame(HELLO, ELSE), frame(ELSE), frame(ELSE, ground=120), frame(), frame(HELLO, ground=90)]
    lines = {WHITE: "Hello there", YELLOW: "Else"}
    every, gated = read(Ocr(lines), *frames, always=True), read(Ocr(lines), *frames)
    assert [sorted(found) for found in gated] == [sorted(found) for found in every]


def test_an_unsure_reading_is_no_line() -> None:
    assert read(Ocr({WHITE: "Hello there"}, confidence=0.5), frame(HELLO)) == [[]]


def test_boxes_are_fractions_of_the_frame_and_contrast_is_measured() -> None:
    picture = frame(HELLO, ground=0)
    [sighting] = Reader(Ocr({WHITE: "Hello there"})).read(3, 1.2, picture)
    ink = np.argwhere(picture[..., 0] == 255)
    assert sighting.line.box.y0 == pytest.approx(ink[:, 0].min() / 960, abs=0.002)
    assert sighting.line.box.x1 == pytest.approx((ink[:, 1].max() + 1) / 540, abs=0.002)
    assert (sighting.frame, sighting.line.time_s, sighting.angle) == (3, 1.2, 0.0)
    assert sighting.contrast is not None and sighting.contrast.ratio == pytest.approx(21, rel=0.1)
