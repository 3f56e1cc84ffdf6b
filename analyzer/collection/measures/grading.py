"""Measure: how bright, contrasty, colourful and warm the picture is."""

from __future__ import annotations

from analyzer.collection.contract import Features, Measure, metric
from analyzer.collection.survey import Survey
from analyzer.collection.traits import Trait, explain, gaps
from analyzer.nouns.evidence import message
from analyzer.nouns.report import Report

TRAITS = (
    Trait("brightness", 0.03, message("Its brightness is {value}; {count} others have {low} to {high}."), "share"),
    Trait("contrast", 0.04, message("Its contrast of light is {value}; {count} others have {low} to {high}."), "share"),
    Trait("colourfulness", 4.0, message("Its colourfulness is {value}; {count} others have {low} to {high}.")),
    Trait("warmth", 0.05, message("Its warmth, from -1 (cold) to 1, is {value}; {count} others have {low} to {high}.")),
    Trait("saturation", 0.02, message("Its saturation is {value}; {count} others have {low} to {high}."), "share"),
)
"""Noises: differences that a viewer does not notice (project choice); JPEG of quality 50 makes a third of them (measured)."""
TITLE = "Light and colour"


def read(report: Report, survey: Survey) -> Features:
    return {trait.name: metric(report, f"palette.{trait.name}") for trait in TRAITS}


MEASURE = Measure(
    id="grading",
    title=TITLE,
    why="Whether the pictures were graded alike: as bright, as rich in contrast and colour, as warm.",
    read=read,
    gaps=gaps(TRAITS),
    unit="deviations",
    noise=1.0,
    explain=explain(TRAITS, TITLE),
    visual=False,
)
