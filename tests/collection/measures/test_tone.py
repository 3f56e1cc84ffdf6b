"""The words of an asset are those that it shows, says and is published with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from analyzer.collection.brand import Kit, Words
from analyzer.collection.measures.tone import MEASURE
from analyzer.nouns.errors import NotApplicable
from tests import make
from tests.collection.sets import report, scene, survey

SHOWN = make.ok("onscreen_text", {"text": "New clay!", "tracks": 1})
SURVEY = survey(scene(1))


def test_words_of_the_post_count_like_those_on_screen() -> None:
    read = MEASURE.read(report(None, SHOWN), replace(SURVEY, post_text="Buy now, it's cheap!"))
    assert read["words"] == "buy now it's cheap new clay" and read["exclamations"] == pytest.approx(2 / 6, abs=1e-3)


def test_a_kit_names_the_words_it_avoids_and_misses_its_own() -> None:
    kit = Kit(name="K", words=Words(use=("handmade",), avoid=("BUY NOW", "now it", "free")))
    read = MEASURE.read(report(None, SHOWN), replace(SURVEY, post_text="Buy now"))
    avoid, use = MEASURE.checks(read, kit)
    assert str(avoid.sentence) == "It uses words that the brand avoids: BUY NOW." and avoid.value > avoid.limit
    assert str(use.sentence) == "It uses none of the brand's words: handmade." and use.value > use.limit


def test_an_asset_without_words_has_no_tone() -> None:
    with pytest.raises(NotApplicable):
        MEASURE.read(report(None, make.ok("onscreen_text", {"text": "", "tracks": 0})), SURVEY)
