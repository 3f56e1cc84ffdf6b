"""Detectors in ONNX: each format is decoded where the truth is known, trained weights find what is in the picture."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.engines import onnx_detection
from analyzer.engines.onnx_detection import deim, fastestdet, load, yolox
from tests.engines.detectors import manifest_of, picture, runtime
from tests.make import noise, plain

FORMATS = ["yolox", "deim", "fastestdet"]
SEEN = {
    "yolox": {"bus.jpg": {"bus": 1, "person": 3}, "dog.jpg": {"dog": 1, "bicycle": 1, "car": 1}},
    "deim": {"bus.jpg": {"bus": 1, "person": 4}, "dog.jpg": {"dog": 1, "bicycle": 2, "car": 1}},
    "fastestdet": {"bus.jpg": {"bus": 1, "person": 4, "skateboard": 1}, "dog.jpg": {"dog": 1, "bicycle": 1, "car": 2}},
}
"""What each finds at its threshold; FastestDet's skateboard is none, DEIM sees the bicycle twice."""


def test_yolox_says_where_a_box_is_against_its_cell() -> None:
    raw = np.zeros((1, 16 + 4 + 1, 7), np.float32)
    raw[0, 16 + 3] = [0.5, 0.25, np.log(0.5), 0.0, 0.9, 0.1, 0.8]  # the last cell of stride 16: column 1, row 1
    found = yolox([raw], (32, 32))
    best = found.scores.argmax()
    assert best == 19 and found.classes[best] == 1 and found.scores[best] == pytest.approx(0.72)
    assert found.corners[best] == pytest.approx([24 - 4, 20 - 8, 24 + 4, 20 + 8])


def test_fastestdet_says_where_a_box_is_against_its_cell() -> None:
    raw = np.zeros((1, 7, 2, 2), np.float32)
    raw[0, :, 1, 0] = [1.0, np.arctanh(0.5), 0.0, 0.0, 0.0, 0.0, 1.0]
    found = fastestdet([raw], (100, 200))
    best = found.scores.argmax()
    assert best == 2 and found.classes[best] == 1 and found.scores[best] == pytest.approx(1.0)
    assert found.corners[best] == pytest.approx([50 - 50, 50 - 25, 50 + 50, 50 + 25], abs=1e-4)


def test_deim_says_it_in_pixels() -> None:
    found = deim([np.array([[3]]), np.array([[[1, 2, 3, 4]]]), np.array([[0.5]])], (32, 32))
    assert (found.classes.tolist(), found.corners.tolist(), found.scores.tolist()) == ([3], [[1, 2, 3, 4]], [0.5])


@pytest.fixture(scope="module", params=FORMATS)
def detector(request: pytest.FixtureRequest, test_data: Path) -> tuple[str, onnx_detection.OnnxDetector]:
    return request.param, load(manifest_of(request.param), runtime(test_data / "weights"))


def test_what_is_in_the_picture_is_found(detector: tuple[str, onnx_detection.OnnxDetector], test_data: Path) -> None:
    kind, engine = detector
    for name, wanted in SEEN[kind].items():
        [found] = engine.detect([picture(test_data / "images" / name)])
        labels = [label for label, *_ in found]
        assert {label: labels.count(label) for label in labels} == wanted


def test_a_box_stays_with_its_object_whatever_the_shape_of_the_picture(
    detector: tuple[str, onnx_detection.OnnxDetector], test_data: Path
) -> None:
    _, engine = detector
    image = picture(test_data / "images" / "dog.jpg")
    wider = np.concatenate([image, np.full_like(image, 127)], axis=1)
    [alone], [beside] = engine.detect([image]), engine.detect([wider])
    dog = next(box for label, box, _ in alone if label == "dog")
    half = next(box for label, box, _ in beside if label == "dog")
    assert (half.x0 * 2, half.x1 * 2) == pytest.approx((dog.x0, dog.x1), abs=0.06)
    assert (half.y0, half.y1) == pytest.approx((dog.y0, dog.y1), abs=0.06)


def test_a_plain_a_tiny_and_no_picture(detector: tuple[str, onnx_detection.OnnxDetector]) -> None:
    _, engine = detector
    assert list(engine.detect([])) == []
    assert list(engine.detect([plain((90, 90, 90), 1, (480, 270))[0], noise(1, (3, 2))[0]])) == [[], []]


def test_fast_mode_finds_the_same(test_data: Path) -> None:
    pytest.importorskip("openvino")
    images = [picture(test_data / "images" / name) for name in SEEN["yolox"]]
    fast = load(manifest_of("yolox"), runtime(test_data / "weights", exact=False))
    if fast.precision != "bfloat16":
        pytest.skip("this processor has no bfloat16")
    exact = load(manifest_of("yolox"), runtime(test_data / "weights"))
    for slow, quick in zip(exact.detect(images), fast.detect(images), strict=True):
        assert sorted(label for label, *_ in slow) == sorted(label for label, *_ in quick)
        assert sorted(score for *_, score in slow) == pytest.approx(sorted(score for *_, score in quick), abs=0.03)
