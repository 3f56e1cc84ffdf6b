"""What is usual is found without being told, noise is no difference, and a small set says nothing."""

from __future__ import annotations

import numpy as np
import pytest

from analyzer.collection.brand import Kit
from analyzer.collection.consistency import (
    FEWEST,
    Standing,
    apart_of,
    bounds,
    findings_of_kit,
    findings_of_set,
    joined,
    nearest,
    peers_of,
    standing,
)  # fmt: skip
from analyzer.collection.contract import Check, Measure
from analyzer.collection.traits import Trait, explain, gaps
from analyzer.nouns.evidence import message

TRAITS = (
    Trait("size", 0.5, message("It is {value}; {count} others are {low} to {high}.")),
    Trait("case", 0, message("It is in {value}; {count} others are in {bound}.")),
)
SIZE = message("It is {value}.")
MEASURE = Measure(
    id="m", title="M", why="W", read=lambda report, survey: {}, gaps=gaps(TRAITS), unit="u", noise=1.0,
    explain=explain(TRAITS, "M"),
    checks=lambda features, kit: [Check("m.size", features["size"], 6.0, SIZE, "px")],
)  # fmt: skip


def stand(values: list[float | None]) -> Standing:
    features = [None if value is None else {"size": value, "case": "upper"} for value in values]
    return standing(MEASURE, features, range(len(values)))


def test_the_one_that_differs_is_named_with_what_the_others_have() -> None:
    features = [{"size": size, "case": "upper"} for size in (5.0, 5.2, 4.9, 5.1, 5.0, 4.8, 5.3, 5.1, 9.0)]
    found = findings_of_set(standing(MEASURE, features, range(9)), features)
    assert [str(f.sentence) for f in found if f] == ["It is 9; 8 others are 4.8 to 5.3."]
    assert found[8] is not None and found[8].against == "set" and found[8].apart > 1


def test_another_word_counts_where_the_others_agree_on_one() -> None:
    features = [{"size": 5.0, "case": "upper"} for _ in range(9)] + [{"size": 5.0, "case": "lower"}]
    found = findings_of_set(standing(MEASURE, features, range(10)), features)
    assert [str(f.sentence) for f in found if f] == ["It is in lower; 9 others are in upper."]


def test_two_looks_side_by_side_are_both_usual() -> None:
    found = stand([*np.linspace(5, 5.4, 10), *np.linspace(50, 50.4, 10), 27.0])
    assert np.flatnonzero(found.apart >= 1).tolist() == [20]


def test_noise_makes_nobody_unusual() -> None:
    assert (stand([5.0] * 11 + [5.3]).apart < 1).all()


def test_a_small_set_says_nothing() -> None:
    found = stand([5.0] * (FEWEST - 2) + [50.0])
    assert found.usual is None and np.isnan(found.apart).all()


def test_what_was_not_measured_is_neither_usual_nor_unusual() -> None:
    found = stand([5.0, None, *[5.0] * 9, None])
    assert np.flatnonzero(np.isnan(found.apart)).tolist() == [1, 11]
    assert findings_of_set(found, [None] * 12) == [None] * 12


def test_references_of_the_brand_take_the_place_of_the_set() -> None:
    features = [{"size": 9.0, "case": "upper"} for _ in range(10)]
    references = [{"size": 5.0, "case": "upper"} for _ in range(FEWEST)]
    against = standing(MEASURE, features, range(10), references)
    assert against.peers == () and (against.distance > standing(MEASURE, features, range(10)).distance).all()


def test_what_differs_from_the_references_is_named_with_what_they_have() -> None:
    features = [{"size": 5.0, "case": "upper"} for _ in range(9)] + [{"size": 9.0, "case": "upper"}]
    references = [{"size": 5.0, "case": "upper"} for _ in range(FEWEST)]
    (found,) = filter(None, findings_of_set(standing(MEASURE, features, range(10), references), features))
    assert found.against == "references" and str(found.sentence) == "It is 9; 8 others are 5 to 5."


def test_a_kit_names_what_is_off_and_how_many_keep_to_it() -> None:
    features = [{"size": size} for size in (2.0, 3.0, 5.5, 12.0)]
    found = findings_of_kit(MEASURE, [*features, None], Kit(name="A"))
    said = [[f"{f.sentence} {f.others}" for f in each] for each in found]
    assert said == [[], [], [], ["It is 12 px. 3 others are within 5.5 px."], []]
    assert found[3][0].apart == 2.0


def test_the_strongest_measure_counts_most_and_a_second_adds_to_it() -> None:
    none, strong, weak = np.array([np.nan] * 3), np.array([2.0, 2.0, np.nan]), np.array([0.0, 1.5, np.nan])
    total = joined([none, strong, weak])
    assert total[0] == pytest.approx(2.0) and 2.0 < total[1] < 2.5 and np.isnan(total[2])


def test_peers_are_bounded_and_spread() -> None:
    assert peers_of(0) == () and peers_of(3) == (0, 1, 2)
    assert len(peers_of(50_000)) == 300 and peers_of(50_000)[-1] == 49_999


def test_distances_are_to_the_nearest_quarter() -> None:
    gaps_of_one = np.array([[np.nan, 1.0, 1.0, 1.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0, 9.0]])
    assert nearest(gaps_of_one)[0] == pytest.approx(1.0)
    assert np.isnan(nearest(np.full((1, 4), np.nan)))[0]


def test_the_edge_is_never_nearer_than_noise() -> None:
    assert bounds(np.ones(20), 0.5) == (1.0, 1.5)
    assert apart_of(np.array([0.0, 1.0, 1.5, 99.0]), 1.0, 1.5).tolist() == [0.0, 0.0, 1.0, 10.0]
