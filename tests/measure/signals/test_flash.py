"""Flashes: how many, how large, how long, in light and in saturated red."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.measure.signals.flash import SIGNAL
from analyzer.nouns.evidence import Spans
from analyzer.nouns.signal import Reading
from tests.make import Engines, media, noise, plain

SIZE = (36, 64)
DARK, LIGHT = (0, 0, 0), (255, 255, 255)


def strobe(hertz: float, seconds: float, one: tuple[int, int, int] = DARK, other: tuple[int, int, int] = LIGHT) -> np.ndarray:
    """A square wave of two colours at 30 fps."""
    lit = (np.arange(int(seconds * 30)) / 30 * hertz * 2).astype(int) % 2 == 1
    colours = np.where(lit[:, None, None, None], np.array(other), np.array(one)).astype(np.uint8)
    return colours * np.ones((1, *SIZE, 1), np.uint8)


def measured(frames: np.ndarray, **fields: object) -> Reading:
    return SIGNAL.measure(media(frames, **fields), Engines(), {})  # type: ignore[arg-type]


def test_three_flashes_a_second_pass_and_five_fail() -> None:
    three, five = measured(strobe(3, 2)), measured(strobe(5, 2))
    assert three.metrics["general_flashes"] == 3 and three.metrics["general_fails"] is False
    assert five.metrics["general_flashes"] == 5 and five.metrics["general_fails"] is True
    assert five.metrics["area_max"] == pytest.approx(1.0)
    assert five.metrics["red_flashes"] == 0


def test_a_change_below_a_tenth_of_luminance_is_no_flash() -> None:
    # sRGB 89 and 120 are relative luminances 0.100 and 0.188; 89 and 125 are 0.100 and 0.205.
    assert measured(strobe(5, 2, (89, 89, 89), (120, 120, 120))).metrics["general_flashes"] == 0
    assert measured(strobe(5, 2, (89, 89, 89), (125, 125, 125))).metrics["general_flashes"] == 5


def test_no_flash_where_the_darker_state_is_bright() -> None:
    # sRGB 231 is a relative luminance of 0.80, 229 of 0.78.
    assert measured(strobe(5, 2, (232, 232, 232), LIGHT)).metrics["general_flashes"] == 0
    assert measured(strobe(5, 2, (229, 229, 229), LIGHT)).metrics["general_flashes"] == 5


def test_a_small_area_does_not_flash() -> None:
    # A quarter of a field of a third by a third is 2.8 % of the frame, 64 of 2,304 cells.
    flashing = strobe(5, 2)
    small, large = plain(DARK, 60, SIZE), plain(DARK, 60, SIZE)
    small[:, 10:16, 20:28] = flashing[:, 10:16, 20:28]
    large[:, 10:19, 20:30] = flashing[:, 10:19, 20:30]
    assert measured(small).metrics["general_flashes"] == 0
    reading = measured(large)
    assert reading.metrics["general_fails"] is True
    assert reading.metrics["area_max"] == pytest.approx(90 / 2304, abs=0.001)
    [span] = reading.evidence["flashes"].items  # type: ignore[union-attr]
    assert span.box.x0 == pytest.approx(20 / 64) and span.box.y1 == pytest.approx(19 / 36)


def test_a_slow_swell_counts_like_a_strobe() -> None:
    wave = (np.sin(np.arange(60) / 30 * 2 * np.pi * 4) * 100 + 120).astype(np.uint8)
    frames = wave[:, None, None, None] * np.ones((1, *SIZE, 3), np.uint8)
    assert measured(frames).metrics["general_fails"] is True


def test_saturated_red_flashes_are_counted_by_themselves() -> None:
    reading = measured(strobe(5, 2, (80, 0, 0), (160, 0, 0)))
    assert reading.metrics["red_flashes"] == 5 and reading.metrics["red_fails"] is True
    assert reading.metrics["general_flashes"] == 0
    blue = measured(strobe(5, 2, (0, 0, 80), (0, 0, 160)))
    assert blue.metrics["red_flashes"] == 0
    pale = measured(strobe(5, 2, (90, 80, 80), (220, 120, 120)))
    assert pale.metrics["red_flashes"] == 0


def test_two_flashes_a_second_for_five_seconds_are_an_extended_failure() -> None:
    assert measured(strobe(2.5, 6)).metrics["extended_fails"] is True
    assert measured(strobe(2.5, 6)).metrics["general_fails"] is False
    assert measured(strobe(2.5, 4)).metrics["extended_fails"] is False
    assert measured(strobe(1, 8)).metrics["extended_fails"] is False


def test_spans_say_when_and_how_many() -> None:
    calm = plain((90, 90, 90), 60, SIZE)
    reading = measured(np.concatenate([calm, strobe(5, 2), calm]))
    block = reading.evidence["flashes"]
    assert isinstance(block, Spans)
    [span] = block.items
    assert span.label == "general" and span.value == 5
    assert 1.0 <= span.start_s <= 2.1 and 3.7 <= span.end_s <= 4.1


def test_a_moving_texture_does_not_flash() -> None:
    stripes = np.tile(np.repeat(np.array([0, 255], np.uint8), 4), 30)
    frames = np.stack([np.tile(stripes[n : n + 64], (36, 1)) for n in range(120)])[..., None].repeat(3, -1)
    assert measured(frames).metrics["general_fails"] is False


def test_noise_and_single_cuts_do_not_fail() -> None:
    assert measured(noise(60, SIZE)).metrics["general_fails"] is False
    slides = np.concatenate([plain(colour, 30, SIZE) for colour in (DARK, LIGHT, DARK)])
    assert measured(slides).metrics["general_flashes"] <= 1


def test_flashes_go_on_across_chunks_and_follow_the_clock() -> None:
    across = measured(np.concatenate([plain(DARK, 113, SIZE), strobe(5, 1)]))
    within = measured(np.concatenate([plain(DARK, 60, SIZE), strobe(5, 1)]))
    assert across.metrics["general_flashes"] == within.metrics["general_flashes"] >= 4
    assert measured(strobe(5, 2), fps=15.0).metrics["general_flashes"] in (2, 3)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_clips_of_hardly_any_frames(count: int) -> None:
    reading = measured(plain(LIGHT, count, SIZE))
    assert reading.metrics["general_flashes"] == 0 and reading.metrics["area_max"] == 0.0
    assert set(reading.metrics) == set(SIGNAL.metrics)


@pytest.mark.parametrize("size", [(1, 64), (64, 2), (1, 1)])
def test_thumbnails_of_extreme_shape(size: tuple[int, int]) -> None:
    assert measured(strobe(5, 2)[:, : size[0], : size[1]]).metrics["general_flashes"] == 5
