"""What explains the difference of two thumbnails: movement, growth, light, tearing, or nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from analyzer.methods.frame_match import match, relit, shift, slid, smoothed, zoom


def picture(seed: int, size: tuple[int, int] = (36, 64)) -> np.ndarray:
    """Soft texture, RGB uint8 of the size."""
    coarse = np.random.default_rng(seed).uniform(20, 235, (size[0] // 4, size[1] // 4, 3)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, size[::-1], interpolation=cv2.INTER_CUBIC)).clip(0, 255).astype(np.uint8)


ONE, OTHER = smoothed(picture(1)), smoothed(picture(2))


def test_a_cut_leaves_much_everywhere() -> None:
    found = match(ONE, OTHER)
    assert found.residual > 0.1 and found.spread > 0.8 and found.reach == 1 and found.turnover > 0.8


def test_what_pops_up_on_a_plain_ground_takes_nothing_away() -> None:
    plain = np.full((36, 64, 3), 60, np.uint8)
    popped = plain.copy()
    popped[10:26, 20:44] = 220
    found = match(smoothed(plain), smoothed(popped))
    assert found.spread > 0.7 and found.turnover == found.extent < 0.3


@pytest.mark.parametrize("way", [(0, 11), (6, 0), (-5, 9)])
def test_a_shift_is_that_of_the_picture_and_not_of_a_thing_that_stays_in_its_middle(way: tuple[int, int]) -> None:
    wide = picture(3, (60, 96))
    frames = [wide[12 - n * way[0] : 48 - n * way[0], 16 - n * way[1] : 80 - n * way[1]].copy() for n in (0, 1)]
    for frame in frames:
        cv2.ellipse(frame, (32, 18), (8, 5), 20, 0, 360, (10, 250, 240), -1)
    found = shift(smoothed(frames[0]), smoothed(frames[1]))
    assert (found.down, found.right) == way
    assert found.residual < 0.6 * match(smoothed(frames[0]), smoothed(frames[1])).residual or found.distance < 8


def test_a_shift_goes_on_in_its_own_way_only() -> None:
    wide = smoothed(picture(3, (36, 128)))
    left, right, far = (shift(wide[:, 30:94], wide[:, 30 + n : 94 + n]) for n in (6, -6, 3))
    assert left.goes_on(far) and not left.goes_on(right)


@pytest.mark.parametrize("scale", [1.18, 1.4])
def test_a_zoom_in_and_a_zoom_out_are_found_with_their_scale(scale: float) -> None:
    turn = cv2.getRotationMatrix2D((31.5, 17.5), 0, scale)
    close = smoothed(np.asarray(cv2.warpAffine(picture(1), turn, (64, 36))))
    assert zoom(ONE, close)[0] == scale
    assert zoom(close, ONE)[0] == pytest.approx(1 / scale)
    assert zoom(ONE, close)[1] < 0.6 * match(ONE, close).residual
    assert zoom(ONE, ONE) == (1.0, 0.0)


def test_light_leaves_the_detail_and_a_cut_does_not() -> None:
    dimmed = smoothed((picture(1) * (0.3, 0.5, 0.4) + 20).astype(np.uint8))
    left, alike, content = relit(ONE, dimmed)
    assert left < 0.2 and alike > 0.9 and content > 0.5
    left, alike, _ = relit(ONE, OTHER)
    assert left > 0.5 and alike < 0.3


@pytest.mark.parametrize("axis", [0, 1])
def test_strips_that_slide_keep_the_mean_of_each(axis: int) -> None:
    rng, torn = np.random.default_rng(0), picture(1).swapaxes(0, 1 - axis).copy()
    for row in torn:
        for channel in range(3):
            row[:, channel] = np.roll(row[:, channel], rng.integers(-12, 13))
    after = smoothed(torn.swapaxes(0, 1 - axis))
    assert slid(ONE, after) < 0.1 * match(ONE, after).residual
    assert slid(ONE, OTHER) > 0.2 * match(ONE, OTHER).residual
