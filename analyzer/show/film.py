"""The first seconds as a film strip: the pictures that stand at even times, and what begins when below them. Geometry only."""

from __future__ import annotations

from dataclasses import dataclass

from analyzer.nouns.evidence import Moments
from analyzer.nouns.report import Report
from analyzer.show.i18n import Locale
from analyzer.show.pictures import Stills

MOST_ONSETS = 40
SECONDS, STEP_S = 3.0, 0.5
"""The window of the hook signal, and how far its pictures are apart (`analyzer.measure.stills`)."""


@dataclass(frozen=True)
class Cell:
    """A picture with its left edge in percent of the strip; its middle is at `time_s`."""

    x: float
    time_s: float
    still: int


@dataclass(frozen=True)
class Onset:
    """When something begins: in percent of the strip; `x` is none where it begins later or never."""

    label: str
    time_s: float | None
    x: float | None


@dataclass(frozen=True)
class Film:
    cells: tuple[Cell, ...]
    width: float
    """Of a cell, in percent of the strip."""
    onsets: tuple[Onset, ...]
    seconds: float
    label: str
    """What the strip shows, in words."""


def film_of(report: Report, stills: Stills, locale: Locale) -> Film | None:
    """The strip of a clip; none for an image, or where no onset or no picture is known."""
    hook, duration = report.signal("hook"), report.asset.duration_s
    block = hook.evidence.get("onsets") if hook else None
    if not duration or not isinstance(block, Moments) or not block.items or not stills.all or stills.is_image:
        return None
    seconds = min(SECONDS, duration)
    count = int(seconds / STEP_S) + 1
    span = count * STEP_S

    def place(time_s: float) -> float:
        return round(100 * (time_s + STEP_S / 2) / span, 2)

    cells = tuple(Cell(round(100 * n / count, 2), n * STEP_S, stills.standing(n * STEP_S)) for n in range(count))
    onsets = tuple(
        Onset(locale.say(moment.text), at, place(at) if at is not None and at <= seconds else None)
        for moment in sorted(block.items[:MOST_ONSETS], key=lambda moment: (moment.time_s is None, moment.time_s or 0.0))
        for at in (moment.time_s,)
    )
    said = "; ".join(
        locale.label(onset.label, locale.clock(onset.time_s) if onset.time_s is not None else locale.t("none"))
        for onset in onsets
    )
    label = locale.label(locale.t("Film strip of the first {seconds:g} s", seconds=seconds), said)
    return Film(cells, round(100 / count, 2), onsets, seconds, label)
