"""A frame is searched only where it changed, and a line that stands is not read twice."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from analyzer.methods.text_reading import Reader

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


Quad = tuple[float, float, float, float]


class Scripted:
    """Finds in each frame what it is told, and reads what it is told by the place of the first corner."""

    def __init__(self, *frames: list[Quad], says: Mapping[tuple[float, float], tuple[str, float]]) -> None:
        self.frames, self.says = list(frames), says
        self.asked: list[tuple[float, float]] = []

    def detect(self, image: Picture) -> NDArray[np.float32]:
        found = self.frames.pop(0) if self.frames else []
        return np.array([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]] for x0, y0, x1, y1 in found], np.float32).reshape(-1, 4, 2)

    def recognize(self, image: Picture, quads: NDArray[np.float32]) -> list[tuple[str, float]]:
        first = (float(quads[0][0][0]), float(quads[0][0][1]))
        self.asked.append(first)
        return [self.says.get(first, ("", 0.0))]


def changing(seed: int) -> Picture:
    """A frame of noise, so that everything is searched anew."""
    return np.random.default_rng(seed).integers(0, 255, (360, 640, 3), np.uint8)


COLUMN = (20.0, 60.0, 50.0, 300.0)
"""Eight letters below each other: read downwards, so from the top right corner."""


def told(ocr: Scripted, frames: int) -> list[list[str]]:
    reader = Reader(ocr)
    return [[seen.line.text for seen in reader.read(i, 0.4 * i, changing(i))] for i in range(frames)]


def test_a_column_is_a_line_as_high_as_its_letters_are_wide() -> None:
    [sighting] = Reader(Scripted([COLUMN], says={(50, 60): ("\u559c\u7f8a\u7f8a\u4e0e", 0.99)})).read(0, 0.0, changing(0))
    assert (sighting.line.text, sighting.angle) == ("\u559c\u7f8a\u7f8a\u4e0e", 0.0)
    assert sighting.height_px <= 40
    assert sighting.line.box.height > 0.5, "it is taller than any row may be"
    assert told(Scripted([(20.0, 60.0, 600.0, 300.0)], says={(20, 60): ("Shape", 0.99)}), 1) == [[]]


def test_a_line_that_is_found_in_pieces_is_read_where_it_stood() -> None:
    row = (100.0, 200.0, 500.0, 240.0)
    pieces = [(100.0, 200.0, 240.0, 240.0), (280.0, 200.0, 500.0, 240.0)]
    says = {(100.0, 200.0): ("Tap the stomach", 0.95), (280.0, 200.0): ("the stomach", 0.95)}
    assert told(Scripted([row], pieces, says=says), 2) == [["Tap the stomach"]] * 2


def test_pieces_of_what_says_something_else_are_lines_of_their_own() -> None:
    row, pieces = (100.0, 200.0, 500.0, 240.0), [(120.0, 200.0, 240.0, 240.0), (280.0, 200.0, 500.0, 240.0)]

    class Turns(Scripted):
        def recognize(self, image: Picture, quads: NDArray[np.float32]) -> list[tuple[str, float]]:
            if float(quads[0][0][0]) == 100.0 and self.asked:
                return [("Left and right", 0.95)]
            return super().recognize(image, quads)

    says = {(100.0, 200.0): ("Tap the stomach", 0.95), (120.0, 200.0): ("Left", 0.95), (280.0, 200.0): ("right", 0.95)}
    assert told(Turns([row], pieces, says=says), 2) == [["Tap the stomach"], ["Left", "right"]]


def test_a_line_that_was_missed_once_is_read_where_it_stood_when_pieces_of_it_are_found() -> None:
    row, piece = (100.0, 200.0, 500.0, 240.0), (280.0, 200.0, 500.0, 240.0)
    says = {(100.0, 200.0): ("Tap the stomach", 0.95), (280.0, 200.0): ("the stomach", 0.95)}
    assert told(Scripted([row], [], [piece], says=says), 3) == [["Tap the stomach"], [], ["Tap the stomach"]]
    assert told(Scripted([row], [], [], [], [piece], says=says), 5)[-1] == ["the stomach"], "too long ago"
