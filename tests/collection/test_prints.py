"""Copies of a picture have like fingerprints; other pictures, and cards of one template, have not."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from analyzer.collection.prints import NEAR, VOTES, hashes, is_crop, same_moment, same_picture, squares, view_of
from tests.collection.sets import Picture, encoded, scene


def bits(first: Picture, second: Picture) -> int:
    a, b = hashes(squares([first, second]))
    return int(np.bitwise_count(a ^ b))


def card(text: str) -> Picture:
    picture = np.full((450, 360, 3), (20, 60, 90), np.uint8)
    picture[60:260, 30:330] = scene(1, (200, 300))
    cv2.putText(picture, text, (40, 340), cv2.FONT_HERSHEY_DUPLEX, 1.0, (255, 250, 230), 2, cv2.LINE_AA)
    return picture


CHANGES = {
    "encoded anew": lambda p: encoded(p, 30),
    "half the size": lambda p: encoded(cv2.resize(p, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)),
    "a little lighter": lambda p: np.clip(p * 1.1 + 8.0, 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_copy_of_the_whole_picture_is_known_again(change: str) -> None:
    picture = scene(1)
    copy = CHANGES[change](picture)
    assert bits(picture, copy) <= NEAR
    assert same_picture(view_of(picture).grey, view_of(copy).grey)


@pytest.mark.parametrize("seed", range(2, 8))
def test_another_picture_is_not(seed: int) -> None:
    picture, other = view_of(scene(1)), view_of(scene(seed))
    assert not same_picture(picture.grey, other.grey) and not is_crop(picture, other)


def test_a_crop_is_known_again_at_another_size() -> None:
    picture = scene(3, (480, 640))
    part = encoded(cv2.resize(picture[60:420, 40:520], None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA))
    whole, crop = view_of(picture), view_of(part)
    assert len(np.intersect1d(whole.tokens(), crop.tokens())) >= VOTES
    assert is_crop(whole, crop) and is_crop(crop, whole)


def test_cards_of_one_template_with_another_text_are_no_copies() -> None:
    first, second = card("FRESH BREAD"), card("QUIET GARDEN")
    assert bits(first, second) <= NEAR, "the hash alone takes them for copies"
    assert not same_picture(view_of(first).grey, view_of(second).grey)
    assert not is_crop(view_of(first), view_of(second))
    assert same_picture(view_of(first).grey, view_of(encoded(first, 40)).grey)


def test_a_picture_of_one_colour_has_no_fingerprint() -> None:
    plain = np.full((200, 300, 3), 128, np.uint8)
    assert hashes(squares([plain])).tolist() == [0]
    assert len(view_of(plain).tokens()) == 0
    assert not same_picture(view_of(plain).grey, view_of(plain).grey) and not is_crop(view_of(plain), view_of(plain))


def test_frames_of_one_shot_are_one_moment_though_something_moved() -> None:
    picture = scene(1)
    moved = picture.copy()
    moved[100:140, 100:140] = 200
    first, second, other = squares([picture, moved, scene(2)])
    assert same_moment(first, second) and not same_moment(first, other)


def test_no_pictures_make_no_squares() -> None:
    assert squares([]).shape == (0, 32, 32) and len(hashes(squares([]))) == 0
