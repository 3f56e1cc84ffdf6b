"""Hook types and weak openers from words: what must be named, and above all what must not."""

from __future__ import annotations

import time

import pytest

from analyzer.methods.hook_text import LONGEST_OPENING, hook_types, language_of, weak_openers


def ids(text: str, language: str | None = None) -> set[str]:
    return {opener.id for opener in hook_types(text, language)}


def weak(text: str) -> set[str]:
    return {opener.id for opener in weak_openers(text)}


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
        ("Cash is dead", {"bold_claim"}),
        ("a good sofa is an investment, not an expense", {"bold_claim"}),
        ("Locksmiths never buy this brand", {"social_proof_authority"}),
        ("I've been repairing watches for thirty years", {"social_proof_authority"}),
        ("I got laid off by text message", {"story_confession"}),
        ("she went from failing math to tutoring it", {"result_first"}),
        ("once these candles are gone they're gone", {"offer_urgency"}),
        ("what the mechanic found in my glovebox", {"curiosity_gap"}),
        ("There's a reason casinos have no clocks", {"curiosity_gap"}),
        ("Bet you can't name five of these", {"challenge_stakes"}),
        ("Louer est plus intelligent qu'acheter", {"bold_claim"}),
        ("Les boulangers n'achètent jamais cette farine", {"social_proof_authority"}),
        ("J'ai été viré par SMS", {"story_confession"}),
        ("Mon levain, semaine un et semaine dix", {"result_first"}),
        ("plus que neuf places pour l'atelier", {"offer_urgency"}),
    ],
)
def test_types_are_named(text: str, expected: set[str]) -> None:
    assert expected <= ids(text)


@pytest.mark.parametrize(
    "text",
    [
        "The ferry leaves from the other side of the bay.", "SUMMER COLLECTION", "Five of us went home early.",
        "Le marché ouvre à huit heures le samedi.", "Please hold the line.", "The stop sign was red.", "", "12:45",
        "Mum, where are my boots? In the hall.", "could you pass me the salt?", "Where's your brother? Upstairs.",
        "Yesterday we went to the market and bought plums", "Two young girls feeding goats in a pen.",
        "Never mind, I found it.", "Nurses work in three shifts.",
        "There's a bakery on the corner and a school behind it", "he's better than he was yesterday",
        "Papa, tu viens ? J'arrive.", "tu peux me passer le sel ?", "Votre rendez-vous est mardi à 15 h.", "le dîner est prêt",
        "Hier on est allés au marché acheter des prunes", "La boutique est plus grande qu'avant.", "J'ai retrouvé mes clés",
    ],
)  # fmt: skip
def test_plain_words_have_no_type(text: str) -> None:
    assert hook_types(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("okay so um stop rinsing your rice", "negative_warning"),
        ("Hey everyone, if you rent a flat, watch this", "direct_callout"),
        ("bon alors arrête de rincer ton riz", "negative_warning"),
    ],
)
def test_a_hook_may_stand_behind_opening_words(text: str, expected: str) -> None:
    assert expected in ids(text)


def test_words_beyond_an_opening_are_not_read() -> None:
    assert ids("the sky was grey and wide " * (LONGEST_OPENING // 26 + 1) + "have you ever seen it") == set()


def test_a_discount_is_no_statistic_and_a_year_no_figure() -> None:
    assert ids("50% off everything") == {"offer_urgency"}
    assert "number_stat" not in ids("Our plans for 2026 are simple")
    assert ids("-40 % sur tout le site") == {"offer_urgency"}


def test_a_figure_with_separators_stays_in_one_sentence() -> None:
    found = {opener.id: opener.quote for opener in hook_types("It costs $4,000.50 a year.", "en")}
    assert found["number_stat"] == "It costs $4,000.50 a year."


def test_the_quote_is_the_sentence_that_shows_it() -> None:
    openers = hook_types("The sky was grey. Have you ever seen a flat white like this? It is nice.", "en")
    assert [(opener.id, opener.quote) for opener in openers] == [("question", "Have you ever seen a flat white like this?")]
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
        ("um hi so", {"greeting", "filler"}),
        ("morning everyone", {"greeting"}),
        ("hi i'm jess and i make candles", {"greeting", "self_intro"}),
        ("I'm Nora and I bake bread for a living", {"self_intro"}),
        ("I'm hungry and I want lunch", set()),
        ("this is coach dan", {"self_intro"}),
        ("so in this one we'll be looking at three lenses", {"agenda"}),
        ("the topic for today is debt", {"agenda"}),
        ("leave me a comment and smash that like", {"early_ask"}),
        ("Leave your shoes at the door.", set()),
        ("speak to your GP before changing your medication", {"disclaimer"}),
        ("bon bah coucou", {"greeting"}),
        ("moi c'est karim", {"self_intro"}),
        ("je viens vous parler d'abeilles", {"agenda"}),
        ("mets un petit like", {"early_ask"}),
        ("je suis pas notaire", {"disclaimer"}),
        ("Ici on parle breton.", set()),
        ("alors on a pris l'escalier", set()),
    ],
)
def test_weak_openers(text: str, expected: set[str]) -> None:
    assert weak(text) == expected


def test_lines_that_people_in_a_scene_say_are_not_read() -> None:
    assert hook_types('"Have you ever been to Rome?" "Once, with my aunt."') == ()
    assert hook_types("« Tu as déjà vu la mer ? » demande le gardien.") == ()
    assert weak("— Bonjour, comment ça va ? — Très bien.") == set()
    assert ids('"Have you ever been to Rome?"') == {"question"}
    assert ids('Stop saying "clean eating" to kids') == {"negative_warning"}


def test_a_round_crowd_is_social_proof_and_an_odd_figure_a_statistic() -> None:
    assert ids("Over 30,000 cyclists already joined, 30,000 members swear by it") == {"social_proof_authority"}
    assert ids("Plus de 30 000 familles utilisent déjà ce livre") == {"social_proof_authority"}
    assert ids("I spent 43 minutes on hold") >= {"number_stat"}
    assert "number_stat" not in ids("The bus takes 20 minutes and costs 3 dollars")


def test_repeated_opening_words_are_read_in_time() -> None:
    started = time.perf_counter()
    for words in ("all right ", "you all all ", "tous et à tous "):
        weak_openers(words * (LONGEST_OPENING // len(words)), "fr" if "à" in words else "en")
    assert time.perf_counter() - started < 5


def test_how_are_you_is_a_greeting_and_no_question() -> None:
    assert ids("Hey you guys, how are you all today?") == set()
    assert weak("Hey you guys, how are you all today?") == {"greeting"}


def test_language_is_told_from_function_words_or_given() -> None:
    assert language_of("the one that you want") == "en"
    assert language_of("ce que tu veux pour demain") == "fr"
    assert language_of("Livraison offerte") is None
    assert language_of("dernière chance d'essayer") == "fr"
    assert language_of("vérifiez vos freins") == "fr"
    assert language_of("you won't") == "en"
    assert language_of("OK") is None
    assert hook_types("Wie viele davon kennst du?", "de") == ()
    assert "how_to" not in ids("Comment LINK and follow along", "en")
