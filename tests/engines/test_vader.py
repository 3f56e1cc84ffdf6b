"""Sentiment of words: what VADER gets wrong and this engine must get right."""

from __future__ import annotations

import html
from pathlib import Path

import pytest

from analyzer.engines import vader
from analyzer.engines.runtime import Runtime
from analyzer.engines.texts import Sentiment
from analyzer.weights import manifests

MOODS = ("positive", "negative")


@pytest.fixture(scope="module")
def engine() -> vader.Vader:
    manifest = manifests.named("vader")
    return vader.load(manifest, Runtime())


def score(engine: vader.Vader, text: str) -> Sentiment:
    return engine.score([text])[0]


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
    found = score(engine, text)
    assert found.label == "positive" and found.polarity > 0.2 and found.unsure is None, found


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
    found = score(engine, text)
    assert found.label == "negative" and found.polarity < -0.2 and found.unsure is None, found


@pytest.mark.parametrize("text", ["", "Frame = 12", "https://happy.example/love @lovely", "🎬 ▶️"])
def test_nothing_is_read_out_of_neutral_text(engine: vader.Vader, text: str) -> None:
    found = score(engine, text)
    assert (found.label, found.polarity, found.confidence, found.words) == (None, 0.0, 0.0, ())
    assert "no word" in str(found.unsure)


def test_enough_words_without_a_mood_are_neutral(engine: vader.Vader) -> None:
    assert score(engine, "Three recipes in under ten minutes") == Sentiment("neutral", 0.0, 0.0)


def test_words_that_speak_both_ways_are_not_trusted(engine: vader.Vader) -> None:
    found = score(engine, "The food was good, the service was terrible.")
    assert found.label is None and "both for and against" in str(found.unsure) and len(found.words) == 2


def test_each_text_gets_its_own_answer(engine: vader.Vader) -> None:
    assert [found.label for found in engine.score(["I love it", "I hate it"])] == ["positive", "negative"]


def test_the_words_are_those_of_the_text(engine: vader.Vader) -> None:
    words = dict(score(engine, "I can't recommend it enough! My favourite 😍").words)
    assert words["can't recommend it enough"] > 2 and words["😍"] > 2
    assert set(words) == {"can't recommend it enough", "favorite", "😍"}


def test_a_long_text_does_not_run_into_the_rail(engine: vader.Vader) -> None:
    """A hundred sentences of which six in ten praise are praise, but no ecstasy."""
    found = score(engine, "This is good. " * 60 + "This is bad. " * 40)
    assert found.polarity > 0 and found.label is None


@pytest.mark.parametrize(
    "text",
    [
        "I just love waiting on hold for two hours", "So glad I paid extra, it's only been two weeks",
        "Wonderful, it is closed again 🙃",
        "Best. Trip. Ever. A flat tyre and a parking ticket.", "Well done, you managed to break a perfectly good chair",
        "lovely weather #not", "Thanks a lot to whoever ate my lunch",
    ],
)  # fmt: skip
def test_praise_beside_trouble_or_in_a_mocking_turn_is_not_believed(engine: vader.Vader, text: str) -> None:
    found = score(engine, text)
    assert found.label is None and "ironically" in str(found.unsure)


@pytest.mark.parametrize(
    "text",
    [
        "Love it, the app crashed before but the update fixed everything", "So happy, I love this, no more waiting in a queue",
        "Best phone ever, my old phone needed two hours to load", "Love this, so glad I waited for the reviews",
        "Great service " * 20 + ". The flight was delayed.",
    ],
)  # fmt: skip
def test_praise_of_trouble_that_is_over_or_small_is_believed(engine: vader.Vader, text: str) -> None:
    assert score(engine, text).label == "positive"


@pytest.mark.slow
def test_people_agree_on_the_half_that_nothing_was_tuned_on(engine: vader.Vader, test_data: Path) -> None:
    """The figures of the manifest: at most 1 % of tweets get the wrong pole."""
    lines = (test_data / "text" / "tweets_GroundTruth.txt").read_text(encoding="utf-8", errors="replace").splitlines()[0::2]
    rated = [(float(rating), html.unescape(text)) for _, rating, text in (line.split("\t", 2) for line in lines)]
    ratings, texts = zip(*rated, strict=True)
    named = [(rating, found) for rating, found in zip(ratings, engine.score(texts), strict=True) if found.label in MOODS]
    wrong = sum(abs(rating) > 0.5 and rating * found.polarity < 0 for rating, found in named)
    right = sum(abs(rating) > 0.5 and rating * found.polarity > 0 for rating, found in named)
    assert len(named) / len(rated) > 0.75
    assert wrong / len(named) < 0.01
    assert right / len(named) > 0.84
