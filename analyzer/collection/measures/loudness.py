"""Measure: how loud clips are."""

from __future__ import annotations

from analyzer.collection.contract import Features, Measure, metric
from analyzer.collection.survey import Survey
from analyzer.collection.traits import Trait, explain, gaps
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import message
from analyzer.nouns.report import Report

TRAITS = (
    Trait("integrated_lufs", 1.0, message("It is at {value}; {count} others are at {low} to {high}."), "LUFS"),
    Trait("range_lu", 2.0, message("Its loudness range is {value}; {count} others have {low} to {high}."), "LU"),
)
"""Noises: 1 LU is the tolerance of live programmes in EBU R 128 (https://tech.ebu.ch/docs/r/r128.pdf); 2 LU: project choice."""
TITLE = "Loudness"


def read(report: Report, survey: Survey) -> Features:
    if not report.asset.has_audio:
        raise NotApplicable("no_audio", message("It has no sound."))
    loudness = metric(report, "sound.integrated_lufs")
    if loudness is None:
        raise NotApplicable("silent", message("Its sound is silent."))
    return {"integrated_lufs": loudness, "range_lu": metric(report, "sound.range_lu")}


MEASURE = Measure(
    id="loudness",
    title=TITLE,
    why="Whether viewers have to reach for the volume between two clips.",
    read=read,
    gaps=gaps(TRAITS),
    unit="deviations",
    noise=1.5,
    explain=explain(TRAITS, TITLE),
    visual=False,
)
