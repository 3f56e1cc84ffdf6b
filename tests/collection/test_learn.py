"""What a kit proposes: colours of pictures and of texts with their roles, as TOML that loads."""

from __future__ import annotations

import tomllib
from pathlib import Path

from analyzer.collection.learn import learn, picture_colours, text_colours
from analyzer.collection.result import Audit, Member
from analyzer.nouns.evidence import Swatch
from tests import make


def member(number: int, ground: str = "#133f7a", ink: str | None = "#f2e3c6") -> Member:
    line = {"colour": ink, "case": "upper"}
    return Member(
        key=f"post-{number}.jpg", asset=make.asset(kind="image", width=1080, height=1350),
        palette=(Swatch(hex=ground, share=0.7), Swatch(hex=f"#{40 * number:02x}2020", share=0.3)),
        features={"typography": {"lines": [line]}} if ink else {},
    )  # fmt: skip


MEMBERS = tuple(member(number) for number in range(5))


def test_the_colour_of_most_pictures_is_a_background_and_that_of_most_texts_a_text() -> None:
    (ground, *_), (ink,) = picture_colours(MEMBERS), text_colours(MEMBERS)
    assert (ground.hex, ground.role, ground.assets, ground.dominant) == ("#133f7a", "background", 5, 5)
    assert (ink.hex, ink.role) == ("#f2e3c6", "text")


def test_assets_without_text_propose_no_colour_for_it() -> None:
    assert text_colours([member(number, ink=None) for number in range(5)]) == []


def test_the_kit_loads_and_has_both(tmp_path: Path) -> None:
    audit = Audit(analyzer_version="0", folder="posts", members=MEMBERS, measures=())
    kit = tomllib.loads(learn(audit, tmp_path, tmp_path / "brand.toml"))
    assert {colour.get("role") for colour in kit["palette"].values()} >= {"background", "text"}
    assert kit["formats"]["aspect_ratios"] == ["4:5"] and kit["typography"]["case"] == "upper"
