"""Ties between assets: which kind, and which hang together."""

from __future__ import annotations

import numpy as np

from analyzer.collection.duplicates import Print, Tie, groups, ties
from analyzer.collection.survey import Survey, survey_clip
from tests import make
from tests.collection.sets import Picture, encoded, report, scene, survey

Asset = tuple[str, str, Survey, frozenset[str]]


def image(name: str, picture: Picture) -> Asset:
    return name, "image", survey(picture), frozenset()


def clip(name: str, *pictures: Picture, words: str = "") -> Asset:
    """A clip that shows each picture for a second."""
    import cv2

    small = [cv2.resize(picture, (64, 48), interpolation=cv2.INTER_AREA) for picture in pictures]
    media = make.media(np.repeat(np.stack(small), 30, axis=0), frames=[(float(n), p) for n, p in enumerate(pictures)])
    return name, "video", survey_clip(media, report()), frozenset(words.split())


def kinds(*assets: Asset) -> dict[tuple[str, str], str]:
    prints = [Print(name, kind, s.hashes(), tuple(v.tokens() for v in s.views), words) for name, kind, s, words in assets]
    found = ties(prints, lambda number: assets[number][2])
    return {(assets[tie.first][0], assets[tie.second][0]): tie.kind for tie in found}


def test_copies_crops_and_strangers_are_told_apart() -> None:
    picture = scene(1, (480, 640))
    found = kinds(
        image("a", picture), image("copy", encoded(picture, 40)), image("crop", picture[40:400, 60:560]), image("b", scene(2))
    )
    assert found == {("a", "copy"): "copy", ("a", "crop"): "crop", ("copy", "crop"): "crop"}


def test_the_same_bytes_are_identical_even_where_nothing_can_be_seen() -> None:
    plain = np.full((100, 100, 3), 90, np.uint8)
    assert kinds(image("same", plain), image("same", plain), image("other", plain)) == {("same", "same"): "identical"}


def test_two_cuts_of_a_clip_are_one_clip_and_a_shared_shot_is_not_enough() -> None:
    shots = [scene(n) for n in range(1, 6)]
    found = kinds(
        clip("long", *shots),
        clip("short", *[encoded(shot, 40) for shot in shots[1:4]]),
        clip("other", shots[0], *map(scene, range(7, 12))),
    )
    assert found == {("long", "short"): "clip"}


def test_a_frame_of_a_clip_is_known_as_a_picture() -> None:
    shots = [scene(n) for n in range(1, 4)]
    assert kinds(clip("clip", *shots), image("frame", encoded(shots[2])), image("b", scene(9))) == {("clip", "frame"): "frame"}


def test_clips_of_one_template_with_other_words_are_no_copies() -> None:
    shots = [scene(n) for n in range(1, 4)]
    one, two = clip("one", *shots, words="fresh bread every morning"), clip("two", *shots, words="quiet garden open late")
    assert kinds(one, two) == {} and kinds(one, one[:1] + two[1:3] + one[3:]) != {}


def test_a_letter_that_was_misread_makes_no_other_words() -> None:
    shots = [scene(n) for n in range(1, 4)]
    one = clip("one", *shots, words="我一下就把你们逮住了 沸羊羊大人英明神武 把他们押往大牢")
    two = clip("two", *shots, words="我一下就把你们建住了 佛羊羊大人英明神武 把他们押往大")
    assert kinds(one, two) == {("one", "two"): "clip"}


def test_groups_hang_together_and_are_named_by_their_loosest_tie() -> None:
    found = groups([Tie(first=0, second=2, kind="copy"), Tie(first=2, second=3, kind="crop")], ["a", "b", "c", "d"])
    assert [(group.kind, group.members) for group in found] == [("crop", ("a", "c", "d"))]


def test_an_empty_set_has_no_ties() -> None:
    assert ties([], lambda number: None) == [] and groups([], []) == ()  # type: ignore[arg-type, return-value]
