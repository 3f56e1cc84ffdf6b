"""YuNet on pictures that are known."""

from __future__ import annotations

from pathlib import Path

import pytest

from analyzer.engines import yunet
from tests.engines.detectors import manifest_of, picture, runtime
from tests.make import noise, plain


@pytest.fixture(scope="module")
def engine(test_data: Path) -> yunet.YuNet:
    return yunet.load(manifest_of("yunet"), runtime(test_data / "weights"))


@pytest.mark.parametrize("factor", [1, 3])
def test_an_astronaut_has_one_face_at_any_size(engine: yunet.YuNet, test_data: Path, factor: int) -> None:
    image = picture(test_data / "images" / "astronaut.png").repeat(factor, 0).repeat(factor, 1)
    [(box, confidence)] = engine.detect(image)
    assert (box.x0 + box.x1) / 2 == pytest.approx(0.44, abs=0.03)
    assert (box.y0 + box.y1) / 2 == pytest.approx(0.22, abs=0.03)
    assert confidence > engine.sure


def test_two_of_the_four_people_before_the_bus_show_their_faces_whatever_was_seen_before(
    engine: yunet.YuNet, test_data: Path
) -> None:
    bus = picture(test_data / "images" / "bus.jpg")
    first = engine.detect(bus)
    engine.detect(noise(1, (200, 311))[0])
    assert len(first) == 2 and engine.detect(bus) == first
    assert first[0][0].area >= first[1][0].area


@pytest.mark.parametrize("name", ["chelsea.png", "coffee.png", "dog.jpg", "eagle.jpg", "clock.png", "giraffe.jpg", "page.png"])
def test_animals_and_things_are_no_faces(engine: yunet.YuNet, test_data: Path, name: str) -> None:
    assert engine.detect(picture(test_data / "images" / name)) == []


def test_a_face_that_is_cut_off_stays_inside_the_picture(engine: yunet.YuNet, test_data: Path) -> None:
    cut = picture(test_data / "images" / "astronaut.png")[:, 200:]
    for box, _ in engine.detect(cut):
        assert 0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1


def test_a_plain_and_a_tiny_picture_have_no_face(engine: yunet.YuNet) -> None:
    assert engine.detect(plain((90, 90, 90), 1, (480, 270))[0]) == []
    assert engine.detect(noise(1, (3, 2))[0]) == []
