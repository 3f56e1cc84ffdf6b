"""Scenes: one sentence a shot, the model's words, and never more than was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pytest

from analyzer.measure.signals.scenes import MOST_SHOTS, measure
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.evidence import Shot, Shots
from analyzer.nouns.media import Media
from analyzer.nouns.signal import Reading
from tests.make import Engines, image, media, ok, plain


class Captioner:
    """Says what belongs to the grey of a picture."""

    def __init__(self, captions: dict[int, tuple[str, float | None]]) -> None:
        self.captions, self.looks = captions, 0

    def caption(self, images: Iterable[Any]) -> Iterator[tuple[str, float | None]]:
        for picture in images:
            self.looks += 1
            yield self.captions.get(int(picture[0, 0, 0]), ("something", 0.5))


def clip(*greys: int) -> tuple[Media, dict[str, Any]]:
    """A clip of shots of one grey and two seconds each, and what the signal `shots` says of it."""
    pixels = np.concatenate([plain((grey,) * 3, 20) for grey in greys])
    frames = [(i / 10, pixels[i]) for i in range(0, len(pixels), 5)]
    shots = tuple(Shot(start_s=2.0 * n, end_s=2.0 * n + 2, transition="cut" if n else "start") for n in range(len(greys)))
    return media(pixels, fps=10, frames=frames), {"shots": ok("shots", shots=Shots(title="Shots", items=shots))}


def run(asset: Media, needed: dict[str, Any], captioner: Captioner) -> Reading:
    return measure(asset, Engines({"scene-captioning": captioner}), needed)


def captions(reading: Reading) -> list[tuple[float, float, str]]:
    return [(c.start_s, c.end_s, c.text) for c in reading.evidence["captions"].items]  # type: ignore[union-attr]


def test_each_shot_has_its_sentence_and_the_moment_that_was_seen() -> None:
    captioner = Captioner({20: ("a dog", 0.9), 90: ("a cup", 0.6)})
    reading = run(*clip(20, 90), captioner)
    assert captions(reading) == [(0.0, 2.0, "a dog"), (2.0, 4.0, "a cup")]
    assert reading.metrics == {"described": 2, "opening": "a dog", "lowest_confidence": 0.6}
    for caption in reading.evidence["captions"].items:  # type: ignore[union-attr]
        assert caption.start_s <= caption.time_s < caption.end_s
    assert captioner.looks == 2
    assert "model wrote" in str(reading.notes[0])


def test_the_same_sentence_in_a_row_is_listed_once_and_counted_as_often_as_it_was_said() -> None:
    reading = run(*clip(20, 22, 90, 20), Captioner({20: ("a dog", 0.5), 22: ("a dog", 0.9), 90: ("a cup", None)}))
    assert captions(reading) == [(0.0, 4.0, "a dog"), (4.0, 6.0, "a cup"), (6.0, 8.0, "a dog")]
    first = reading.evidence["captions"].items[0]  # type: ignore[union-attr]
    assert first.confidence == 0.9 and 2.0 <= first.time_s < 4.0, "the moment is that of the surer one"
    assert reading.metrics["described"] == 4
    assert any("listed once" in str(note) for note in reading.notes)


def test_a_model_that_says_nothing_has_described_nothing() -> None:
    reading = run(*clip(20, 90), Captioner({20: ("", None)}))
    assert captions(reading) == [(2.0, 4.0, "something")]
    assert reading.metrics["opening"] is None and reading.metrics["described"] == 1


def test_many_shots_are_spread_over_the_clip_and_said_so() -> None:
    captioner = Captioner({})
    reading = run(*clip(*(20 + n for n in range(MOST_SHOTS + 20))), captioner)
    assert captioner.looks == MOST_SHOTS
    assert any(str(note).startswith(f"Of {MOST_SHOTS + 20} shots, {MOST_SHOTS} were") for note in reading.notes)


def test_a_shot_without_a_kept_frame_is_left_out_and_said_so() -> None:
    asset, needed = clip(20, 90)
    short = Shot(start_s=3.95, end_s=4.0, transition="cut")
    shots = Shots(title="Shots", items=(*needed["shots"].evidence["shots"].items, short))
    reading = run(asset, {"shots": ok("shots", shots=shots)}, Captioner({}))
    assert reading.metrics["described"] == 2
    assert any("too short" in str(note) and "1" in str(note) for note in reading.notes)


def test_where_the_shots_are_not_known_one_picture_stands_for_the_clip() -> None:
    asset, _ = clip(20, 90)
    captioner = Captioner({})
    reading = run(asset, {}, captioner)
    assert captions(reading) == [(0.0, 4.0, "something")] and captioner.looks == 1
    assert any("shots were not measured" in str(note) for note in reading.notes)


def test_an_image_is_described() -> None:
    reading = run(image(plain((20, 20, 20), 1, (90, 60))[0]), {}, Captioner({20: ("a wall", 0.7)}))
    assert reading.metrics == {"described": 1, "opening": "a wall", "lowest_confidence": 0.7}
    assert len(reading.notes) == 1


def test_no_frames_and_no_model() -> None:
    with pytest.raises(NotApplicable):
        run(media(plain((1, 1, 1), 9)), {}, Captioner({}))
    with pytest.raises(Unavailable):
        measure(clip(20)[0], Engines(), {})
