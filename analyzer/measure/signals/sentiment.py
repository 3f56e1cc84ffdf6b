"""Signal: sentiment of the words that are said, shown, posted and commented, each on its own; of the text, not of a person.

Nothing is claimed where the model is not sure or does not know the language, nor where what is written may be ironic: a
sentiment model takes irony at its word, and is no less sure of itself then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analyzer.methods.wording import MOST_COMMENTS, SOURCES, Line, Lines, classified, lines_of, understood, whole
from analyzer.nouns.errors import SignalError, Unavailable
from analyzer.nouns.evidence import Moment, Moments, Scalar, Table, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal, reason_of

IRONIC_SHARE = 0.25
"""Share of a text, in characters, that may be ironic from which no mood of it is named (project choice)."""
MOST_ROWS = 40
"""Words shown for each source, the weightiest (project choice)."""
MOST_QUOTED = 5
"""Comments of each mood that are quoted, the clearest (project choice)."""

MOODS = ("positive", "neutral", "negative")

Irony = Sequence[tuple[Line, bool]] | Reason
"""Lines of a source and whether each may be ironic; or why that is not known."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure the sentiment of each source, and which of its lines may be ironic."""
    sources = lines_of(media, needed)
    irony = {source: _irony(source, lines, engines) for source, lines in sources.items()}
    comments = _comments(media, sources.pop("comments"), irony["comments"], engines)
    moods = {source: _mood(source, lines, irony[source], engines) for source, lines in sources.items()}
    metrics = dict(comments.metrics)
    unmeasured = dict(comments.unmeasured)
    for source, mood in moods.items():
        names = f"{source}_label", f"{source}_score"
        if isinstance(mood, Reason):
            unmeasured |= dict.fromkeys(names, mood)
        else:
            metrics |= dict(zip(names, (mood.label, mood.polarity) if mood else (None, None), strict=True))
    for source, ironic in irony.items():
        if isinstance(ironic, Reason):
            unmeasured[f"{source}_irony"] = ironic
        else:
            metrics[f"{source}_irony"] = _ironic_share(ironic, by_number=source == "comments")
    told = [mood for mood in moods.values() if mood and not isinstance(mood, Reason)]
    notes = [engines["sentiment"].note] if told or comments.evidence else []
    if any(len(mood.words) > MOST_ROWS for mood in told):
        notes.append(message("Of the words that count, the {count} weightiest of a text are listed.", count=MOST_ROWS))
    evidence = {"words": _words(moods), "irony": _ironic_lines(irony), **comments.evidence}
    return Reading(metrics, evidence, unmeasured, (*notes, *comments.notes))


def _words(moods: Mapping[str, Any]) -> Table:
    """The words that count, the weightiest of each source in the order of the text."""
    rows: list[tuple[Scalar, ...]] = []
    for source, mood in moods.items():
        words = mood.words if mood and not isinstance(mood, Reason) else ()
        shown = sorted(sorted(words, key=lambda word: -abs(word[1]))[:MOST_ROWS], key=words.index)
        rows += [(SOURCES[source], word, weight) for word, weight in shown]
    return Table(title="Words that count", columns=("Source", "Word", "Weight"), rows=tuple(rows))


def _irony(source: str, lines: Lines | Reason, engines: Engines) -> Irony:
    if isinstance(lines, Reason):
        return lines
    if not lines:
        return ()
    try:
        engine = engines["irony"]
        answers = classified(source, lines, engines, engine)
    except SignalError as error:
        return reason_of(error)
    return [(line, any(answer[label] >= least for label, least in engine.thresholds.items())) for line, answer in answers]


def _ironic_share(looked_at: Sequence[tuple[Line, bool]], by_number: bool = False) -> float | None:
    """Share of the lines that were looked at which may be ironic, by number or by characters; None where there are none."""
    weights = [(1 if by_number else len(line.text), may_be) for line, may_be in looked_at]
    total = sum(weight for weight, _ in weights)
    return round(sum(weight for weight, may_be in weights if may_be) / total, 4) if total else None


def _ironic_lines(irony: Mapping[str, Irony]) -> Moments:
    text = message("This may be meant ironically.")
    lines = [line for source in irony if source != "comments" for line in _perhaps_ironic(irony[source])]
    items = tuple(Moment(time_s=line.time_s, text=text, quote=line.quote) for line in lines)
    return Moments(title="Perhaps ironic", items=items)


def _perhaps_ironic(ironic: Irony) -> list[Line]:
    return [] if isinstance(ironic, Reason) else [line for line, may_be in ironic if may_be]


