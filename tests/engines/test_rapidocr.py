"""OCR on text that the test draws: detection and recognition apart, in any order, without torch."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from analyzer.engines import rapidocr
from analyzer.engines.runtime import Runtime
from analyzer.weights import manifests
from tests.make import plain

TEXT = "Wait for the end"


@pytest.fixture(scope="module")
def engine() -> rapidocr.RapidOcr:
    manifest = manifests.named("ppocr-v6-small")
    return rapidocr.load(manifest, Runtime())


def drawn(text: str, size: tuple[int, int] = (640, 240), turned: int = 0) -> NDArray[np.uint8]:
    """White text on dark blue, RGB; `turned` in degrees."""
    picture = Image.new("RGB", size, (10, 20, 60))
    font = ImageFont.load_default(48)
    ImageDraw.Draw(picture).text((size[0] / 2, size[1] / 2), text, font=font, fill="white", anchor="mm")
    return np.asarray(picture.rotate(turned, fillcolor=(10, 20, 60)))


def words(text: str) -> str:
    return "".join(text.split()).casefold()


def test_a_drawn_line_is_found_where_it_stands_and_read(engine: rapidocr.RapidOcr) -> None:
    picture = drawn(TEXT)
    quads = engine.detect(picture)
    assert quads.shape == (1, 4, 2)
    left, top = quads[0].min(axis=0)
    right, bottom = quads[0].max(axis=0)
    ink = np.argwhere(picture[..., 0] > 128)
    assert left <= ink[:, 1].min() + 3 and right >= ink[:, 1].max() - 3
    assert top <= ink[:, 0].min() + 3 and bottom >= ink[:, 0].max() - 3
    [(text, confidence)] = engine.recognize(picture, quads)
    assert words(text) == words(TEXT) and confidence > 0.9


def test_no_call_changes_what_the_next_one_does(engine: rapidocr.RapidOcr) -> None:
    """RapidOCR keeps the steps that an earlier call asked for."""
    picture = drawn(TEXT)
    quads = engine.detect(picture)
    first = engine.recognize(picture, quads)
    again = engine.detect(picture)
    assert np.array_equal(again, quads)
    assert engine.recognize(picture, again) == first


def test_nothing_drawn_is_nothing_found(engine: rapidocr.RapidOcr) -> None:
    quads = engine.detect(plain((80, 80, 80), 1, (240, 320))[0])
    assert quads.shape == (0, 4, 2)
    assert engine.recognize(drawn(TEXT), quads) == []


def test_a_turned_line_is_read_along_its_quad(engine: rapidocr.RapidOcr) -> None:
    picture = drawn(TEXT, (640, 400), turned=12)
    [(text, _)] = engine.recognize(picture, engine.detect(picture))
    assert words(text) == words(TEXT)


def test_each_call_names_its_steps_and_gives_rgb(monkeypatch: pytest.MonkeyPatch, engine: rapidocr.RapidOcr) -> None:
    seen = []
    monkeypatch.setattr(engine, "_engine", lambda picture, **steps: seen.append((picture, steps)) or Nothing())
    red, quad = plain((255, 0, 0), 1, (40, 40))[0], np.array([[[5, 5], [35, 5], [35, 15], [5, 15]]], np.float32)
    engine.detect(red)
    engine.recognize(red, quad)
    assert [tuple(picture[0, 0]) for picture, _ in seen] == [(0, 0, 255)] * 2
    assert [steps for _, steps in seen] == [
        {"use_det": True, "use_cls": False, "use_rec": False},
        {"use_det": False, "use_cls": False, "use_rec": True},
    ]


class Nothing:
    boxes = txts = None


def test_upright_takes_the_quad_and_lays_columns_on_their_side() -> None:
    picture = np.zeros((100, 200, 3), np.uint8)
    picture[20:40, 50:150] = 200
    quad = np.array([[50, 20], [150, 20], [150, 40], [50, 40]], np.float32)
    crop = rapidocr.upright(picture, quad)
    assert crop.shape == (20, 100, 3) and crop[2:-2, 2:-2].min() == 200
    column = np.array([[50, 10], [70, 10], [70, 90], [50, 90]], np.float32)
    assert rapidocr.upright(picture, column).shape == (20, 80, 3)


def output(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip()


def test_importing_the_module_loads_no_model_library() -> None:
    code = "import sys, analyzer.engines.rapidocr\nprint([m for m in ('rapidocr', 'onnxruntime', 'torch') if m in sys.modules])"
    assert output(code) == "[]"


def test_reading_needs_no_torch() -> None:
    code = (
        "import sys, numpy as np\n"
        "from analyzer.weights import manifests\n"
        "from analyzer.engines import rapidocr\n"
        "from analyzer.engines.runtime import Runtime\n"
        "rapidocr.load(manifests.named('ppocr-v6-small'), Runtime()).detect(np.zeros((64, 64, 3), np.uint8))\n"
        "print('onnxruntime' in sys.modules, 'torch' in sys.modules)"
    )
    assert output(code) == "True False"


DAMAGED = """
import sys
from pathlib import Path
import numpy as np
from analyzer.weights import manifests
from analyzer.engines import rapidocr
from analyzer.engines.runtime import Runtime
from analyzer.nouns.errors import Unavailable

real = Path.exists
Path.exists = lambda path: path.suffix != ".onnx" and real(path)
try:
    rapidocr.load(manifests.named("ppocr-v6-small"), Runtime()).detect(np.zeros((64, 64, 3), np.uint8))
except Unavailable as error:
    print(error, error.remedy, "requests" in sys.modules)
"""


def test_a_file_that_the_package_lacks_is_not_downloaded() -> None:
    done = subprocess.run([sys.executable, "-c", DAMAGED], capture_output=True, text=True, check=True)
    assert "is missing or damaged. pip install --force-reinstall rapidocr False" in done.stdout
