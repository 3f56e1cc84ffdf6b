"""Counts as platforms count, in English and French, and requests for an action with the words that make them."""

from __future__ import annotations

import unicodedata

import pytest

from analyzer.measure.signals.post_text import METRICS, SIGNAL
from analyzer.methods import post
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Moments, Table
from analyzer.nouns.signal import Reading
from tests.make import Engines, media


class Identifier:
    def identify(self, text: str) -> tuple[str | None, float]:
        return ("fr", 0.9) if "été" in text else (None, 0.2)


def read(text: str, **engines: object) -> Reading:
    reading = SIGNAL.measure(media(post_text=text), Engines(engines), {})
    assert set(reading.metrics) | set(reading.unmeasured) == set(METRICS)
    return reading


def test_no_post_is_not_applicable() -> None:
    with pytest.raises(NotApplicable) as caught:
        SIGNAL.measure(media(), Engines(), {})
    assert caught.value.code == "not_given" and caught.value.remedy is not None


def test_an_empty_post_is_measured() -> None:
    reading = read("  \n ", **{"language-identification": Identifier()})
    counts = {name: reading.metrics[name] for name in ("characters", "words", "first_line_characters", "line_breaks", "emoji")}
    assert set(counts.values()) == {0} and reading.metrics["call_to_action"] is False
    assert reading.metrics["language"] is None


def test_lines_and_characters() -> None:
    got = read("First line.  \r\n\r\nSecond\rThird\n").metrics
    assert (got["characters"], got["first_line_characters"], got["line_breaks"], got["words"]) == (27, 11, 3, 4)


def test_characters_are_code_points_of_the_composed_form() -> None:
    assert read("cafe\u0301").metrics["characters"] == 4
    assert read("café").metrics["characters"] == 4
    assert read("👍🏽").metrics["characters"] == 2


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("#été et #Réduction2, #café_noir!", ["été", "Réduction2", "café_noir"]),
        (unicodedata.normalize("NFD", "#été"), ["été"]),
        ("#日本語 #عربي", ["日本語", "عربي"]),
        ("We are #1 (#2024)", []),
        ("https://a.fr/page#part a#b &#39; C# #", []),
        ("#one#two", ["one"]),
        ("＃全角", ["全角"]),
    ],
)
def test_hashtags(text: str, found: list[str]) -> None:
    assert post.hashtags(post.normal(text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Merci @jean.dupont et @zoé_b!", ["jean.dupont", "zoé_b"]),
        ("write to me@example.org or see https://a.fr/@user", []),
        ("(@studio)", ["studio"]),
    ],
)
def test_mentions(text: str, found: list[str]) -> None:
    assert post.mentions(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Voir https://exemple.fr/a?b=c#d, puis www.site.org.", ["https://exemple.fr/a?b=c#d", "www.site.org"]),
        ("on monsite.com! and shop.example.co/x", ["monsite.com", "shop.example.co/x"]),
        ("e.g. 3.5 vs. me@example.org, file.txt, end.Start", []),
        ("«https://a.fr»", ["https://a.fr"]),
    ],
)
def test_links(text: str, found: list[str]) -> None:
    assert post.links(text) == found


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("👩‍👩‍👧‍👦", 1), ("🇫🇷🇩🇪", 2), ("❤️", 1), ("👍🏽👍", 2), ("1️⃣ ✅ ⭐", 3), ("1 # * © → ™ é", 0), ("❤️‍🔥", 1), ("☕", 1),
        ("🙋🏽‍♀️", 1),
    ],
)  # fmt: skip
def test_emoji_sequences_count_once(text: str, count: int) -> None:
    assert len(post.emoji(text)) == count


@pytest.mark.parametrize(
    ("text", "quotes"),
    [
        ("Learn more and SIGN UP today", ["Learn more", "SIGN UP"]),
        ("Book a free call with us", ["Book a free call"]),
        ("Découvrez la suite, lien dans la bio", ["Découvrez", "lien dans la bio"]),
        ("N’hésitez pas : réservez !", ["N’hésitez pas", "réservez"]),
        ("Inscris-toi vite", ["Inscris-toi"]),
        ("Don't download it. I had to sign up. Vous découvrez tout.", []),
        ("We shopped nowhere; the subscriber left; #shopnow", []),
        ("Il a commandé hier, la découverte continue", []),
    ],
)
def test_requests_for_an_action_are_quoted(text: str, quotes: list[str]) -> None:
    assert [quote for _, quote in post.calls_to_action(text)] == quotes
    reading = read(text)
    moments = reading.evidence["call_to_action"]
    assert isinstance(moments, Moments) and [moment.quote for moment in moments.items] == quotes
    assert reading.metrics["call_to_action"] is bool(quotes)


def test_questions_are_not_found_in_links() -> None:
    assert read("Ready?").metrics["question"] is True
    assert read("Prêt ?").metrics["question"] is True
    assert read("https://a.fr/?q=1 ok").metrics["question"] is False


def test_language_comes_from_its_engine_or_is_unmeasured() -> None:
    assert read("Bel été", **{"language-identification": Identifier()}).metrics["language"] == "fr"
    assert read("ok", **{"language-identification": Identifier()}).metrics["language"] is None
    assert read("Bel été").unmeasured["language"].code == "no_engine"


def test_parts_are_shown() -> None:
    table = read("Bonjour 👋\n#été @zoe").evidence["parts"]
    assert isinstance(table, Table)
    assert table.rows == (("First line", "Bonjour 👋"), ("Hashtags", "été"), ("Mentions", "zoe"), ("Emoji", "👋"))
