"""The frame that stands for a shot."""

from __future__ import annotations

import cv2
import numpy as np

from analyzer.methods.keyframes import keyframe, sharpness, spread
from analyzer.nouns.evidence import Shot
from tests.make import media, noise, plain

SHARP = noise(1, (160, 90))[0]


def blurred(radius: int) -> np.ndarray:
    return np.asarray(cv2.blur(SHARP, (radius, radius)))


def shot(start_s: float, end_s: float) -> Shot:
    return Shot(start_s=start_s, end_s=end_s, transition="cut")


def test_the_sharpest_near_the_middle_is_taken() -> None:
    frames = [(0.0, SHARP), (1.5, blurred(9)), (2.0, blurred(3)), (2.5, blurred(9)), (3.9, SHARP), (4.2, SHARP)]
    found = keyframe(media(plain((9, 9, 9), 150), frames=frames), shot(0.0, 4.0))
    assert found is not None and found.time_s == 2.0


def test_only_frames_of_the_shot_count() -> None:
    clip = media(plain((9, 9, 9), 150), frames=[(0.0, SHARP), (1.0, blurred(5)), (2.0, SHARP)])
    found = keyframe(clip, shot(0.9, 2.0))
    assert found is not None and found.time_s == 1.0
    assert keyframe(clip, shot(1.2, 1.9)) is None


def test_a_shot_with_a_frame_at_its_very_beginning_has_that_one() -> None:
    found = keyframe(media(plain((9, 9, 9), 150), frames=[(1.0, SHARP)]), shot(1.0, 5.0))
    assert found is not None and found.time_s == 1.0


def test_a_still_shot_is_not_decoded_to_be_compared() -> None:
    clip = media(plain((9, 9, 9), 150), frames=[(1.0, SHARP)])
    loads: list[int] = []
    object.__setattr__(clip.frames[0], "load", lambda: loads.append(1))
    assert keyframe(clip, shot(0.0, 5.0)) is clip.frames[0] and loads == []


def test_sharpness_falls_with_blur_and_does_not_depend_on_size() -> None:
    assert sharpness(SHARP) > sharpness(blurred(3)) > sharpness(blurred(9)) > sharpness(plain((9, 9, 9), 1, (90, 60))[0]) == 0
    large = np.asarray(cv2.resize(blurred(9), (900, 1600), interpolation=cv2.INTER_CUBIC))
    assert 0.3 < sharpness(large) / sharpness(np.asarray(cv2.resize(large, (180, 320), interpolation=cv2.INTER_AREA))) < 3


def test_many_shots_are_spread_from_the_first_to_the_last() -> None:
    shots = [shot(n, n + 1) for n in range(100)]
    chosen = spread(shots, 40)
    assert len(chosen) == 40 and chosen[0] is shots[0] and chosen[-1] is shots[-1]
    assert max(b.start_s - a.start_s for a, b in zip(chosen, chosen[1:], strict=False)) == 3
    assert spread(shots[:3], 40) == shots[:3]
