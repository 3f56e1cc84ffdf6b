"""Profiles, kits, tokens, comments and manifests from a stranger: one sentence with the place, or a valid reading."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from analyzer.batch.inputs import LONGEST_LINE, items_of
from analyzer.collection.brand import load_kit
from analyzer.collection.gather import sources_of
from analyzer.collection.logos import load_logo
from analyzer.judge.profile import load_profile
from analyzer.nouns.errors import UsageError
from analyzer.read.comments import comments_of
from tests.mutations import damaged, damaged_bytes

PROFILE = files("analyzer.judge").joinpath("profiles", "tiktok.toml").read_bytes()
KIT = b"""name = "Kiln"
[palette]
blue = "#0057b8"
red = { hex = "#cc0000", role = "accent", tolerance = 5 }
[words]
use = ["kiln"]
[formats]
aspect_ratios = ["9:16"]
"""
TOKENS = {
    "color": {
        "$type": "color",
        "blue": {"$value": {"colorSpace": "srgb", "components": [0, 0.34, 0.72]}},
        "alias": {"$value": "{color.blue}"},
        "grey": {"$value": "#888888"},
    },
}
TABLE = 'path;published_at;post_text;text\na.mp4;2026-03-31;"one\ntwo";é\nb.mp4;;;hi\n'.replace(";", ",").encode()


def read_manifest(path: Path) -> Any:
    return sources_of(path.parent, path)


def read_batch(path: Path) -> Any:
    return list(items_of(str(path), io.BytesIO()))


READERS: dict[str, tuple[Callable[[Path], Any], str, bytes]] = {
    "profile": (load_profile, "own.toml", PROFILE),
    "kit": (load_kit, "kit.toml", KIT),
    "tokens": (load_kit, "brand.tokens", json.dumps(TOKENS).encode()),
    "comments": (comments_of, "comments.csv", TABLE),
    "audit manifest": (read_manifest, "set.csv", TABLE),
    "batch manifest": (read_batch, "set.csv", TABLE),
}


@pytest.mark.parametrize("kind", READERS)
def test_damaged_files_are_refused_or_read(kind: str, tmp_path: Path) -> None:
    read, name, data = READERS[kind]
    path = tmp_path / name
    path.write_bytes(data)
    read(path)
    for seed in range(40):
        path.write_bytes(damaged_bytes(data, seed))
        try:
            read(path)
        except UsageError as error:
            assert len(str(error)) < 1500, error


def test_damaged_tokens_are_refused_or_read(tmp_path: Path) -> None:
    path = tmp_path / "brand.tokens"
    for seed in range(150):
        path.write_text(json.dumps(damaged(TOKENS, seed)), encoding="utf-8")
        try:
            load_kit(path)
        except UsageError as error:
            assert len(str(error)) < 500, error


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a=" + "[" * 50_000, "nested too deeply"),
        ("a = " + "{a=" * 60 + "1" + "}" * 60, "nested too deeply"),
        ("a" + ".a" * 50_000 + "=1", "a name of more than 100 parts in line 1"),
        ("checked_on=" + "9" * 50_000, "a number has too many digits"),
        ('extends="tiktok"\ntitle="' + "x" * 20_000 + '"', "title has more than 10,000 characters"),
        ('extends="tiktok"\nchecked_on=2026-01-01T00:00:00', "checked_on is a time"),
        ('[[rules]]\nid="a"\nseverity=inf', "rules.0.severity is no number"),
        ("[[rules]]\nid=1\n[[rules]]\nid=[1]", "each with an id that is text"),
        ('extends="tiktok"\nsources="x"', "sources must be a table"),
        ('extends="tiktok"\nsafe_area=[1]', "safe_area must be a table"),
        ('extends="tiktok"\ntitel="x"', "titel: there is no such entry .did you mean title"),
        ("x" * 600_000, "more than 500,000 bytes"),
    ],
)
def test_a_profile_is_refused_with_the_place(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=sentence):
        load_profile(path)


def test_no_colour_has_endless_components(tmp_path: Path) -> None:
    path = tmp_path / "brand.tokens"
    for components in ([1e12, -1e12, 5], [1] * 400, [True, "none", {}]):
        token = {"$type": "color", "$value": {"colorSpace": "srgb", "components": components}}
        path.write_text(json.dumps({"a": token}), encoding="utf-8")
        with pytest.raises(UsageError, match="colour that cannot be read"):
            load_kit(path)


def test_a_line_without_an_end_is_no_manifest(tmp_path: Path) -> None:
    path = tmp_path / "set.csv"
    path.write_text("path,note\na.mp4," + "x" * (2 * LONGEST_LINE), encoding="utf-8")
    with pytest.raises(UsageError, match="has a line of more than"):
        read_batch(path)


def test_a_list_of_nothing_is_no_list_of_paths() -> None:
    with open("/dev/zero", "rb") as zero, pytest.raises(UsageError, match="no list of paths"):
        list(items_of("-", zero))


@pytest.mark.parametrize("kind", [kind for kind in READERS if "batch" not in kind])
def test_a_pipe_is_never_waited_for(kind: str, tmp_path: Path) -> None:
    read, name, _ = READERS[kind]
    os.mkfifo(tmp_path / name)
    with pytest.raises(UsageError, match="not a regular file"):
        read(tmp_path / name)


def test_the_size_of_a_logo_is_known_before_it_is_decoded(tmp_path: Path) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (30_000).to_bytes(4, "big") * 2 + b"\x08\x06\0\0\0")
    with pytest.raises(UsageError, match="30000 x 30000 pixels"):
        load_logo(path)
