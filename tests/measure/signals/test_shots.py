"""Shots: cuts to the frame, transitions with their kind, and what must not be taken for one."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from analyzer.measure.signals.shots import SIGNAL
from analyzer.nouns.evidence import Shots
from analyzer.nouns.signal import Reading
from tests.make import Engines, media, plain

SIZE = (36, 64)


def picture(seed: int) -> np.ndarray:
    """A wide picture of soft texture, (36, 200, 3) float."""
    rng = np.random.default_rng(seed)
    coarse = rng.normal(0, 1, (9, 50, 3)) * 45 + rng.uniform(60, 190, 3)
    return np.clip(coarse.repeat(4, 0).repeat(4, 1), 0, 255)


def shot(seed: int, count: int, speed: float = 0.3) -> np.ndarray:
    """Frames of one shot: a window that moves over a picture with a little noise."""
    rng, wide = np.random.default_rng(seed + 1000), picture(seed)
    lefts = (np.arange(count) * speed % 130).astype(int)
    return np.stack([np.clip(wide[:, n : n + 64] + rng.normal(0, 1, (36, 64, 3)), 0, 255) for n in lefts]).astype(np.uint8)


def dissolve(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    weight = ((np.arange(len(one)) + 1) / (len(one) + 1))[:, None, None, None]
    return (one * (1 - weight) + other * weight).astype(np.uint8)


def measured(*parts: np.ndarray, **fields: object) -> Reading:
    return SIGNAL.measure(media(np.concatenate(parts), **fields), Engines(), {})  # type: ignore[arg-type]


def boundaries(reading: Reading, fps: float = 30.0) -> list[tuple[str, int]]:
    shots = reading.evidence["shots"]
    assert isinstance(shots, Shots)
    return [(one.transition, round(one.start_s * fps)) for one in shots.items[1:]]


def test_cuts_are_found_to_the_frame() -> None:
    reading = measured(shot(1, 40), shot(2, 25), shot(3, 60))
    assert boundaries(reading) == [("cut", 40), ("cut", 65)]
    assert reading.metrics["shots"] == 3
    assert reading.metrics["first_cut_s"] == pytest.approx(40 / 30)
    assert reading.metrics["cuts_in_hook"] == 2
    assert reading.metrics["longest_shot_s"] == pytest.approx(2.0)
    assert reading.metrics["cuts_per_minute"] == pytest.approx(2 * 60 / (125 / 30))


def test_shots_of_two_and_three_frames_are_shots() -> None:
    reading = measured(shot(1, 20), shot(2, 2), shot(3, 3), shot(4, 2), shot(5, 20))
    assert boundaries(reading) == [("cut", 20), ("cut", 22), ("cut", 25), ("cut", 27)]


def test_a_short_insert_of_another_picture_is_two_cuts() -> None:
    home = shot(1, 43)
    reading = measured(home[:20], np.minimum(shot(2, 3), 90), home[23:])
    assert boundaries(reading) == [("cut", 20), ("cut", 23)]


@pytest.mark.parametrize("frames", [1, 2, 4])
def test_a_photo_flash_is_no_cut(frames: int) -> None:
    calm = shot(1, 60)
    lit = calm.astype(float)
    lit[20 : 20 + frames] = lit[20 : 20 + frames] * 1.8 + 90
    assert boundaries(measured(np.clip(lit, 0, 255).astype(np.uint8))) == []


def test_a_flash_to_plain_white_between_two_shots_is_one_cut() -> None:
    reading = measured(shot(1, 30), plain((255, 255, 255), 2, SIZE), shot(2, 30))
    assert len(boundaries(reading)) == 1


def test_a_fast_pan_is_no_cut() -> None:
    assert boundaries(measured(shot(1, 40, speed=3.0))) == []


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_whip_pan_that_outruns_the_search_is_no_cut(seed: int) -> None:
    """Its fastest frames move by twelve thumbnail pixels, more than blocks are searched for."""
    rng, wide = np.random.default_rng(seed), picture(seed)
    steps = [0] * 15 + [4, 7, 9, 12] + [6] * 8 + [0] * 15
    lefts = np.cumsum(steps).clip(0, 136)
    panned = np.stack([np.clip(wide[:, n : n + 64] + rng.normal(0, 1, (36, 64, 3)), 0, 255) for n in lefts]).astype(np.uint8)
    assert boundaries(measured(panned)) == []


def test_a_picture_at_rest_that_jumps_by_a_tenth_of_the_frame_is_cut() -> None:
    rng = np.random.default_rng(4)
    wide = rng.uniform(20, 235, (5, 23, 3)).repeat(9, 0).repeat(9, 1)[:36]
    lefts = [20] * 30 + [26] * 30
    jumped = np.stack([np.clip(wide[:, n : n + 64] + rng.normal(0, 3, (36, 64, 3)), 0, 255) for n in lefts]).astype(np.uint8)
    assert boundaries(measured(jumped)) == [("cut", 30)]
    trembling = np.stack([wide[:, n : n + 64] for n in 20 + rng.integers(-3, 4, 60)]).astype(np.uint8)
    assert boundaries(measured(trembling)) == []


def test_a_duplicated_frame_does_not_make_its_neighbours_cuts() -> None:
    moving = shot(1, 100, speed=1.3)
    pulled_down = np.concatenate([moving[:50], shot(2, 50, speed=1.3)])
    order = np.array([n for n in range(100) for _ in range(2 if n % 4 == 3 else 1)])
    assert boundaries(measured(pulled_down[order])) == [("cut", int(np.searchsorted(order, 50)))]


def test_an_inset_that_appears_is_no_cut() -> None:
    frames = shot(1, 60, speed=0)
    frames[30:, 2:14, 40:62] = shot(2, 30)[:, 2:14, 40:62]
    frames[30:, 28:33, 5:50] = 255
    assert boundaries(measured(frames)) == []


def test_a_caption_and_an_inset_before_a_plain_wall_are_no_cut() -> None:
    """They are most of what has content, and stand in few parts of the picture."""
    frames = np.clip(plain((120, 125, 130), 60, SIZE) + np.random.default_rng(0).normal(0, 1, (60, *SIZE, 3)), 0, 255)
    frames[:, 4:32, 4:60:8] = 60
    frames[30:, 1:12, 43:64] = picture(2)[:11, :21]
    frames[30:, 25:33, 2:60] = 255
    assert boundaries(measured(frames.astype(np.uint8))) == []


def test_a_dissolve_is_reported_at_its_middle() -> None:
    one, other = shot(1, 50, speed=0.05), shot(2, 50, speed=0.05)
    reading = measured(one[:30], dissolve(one[30:], other[:20]), other[20:])
    [(kind, frame)] = boundaries(reading)
    assert kind == "dissolve"
    assert abs(frame - 40) <= 3
    assert reading.metrics["dissolves"] == 1 and reading.metrics["cuts"] == 0 and reading.metrics["first_cut_s"] is None


@pytest.mark.parametrize("tone", [0, 255])
def test_a_fade_through_one_tone_is_one_boundary(tone: int) -> None:
    one, other, empty = shot(1, 45), shot(2, 45), plain((tone, tone, tone), 15, SIZE)
    parts = (one[:30], dissolve(one[30:], empty), empty[:5], dissolve(empty, other[:15]), other[15:])
    [(kind, frame)] = boundaries(measured(*parts))
    assert kind == "fade"
    assert abs(frame - 48) <= 3


def test_a_title_that_stands_between_two_fades_is_a_shot_even_if_what_follows_is_dark() -> None:
    one, other, empty = shot(1, 45), shot(2, 80) // 2, plain((0, 0, 0), 20, SIZE)
    title = plain((0, 0, 0), 40, SIZE)
    title[:, 18, 24:40] = 200
    parts = (one[:30], dissolve(one[30:], empty[:15]), empty[:3], title, empty[:10], dissolve(empty, other[:20]), other[20:])
    (first, second) = boundaries(measured(*parts))
    assert first[0] == second[0] == "fade"
    assert 30 <= first[1] <= 49 and 88 <= second[1] <= 118


def test_a_cut_of_a_person_before_a_plain_wall() -> None:
    rng = np.random.default_rng(0)
    wall = plain((128, 128, 128), 60, SIZE)
    for n in range(30):
        wall[n, 4 + n % 3 : 32, 22:30] = 80
        wall[30 + n, 12 + n % 3 : 36, 28:44] = 80
    noisy = np.clip(wall + rng.normal(0, 1, wall.shape), 0, 255).astype(np.uint8)
    assert boundaries(measured(noisy)) == [("cut", 30)]


def test_opening_and_closing_fades_are_no_boundaries() -> None:
    one, empty = shot(1, 90), plain((0, 0, 0), 15, SIZE)
    reading = measured(empty[:5], dissolve(empty, one[:15]), one[15:75], dissolve(one[75:], empty), empty[:5])
    assert boundaries(reading) == []


def test_a_picture_that_only_gets_brighter_is_one_shot() -> None:
    frames = np.stack([shot(1, 1)[0] * gain for gain in np.linspace(0.4, 1, 40)]).astype(np.uint8)
    assert boundaries(measured(frames)) == []


def test_times_come_from_the_presentation_times() -> None:
    times = np.r_[np.arange(20) / 30, 5 + np.arange(20) / 10]
    reading = measured(shot(1, 20), shot(2, 20), times_s=times)
    assert reading.metrics["first_cut_s"] == pytest.approx(5.0)


def test_a_cut_at_the_edge_of_a_chunk_is_found_once() -> None:
    frames = np.concatenate([shot(1, 256), shot(2, 256), shot(3, 20)])
    assert boundaries(measured(frames)) == [("cut", 256), ("cut", 512)]


@pytest.mark.parametrize("count", [0, 1, 2])
def test_clips_of_hardly_any_frames(count: int) -> None:
    reading = measured(shot(1, 2)[:count])
    assert reading.metrics["shots"] == min(1, count)
    assert set(reading.metrics) == set(SIGNAL.metrics)


def test_shots_cover_the_clip() -> None:
    shots = measured(shot(1, 40), shot(2, 40)).evidence["shots"]
    assert isinstance(shots, Shots)
    assert [one.start_s for one in shots.items] == pytest.approx([0, 40 / 30])
    assert [one.end_s for one in shots.items] == pytest.approx([40 / 30, 80 / 30])
    assert shots.items[0].transition == "start"


@pytest.mark.parametrize("size", [(1, 64), (64, 2), (1, 1)])
def test_thumbnails_of_extreme_shape(size: tuple[int, int]) -> None:
    frames = np.concatenate([plain((10, 10, 10), 30, size), plain((240, 240, 240), 30, size)])
    assert boundaries(measured(frames)) == [("cut", 30)]


def noisy(frames: np.ndarray, seed: int = 0) -> np.ndarray:
    """The same with a little noise."""
    return np.clip(frames + np.random.default_rng(seed).normal(0, 1, frames.shape), 0, 255).astype(np.uint8)


def test_light_that_goes_on_and_off_is_no_cut() -> None:
    tinted = shot(1, 80, speed=0.1).astype(float)
    for start in range(20, 60, 8):
        tinted[start : start + 4] *= (0.15, 0.3, 0.2)
    assert boundaries(measured(tinted.astype(np.uint8))) == []


def test_a_card_whose_ground_changes_its_colour_is_another_card() -> None:
    """The letters stay where they are, yet nothing else is there that a light could shine on."""
    card = plain((40, 120, 60), 60, SIZE)
    card[30:] = (120, 50, 110)
    card[:, 18, 20:44:3] = 230
    assert boundaries(measured(noisy(card))) == [("cut", 30)]


@pytest.mark.parametrize("axis", [1, 2])
def test_half_of_a_split_screen_is_no_cut(axis: int) -> None:
    one, other = shot(1, 60, speed=0), shot(2, 60, speed=0)
    half = np.arange(SIZE[axis - 1]) >= SIZE[axis - 1] // 2
    shape = (36, 1, 1) if axis == 1 else (1, 64, 1)
    split = np.where(half.reshape(shape), other, one)
    assert boundaries(measured(one[:30], split[30:])) == []


def test_a_logo_that_pops_up_on_a_plain_ground_is_no_cut_but_what_follows_is() -> None:
    logo = plain((30, 60, 160), 60, SIZE)
    logo[20:, 9:27, 18:46] = (240, 220, 60)
    assert boundaries(measured(noisy(logo), shot(1, 30))) == [("cut", 60)]


def test_a_figure_that_leaps_across_a_drawing_is_no_cut() -> None:
    """Drawn anew every second frame: each frame beside its leap repeats the one before."""
    frames = np.repeat(shot(1, 1, speed=0) // 3, 60, axis=0)
    for n in range(60):
        left = int(np.interp(n // 2 * 2, [24, 30], [2, 40]))
        frames[n, 3:35, left : left + 18] = (60, 120, 220)
        frames[n, 8:20, left + 4 : left + 14] = (230, 200, 180)
    assert boundaries(measured(frames)) == []


def test_a_picture_at_rest_that_is_punched_in_is_cut() -> None:
    still = cv2.GaussianBlur(shot(4, 1)[0], (0, 0), 1.5)
    close = cv2.resize(still[2:34, 3:60], (64, 36))
    assert boundaries(measured(noisy(np.stack([still] * 25 + [close] * 25)))) == [("cut", 25)]


def test_a_page_that_is_scrolled_from_rest_is_no_cut() -> None:
    rng, top, page = np.random.default_rng(5), 2, np.full((70, 64, 3), 245, np.uint8)
    while top < 66:
        page[top : top + 2, 6 : rng.integers(20, 60)] = 60
        page[top : top + 3, : rng.integers(2, 6)] = rng.integers(0, 200, 3)
        top += int(rng.integers(3, 8))
    tops = [0] * 20 + [9, 15, 18, 19] + [19] * 20
    assert boundaries(measured(np.stack([page[top : top + 36] for top in tops]))) == []


def test_a_plain_field_that_pulses_has_no_fades() -> None:
    tones = (127.5 * (1 - np.cos(np.arange(160) / 160 * 4 * np.pi))).astype(np.uint8)
    assert boundaries(measured(np.tile(tones[:, None, None, None], (1, *SIZE, 3)))) == []


def test_a_first_frame_that_trembles_is_no_shot() -> None:
    rng = np.random.default_rng(1)
    wide = np.where(rng.random((12, 34, 1)) < 0.5, 10, 245).repeat(3, 0).repeat(3, 1) * np.ones(3)
    frames = np.stack([wide[:, 20:84], *[wide[:, 23:87]] * 40]).astype(np.uint8)
    assert boundaries(measured(frames)) == []
