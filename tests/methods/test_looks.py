"""Frames chosen by change: a still shot is looked at once, motion at a pace, and what was seen holds until it changes."""

from __future__ import annotations

import numpy as np

from analyzer.methods.looks import STEP_S, covered_s, cuts_in, looks_of, spans_of
from analyzer.nouns.media import Media
from tests.make import media, noise, plain

STEP = 0.5
"""Seconds between kept frames in these clips."""


def clip(pixels: np.ndarray) -> Media:
    """A clip at 30 frames a second of which a frame is kept every half second."""
    kept = [(n * STEP, pixels[int(n * STEP * 30)]) for n in range(int(len(pixels) / 30 / STEP))]
    return media(pixels, frames=kept)


def test_a_still_shot_is_looked_at_once() -> None:
    assert [frame.time_s for frame in looks_of(clip(plain((90, 90, 90), 300)))] == [0.0]


def test_a_cut_is_looked_at_and_dated_to_the_frame() -> None:
    asset = clip(np.concatenate([plain((20, 20, 20), 150), plain((220, 90, 20), 150)]))
    looks = looks_of(asset)
    assert [frame.time_s for frame in looks] == [0.0, 5.0]
    assert spans_of(asset, looks) == [(0.0, 5.0), (5.0, 10.0)]


def test_looks_at_another_shot_are_cuts_and_looks_at_motion_are_not() -> None:
    asset = clip(np.concatenate([plain((grey,) * 3, 60) for grey in (20, 40, 90, 100, 20)]))
    looks = looks_of(asset)
    assert [look.time_s for look in looks] == [0.0, 2.0, 4.0, 6.0, 8.0] and cuts_in(asset, looks) == {2, 4}
    assert cuts_in(asset, looks[:1]) == cuts_in(asset, []) == frozenset()


def test_motion_is_looked_at_more_often_in_the_opening() -> None:
    greys = (250 - np.abs(250 - np.arange(600) * 16 / 30)).astype(np.uint8)
    times = [frame.time_s for frame in looks_of(clip(np.broadcast_to(greys[:, None, None, None], (600, 8, 8, 3))))]
    early, late = [t for t in times if t < 3], [t for t in times if t >= 3]
    assert len(early) == 6 and np.diff(late).min() >= STEP_S


def test_a_bound_spreads_the_looks_over_the_clip() -> None:
    times = [frame.time_s for frame in looks_of(clip(noise(600)), most=4)]
    assert len(times) == 4 and times[0] == 0.0 and times[-1] > 15


def test_without_kept_frames_there_is_nothing_to_look_at() -> None:
    asset = media(noise(30))
    assert looks_of(asset) == [] and spans_of(asset, []) == []


def test_time_that_spans_share_is_counted_once() -> None:
    assert covered_s([(4.0, 5.0), (0.0, 2.0), (1.0, 3.0), (1.5, 1.6)]) == 4.0
    assert covered_s([]) == 0.0
