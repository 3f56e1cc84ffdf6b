"""Hook types and weak openers from words: what must be named, and above all what must not."""

from __future__ import annotations

import pytest

from analyzer.measures.hook_text import hook_types, language_of, weak_openers


def ids(text: str, language: str | None = None) -> set[str]:
    return {opener.id for opener in hook_types(text, language)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Why does your bread go stale overnight?", {"question"}),
        ("STOP BUYING BOTTLED WATER", {"negative_warning"}),
        ("Nobody talks about the second mortgage.", {"curiosity_gap"}),
        ("If you rent a flat, watch this", {"direct_callout"}),
        ("how to fix a leaking tap", {"how_to"}),
        ("Four habits of calm parents", {"list_promise"}),
        ("30% off today only", {"offer_urgency"}),
        ("Don’t eat this on a plane", {"negative_warning"}),
        ("Comment nettoyer un four sans effort", {"how_to"}),
        ("Personne ne vous dit ça sur les prêts", {"curiosity_gap"}),
        ("Trois erreurs à éviter en voyage", {"list_promise", "negative_warning"}),
    ],
)
def test_types_are_named(text: str, expected: set[str]) -> None:
    assert expected <= ids(text)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry leaves from the other side of the bay.", "SUMMER COLLECTION", "Five of us went home early.",
        "Le marché ouvre à huit heures le samedi.", "Please hold the line.", "The stop sign was red.", "", "12:45",
    ],
)  # fmt: skip
def test_plain_words_have_no_type(text: str) -> None:
    assert hook_types(text) == ()


def test_a_discount_is_no_statistic_and_a_year_no_figure() -> None:
    assert ids("50% off everything") == {"offer_urgency"}
    assert "number_stat" not in ids("Our plans for 2026 are simple")
    assert ids("-40 % sur tout le site") == {"offer_urgency"}


def test_a_figure_with_separators_stays_in_one_sentence() -> None:
    found = {opener.id: opener.quote for opener in hook_types("It costs $4,000.50 a year.", "en")}
    assert found["number_stat"] == "It costs $4,000.50 a year."


def test_the_quote_is_the_sentence_that_shows_it() -> None:
    openers = hook_types("The sky was grey. Have you ever seen a flat white like this? It is nice.", "en")
    assert [(opener.id, opener.quote) for opener in openers] == [
        ("question", "Have you ever seen a flat white like this?")
    ]
    long = hook_types("Have you ever " + "very " * 60 + "slept?", "en")[0].quote
    assert len(long) <= 120
    assert long.endswith("…")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hey guys, welcome back to my channel", {"greeting"}),
        ("Hello everyone, my name is Ruth", {"greeting", "self_intro"}),
        ("In today's video we look at soil", {"agenda"}),
        ("Don't forget to hit subscribe", {"early_ask"}),
        ("Salut à tous, aujourd'hui on va parler de crédit", {"greeting", "agenda"}),
        ("This is not financial advice", {"disclaimer"}),
        ("Stop salting your pasta water", set()),
        ("It's great here in spring", set()),
        ("Hilfe, ich habe mein Handy verloren", set()),
    ],
)
def test_weak_openers(text: str, expected: set[str]) -> None:
    assert {opener.id for opener in weak_openers(text)} == expected


def test_how_are_you_is_a_greeting_and_no_question() -> None:
    assert ids("Hey you guys, how are you all today?") == set()
    assert {opener.id for opener in weak_openers("Hey you guys, how are you all today?")} == {"greeting"}


def test_language_is_told_from_function_words_or_given() -> None:
    assert language_of("the one that you want") == "en"
    assert language_of("ce que tu veux pour demain") == "fr"
    assert language_of("OK") is None
    assert hook_types("Wie viele davon kennst du?", "de") == ()
    assert "how_to" not in ids("Comment LINK and follow along", "en")
