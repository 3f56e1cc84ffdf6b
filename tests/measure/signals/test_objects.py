"""Objects and people: screen time by kind, from the cut that brought them to the cut that took them away."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.measure.signals.objects import MOST_LOOKS, measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.evidence import BoundingBox, message
from analyzer.nouns.media import Media
from tests.make import Engines, box, image, media, plain

Seen = tuple[str, BoundingBox, float]
MAN, BALL = ("person", box(0.4, 0.2, 0.6, 0.8), 0.9), ("sports ball", box(0.1, 0.7, 0.2, 0.8), 0.7)


class Detector:
    """Sees the objects that belong to the colour of a picture's first pixel, and counts its looks."""

    note, sure = message("Objects of {count} kinds are looked for; others are not seen.", count=80), 0.6

    def __init__(self, **objects: list[Seen]) -> None:
        self.objects, self.looks = {int(colour[1:]): found for colour, found in objects.items()}, 0

    def detect(self, pictures: Iterable[NDArray[np.uint8]]) -> Iterator[list[Seen]]:
        for picture in pictures:
            self.looks += 1
            yield self.objects.get(int(picture[0, 0, 0]), [])


def clip(*shots: tuple[int, float], every_s: float = 0.5) -> Media:
    """Shots of one grey each (grey, seconds), with a kept frame every so often; 10 frames a second."""
    pixels = np.concatenate([plain((grey,) * 3, round(seconds * 10)) for grey, seconds in shots])
    step = round(every_s * 10)
    return media(pixels, fps=10, frames=[(i / 10, pixels[i]) for i in range(0, len(pixels), step)])


def run(asset: Media, detector: Detector) -> Any:
    return measure(asset, Engines({"object-detection": detector}), {})


def test_screen_time_by_kind() -> None:
    reading = run(clip((20, 2.0), (100, 4.0), (200, 4.0)), Detector(c100=[MAN, BALL], c200=[MAN]))
    assert dict(reading.metrics) == {
        "labels": "person, sports ball", "objects_max": 2, "people_max": 1, "first_person_s": 2.0, "person_time_share": 0.8,
        "largest_object_share": 0.12,
    }  # fmt: skip
    assert reading.evidence["screen_time"].rows == (
        ("person", 8.0, 0.8, 2.0, 1, 0.12, 0.9),
        ("sports ball", 4.0, 0.4, 2.0, 1, 0.01, 0.7),
    )
    spans = [(track.label, track.start_s, track.end_s) for track in reading.evidence["objects"].items]
    assert spans == [("person", 2.0, 10.0), ("sports ball", 2.0, 6.0)]
    assert [(d.time_s, d.label, d.confidence) for d in reading.evidence["detections"].items] == [
        (2.0, "person", 0.9), (2.0, "sports ball", 0.7), (6.0, "person", 0.9),
    ]  # fmt: skip


def test_people_at_the_same_time_count_once() -> None:
    other = ("person", box(0.0, 0.2, 0.2, 0.8), 0.8)
    reading = run(clip((100, 4.0), (20, 4.0)), Detector(c100=[MAN, other]))
    assert reading.metrics["people_max"] == 2 and reading.metrics["person_time_share"] == 0.5


def test_a_shot_that_does_not_show_a_person_is_no_screen_time_of_one() -> None:
    """A title between two shots, or a black one: nobody was missed there."""
    reading = run(clip((100, 3.0), (10, 2.0), (100, 3.0)), Detector(c100=[MAN]))
    assert [(t.start_s, t.end_s) for t in reading.evidence["objects"].items] == [(0.0, 3.0), (5.0, 8.0)]
    assert reading.metrics["person_time_share"] == 0.75


def test_a_clip_without_objects_was_measured() -> None:
    reading = run(clip((20, 4.0)), Detector())
    assert dict(reading.metrics) == {
        "labels": "", "objects_max": 0, "people_max": 0, "first_person_s": None, "person_time_share": 0.0,
        "largest_object_share": None,
    }  # fmt: skip
    assert reading.evidence["screen_time"].rows == ()


def test_a_still_picture_is_looked_at_once() -> None:
    detector = Detector(c100=[MAN])
    assert run(clip((100, 20.0)), detector).metrics["person_time_share"] == 1.0
    assert detector.looks == 1


def test_an_unsure_object_of_a_single_look_is_dropped_from_a_clip_and_kept_in_an_image() -> None:
    unsure = Detector(c100=[("cup", box(0.1, 0.1, 0.2, 0.2), 0.5)])
    assert run(clip((20, 2.0), (100, 2.0), (200, 2.0)), unsure).metrics["labels"] == ""
    assert run(image(plain((100,) * 3, 1, (640, 360))[0]), unsure).metrics["labels"] == "cup"


def test_an_image_has_no_time() -> None:
    reading = run(image(plain((100,) * 3, 1, (640, 360))[0]), Detector(c100=[MAN]))
    assert reading.evidence["screen_time"].rows == (("person", None, None, None, 1, 0.12, 0.9),)
    assert (reading.metrics["first_person_s"], reading.metrics["person_time_share"]) == (None, None)
    nobody = run(image(plain((50,) * 3, 1, (640, 360))[0]), Detector())
    assert (nobody.metrics["people_max"], nobody.metrics["person_time_share"]) == (0, None)


def test_it_says_what_it_cannot_see_and_the_bound_on_looks() -> None:
    assert [str(note) for note in run(clip((20, 1.0)), Detector()).notes] == [
        "Objects of 80 kinds are looked for; others are not seen."
    ]
    greys = [(20 + 40 * (i % 5), 1.0) for i in range(MOST_LOOKS + 50)]
    detector = Detector()
    reading = run(clip(*greys, every_s=1.0), detector)
    assert detector.looks == MOST_LOOKS and len(reading.notes) == 2


def test_no_frames_and_no_engine() -> None:
    with pytest.raises(NotApplicable):
        run(media(plain((1, 1, 1), 9)), Detector())
    with pytest.raises(Unavailable):
        measure(clip((50, 1.0)), Engines(), {})


@pytest.mark.slow
def test_a_man_who_dances_for_a_minute_is_one_track_and_seven_people_in_a_row_are_no_crowd(test_data: Path) -> None:
    from analyzer.engines import onnx_detection
    from analyzer.read.open_media import read_media
    from tests.engines.detectors import manifest_of, runtime

    engine = onnx_detection.load(manifest_of("yolox"), runtime(test_data / "weights"))
    found = {}
    for name in ("editly_dancer1.webm", "intel_one-by-one-person-detection.mp4"):
        with read_media(test_data / "video" / name, asset_id="0" * 64) as clip_of:
            found[name] = measure(clip_of, Engines({"object-detection": engine}), {})
    [dancer] = found["editly_dancer1.webm"].evidence["objects"].items
    assert (dancer.label, dancer.start_s) == ("person", 0.0) and dancer.end_s > 60
    walkers = [t for t in found["intel_one-by-one-person-detection.mp4"].evidence["objects"].items if t.label == "person"]
    assert 6 <= len(walkers) <= 8 and found["intel_one-by-one-person-detection.mp4"].metrics["people_max"] == 1
