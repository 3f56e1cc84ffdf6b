"""Language identification: right, or silent."""

from __future__ import annotations

import pytest

from analyzer.engines import langid
from analyzer.engines.runtime import Runtime
from analyzer.weights import manifests


@pytest.fixture(scope="module")
def engine() -> langid.LangId:
    manifest = manifests.named("py3langid")
    return langid.load(manifest, Runtime())


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Stop doing this if you want better skin", "en"),
        ("Ne fais plus jamais cette erreur", "fr"),
        ("Das musst du unbedingt probieren", "de"),
        ("Tres trucos para dormir mejor", "es"),
        ("これを見てください", "ja"),
        ("泰式邦一拍灵", "zh"),
        ("Никогда не делай так", "ru"),
    ],
)
def test_a_caption_is_named(engine: langid.LangId, text: str, code: str) -> None:
    found, confidence = engine.identify(text)
    assert found == code and 0.6 <= confidence <= 1


@pytest.mark.parametrize("text", ["", "OK", "Link in bio", "12:30 - 14:00", "😍😍😍"])
def test_what_is_too_short_has_no_language(engine: langid.LangId, text: str) -> None:
    assert engine.identify(text) == (None, 0.0)


def test_what_is_not_clear_has_no_language(engine: langid.LangId) -> None:
    assert engine.identify("Zara Nike Adidas Puma")[0] is None
