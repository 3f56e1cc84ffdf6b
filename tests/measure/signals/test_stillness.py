"""Stillness: black, freezes, dead air and the onset of movement."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.measure.signals.stillness import SIGNAL
from analyzer.nouns.evidence import Series, Spans
from analyzer.nouns.media import Loudness, Media
from analyzer.nouns.signal import Reading
from tests.make import Engines, media, noise, plain

SIZE = (36, 64)


def measured(clip: Media) -> Reading:
    return SIGNAL.measure(clip, Engines(), {})


def loudness(levels: list[float], step_s: float = 0.1) -> Loudness:
    curve = np.array(levels, np.float32)
    return Loudness(
        integrated_lufs=None, range_lu=None, true_peak_dbtp=None, sample_peak_dbfs=None, clipped_runs=0, step_s=step_s,
        momentary_lufs=curve, rms_dbfs=curve,
    )  # fmt: skip


def spans(reading: Reading, key: str) -> list[tuple[float, float]]:
    block = reading.evidence[key]
    assert isinstance(block, Spans)
    return [(round(span.start_s, 3), round(span.end_s, 3)) for span in block.items]


def test_a_single_black_frame_at_the_start_is_seen() -> None:
    reading = measured(media(np.concatenate([plain((0, 0, 0), 1, SIZE), noise(59, SIZE)])))
    assert reading.metrics["black_lead_s"] == pytest.approx(1 / 30)
    assert spans(reading, "black") == [(0.0, 0.033)]


def test_black_is_98_percent_of_cells_at_a_tenth_of_the_range() -> None:
    barely = plain((25, 25, 25), 30, SIZE)
    assert measured(media(barely)).metrics["black_s"] == pytest.approx(1.0)
    assert measured(media(plain((27, 27, 27), 30, SIZE))).metrics["black_s"] == 0.0
    barely[:, :2, :40] = 255
    assert measured(media(barely)).metrics["black_s"] == 0.0


def test_a_small_title_on_black_is_not_black() -> None:
    frames = plain((0, 0, 0), 60, SIZE)
    frames[20:40, 18, 24:40] = 60
    assert spans(measured(media(frames)), "black") == [(0.0, 0.667), (1.333, 2.0)]
    frames[20:40, 18, 24:40] = 36
    assert spans(measured(media(frames)), "black") == [(0.0, 2.0)]


def test_black_in_the_middle_counts_from_a_tenth_of_a_second() -> None:
    frames = noise(90, SIZE)
    frames[20:22] = 0
    frames[40:50] = 0
    assert spans(measured(media(frames)), "black") == [(1.333, 1.667)]
    assert measured(media(frames)).metrics["black_lead_s"] == 0.0


def test_an_opening_that_rises_out_of_black() -> None:
    rising = noise(1, SIZE)[0][None] * np.r_[np.zeros(6), np.linspace(0, 1, 21)[1:], np.ones(30)][:, None, None, None]
    reading = measured(media(rising.astype(np.uint8)))
    assert reading.metrics["fade_in_s"] == pytest.approx(20 / 30, abs=0.07)
    at_once = np.concatenate([plain((0, 0, 0), 6, SIZE), noise(30, SIZE)])
    assert measured(media(at_once)).metrics["fade_in_s"] == 0.0


def test_a_still_picture_with_the_noise_of_compression_is_a_freeze() -> None:
    rng = np.random.default_rng(0)
    flicker = rng.random((60, *SIZE, 1)) < 0.1
    still = np.clip(noise(1, SIZE)[0].astype(int) + flicker, 0, 255).astype(np.uint8)
    reading = measured(media(np.concatenate([noise(30, SIZE, 1), still, noise(30, SIZE, 2)])))
    assert spans(reading, "freezes") == [(1.0, 3.0)]
    assert reading.metrics["freeze_share"] == pytest.approx(0.5)
    assert reading.metrics["longest_freeze_s"] == pytest.approx(2.0)


def renewed(seed: int, most: int) -> np.ndarray:
    """A keyframe's change of a held picture: small everywhere, (36, 64, 1), levels of 255."""
    return np.random.default_rng(seed).integers(-most, most + 1, (*SIZE, 1))


def test_a_held_picture_that_the_encoder_draws_anew_is_one_freeze() -> None:
    held = noise(1, SIZE)[0].astype(int).clip(20, 230)
    around = noise(30, SIZE, 1), noise(30, SIZE, 2)
    anew = np.clip(np.r_["0,4", np.repeat(held[None], 10, 0), np.repeat((held + renewed(0, 2))[None], 50, 0)], 0, 255)
    assert spans(measured(media(np.concatenate([around[0], anew.astype(np.uint8), around[1]]))), "freezes") == [(1.0, 3.0)]


def test_a_small_thing_that_jumps_three_times_a_second_is_not_drawn_anew() -> None:
    frames = plain((90, 90, 90), 90, SIZE)
    for n in range(9):
        frames[10 * n : 10 * n + 10, 15:18, 6 * n : 6 * n + 3] = 98
    assert measured(media(frames)).metrics["freeze_s"] == 0.0


def test_a_change_like_a_keyframe_in_every_other_frame_is_movement() -> None:
    held = noise(1, SIZE)[0].astype(int).clip(20, 230)
    restless = np.stack([held + renewed(n, 2) for n in range(60)]).astype(np.uint8)
    assert measured(media(restless)).metrics["freeze_s"] == 0.0


def test_a_slow_zoom_is_no_freeze() -> None:
    ramp = np.tile(np.linspace(40, 200, 400), (36, 1))
    frames = np.stack([ramp[:, n : n + 64] for n in range(90)])[..., None].repeat(3, -1).astype(np.uint8)
    reading = measured(media(frames))
    assert reading.metrics["freeze_s"] == 0.0