def _mood(source: str, lines: Lines | Reason, ironic: Irony, engines: Engines) -> Any:
    """The sentiment of a text, None where there is no text, or the reason why nothing can be claimed."""
    if isinstance(lines, Reason) or not lines:
        return lines or None
    try:
        engine = engines["sentiment"]
        found = engine.score([whole(understood(source, lines, engines, engine.languages))])[0]
        if found.unsure is not None:
            raise Unavailable("unsure", found.unsure)
        share = 0.0 if isinstance(ironic, Reason) else _ironic_share(ironic) or 0.0
        if found.label != "neutral" and share >= IRONIC_SHARE:
            raise Unavailable("irony", message("Some of it may be meant ironically, so that its words do not tell its mood."))
    except SignalError as error:
        return reason_of(error)
    return found


def _comments(media: Media, lines: Lines | Reason, ironic: Irony, engines: Engines) -> Reading:
    """How many comments speak for and against, and the clearest of them."""
    assert not isinstance(lines, Reason)
    names = [f"comments_{mood}" for mood in (*MOODS, "unsure")]
    if not lines:
        return Reading({"comments": None if media.comments is None else 0} | dict.fromkeys(names))
    try:
        engine = engines["sentiment"]
        asked = understood("comments", lines, engines, engine.languages)
        answers = engine.score([line.text for line in asked])
    except SignalError as error:
        return Reading({"comments": len(lines)}, unmeasured=dict.fromkeys(names, reason_of(error)))
    doubted = {line.text for line in _perhaps_ironic(ironic)}
    named = [
        (line, answer)
        for line, answer in zip(asked, answers, strict=True)
        if answer.label == "neutral" or (answer.label and line.text not in doubted)
    ]
    shares = {mood: round(sum(answer.label == mood for _, answer in named) / len(lines), 4) for mood in MOODS}
    metrics: dict[str, Scalar] = {"comments": len(lines), **{f"comments_{mood}": share for mood, share in shares.items()}}
    metrics["comments_unsure"] = round(1 - len(named) / len(lines), 4)
    quoted = [moment for mood, sign in (("positive", 1), ("negative", -1)) for moment in _telling(named, mood, sign)]
    notes = []
    if len(media.comments or ()) >= MOST_COMMENTS:
        notes.append(message("The first {count} comments were read; there may be more.", count=MOST_COMMENTS))
    if foreign := len(lines) - len(asked):
        notes.append(message("Comments in a language that the model does not know count as unsure: {count}.", count=foreign))
    return Reading(metrics, {"comments": Moments(title="Telling comments", items=tuple(quoted))}, notes=tuple(notes))


def _telling(named: list[tuple[Line, Any]], mood: str, sign: Any) -> list[Moment]:
    """The comments that speak most clearly for a mood, each text once."""
    clear = {line.quote: abs(answer.polarity) * answer.confidence for line, answer in named if answer.label == mood}
    text = message("A comment that speaks for it.") if sign > 0 else message("A comment that speaks against it.")
    best = sorted(clear, key=lambda quote: (-clear[quote], quote))[:MOST_QUOTED]
    return [Moment(time_s=None, text=text, sign=sign, quote=quote) for quote in best]


SIGNAL = Signal(
    id="sentiment",
    title="Sentiment of the words",
    why="Whether the words that are said, shown, posted and commented sound positive or negative.",
    measure=measure,
    metrics={
        "transcript_label": Metric("text", "Mood of what is said: positive, neutral or negative."),
        "transcript_score": Metric("number", "Mood of what is said, -1 negative to 1 positive."),
        "transcript_irony": Metric("share", "Share of what is said that may be meant ironically."),
        "onscreen_label": Metric("text", "Mood of the on-screen text: positive, neutral or negative."),
        "onscreen_score": Metric("number", "Mood of the on-screen text, -1 negative to 1 positive."),
        "onscreen_irony": Metric("share", "Share of the on-screen text that may be meant ironically."),
        "post_label": Metric("text", "Mood of the post text: positive, neutral or negative."),
        "post_score": Metric("number", "Mood of the post text, -1 negative to 1 positive."),
        "post_irony": Metric("share", "Share of the post text that may be meant ironically."),
        "comments": Metric("count", "Comments that were given."),
        "comments_positive": Metric("share", "Share of the comments that sound positive."),
        "comments_neutral": Metric("share", "Share of the comments that sound neutral."),
        "comments_negative": Metric("share", "Share of the comments that sound negative."),
        "comments_unsure": Metric("share", "Share of the comments of which no mood is named."),
        "comments_irony": Metric("share", "Share of the comments that may be meant ironically."),
    },
    tasks=("sentiment", "irony", "language-identification"),
    given=("post_text", "comments"),
    uses=("speech", "onscreen_text"),
)
