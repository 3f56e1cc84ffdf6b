"""Groups are told apart only where they stand apart, and the same set has the same map."""

from __future__ import annotations

import numpy as np

from analyzer.collection.consistency import standing
from analyzer.collection.contract import Measure
from analyzer.collection.looks import groups, layout, on_map
from analyzer.collection.traits import Trait, explain, gaps
from analyzer.nouns.evidence import message

TRAITS = tuple(Trait(name, 0.01, message("{value}")) for name in "xyz")
MEASURE = Measure(
    id="m", title="M", why="W", read=lambda report, survey: {}, gaps=gaps(TRAITS), unit="u", noise=0.1,
    explain=explain(TRAITS, "M"),
)  # fmt: skip


def points_of(*centres: tuple[float, float, float], each: int = 12, peers: int | None = None) -> np.ndarray:
    random = np.random.default_rng(1)
    rows = np.concatenate([random.normal(centre, 0.3, (each, 3)) for centre in centres])
    features = [dict(zip("xyz", map(float, row), strict=True)) for row in rows]
    chosen = range(len(rows)) if peers is None else range(0, len(rows), len(rows) // peers)
    found = layout([standing(MEASURE, features, list(chosen))], list(chosen))
    assert found is not None
    return found


def test_two_looks_are_found_the_larger_first() -> None:
    points = points_of((0, 0, 0), (5, 5, 0), (5, 5, 0))
    assert groups(points, np.ones(36, bool)).tolist() == [1] * 12 + [0] * 24


def test_one_cloud_is_one_look() -> None:
    assert set(groups(points_of((0, 0, 0), each=40), np.ones(40, bool)).tolist()) == {0}


def test_a_few_outliers_make_no_look() -> None:
    points = points_of((0, 0, 0), each=40)
    points[:2] += 50
    assert set(groups(points, np.ones(40, bool)).tolist()) == {0}


def test_an_asset_that_is_no_peer_lies_with_its_like() -> None:
    found = groups(points_of((0, 0, 0), (6, 0, 0), each=30, peers=12), np.ones(60, bool))
    assert found.tolist() == [found[0]] * 30 + [1 - found[0]] * 30


def test_the_same_set_has_the_same_map() -> None:
    first, second = (on_map(points_of((0, 0, 0), (5, 5, 0))) for _ in range(2))
    assert np.array_equal(first, second) and first.min() >= 0 and first.max() <= 1


def test_where_nothing_can_be_compared_there_is_no_map() -> None:
    assert layout([], []) is None
    assert layout([standing(MEASURE, [None] * 5, range(5))], range(5)) is None
