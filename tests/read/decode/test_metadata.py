"""Tags of any size and content leave bounded, valid text."""

from __future__ import annotations

import json

from analyzer.read.decode.metadata import HIDDEN, MAX_CHARACTERS, MAX_TAGS, clean, leaks_of, shown_tags


def test_text_that_cannot_be_stored_is_mended() -> None:
    assert clean("a\ud800b\0c") == "a?bc" and clean(7) == "7"
    tags = {"title\udfff": "x\ud83d", "artist": "J\0o"}
    for found in (shown_tags(tags), leaks_of(tags, False)):
        json.dumps(found, ensure_ascii=False).encode()


def test_tags_are_bounded_in_number_and_length() -> None:
    many = {f"artist{number}" + "k" * 9_000: "v" * 9_000 for number in range(5_000)}
    shown, leaks = shown_tags(many), leaks_of(many, True)
    assert len(shown) == len(leaks) == MAX_TAGS
    assert all(len(text) <= MAX_CHARACTERS for pair in shown.items() for text in pair)
    assert all(len(leak["field"]) <= MAX_CHARACTERS and len(leak["value"]) <= MAX_CHARACTERS for leak in leaks)


def test_coordinates_stay_hidden_unless_they_are_asked_for() -> None:
    tags = {"location": "+48.8583+2.2944/"}
    assert shown_tags(tags) == {"location": HIDDEN} and leaks_of(tags, False)[0]["value"] == HIDDEN
    assert leaks_of(tags, True)[0]["value"].startswith("+48")
