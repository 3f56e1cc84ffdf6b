"""Measure: how the frame is filled: its shape, how much text covers it, where the subject is and how large."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction

from analyzer.collection.brand import Kit
from analyzer.collection.contract import Check, Features, Measure, metric
from analyzer.collection.survey import Survey
from analyzer.collection.traits import Trait, explain, gaps
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import BoundingBox, message
from analyzer.nouns.report import Report

TRAITS = (
    Trait("format", 0, message("Its frame is {value}; {count} others have {bound}.")),
    Trait("text_area", 0.03, message("Text covers {value} of the frame; in {count} others {low} to {high}."), "share"),
    Trait("subject_x", 0.1, message("The face is at {value} of the width; in {count} others at {low} to {high}."), "share"),
    Trait("subject_y", 0.1, message("The face is at {value} of the height; in {count} others at {low} to {high}."), "share"),
    Trait("subject_size", 0.03, message("The face takes {value} of the frame; in {count} others {low} to {high}."), "share"),
)
"""Noises: differences that a viewer does not notice (project choice)."""
TITLE = "Composition"
RATIOS = [Fraction(text) for text in ["9/16", "4/5", "1/1", "16/9", "3/4", "2/3", "4/3", "3/2", "5/4", "2/1", "1/2", "21/9"]]
"""Common aspect ratios, by which a frame is named that is almost one of them."""
SAME_RATIO = 0.02
"""Relative difference up to which two aspect ratios are one (project choice: encoders round sizes to even numbers)."""


def read(report: Report, survey: Survey) -> Features:
    features: dict[str, float | str | None] = {
        "format": format_of(report.asset.width, report.asset.height),
        "aspect_ratio": round(report.asset.width / report.asset.height, 4),
        "text_area": None, "subject_x": None, "subject_y": None, "subject_size": None,
    }  # fmt: skip
    with suppress(Unavailable):
        features["text_area"] = float(metric(report, "onscreen_text.text_area_max") or 0)
    if (face := _largest_face(report)) is not None:
        features |= {
            "subject_x": round((face.x0 + face.x1) / 2, 4), "subject_y": round((face.y0 + face.y1) / 2, 4),
            "subject_size": round(face.area, 4),
        }  # fmt: skip
    return features


def format_of(width: int, height: int) -> str:
    """The aspect ratio as people name it, such as 9:16."""
    exact = Fraction(width, height)
    named = min(RATIOS, key=lambda ratio: abs(ratio / exact - 1))
    ratio = named if abs(named / exact - 1) <= SAME_RATIO else exact.limit_denominator(40)
    return f"{ratio.numerator}:{ratio.denominator}" if ratio else f"{width}:{height}"


def _largest_face(report: Report) -> BoundingBox | None:
    signal = report.signal("faces")
    blocks = signal.evidence.values() if signal else ()
    boxes = [item.box for block in blocks if block.kind in ("tracks", "detections") for item in block.items]
    return max(boxes, key=lambda box: box.area, default=None)


def checks(features: Features, kit: Kit) -> Iterator[Check]:
    if wanted := kit.formats.aspect_ratios:
        found = features["aspect_ratio"]
        off = min(abs(found / (int(width) / int(height)) - 1) for width, height in (ratio.split(":") for ratio in wanted))
        sentence = message("Its frame is {own}, and the brand uses {ratios}.", own=features["format"], ratios=", ".join(wanted))
        yield Check("composition.aspect_ratio", round(off, 4), SAME_RATIO, sentence, "flag")


MEASURE = Measure(
    id="composition",
    title=TITLE,
    why="Whether frames have the same shape, and text and subject take the same room in them.",
    read=read,
    gaps=gaps(TRAITS),
    unit="deviations",
    noise=1.5,
    explain=explain(TRAITS, TITLE),
    checks=checks,
    visual=False,
)
