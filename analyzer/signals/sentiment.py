"""Signal: lexicon sentiment of the words that are said, shown and posted, each on its own. It is of the text, not of a person.

Where the words are few, speak both ways, or are in a language that the lexicon does not know, nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from analyzer.contract import Engines, Metric, Reading, Signal, reason_of
from analyzer.errors import SignalError, Unavailable
from analyzer.evidence import Message, Scalar, Table, message
from analyzer.media import Media
from analyzer.report import Reason, SignalResult

SURE = 0.5
"""Confidence from which a mood is named: for 0.5 % of VADER's tweets the wrong pole is then named (project choice)."""
FEWEST_WORDS = 5
"""Words that a text without any mood must have to be called neutral: 64 % of such tweets of VADER are, but 7 % of film reviews,
which are written to judge (measured)."""
MOST_ROWS = 40
"""Words shown for each source, the weightiest (project choice)."""

SOURCES = {"transcript": "transcript", "onscreen": "on-screen text", "post": "post text"}


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure the sentiment of the transcript, of the on-screen text and of the post text."""
    texts = {"transcript": _transcript(media, needed), "onscreen": _onscreen(needed), "post": media.post_text or ""}
    metrics: dict[str, Scalar] = {}
    unmeasured: dict[str, Reason] = {}
    rows: list[tuple[Scalar, ...]] = []
    notes = [message("This is the mood of the words as a word list rates them, not of a person; irony is not understood.")]
    for source, text in texts.items():
        names = f"{source}_label", f"{source}_score"
        if isinstance(text, Reason):
            unmeasured |= dict.fromkeys(names, text)
            continue
        if not any(not character.isspace() for character in text):
            metrics |= dict.fromkeys(names)
            continue
        try:
            label, score, words = _score(text, engines)
            metrics |= dict(zip(names, (label, score), strict=True))
            shown = sorted(sorted(words, key=lambda word: -abs(word[1]))[:MOST_ROWS], key=words.index)
            rows += [(SOURCES[source], word, weight) for word, weight in shown]
            if len(words) > MOST_ROWS:
                notes.append(message("Of the words that count, the {count} weightiest of a text are listed.", count=MOST_ROWS))
        except SignalError as error:
            unmeasured |= dict.fromkeys(names, reason_of(error))
    table = Table(title="Words that count", columns=("Source", "Word", "Weight"), rows=tuple(rows))
    return Reading(metrics, {"words": table}, unmeasured, tuple(notes))


def _transcript(media: Media, needed: Mapping[str, SignalResult]) -> str | Reason:
    """What is said: empty where nothing is, or the reason why it is not known."""
    if media.audio is None:
        return ""
    speech = needed.get("speech")
    if speech is None:
        return Reason(code="needs:speech", sentence=message("What is said was not measured."))
    return speech.unmeasured["transcript"] if "transcript" in speech.unmeasured else str(speech.metrics["transcript"] or "")


def _onscreen(needed: Mapping[str, SignalResult]) -> str | Reason:
    """What is shown, or the reason why it is not known."""
    onscreen = needed.get("onscreen_text")
    if onscreen is None:
        return Reason(code="needs:onscreen_text", sentence=message("The on-screen text was not measured."))
    return str(onscreen.metrics["text"] or "")


def _score(text: str, engines: Engines) -> tuple[str, float, tuple[Any, ...]]:
    """Label, score and words of a text; raises `Unavailable` where nothing can be claimed."""
    engine = engines["sentiment"]
    letters = [character for character in text if character.isalpha()]
    if letters:
        language, _ = engines["language-identification"].identify(text)
        if language is None:
            raise _unsure(message("The text is too short or too mixed to tell its language."))
        if language not in engine.languages:
            raise Unavailable(
                "language",
                message(
                    "The text is in the language '{language}'; the word list knows {known} alone.",
                    language=language,
                    known=", ".join(engine.languages),
                ),
            )
    result = engine.score(text)
    weights = [weight for _, weight in result.words]
    if not weights and len([word for word in text.split() if any(map(str.isalpha, word))]) >= FEWEST_WORDS:
        return "neutral", 0.0, ()
    if not weights:
        raise _unsure(message("The text holds no word that speaks for a mood."))
    if result.confidence < SURE:
        mixed = min(weights) < 0 < max(weights)
        sentence = message("Its words speak both for and against.") if mixed else message("Its words hardly speak for a mood.")
        raise _unsure(sentence)
    return ("positive" if result.polarity > 0 else "negative"), result.polarity, result.words


def _unsure(sentence: Message) -> Unavailable:
    return Unavailable("unsure", sentence)


SIGNAL = Signal(
    id="sentiment",
    title="Sentiment of the words",
    why="Whether the words that are said, shown and posted sound positive or negative.",
    measure=measure,
    metrics={
        "transcript_label": Metric("text", "Mood of what is said: positive, neutral or negative."),
        "transcript_score": Metric("number", "Mood of what is said, -1 negative to 1 positive."),
        "onscreen_label": Metric("text", "Mood of the on-screen text: positive, neutral or negative."),
        "onscreen_score": Metric("number", "Mood of the on-screen text, -1 negative to 1 positive."),
        "post_label": Metric("text", "Mood of the post text: positive, neutral or negative."),
        "post_score": Metric("number", "Mood of the post text, -1 negative to 1 positive."),
    },
    tasks=("sentiment", "language-identification"),
    uses=("speech", "onscreen_text"),
)
