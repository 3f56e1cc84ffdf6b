"""Which frames are kept."""

from __future__ import annotations

import numpy as np

from analyzer.read.sampling import HOOK_S, Sampler
from tests.make import noise, plain


def wanted(times: np.ndarray, thumbnails: np.ndarray) -> list[float]:
    sampler = Sampler()
    return [float(t) for t, thumbnail in zip(times, thumbnails, strict=True) if sampler.wants(float(t), thumbnail)]


def test_no_half_second_goes_without_a_look_at_any_frame_rate() -> None:
    for fps in (10, 23.976, 30, 60):
        times = np.arange(0, 12, 1 / fps)
        looks = [*wanted(times, plain((50, 50, 50), len(times))), 12.0]
        assert max(np.diff(looks)) <= 0.5 + 1e-6, fps


def test_every_short_shot_of_the_hook_gets_a_look() -> None:
    times = np.arange(60) / 30
    colours = [(255, 0, 0), (0, 0, 255)]
    thumbnails = np.concatenate([plain(colours[shot % 2], 5) for shot in range(12)])
    looks = wanted(times, thumbnails)
    shots_seen = {int(round(t * 30)) // 5 for t in looks}
    assert len(shots_seen) >= 11


def test_endless_jumps_do_not_make_every_frame_wanted() -> None:
    times = np.arange(300) / 30
    assert len(wanted(times, noise(300))) < 60


def test_a_frame_differs_by_a_few_marks_and_not_by_noise() -> None:
    sampler = Sampler()
    rng = np.random.default_rng(0)
    picture = rng.integers(60, 180, (320, 180), np.uint8)
    assert sampler.differs(picture)
    noisy = np.clip(picture.astype(int) + rng.integers(-6, 7, picture.shape), 0, 255).astype(np.uint8)
    assert not sampler.differs(noisy)
    marked = picture.copy()
    marked[100, 50:60] = 255
    assert sampler.differs(marked)


def test_slowing_down_spares_the_hook() -> None:
    sampler = Sampler()
    sampler.slow_down()
    times = np.arange(0, 9, 1 / 30)
    looks = [t for t, thumb in zip(times, plain((9, 9, 9), len(times)), strict=True) if sampler.wants(float(t), thumb)]
    assert max(np.diff([t for t in looks if t <= HOOK_S])) <= 0.34
    assert min(np.diff([t for t in looks if t > HOOK_S])) > 0.8
