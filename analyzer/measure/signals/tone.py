"""Signal: emotions and toxic wording of what is said, shown, posted and commented, sentence by sentence, with times.

It is of the words, not of a person: who quotes an insult is told of it too. A label counts from the threshold that the
manifest of the model states; below it nothing is claimed. Irony is with sentiment, which it qualifies.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from analyzer.methods.wording import Line, Lines, classified, lines_of
from analyzer.nouns.errors import SignalError
from analyzer.nouns.evidence import Message, Moment, Moments, Scalar, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal, reason_of

LEAST_SHARE = 0.2
"""Share of a text, in characters, or of comments that must show an emotion to give it its tone (project choice)."""
MOST_MOMENTS = 40
"""Sentences of each kind that are quoted (project choice)."""

Findings = list[tuple[Line, dict[str, float]]]
"""Each line that was looked at, with the labels that reach their thresholds and their probabilities."""
Found = dict[str, Findings | Reason]
"""By source, those that have text."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Measure the emotions and the toxic sentences of each source."""
    sources = lines_of(media, needed)
    texts = {source: lines for source, lines in sources.items() if lines and not isinstance(lines, Reason)}
    found: dict[str, Found] = {}
    absent: list[SignalError] = []
    for task in MEASURED:
        try:
            found[task] = _found(task, texts, engines)
        except SignalError as error:
            absent.append(error)
            found[task] = dict.fromkeys(texts, reason_of(error))
    if len(absent) == len(MEASURED):
        raise absent[0]
    metrics: dict[str, Scalar] = {}
    unmeasured: dict[str, Reason] = {}
    for task, (name, value_of) in MEASURED.items():
        for source, lines in sources.items():
            findings = lines if isinstance(lines, Reason) else found[task].get(source)
            if isinstance(findings, Reason):
                unmeasured[f"{source}_{name}"] = findings
            else:
                metrics[f"{source}_{name}"] = value_of(source, findings) if findings else None
    emotions = [_emotional(line, labels) for source, line, labels in _told(found["emotion"]) if source != "comments"]
    toxic = [_toxic(source, line, labels) for source, line, labels in _told(found["toxicity"])]
    evidence = {
        "emotions": Moments(title="Emotions in the words", items=tuple(emotions[:MOST_MOMENTS])),
        "toxicity": Moments(title="Toxic wording", items=tuple(toxic[:MOST_MOMENTS])),
    }
    return Reading(metrics, evidence, unmeasured, _notes(emotions, toxic))


def _found(task: str, texts: Mapping[str, Lines], engines: Engines) -> Found:
    """What a model finds in each source, or the reason why it cannot say; raises `Unavailable` where there is no model."""
    engine = engines[task] if texts else None
    found: Found = {}
    for source, lines in texts.items():
        try:
            found[source] = [
                (line, {label: p for label, p in answer.items() if p >= engine.thresholds[label]})  # type: ignore[union-attr]
                for line, answer in classified(source, lines, engines, engine)
            ]
        except SignalError as error:
            found[source] = reason_of(error)
    return found


def _told(found: Found) -> list[tuple[str, Line, dict[str, float]]]:
    """Source, line and labels of every line that has any."""
    return [
        (source, line, labels)
        for source, findings in found.items()
        if not isinstance(findings, Reason)
        for line, labels in findings
        if labels
    ]


def _prevailing(source: str, findings: Findings) -> str | None:
    """The emotion that most of a text shows; None where none stands out."""
    weights = [1 if source == "comments" else len(line.text) for line, _ in findings]
    shown: dict[str, int] = defaultdict(int)
    for (_, labels), weight in zip(findings, weights, strict=True):
        for label in labels:
            shown[label] += weight
    emotion = max(shown, key=lambda label: (shown[label], label), default=None)
    return emotion.replace("_", " ") if emotion and shown[emotion] >= LEAST_SHARE * sum(weights) else None


def _how_toxic(source: str, findings: Findings) -> float:
    """How many sentences are toxic; of comments, which share."""
    toxic = sum(bool(labels) for _, labels in findings)
    return round(toxic / len(findings), 4) if source == "comments" else toxic


MEASURED: Mapping[str, tuple[str, Callable[[str, Findings], Scalar]]] = {
    "emotion": ("emotion", _prevailing),
    "toxicity": ("toxic", _how_toxic),
}
"""By task: how its metrics are called after the source, and what they are."""


def _emotional(line: Line, labels: Mapping[str, float]) -> Moment:
    emotion = max(labels, key=lambda label: (labels[label], label)).replace("_", " ")
    return Moment(time_s=line.time_s, text=message("This sounds like {value}.", value=emotion), quote=line.quote)


def _toxic(source: str, line: Line, labels: Mapping[str, float]) -> Moment:
    kinds = ", ".join(label.replace("_", " ") for label in sorted(labels, key=lambda label: (-labels[label], label)))
    if source == "comments":
        text = message("A comment can be read as toxic: {value}.", value=kinds)
    else:
        text = message("This can be read as toxic: {value}.", value=kinds)
    return Moment(time_s=line.time_s, text=text, sign=-1, quote=line.quote)


def _notes(*told: list[Moment]) -> tuple[Message, ...]:
    if max(map(len, told)) <= MOST_MOMENTS:
        return ()
    return (message("Of the sentences that were found, the first {count} of a kind are quoted.", count=MOST_MOMENTS),)


SIGNAL = Signal(
    id="tone",
    title="Tone of the words",
    why="Which emotions the words carry, and which of them can be read as toxic and cost reach, ads or trust.",
    measure=measure,
    metrics={
        "transcript_emotion": Metric("text", "Emotion that prevails in what is said."),
        "onscreen_emotion": Metric("text", "Emotion that prevails in the on-screen text."),
        "post_emotion": Metric("text", "Emotion that prevails in the post text."),
        "comments_emotion": Metric("text", "Emotion that prevails in the comments."),
        "transcript_toxic": Metric("count", "Sentences said that can be read as toxic."),
        "onscreen_toxic": Metric("count", "Lines of the on-screen text that can be read as toxic."),
        "post_toxic": Metric("count", "Sentences of the post text that can be read as toxic."),
        "comments_toxic": Metric("share", "Share of the comments that can be read as toxic."),
    },
    tasks=("emotion", "toxicity", "language-identification"),
    given=("post_text", "comments"),
    uses=("speech", "onscreen_text"),
)
