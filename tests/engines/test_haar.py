"""Face detection on pictures that are known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from analyzer.engines import haar
from analyzer.engines.runtime import Runtime
from analyzer.nouns.errors import Unavailable
from analyzer.weights import manifests
from tests.make import noise, plain


@pytest.fixture(scope="module")
def engine() -> haar.Haar:
    manifest = manifests.named("haar-frontal-alt")
    return haar.load(manifest, Runtime())


def picture(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def test_a_plain_and_a_tiny_picture_have_no_face(engine: haar.Haar) -> None:
    assert engine.detect(plain((90, 90, 90), 1, (480, 270))[0]) == []
    assert engine.detect(noise(1, (3, 2))[0]) == []


@pytest.mark.parametrize("factor", [1, 3])
def test_an_astronaut_has_one_face_at_any_size(engine: haar.Haar, test_data: Path, factor: int) -> None:
    image = picture(test_data / "images" / "astronaut.png").repeat(factor, 0).repeat(factor, 1)
    [(box, confidence)] = engine.detect(image)
    assert (box.x0 + box.x1) / 2 == pytest.approx(0.44, abs=0.03)
    assert (box.y0 + box.y1) / 2 == pytest.approx(0.22, abs=0.03)
    assert box.width == pytest.approx(0.18, abs=0.04)
    assert 0.6 < confidence < 1


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "eagle.jpg", "clock.png", "giraffe.jpg", "page.png"])
def test_animals_and_things_are_no_faces(engine: haar.Haar, test_data: Path, name: str) -> None:
    assert engine.detect(picture(test_data / "images" / name)) == []


def test_an_opencv_without_cascades_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2

    monkeypatch.delattr(cv2, "CascadeClassifier")
    manifest = manifests.named("haar-frontal-alt")
    with pytest.raises(Unavailable) as error:
        haar.load(manifest, Runtime())
    assert error.value.code == "no_cascade"
