"""A brand kit is read from TOML and design tokens, and a fault is named with its place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from analyzer.collection.brand import TOLERANCE, load_kit
from analyzer.nouns.errors import UsageError


def kit(folder: Path, text: str) -> Path:
    path = folder / "brand.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_kit_is_read_with_defaults(tmp_path: Path) -> None:
    text = 'name = "Acme"\n[palette]\nblue = "#0057b8"\n[palette.sand]\nhex = "#EEDDBB"\nrole = "text"\n'
    found = load_kit(kit(tmp_path, text))
    assert found.palette["blue"].tolerance == TOLERANCE and found.palette["sand"].role == "text"


def test_files_of_a_kit_lie_beside_it(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"x")
    assert load_kit(kit(tmp_path, 'name = "Acme"\nlogos = ["logo.png"]\n')).logos == (tmp_path / "logo.png",)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "name: "),
        ('name = "A"\ncolour = 1\n', "colour: a kit has no such entry"),
        ('name = "A"\n[palette]\nred = "red"\n', "palette.red.hex: 'red' is no colour"),
        ('name = "A"\n[palette.red]\nhex = "#ff0000"\ntolerance = -1\n', "palette.red.tolerance"),
        ('name = "A"\n[formats]\naspect_ratios = ["9x16"]\n', "'9x16' is no ratio"),
        ('name = "A"\n[words]\nuse = ["Free"]\navoid = ["free"]\n', "'free' is both"),
        ('name = "A"\nreferences = ["gone.jpg"]\n', "there is no file"),
        ("name = ", "not valid TOML"),
    ],
)
def test_a_fault_is_named_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said.replace("(", r"\(")):
        load_kit(kit(tmp_path, text))


def test_a_kit_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be opened"):
        load_kit(tmp_path / "none.toml")


TOKENS = {
    "color": {
        "$type": "color",
        "blue": {"$value": {"colorSpace": "srgb", "components": [0, 0.3412, 0.7216]}},
        "link": {"$value": "{color.blue}"},
        "pink": {"$value": {"colorSpace": "hsl", "components": [330, 100, 50], "alpha": 1}},
        "grey": {"$value": "#888888"},
    },
    "space": {"$type": "dimension", "small": {"$value": "4px"}},
}


def test_colours_of_design_tokens_join_the_palette(tmp_path: Path) -> None:
    (tmp_path / "acme.tokens.json").write_text(json.dumps(TOKENS), encoding="utf-8")
    found = load_kit(kit(tmp_path, 'name = "Acme"\ntokens = "acme.tokens.json"\n[palette]\n"color.grey" = "#777777"\n')).palette
    assert {name: colour.hex for name, colour in found.items()} == {
        "color.blue": "#0057b8", "color.link": "#0057b8", "color.pink": "#ff0080", "color.grey": "#777777",
    }  # fmt: skip


def test_design_tokens_alone_are_a_kit(tmp_path: Path) -> None:
    path = tmp_path / "acme.tokens.json"
    path.write_text(json.dumps(TOKENS), encoding="utf-8")
    assert load_kit(path).name == "acme" and len(load_kit(path).palette) == 4


@pytest.mark.parametrize(
    "value", ["{color.self}", {"colorSpace": "unknown", "components": [0, 0, 0]}, {"colorSpace": "srgb"}, 5, "nothing"]
)
def test_a_token_that_is_no_colour_is_named(tmp_path: Path, value: object) -> None:
    path = tmp_path / "acme.json"
    path.write_text(json.dumps({"color": {"self": {"$type": "color", "$value": value}}}), encoding="utf-8")
    with pytest.raises(UsageError, match="a colour that cannot be read"):
        load_kit(path)


def test_tokens_without_a_colour_are_no_kit(tmp_path: Path) -> None:
    path = tmp_path / "acme.json"
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(UsageError, match="hold no colour"):
        load_kit(path)
