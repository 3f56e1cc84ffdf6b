"""Content: labels only where one is likely enough, each look counted for as long as it stands, and a direction for machines."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from analyzer.measure.signals.content import MOST_LOOKS, measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.media import Media
from analyzer.nouns.signal import Reading
from tests.make import Engines, image, media, plain

LABELS = {"setting": ("kitchen", "street"), "activity": ("cooking", "driving"), "format": ("talking_head", "tutorial")}


class Matcher:
    """Embeds a picture of one grey as the number of its shade, and knows the probability of both labels for each."""

    model = "known"
    labels = LABELS
    floors = {"setting": 0.5, "activity": 0.5, "format": 0.6}

    def __init__(self, **shares: tuple[float, float]) -> None:
        self.shares = {int(grey[1:]): pair for grey, pair in shares.items()}
        self.looks = 0

    def embed(self, images: Iterable[Any]) -> np.ndarray:
        greys = [int(picture[0, 0, 0]) for picture in images]
        self.looks = len(greys)
        return np.array([[np.cos(grey / 100), np.sin(grey / 100)] for grey in greys], np.float32)

    def probabilities(self, embeddings: np.ndarray, group: str) -> np.ndarray:
        greys = np.round(np.arctan2(embeddings[:, 1], embeddings[:, 0]) * 100).astype(int)
        return np.array([self.shares[grey] for grey in greys], np.float32)


def clip(*shots: tuple[int, float]) -> Media:
    """Shots of one grey each (grey, seconds)."""
    pixels = np.concatenate([plain((grey,) * 3, round(seconds * 10)) for grey, seconds in shots])
    return media(pixels, fps=10, frames=[(i / 10, pixels[i]) for i in range(0, len(pixels), 5)])


def run(asset: Media, matcher: Matcher) -> Reading:
    return measure(asset, Engines({"image-text-matching": matcher}), {})


def test_what_is_there_for_most_of_the_time_names_the_clip() -> None:
    reading = run(clip((20, 6.0), (140, 2.0)), Matcher(g20=(0.9, 0.05), g140=(0.1, 0.85)))
    assert reading.metrics == {"setting": "kitchen", "activity": "cooking", "format": "talking_head"}
    spans = reading.evidence["setting"].items  # type: ignore[union-attr]
    assert [(s.start_s, s.end_s, s.label, s.value) for s in spans] == [
        (0.0, 6.0, "kitchen", 0.9),
        (6.0, 8.0, "street", 0.85),
    ]


def test_between_two_labels_none_is_named_and_the_table_says_how_likely_the_best_was() -> None:
    reading = run(clip((20, 4.0), (140, 4.0)), Matcher(g20=(0.8, 0.1), g140=(0.1, 0.8)))
    assert reading.metrics == {}
    assert {name: reason.code for name, reason in reading.unmeasured.items()} == dict.fromkeys(LABELS, "unsure")
    assert reading.evidence["labels"].rows[0] == ("setting", "street", 0.45)  # type: ignore[union-attr]
    assert len(reading.evidence["setting"].items) == 2, "each stretch is sure, the whole is not"  # type: ignore[union-attr]


def test_each_group_has_its_own_floor() -> None:
    reading = run(clip((20, 4.0)), Matcher(g20=(0.55, 0.2)))
    assert set(reading.metrics) == {"setting", "activity"} and set(reading.unmeasured) == {"format"}
    assert reading.evidence["format"].items == ()  # type: ignore[union-attr]


def test_where_no_label_applies_none_is_named() -> None:
    """What is left of 1 belongs to no label: the best of the list is not enough."""
    assert set(run(clip((20, 4.0)), Matcher(g20=(0.3, 0.1))).unmeasured) == set(LABELS)


def test_looks_in_a_row_with_the_same_label_are_one_stretch_with_their_mean_by_time() -> None:
    reading = run(clip((20, 3.0), (60, 1.0), (140, 2.0)), Matcher(g20=(0.6, 0.1), g60=(1.0, 0.0), g140=(0.2, 0.2)))
    [span] = reading.evidence["setting"].items  # type: ignore[union-attr]
    assert (span.start_s, span.end_s, span.label, span.value) == (0.0, 4.0, "kitchen", 0.7)


def test_the_likeliest_labels_are_listed_with_their_shares() -> None:
    rows = run(clip((20, 2.0)), Matcher(g20=(0.3, 0.65))).evidence["labels"].rows  # type: ignore[union-attr]
    assert rows[:2] == (("setting", "street", 0.65), ("setting", "kitchen", 0.3))
    assert ("format", "talking head", 0.3) in rows


def test_the_direction_is_a_unit_vector_in_16_bit_floats_weighed_by_time() -> None:
    embedding: Any = run(clip((0, 3.0), (157, 1.0)), Matcher(g0=(1, 0), g157=(1, 0))).evidence["embedding"]
    vector = np.frombuffer(base64.b64decode(embedding.values), "<f2").astype(np.float64)
    assert (embedding.model, embedding.dims) == ("known", 2) and np.linalg.norm(vector) == pytest.approx(1, abs=1e-3)
    assert vector[1] / vector[0] == pytest.approx(1 / 3, abs=0.01)


def test_a_still_picture_is_looked_at_once_and_a_long_clip_not_too_often() -> None:
    matcher = Matcher(g20=(0.9, 0.1))
    run(clip((20, 30.0)), matcher)
    assert matcher.looks == 1
    busy = Matcher(**{f"g{grey}": (0.9, 0.1) for grey in range(157)})
    run(clip(*((10 if n % 2 else 90, 1.0) for n in range(MOST_LOOKS + 30))), busy)
    assert busy.looks == MOST_LOOKS


def test_an_image_has_labels_and_no_stretches() -> None:
    reading = run(image(plain((20, 20, 20), 1, (90, 60))[0]), Matcher(g20=(0.9, 0.1)))
    assert reading.metrics["setting"] == "kitchen" and set(reading.evidence) == {"labels", "embedding"}


def test_no_frames_and_no_model() -> None:
    with pytest.raises(NotApplicable):
        run(media(plain((1, 1, 1), 9)), Matcher())
    with pytest.raises(Unavailable):
        measure(clip((20, 1.0)), Engines(), {})