def test_a_small_thing_that_moves_is_no_freeze() -> None:
    frames = plain((90, 90, 90), 60, SIZE)
    for n in range(60):
        frames[n, 15:19, n % 50 : n % 50 + 4] = 200
    reading = measured(media(frames))
    assert reading.metrics["freeze_s"] == 0.0
    assert reading.metrics["first_motion_s"] == pytest.approx(1 / 30)


def test_half_a_second_less_a_frame_is_no_freeze() -> None:
    frames = noise(60, SIZE)
    frames[20:34] = frames[20]
    assert measured(media(frames)).metrics["freeze_s"] == 0.0
    frames[20:36] = frames[20]
    assert measured(media(frames)).metrics["freeze_s"] == pytest.approx(16 / 30)


def test_movement_begins_after_a_still_opening() -> None:
    frames = np.concatenate([plain((90, 90, 90), 30, SIZE), noise(30, SIZE)])
    reading = measured(media(frames))
    assert reading.metrics["first_motion_s"] == pytest.approx(1.0)
    slides = np.concatenate([plain((90, 90, 90), 45, SIZE), plain((200, 60, 60), 45, SIZE)])
    assert measured(media(slides)).metrics["first_motion_s"] is None


def test_a_drift_that_no_two_frames_show_is_movement() -> None:
    wide = np.kron(noise(1, (9, 60), 3)[0] // 8 + 100, np.ones((4, 4, 1))).astype(np.float32)
    lefts = np.r_[np.zeros(30), np.arange(60) * 0.04]
    whole, part = lefts.astype(int), (lefts % 1)[:, None, None, None]
    here = np.stack([wide[:, n : n + 64] for n in whole])
    beside = np.stack([wide[:, n + 1 : n + 65] for n in whole])
    drone = np.rint(here * (1 - part) + beside * part).astype(np.uint8)
    assert np.abs(np.diff(drone.astype(int), axis=0)).mean((1, 2, 3)).max() < 0.004 * 255
    assert measured(media(drone)).metrics["first_motion_s"] == pytest.approx(1.0, abs=0.3)
    stills = np.concatenate([np.repeat(drone[:1], 30, 0), np.repeat(noise(1, SIZE), 30, 0)])
    assert measured(media(stills)).metrics["first_motion_s"] is None


def test_dead_air_is_still_and_silent() -> None:
    frames = np.concatenate([plain((90, 90, 90), 60, SIZE), noise(30, SIZE)])
    silent_half = loudness([-20.0] * 10 + [-70.0] * 20)
    assert spans(measured(media(frames, loudness=silent_half)), "dead_air") == [(1.0, 2.0)]
    assert spans(measured(media(frames)), "dead_air") == [(0.0, 2.0)]
    assert measured(media(frames, loudness=loudness([-20.0] * 30))).metrics["dead_air_s"] == 0.0


def test_after_the_end_of_the_sound_it_is_silent() -> None:
    frames = plain((90, 90, 90), 60, SIZE)
    assert spans(measured(media(frames, loudness=loudness([-20.0] * 10))), "dead_air") == [(1.0, 2.0)]


def test_movement_is_a_share_of_full_scale_and_a_short_curve() -> None:
    blink = plain((0, 0, 0), 3000, (4, 4))
    blink[::2] = 51
    reading = measured(media(blink))
    assert reading.metrics["motion_mean"] == pytest.approx(0.2, abs=0.01)
    assert reading.metrics["motion_in_hook"] == pytest.approx(0.2, abs=0.01)
    curve = reading.evidence["motion"]
    assert isinstance(curve, Series)
    assert len(curve.times_s) == len(curve.values) <= 600


def test_one_cut_hardly_moves_the_mean() -> None:
    slides = np.concatenate([plain((90, 90, 90), 45, SIZE), plain((250, 250, 250), 45, SIZE)])
    assert measured(media(slides)).metrics["motion_mean"] == 0.0


def test_stills_at_one_frame_a_second() -> None:
    same = measured(media(plain((90, 120, 90), 20, SIZE), fps=1.0))
    assert same.metrics["freeze_s"] == pytest.approx(20.0)
    moving = measured(media(noise(20, SIZE), fps=1.0))
    assert moving.metrics["freeze_s"] == 0.0
    assert moving.metrics["first_motion_s"] == pytest.approx(1.0)


def test_a_frame_that_is_held_is_a_freeze() -> None:
    times = np.r_[np.arange(10) / 30, 3.0 + np.arange(10) / 30]
    assert measured(media(noise(20, SIZE), times_s=times)).metrics["freeze_s"] == pytest.approx(2.7)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_clips_of_hardly_any_frames(count: int) -> None:
    reading = measured(media(plain((90, 90, 90), count, SIZE), fps=1.0))
    assert reading.metrics["freeze_s"] == pytest.approx(count)
    assert reading.metrics["first_motion_s"] is None
    assert set(reading.metrics) == set(SIGNAL.metrics)


def test_a_freeze_across_the_edge_of_a_chunk_is_one() -> None:
    frames = noise(600, SIZE)
    frames[200:400] = frames[200]
    assert spans(measured(media(frames)), "freezes") == [(6.667, 13.333)]


@pytest.mark.parametrize("size", [(1, 64), (64, 2), (1, 1)])
def test_thumbnails_of_extreme_shape(size: tuple[int, int]) -> None:
    assert measured(media(plain((90, 90, 90), 60, size))).metrics["freeze_s"] == pytest.approx(2.0)
