"""Signal: setting, activity and format of an asset, chosen among known labels, and the direction in which a model places it.

Frames are looked at by change, each counts for as long as it stands. Where no label is likely enough, none is named.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.methods.looks import looks_of, spans_of
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Embedding, Evidence, Scalar, Span, Spans, Table, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

GROUPS = ("setting", "activity", "format")
TITLES = {"setting": "Settings", "activity": "Activities", "format": "Formats"}
MOST_LOOKS = 120
"""Looks at a clip, spread over it (project choice: one costs about 0.1 s of CPU and more with the larger models)."""
LISTED = 3
"""Labels of each group that are listed, the likeliest first (project choice)."""

CHOSEN = message("Labels come from a fixed list, by likeness to the picture; how often they are right was not measured here.")
"""What a reader must know of every label."""
UNSURE = Reason(code="unsure", sentence=message("No label of the list is likely enough to be named."))
"""The same for every group, so that a report says it once; how likely the best was is in its table."""

Shares = NDArray[np.float32]
"""The probability of each label for each look: (looks, labels)."""


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Hold the looks at an asset against every label."""
    if not media.frames:
        raise NotApplicable("no_frames", message("There is no frame to look at."))
    engine = engines["image-text-matching"]
    looks = looks_of(media, MOST_LOOKS)
    spans = spans_of(media, looks)
    embeddings = engine.embed(frame.load() for frame in looks)
    weights = _weights(spans)
    metrics: dict[str, Scalar] = {}
    unmeasured: dict[str, Reason] = {}
    rows: list[tuple[Scalar, ...]] = []
    evidence: dict[str, Evidence] = {}
    for group in GROUPS:
        labels, floor = engine.labels[group], engine.floors[group]
        shares = engine.probabilities(embeddings, group)
        mean = weights @ shares
        ranked = sorted(zip(mean.tolist(), labels, strict=True), reverse=True)
        rows += [(group, label.replace("_", " "), round(share, 3)) for share, label in ranked[:LISTED]]
        share, label = ranked[0]
        if share >= floor:
            metrics[group] = label
        else:
            unmeasured[group] = UNSURE
        if media.asset.kind == "video":
            evidence[group] = Spans(title=TITLES[group], unit="probability", items=_stretches(spans, shares, labels, floor))
    mean_embedding = weights @ embeddings
    evidence["labels"] = Table(title="Likeliest labels", columns=("Group", "Label", "Probability"), rows=tuple(rows))
    evidence["embedding"] = _embedding(engine.model, mean_embedding)
    return Reading(metrics, evidence, unmeasured, (CHOSEN,))


def _weights(spans: Sequence[tuple[float, float]]) -> NDArray[np.float32]:
    """The share of the time for which each look stands."""
    lengths = np.array([max(0.0, end - start) for start, end in spans], np.float32)
    return lengths / lengths.sum() if lengths.sum() > 0 else np.full(len(spans), 1 / len(spans), np.float32)


def _stretches(spans: Sequence[tuple[float, float]], shares: Shares, labels: Sequence[str], floor: float) -> tuple[Span, ...]:
    """Stretches in which one label is likely enough; looks in a row with the same label are one, with their mean by time."""
    found: list[tuple[str, float, float, float]] = []
    for (start, end), row in zip(spans, shares, strict=True):
        best = int(row.argmax())
        if row[best] < floor:
            continue
        label, weighed = labels[best], float(row[best]) * (end - start)
        if found and found[-1][0] == label and found[-1][2] == start:
            _, began, _, before = found.pop()
            found.append((label, began, end, before + weighed))
        else:
            found.append((label, start, end, weighed))
    return tuple(
        Span(start_s=round(start, 3), end_s=round(end, 3), label=label, value=round(weighed / (end - start), 3))
        for label, start, end, weighed in found
        if end > start
    )


def _embedding(model: str, direction: NDArray[np.float32]) -> Embedding:
    unit = direction / max(float(np.linalg.norm(direction)), 1e-12)
    values = base64.b64encode(unit.astype("<f2").tobytes()).decode()
    return Embedding(title="Direction for look-alikes", model=model, dims=len(unit), values=values)


SIGNAL = Signal(
    id="content",
    title="Setting, activity and format",
    why="Where it plays, what is done and what kind of post it is, so that a collection can be sorted and compared.",
    measure=measure,
    metrics={
        "setting": Metric("text", "Where it plays for most of the time."),
        "activity": Metric("text", "What is done for most of the time."),
        "format": Metric("text", "What kind of post it is."),
    },
    tasks=("image-text-matching",),
)
