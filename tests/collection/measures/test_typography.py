"""Lines are compared with those that they stand for: neither a wordmark nor a sign decides."""

from __future__ import annotations

from typing import Any

import numpy as np

from analyzer.collection.brand import Colour, Kit, Typography
from analyzer.collection.consistency import findings_of_kit, findings_of_set, standing
from analyzer.collection.contract import Features
from analyzer.collection.measures.typography import MEASURE, case_of
from analyzer.nouns.evidence import TextTracks
from tests import make
from tests.collection.sets import report, scene, survey


def line(**fields: Any) -> dict[str, Any]:
    return {
        "height": 0.05, "y": 0.8, "x": 0.5, "area": 0.04, "case": "upper", "plate": "no", "colour": "#f2e3c6", "light": 0.92,
        "red_green": 0.0, "blue_yellow": 0.04,
    } | fields  # fmt: skip


WORDMARK = line(height=0.03, y=0.05, x=0.85, area=0.01, case="title")


def asset(*lines: dict[str, Any]) -> Features:
    return {"lines": sorted(lines, key=lambda each: -each["area"])}


def said(*features: Features) -> list[str]:
    stands = standing(MEASURE, features, range(len(features)))
    return [str(finding.sentence) if finding else "" for finding in findings_of_set(stands, features)]


def test_a_headline_that_differs_is_named_beside_a_wordmark_that_all_have() -> None:
    found = said(*[asset(line(), WORDMARK)] * 11, asset(line(case="sentence", y=0.2), WORDMARK))
    assert not any(found[:11])
    assert found[11] in {
        "Its text is set in sentence case; 11 others have upper case.",
        "Its text stands at 20 % of the frame's height; 11 others at 80 % to 80 %.",
    }


def test_a_text_that_is_missing_is_said_to_be() -> None:
    found = said(*[asset(line(), WORDMARK)] * 11, asset(WORDMARK))
    assert found[11] == "It lacks a text that 11 others have at 80 % to 80 % of the frame's height."


def test_a_sign_in_the_photograph_makes_no_outlier() -> None:
    sign = line(height=0.2, y=0.3, area=0.1, case="lower", colour="#101010", light=0.2)
    assert not any(said(*[asset(line(), WORDMARK)] * 11, asset(line(), WORDMARK, sign)))


def test_letters_of_another_colour_are_named_as_colours() -> None:
    red = line(colour="#c02020", light=0.5, red_green=0.15, blue_yellow=0.08)
    (sentence,) = [each for each in said(*[asset(line())] * 11, asset(red)) if each]
    assert "red" in sentence and "those of 11 others are mostly" in sentence


def test_lines_of_which_nothing_is_known_cannot_be_compared() -> None:
    nothing = dict.fromkeys(line(), None) | {"area": 0.01}
    assert np.isnan(MEASURE.gaps([asset(nothing)], [asset(line())])).all()


def test_a_kit_asks_for_the_case_and_the_colour_of_the_largest_text() -> None:
    kit = Kit(name="K", palette={"sand": Colour(hex="#f2e3c6", role="text")}, typography=Typography(case="upper"))
    features = [asset(line()), asset(line()), asset(line(case="lower", colour="#c02020"), line(area=0.001))]
    found = findings_of_kit(MEASURE, features, kit)
    assert found[:2] == [(), ()]
    assert [str(finding.sentence).partition(", ")[0] for finding in found[2]] == [
        "Its largest text is in lower case", "Its largest text is red (#c02020)",
    ]  # fmt: skip
    assert [str(finding.others) for finding in found[2]] == ["2 others keep to it.", "2 others are within 0 dE."]


def test_lines_are_read_from_the_report_the_largest_first() -> None:
    tracks = (
        make.text_track("Small", box=make.box(0.1, 0.1, 0.2, 0.12), role="headline", id=1),
        make.text_track("BIG WORDS", box=make.box(0.1, 0.7, 0.9, 0.8), role="headline", id=2),
        make.text_track("STOP", box=make.box(0, 0, 1, 1), role="scene_text", id=3),
    )
    one = report(None, make.ok("onscreen_text", {"tracks": 3}, tracks=TextTracks(title="t", items=tracks)))
    lines = MEASURE.read(one, survey(scene(1)))["lines"]
    assert [each["case"] for each in lines] == ["upper", "sentence"] and lines[0]["area"] == 0.08


def test_the_case_of_a_text() -> None:
    texts = {"SALE NOW": "upper", "sale now": "lower", "Sale Now": "title", "Sale now": "sentence"}
    texts |= {"A1": None, "夏のセール": None}  # type: ignore[dict-item]
    assert {text: case_of(text) for text in texts} == texts
