"""Faces: followed over looks, from the cut that brought them to the cut that took them away."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.engines.haar import Haar
from analyzer.measure.signals.faces import MOST_LOOKS, measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.evidence import BoundingBox, message
from analyzer.nouns.media import Media
from tests.make import Engines, box, image, media, plain

FACE = box(0.4, 0.2, 0.6, 0.3)


class Detector:
    """Sees the faces that belong to the colour of a picture's first pixel, and counts its looks."""

    note, sure = message("Only faces from the front."), 0.65

    def __init__(self, **faces: list[tuple[BoundingBox, float]]) -> None:
        self.faces, self.looks = {int(colour[1:]): found for colour, found in faces.items()}, 0

    def detect(self, picture: NDArray[np.uint8]) -> list[tuple[BoundingBox, float]]:
        self.looks += 1
        return self.faces.get(int(picture[0, 0, 0]), [])


def clip(*shots: tuple[int, float], every_s: float = 0.5) -> Media:
    """Shots of one grey each (grey, seconds), with a kept frame every so often; 10 frames a second."""
    pixels = np.concatenate([plain((grey,) * 3, round(seconds * 10)) for grey, seconds in shots])
    step = round(every_s * 10)
    return media(pixels, fps=10, frames=[(i / 10, pixels[i]) for i in range(0, len(pixels), step)])


def run(asset: Media, detector: Detector) -> Any:
    return measure(asset, Engines({"face-detection": detector}), {})


def test_a_face_lasts_from_cut_to_cut() -> None:
    detector = Detector(c100=[(FACE, 0.8)])
    reading = run(clip((20, 1.7), (100, 4.0), (200, 2.3)), detector)
    [track] = reading.evidence["faces"].items
    assert (track.start_s, track.end_s) == (1.7, 5.7)
    assert reading.metrics["first_face_s"] == 1.7 and reading.metrics["face_in_hook"] is True
    assert reading.metrics["face_time_share"] == 0.5
    assert reading.metrics["faces_max"] == 1
    assert reading.metrics["largest_face_share"] == 0.02 and reading.metrics["close_up"] is False


def test_a_still_picture_is_looked_at_once() -> None:
    detector = Detector(c100=[(FACE, 0.8)])
    reading = run(clip((100, 20.0)), detector)
    assert detector.looks == 1
    assert reading.metrics["face_time_share"] == 1.0


@pytest.mark.parametrize(("jump", "most"), [(10, 6 + 40), (40, 12 + 80)])
def test_a_moving_picture_is_not_looked_at_all_the_time(jump: int, most: int) -> None:
    """A minute in which the picture moves, and one in which it is cut, three times a second."""
    detector = Detector()
    run(clip(*[(20 + jump * (i % 2), 0.3) for i in range(200)], every_s=0.3), detector)
    assert 20 <= detector.looks <= most


def test_every_shot_that_stands_is_looked_at() -> None:
    """A cut right after a look, and then nothing more is kept of the shot."""
    pixels = np.concatenate([plain((20,) * 3, 40), plain((60,) * 3, 2), plain((160,) * 3, 58)])
    frames = [(t, pixels[int(t * 10)]) for t in (0.0, 4.0, 4.2)]
    reading = run(media(pixels, fps=10, frames=frames), Detector(c160=[(FACE, 0.9)]))
    [track] = reading.evidence["faces"].items
    assert (track.start_s, track.end_s) == (4.2, 10.0)


def test_a_weak_face_in_a_single_look_is_dropped_and_a_strong_one_is_kept() -> None:
    shots = (20, 2.0), (100, 2.0), (200, 2.0)
    assert run(clip(*shots), Detector(c100=[(FACE, 0.55)])).metrics["faces_max"] == 0
    kept = run(clip(*shots), Detector(c100=[(FACE, 0.8), (box(0.0, 0.8, 0.1, 0.85), 0.5)]))
    assert kept.metrics["faces_max"] == 1
    assert [found.confidence for found in kept.evidence["detections"].items] == [0.8]


def test_a_face_that_is_missed_once_stays_one_track() -> None:
    reading = run(clip((100, 2.0), (120, 2.0), (100, 2.0)), Detector(c100=[(FACE, 0.6)]))
    assert [(t.start_s, t.end_s) for t in reading.evidence["faces"].items] == [(0.0, 6.0)]


def test_two_faces_are_two_tracks() -> None:
    other = box(0.1, 0.2, 0.3, 0.3)
    reading = run(clip((100, 3.0), (130, 3.0)), Detector(c100=[(FACE, 0.8), (other, 0.8)], c130=[(FACE, 0.7)]))
    assert reading.metrics["faces_max"] == 2
    assert sorted((t.box.x0, t.end_s) for t in reading.evidence["faces"].items) == [(0.1, 3.0), (0.4, 6.0)]


def test_a_close_up() -> None:
    assert run(clip((100, 2.0)), Detector(c100=[(box(0.2, 0.2, 0.8, 0.5), 0.9)])).metrics["close_up"] is True


def test_an_image() -> None:
    detector = Detector(c100=[(FACE, 0.55)])
    reading = run(image(plain((100, 100, 100), 1, (640, 360))[0]), detector)
    times = "first_face_s", "face_time_share", "face_in_hook"
    assert reading.metrics["faces_max"] == 1 and [reading.metrics[name] for name in times] == [None, None, None]
    nothing = run(image(plain((50, 50, 50), 1, (640, 360))[0]), detector)
    assert (nothing.metrics["faces_max"], nothing.metrics["largest_face_share"]) == (0, None)
    assert [nothing.metrics[name] for name in times] == [None, None, None]


def test_the_bound_on_looks_is_said() -> None:
    greys = [(20 + 40 * (i % 5), 1.0) for i in range(MOST_LOOKS + 50)]
    detector = Detector()
    reading = run(clip(*greys, every_s=1.0), detector)
    assert detector.looks == MOST_LOOKS and len(reading.notes) == 2


def test_it_says_what_its_engine_cannot_see() -> None:
    assert run(clip((50, 1.0)), Detector()).notes == (Detector.note,)
    assert "front" in str(Haar.note)


def test_no_frames_and_no_engine() -> None:
    with pytest.raises(NotApplicable):
        run(media(plain((1, 1, 1), 9)), Detector())
    with pytest.raises(Unavailable):
        measure(clip((50, 1.0)), Engines(), {})
