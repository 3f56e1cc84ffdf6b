"""Measure: how fast clips are cut, how long they are and how much moves."""

from __future__ import annotations

from analyzer.collection.contract import Features, Measure, metric
from analyzer.collection.survey import Survey
from analyzer.collection.traits import Trait, explain, gaps
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import message
from analyzer.nouns.report import Report

TRAITS = (
    Trait("median_shot_s", 0.5, message("Its middle shot lasts {value}; those of {count} others {low} to {high}."), "s"),
    Trait("cuts_per_minute", 3.0, message("It has {value} cuts a minute; {count} others have {low} to {high}.")),
    Trait("motion", 0.005, message("Its picture changes by {value} a frame; {count} others by {low} to {high}."), "share"),
    Trait("duration_s", 2.0, message("It lasts {value}; {count} others last {low} to {high}."), "s"),
)  # fmt: skip
"""Noises: differences that a viewer does not notice (project choice)."""
TITLE = "Pacing"


def read(report: Report, survey: Survey) -> Features:
    if report.asset.kind == "image":
        raise NotApplicable("image", message("A still picture has no pace."))
    return {
        "median_shot_s": metric(report, "shots.median_shot_s"),
        "cuts_per_minute": metric(report, "shots.cuts_per_minute"),
        "motion": metric(report, "stillness.motion_mean"),
        "duration_s": report.asset.duration_s,
    }


MEASURE = Measure(
    id="pacing",
    title=TITLE,
    why="Whether clips are cut at the same pace and are of like length.",
    read=read,
    gaps=gaps(TRAITS),
    unit="deviations",
    noise=1.5,
    explain=explain(TRAITS, TITLE),
    visual=False,
)
