"""What single looks show becomes tracks."""

from __future__ import annotations

import pytest

from analyzer.methods.tracking import Seen, followed
from analyzer.nouns.evidence import BoundingBox
from tests.make import box


def at(x: float, label: str = "cup", confidence: float = 0.8, size: float = 0.1) -> Seen:
    return label, box(x, 0.4, x + size, 0.4 + size), confidence


def xs(things: list[dict[int, BoundingBox]]) -> list[list[float]]:
    return [[round(one.x0, 2) for one in boxes.values()] for boxes in things]


def test_a_thing_that_moves_is_one_track() -> None:
    [thing] = followed([[at(0.1)], [at(0.2)], [at(0.3, confidence=0.9)]])
    assert (thing.label, thing.confidence, thing.last, list(thing.boxes)) == ("cup", 0.9, 2, [0, 1, 2])


def test_a_thing_that_leaps_is_another() -> None:
    assert len(followed([[at(0.1)], [at(0.4)]])) == 2


@pytest.mark.parametrize(("size", "tracks"), [(0.16, 1), (0.06, 1), (0.35, 2), (0.03, 2)])
def test_a_thing_may_grow_to_twice_its_size_from_look_to_look(size: float, tracks: int) -> None:
    assert len(followed([[at(0.3)], [at(0.3 - (size - 0.1) / 2, size=size)]])) == tracks


def test_the_nearest_go_together_whichever_was_seen_more_clearly() -> None:
    things = followed([[at(0.1), at(0.2)], [at(0.24, confidence=0.9), at(0.14, confidence=0.6)]])
    assert xs([thing.boxes for thing in things]) == [[0.1, 0.14], [0.2, 0.24]]


def test_one_missed_look_does_not_end_a_track_and_two_do() -> None:
    assert len(followed([[at(0.1)], [], [at(0.1)]])) == 1
    assert len(followed([[at(0.1)], [], [], [at(0.1)]])) == 2


@pytest.mark.parametrize(("cuts", "tracks"), [({1}, 2), ({2}, 2), ({1, 2}, 2), ({3}, 1), (set(), 1)])
def test_a_shot_without_the_thing_ends_its_track(cuts: set[int], tracks: int) -> None:
    assert len(followed([[at(0.1)], [], [at(0.1)], [at(0.1)]], cuts=cuts)) == tracks


def test_a_name_that_flickers_is_decided_by_the_sum() -> None:
    [thing] = followed([[at(0.1, "car", 0.6)], [at(0.11, "truck", 0.9)], [at(0.12, "car", 0.6)]])
    assert thing.label == "car"
    beside = followed([[at(0.1, "car")], [at(0.18, "truck")]])
    assert [thing.label for thing in beside] == ["car", "truck"]


def test_a_cup_and_what_stands_in_its_place_keep_their_names() -> None:
    things = followed([[at(0.1, "person"), at(0.1, "horse")], [at(0.12, "horse"), at(0.13, "person")]])
    assert sorted((thing.label, len(thing.boxes)) for thing in things) == [("horse", 2), ("person", 2)]


def test_what_one_look_alone_shows_has_to_be_sure() -> None:
    assert followed([[at(0.1, confidence=0.5)], []], sure=0.6) == []
    assert len(followed([[at(0.1, confidence=0.7)], []], sure=0.6)) == 1
    assert len(followed([[at(0.1, confidence=0.5)], [at(0.1, confidence=0.5)]], sure=0.6)) == 1


def test_a_box_without_a_size_is_no_reason_to_stop() -> None:
    assert len(followed([[("cup", box(0.1, 0.1, 0.1, 0.1), 0.9)], [at(0.1)]])) == 2
