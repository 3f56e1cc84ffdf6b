"""Measure: what an image model sees: assets whose embeddings point the same way look alike."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np

from analyzer.collection.contract import Features, Gaps, Measure, lacking
from analyzer.collection.survey import Survey
from analyzer.nouns.evidence import Embedding, Message, message
from analyzer.nouns.report import Report

NOISE = 0.02
"""Cosine distance (project choice; to be measured with each model)."""


def read(report: Report, survey: Survey) -> Features:
    blocks = [block for signal in report.signals for block in signal.evidence.values()]
    found = next((block for block in blocks if isinstance(block, Embedding)), None)
    if found is None:
        raise lacking(report, "content")
    return {"model": found.model, "values": found.values}


def _vectors(features: Sequence[Features]) -> list[tuple[str, np.ndarray]]:
    return [(f["model"], np.frombuffer(base64.b64decode(f["values"]), "<f2").astype(np.float32)) for f in features]


def gaps(first: Sequence[Features], second: Sequence[Features]) -> Gaps:
    """Cosine distance; NaN between embeddings of different models."""
    ours, theirs = _vectors(first), _vectors(second)
    return np.array(
        [[_distance(a, b) if model == other else np.nan for other, b in theirs] for model, a in ours], float
    ).reshape(len(ours), len(theirs))


def _distance(a: np.ndarray, b: np.ndarray) -> float:
    return float(1 - a @ b / max(1e-9, np.linalg.norm(a) * np.linalg.norm(b)))


def explain(features: Features, usual: Sequence[Features]) -> Message:
    nearest = float(np.nanmin(gaps([features], usual)))
    return message("An image model sees another kind of picture: the nearest of {count} others is {value:.2f} away.",
                   count=len(usual), value=nearest)  # fmt: skip


MEASURE = Measure(
    id="look",
    title="Look",
    why="Whether the pictures show the same kind of thing in the same manner, as an image model sees it.",
    read=read,
    gaps=gaps,
    unit="cosine distance",
    noise=NOISE,
    explain=explain,
)
