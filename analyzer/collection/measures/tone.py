"""Measure: the tone of what is written, said and posted: mood, exclamations, emoji, hashtags; and the brand's own words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from analyzer.collection.brand import Kit
from analyzer.collection.contract import Check, Features, Measure, metric
from analyzer.collection.survey import Survey
from analyzer.collection.traits import Trait, explain, gaps
from analyzer.nouns.errors import NotApplicable, Unavailable
from analyzer.nouns.evidence import message
from analyzer.nouns.report import Report

TRAITS = (
    Trait("mood", 0.25, message("The mood of its words is {value}, from -1 to 1; {count} others have {low} to {high}.")),
    Trait("exclamations", 0.02, message("It has {value} exclamation marks a word; {count} others have {low} to {high}.")),
    Trait("emoji", 1.0, message("Its post has {value} emoji; the posts of {count} others have {low} to {high}.")),
    Trait("hashtags", 2.0, message("Its post has {value} hashtags; the posts of {count} others have {low} to {high}.")),
)
"""Noises: differences that a reader does not notice (project choice)."""
TITLE = "Tone of the words"
SOURCES = ("onscreen_text.text", "speech.transcript")
SCORES = ("sentiment.post_score", "sentiment.onscreen_score", "sentiment.transcript_score")
MOST_WORDS = 600
"""Words kept of an asset: those of some minutes of speech (project choice: bounds the memory of an asset)."""


def read(report: Report, survey: Survey) -> Features:
    texts = [survey.post_text, *(str(text) for name in SOURCES if (text := _known(report, name)))]
    scores = [float(score) for name in SCORES if (score := _known(report, name)) is not None]
    posts = {name: _known(report, f"post_text.{name}") for name in ("emoji", "hashtags")}
    words = words_of(" ".join(texts))
    if not words and not scores and posts["emoji"] is None:
        metric(report, SOURCES[0])
        raise NotApplicable("no_words", message("It has no words."))
    marks = sum(text.count("!") for text in texts)
    return {
        "mood": round(sum(scores) / len(scores), 3) if scores else None,
        "exclamations": round(marks / len(words), 4) if words else None,
        **posts,
        "words": " ".join(words[:MOST_WORDS]),
    }


def _known(report: Report, name: str) -> str | int | float | None:
    try:
        return metric(report, name)
    except Unavailable:
        return None


def words_of(text: str) -> list[str]:
    """The words of a text, in lower case."""
    return re.findall(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", text.casefold())


def checks(features: Features, kit: Kit) -> Iterator[Check]:
    text = f" {features['words']} "
    if not features["words"]:
        return
    if kit.words.avoid:
        found = [word for word in kit.words.avoid if f" {' '.join(words_of(word))} " in text]
        sentence = message("It uses words that the brand avoids: {words}.", words=", ".join(found))
        yield Check("tone.avoid", float(len(found)), 0.0, sentence, "flag")
    if kit.words.use:
        used = any(f" {' '.join(words_of(word))} " in text for word in kit.words.use)
        sentence = message("It uses none of the brand's words: {words}.", words=", ".join(kit.words.use))
        yield Check("tone.use", float(not used), 0.0, sentence, "flag")


MEASURE = Measure(
    id="tone",
    title=TITLE,
    why="Whether texts speak in the same mood and manner, and with the brand's words.",
    read=read,
    gaps=gaps(TRAITS),
    unit="deviations",
    noise=1.5,
    explain=explain(TRAITS, TITLE),
    checks=checks,
    visual=False,
)
