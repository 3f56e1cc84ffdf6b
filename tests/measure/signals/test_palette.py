"""Palette: bars and black stretches, drift over shots, images, and real clips."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.measure.signals.palette import SIGNAL
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Shot, Shots
from analyzer.nouns.media import Media
from analyzer.nouns.report import SignalResult
from analyzer.nouns.signal import Reading
from tests.make import Engines, image, media, noise, ok, plain

RED, BLUE, BLACK = (200, 30, 40), (30, 60, 190), (0, 0, 0)


def shots(*bounds: float) -> dict[str, SignalResult]:
    items = tuple(Shot(start_s=a, end_s=b, transition="cut") for a, b in zip(bounds[:-1], bounds[1:], strict=True))
    return {"shots": ok("shots", {"shots": len(items)}, shots=Shots(title="Shots", items=items))}


def read(clip: Media, needed: dict[str, SignalResult] | None = None) -> Reading:
    return SIGNAL.measure(clip, Engines(), needed or {})


def swatches(reading: Reading, block: str = "asset", index: int = 0) -> list[tuple[str, float]]:
    return [(swatch.name, swatch.share) for swatch in reading.evidence[block].items[index].swatches]


def test_shares_follow_the_time_that_a_colour_stands() -> None:
    clip = media(np.concatenate([plain(RED, 90), plain(BLUE, 30)]))
    reading = read(clip, shots(0, 3, 4))
    assert swatches(reading) == [("red", 0.75), ("blue", 0.25)]
    assert reading.metrics["dominant"] == "#c81e28"
    assert swatches(reading, "shots", 1) == [("blue", 1.0)]


def test_time_counts_and_not_the_number_of_frames() -> None:
    times = np.concatenate([np.arange(90) / 90, 1.0 + np.arange(3)])
    clip = media(np.concatenate([plain(RED, 90), plain(BLUE, 3)]), times_s=times)
    reading = read(clip, shots(0, 1, 3))
    assert dict(swatches(reading))["blue"] == pytest.approx(2 / 3, abs=0.03)


def test_drift_is_none_for_one_shot_and_grows_with_difference() -> None:
    both = np.concatenate([plain(RED, 60), plain(BLUE, 60)])
    assert read(media(both), shots(0, 4)).metrics["drift"] is None
    near = np.concatenate([plain(RED, 60), plain((205, 40, 40), 60)])
    far = read(media(both), shots(0, 2, 4)).metrics["drift"]
    assert read(media(near), shots(0, 2, 4)).metrics["drift"] < 3 < 20 < far


def test_without_shots_drift_is_unmeasured() -> None:
    reading = read(media(plain(RED, 60)))
    assert "drift" not in reading.metrics
    assert reading.unmeasured["drift"].code == "needs_shots"
    assert set(reading.metrics) | set(reading.unmeasured) == set(SIGNAL.metrics)


def test_black_stretches_are_left_out_and_said() -> None:
    clip = media(np.concatenate([plain(BLACK, 60), plain(RED, 60)]))
    reading = read(clip, shots(0, 2, 4))
    assert swatches(reading) == [("red", 1.0)]
    assert [str(note) for note in reading.notes] == ["Black stretches are left out of the palette."]
    assert len(reading.evidence["shots"].items) == 1
    assert reading.metrics["drift"] is None


def test_a_black_clip_is_black() -> None:
    reading = read(media(plain(BLACK, 60)), shots(0, 2))
    assert swatches(reading) == [("black", 1.0)]
    assert reading.metrics["brightness"] == 0.0


def test_letterbox_is_left_out_but_a_dark_background_is_not() -> None:
    barred = plain(RED, 60)
    barred[:, :12] = 0
    barred[:, -12:] = 0
    assert swatches(read(media(barred), shots(0, 2))) == [("red", 1.0)]
    product = plain(BLACK, 60)
    product[:, 20:44, 10:26] = RED
    assert dict(swatches(read(media(product), shots(0, 2))))["black"] > 0.7
    floor = plain(RED, 60)
    floor[:, -20:] = 0
    assert dict(swatches(read(media(floor), shots(0, 2))))["black"] == pytest.approx(20 / 64, abs=0.02)


def test_many_shots_keep_the_longest_ones() -> None:
    bounds = [*np.arange(30) * 0.1, 6.0]
    reading = read(media(noise(180)), shots(*bounds))
    items = reading.evidence["shots"].items
    assert len(items) == 24
    assert items[-1].end_s == 6.0
    assert str(reading.notes[-1]) == "Palettes are shown for the 24 longest shots."


def test_an_image_has_a_palette_and_no_drift() -> None:
    picture = np.full((1200, 800, 3), RED, np.uint8)
    picture[:300] = BLUE
    reading = read(image(picture))
    assert [name for name, _ in swatches(reading)] == ["red", "blue"]
    assert swatches(reading)[1][1] == pytest.approx(0.25, abs=0.01)
    assert reading.metrics["drift"] is None
    assert "shots" not in reading.evidence


def test_brightness_and_contrast_are_shares_of_lightness() -> None:
    clip = plain((255, 255, 255), 30)
    clip[:, :32] = (1, 1, 1)
    metrics = read(media(clip), shots(0, 1)).metrics
    assert metrics["brightness"] == pytest.approx(0.53, abs=0.04)
    assert metrics["contrast"] == pytest.approx(0.95, abs=0.07)
    assert read(media(plain((90, 90, 90), 30)), shots(0, 1)).metrics["contrast"] == 0.0


def test_no_frames_does_not_apply() -> None:
    with pytest.raises(NotApplicable):
        read(media(plain(RED, 0)))


def test_the_same_input_gives_the_same_output() -> None:
    clip = media(noise(90))
    assert read(clip, shots(0, 1, 3)) == read(clip, shots(0, 1, 3))
