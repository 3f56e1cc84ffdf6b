"""Every sentence that a reader may see has its French translation, and none is left over."""

from __future__ import annotations

import json

import pytest

from analyzer.nouns.evidence import message
from analyzer.nouns.sentences import PLACEHOLDER
from analyzer.show.i18n import locale_of
from scripts.missing_translations import collect, french


def test_every_sentence_is_translated() -> None:
    missing = sorted(collect() - french().keys())
    assert not missing, "run scripts/missing_translations.py:\n" + "\n".join(
        f"{json.dumps(text, ensure_ascii=False)} = " for text in missing
    )


def test_no_translation_is_left_over() -> None:
    assert sorted(french().keys() - collect()) == []


def test_no_translation_is_empty() -> None:
    assert [text for text, translated in french().items() if not translated.strip()] == []


def test_parameters_are_kept() -> None:
    def names(text: str) -> list[str]:
        return sorted(found[1] for found in PLACEHOLDER.finditer(text))

    wrong = {english: said for english, said in french().items() if names(english) != names(said)}
    assert wrong == {}


def test_the_collector_finds_each_place() -> None:
    found = collect()
    assert {
        "No post text was given.",
        "Skip to the report",
        "Text stands out from the picture",
        "Hard cuts",
        "characters/s",
    } <= found


@pytest.mark.parametrize(
    ("value", "unit", "english", "french_text"),
    [
        (3.25, "s", "3.25\u202fs", "3,25\u202fs"),
        (0.423, "share", "42.3\u202f%", "42,3\u202f%"),
        (48_123_456, "bytes", "48.12\u202fMB", "48,12\u202fMo"),
        (-21.4, "LUFS", "−21.4\u202fLUFS", "−21,4\u202fLUFS"),
        (1.9, "ratio", "1.9:1", "1,9:1"),
        (44100, "Hz", "44,100\u202fHz", "44\u202f100\u202fHz"),
        (29.97, "fps", "29.97\u202ffps", "29,97\u202fim/s"),
        (7, "count", "7", "7"),
        (True, "flag", "yes", "oui"),
        ("scene_text", "text", "scene text", "texte de la scène"),
        ("h264", "text", "h264", "h264"),
        ("bold_claim,how_to", "text", "bold claim, how to", "affirmation forte, mode d’emploi"),
        (None, "s", "–", "–"),
    ],
)
def test_values_are_written_as_readers_write_them(value: object, unit: str, english: str, french_text: str) -> None:
    assert locale_of("en").value(value, unit) == english  # type: ignore[arg-type]
    assert locale_of("fr").value(value, unit) == french_text  # type: ignore[arg-type]


def test_messages_localise_what_rules_wrote_in_english() -> None:
    said = locale_of("fr").say(
        message("Soften it at {where}: {value}.", where="0:03.2–0:04.0 “a 1.5 b”; 0:05.0", value="1.9:1")
    )
    assert said == "Soften it at 0:03,2–0:04,0 «\u00a0a 1.5 b\u00a0»; 0:05,0: 1,9:1."
    named = locale_of("en", {"shots": "Shots"}).say(message("It needs the signal {signal}.", signal="shots"))
    assert named == "It needs the signal Shots."
