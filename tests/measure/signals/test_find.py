"""Things that were named: each query is answered, found or not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.measure.signals.find import MOST_LOOKS, measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.evidence import BoundingBox, message
from analyzer.nouns.media import Media
from tests.make import Engines, box, image, media, plain
from tests.measure.signals.test_objects import clip

SHOE = box(0.4, 0.4, 0.6, 0.6)


class Finder:
    """Finds a query in the pictures whose first pixel has its colour, and remembers what it was asked."""

    note, sure = (
        message("Things that were named are found by a model that can be wrong: look at each before you rely on it."),
        0.3,
    )

    def __init__(self, **places: dict[str, tuple[BoundingBox, float]]) -> None:
        self.places = {int(colour[1:]): found for colour, found in places.items()}
        self.queries: list[str] = []
        self.looks = 0

    def find(
        self, pictures: Iterable[NDArray[np.uint8]], queries: Sequence[str]
    ) -> Iterator[list[tuple[str, BoundingBox, float]]]:
        self.queries = list(queries)
        for picture in pictures:
            self.looks += 1
            here = self.places.get(int(picture[0, 0, 0]), {})
            yield [(query, *here[query]) for query in queries if query in here]


def run(asset: Media, finder: Finder, *queries: str) -> Any:
    return measure(replace(asset, find=queries), Engines({"open-vocabulary-detection": finder}), {})


def test_when_and_how_large_each_is_seen_and_which_is_missing() -> None:
    finder = Finder(c100={"red shoe": (SHOE, 0.6)})
    reading = run(clip((20, 2.0), (100, 4.0), (200, 2.0)), finder, "our logo", "red shoe")
    assert dict(reading.metrics) == {
        "wanted": 2, "found": 1, "missing": "our logo", "first_found_s": 2.0, "largest_share": 0.04,
    }  # fmt: skip
    assert reading.evidence["looked_for"].rows == (
        ("our logo", 0.0, 0.0, None, 0, None, None),
        ("red shoe", 4.0, 0.5, 2.0, 1, 0.04, 0.6),
    )
    assert [(t.label, t.start_s, t.end_s) for t in reading.evidence["tracks"].items] == [("red shoe", 2.0, 6.0)]
    assert "wrong" in str(reading.notes[0])


def test_two_names_for_the_same_thing_are_both_found() -> None:
    finder = Finder(**{c: {"shoe": (SHOE, 0.5), "red shoe": (SHOE, 0.6)} for c in ("c100", "c140")})
    reading = run(clip((100, 2.0), (140, 2.0)), finder, "shoe", "red shoe")
    assert [(t.label, t.start_s, t.end_s) for t in reading.evidence["tracks"].items] == [
        ("shoe", 0.0, 4.0), ("red shoe", 0.0, 4.0),
    ]  # fmt: skip
    assert reading.metrics["missing"] is None


def test_an_image_has_no_times() -> None:
    reading = run(image(plain((100,) * 3, 1, (640, 360))[0]), Finder(c100={"shoe": (SHOE, 0.25)}), "shoe", "logo")
    assert reading.evidence["looked_for"].rows == (
        ("shoe", None, None, None, 1, 0.04, 0.25),
        ("logo", None, None, None, 0, None, None),
    )
    assert reading.metrics["found"] == 1 and reading.metrics["first_found_s"] is None


def test_a_query_that_is_said_twice_is_asked_once() -> None:
    finder = Finder()
    run(clip((100, 2.0)), finder, "Red  shoe", "logo", "red shoe ", "", "LOGO")
    assert finder.queries == ["Red shoe", "logo"]


def test_a_single_look_has_to_be_surer_than_two() -> None:
    weak = {"shoe": (SHOE, 0.25)}
    assert run(clip((20, 2.0), (100, 2.0), (200, 2.0)), Finder(c100=weak), "shoe").metrics["found"] == 0
    assert run(clip((20, 2.0), (100, 2.0), (140, 2.0)), Finder(c100=weak, c140=weak), "shoe").metrics["found"] == 1
    assert run(image(plain((100,) * 3, 1, (640, 360))[0]), Finder(c100=weak), "shoe").metrics["found"] == 1


def test_a_long_clip_is_looked_at_so_often_and_no_more() -> None:
    greys = [(20 + 40 * (i % 5), 1.0) for i in range(MOST_LOOKS + 30)]
    finder = Finder()
    reading = run(clip(*greys, every_s=1.0), finder, "shoe")
    assert finder.looks == MOST_LOOKS and len(reading.notes) == 2


def test_nothing_named_no_frames_and_no_engine() -> None:
    for queries in ((), ("", "  ")):
        with pytest.raises(NotApplicable) as error:
            run(clip((50, 1.0)), Finder(), *queries)
        assert error.value.code == "nothing_named"
    with pytest.raises(NotApplicable):
        run(media(plain((1, 1, 1), 9)), Finder(), "shoe")
    with pytest.raises(Unavailable):
        measure(replace(clip((50, 1.0)), find=("shoe",)), Engines(), {})
