"""Sentiment of words: what VADER gets wrong and this engine must get right."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from analyzer import manifests
from analyzer.engines import vader
from analyzer.engines.runtime import Runtime


@pytest.fixture(scope="module")
def engine() -> vader.Vader:
    manifest = manifests.named("vader")
    return vader.load(manifest, Runtime())


@pytest.mark.parametrize(
    "text",
    [
        "I can't recommend this enough", "Never been happier with a purchase", "🔥🔥🔥", "❤️❤️❤️", "This is fire",
        "no cap this slaps",
        "My favourite colour by far", "soooo goooood", "I couldn’t be happier", "this is so beautiful 😭😭", "so worth it 👍🏽",
        "Love it :)",
        "can't wait for Friday!", "Not bad at all, I love it", ":)",
    ],
)  # fmt: skip
def test_praise_is_praise(engine: vader.Vader, text: str) -> None:
    found = engine.score(text)
    assert found.polarity > 0.2 and found.confidence >= 0.5, found


@pytest.mark.parametrize(
    "text",
    [
        "Never been worse", "Not worth it", "a waste of money", "so boooooring", "What a horrible product 😡",
        "It's not great",
        "I'm so tired of this", "It stopped working after a week", "👎👎", "Don't buy this overpriced trash",
        "It gives me the ick",
    ],
)  # fmt: skip
def test_blame_is_blame(engine: vader.Vader, text: str) -> None:
    found = engine.score(text)
    assert found.polarity < -0.2 and found.confidence >= 0.5, found


@pytest.mark.parametrize(
    "text", ["", "Frame = 12", "Three recipes under ten minutes", "https://happy.example/love @lovely", "🎬 ▶️"]
)
def test_nothing_is_read_out_of_neutral_text(engine: vader.Vader, text: str) -> None:
    assert engine.score(text) == vader.Sentiment(0.0, 0.0, ())


def test_words_that_speak_both_ways_are_not_trusted(engine: vader.Vader) -> None:
    assert engine.score("The food was good, the service was terrible.").confidence < 0.5


def test_the_words_are_those_of_the_text(engine: vader.Vader) -> None:
    words = dict(engine.score("I can't recommend it enough! My favourite 😍").words)
    assert words["can't recommend it enough"] > 2 and words["😍"] > 2
    assert set(words) == {"can't recommend it enough", "favorite", "😍"}


def test_a_long_text_does_not_run_into_the_rail(engine: vader.Vader) -> None:
    """A hundred sentences of which six in ten praise are praise, but no ecstasy."""
    found = engine.score("This is good. " * 60 + "This is bad. " * 40)
    assert found.polarity > 0 and found.confidence < 0.5


@pytest.mark.slow
def test_people_agree_on_the_half_that_nothing_was_tuned_on(engine: vader.Vader, test_data: Path) -> None:
    """The figures of the manifest: at most 1 % of tweets get the wrong pole."""
    lines = (test_data / "text" / "tweets_GroundTruth.txt").read_text(encoding="utf-8", errors="replace").splitlines()[0::2]
    rated = [(float(rating), html.unescape(text)) for _, rating, text in (line.split("\t", 2) for line in lines)]
    named = [(rating, found.polarity) for rating, text in rated if (found := engine.score(text)).confidence >= 0.5]
    wrong = sum(abs(rating) > 0.5 and rating * polarity < 0 for rating, polarity in named)
    right = sum(abs(rating) > 0.5 and rating * polarity > 0 for rating, polarity in named)
    assert len(named) / len(rated) > 0.75
    assert wrong / len(named) < 0.01
    assert right / len(named) > 0.84
