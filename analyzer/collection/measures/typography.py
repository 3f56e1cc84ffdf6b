"""Measure: how the texts laid over the picture are set: height, case, place, colour, plate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from analyzer.brand import Kit
from analyzer.collection.contract import Check, Features, Gaps, Measure, metric
from analyzer.collection.survey import Overlay, Survey, overlays_of
from analyzer.collection.traits import Trait, farthest, gaps, unclear
from analyzer.errors import NotApplicable
from analyzer.evidence import Message, TextTrack, message
from analyzer.measures.colour import name_of, oklab, pixel_of
from analyzer.report import Report

TRAITS = (
    Trait("height", 0.006, message("Its text is {value} of the frame high; {count} others have {low} to {high}."), "share"),
    Trait("y", 0.05, message("Its text stands at {value} of the frame's height; {count} others at {low} to {high}."), "share"),
    Trait("x", 0.05, message("Its text stands at {value} of the frame's width; {count} others at {low} to {high}."), "share"),
    Trait("case", 0, message("Its text is set in {value} case; {count} others have {bound} case.")),
    Trait("plate", 0, message("Whether its text stands on a plate: {value}; of {count} others: {bound}.")),
    Trait("light", 0.08, message("Its letters have another colour.")),
    Trait("red_green", 0.03, message("Its letters have another colour.")),
    Trait("blue_yellow", 0.03, message("Its letters have another colour.")),
)  # fmt: skip
"""Noises: differences that a reader does not notice (project choice)."""
COLOUR = ("light", "red_green", "blue_yellow")
"""The colour of letters in OKLab: L, a and b."""
TITLE = "Typography"
LETTERS = 4
"""Fewer letters have no case to speak of."""
MOST_LINES = 4
"""Lines of an asset that are compared, the largest (project choice)."""


def read(report: Report, survey: Survey) -> Features:
    metric(report, "onscreen_text.tracks")
    tracks = sorted(overlays_of(report), key=lambda track: -track.box.area)[:MOST_LINES]
    if not tracks:
        raise NotApplicable("no_overlay", message("No text is laid over the picture."))
    styles = {overlay.track: overlay for overlay in survey.overlays}
    return {"lines": [_line(track, styles.get(track.id), report.asset.height) for track in tracks]}


def _line(track: TextTrack, style: Overlay | None, height: int) -> dict[str, float | str | None]:
    light, red_green, blue_yellow = map(float, oklab(pixel_of(style.colour))) if style else (None, None, None)
    return {
        "height": track.height_px / height, "y": (track.box.y0 + track.box.y1) / 2, "x": (track.box.x0 + track.box.x1) / 2,
        "case": case_of(track.text), "plate": None if style is None else "yes" if style.box else "no",
        "colour": style.colour if style else None, "light": light, "red_green": red_green, "blue_yellow": blue_yellow,
    }  # fmt: skip


def line_gaps(first: Sequence[Features], second: Sequence[Features]) -> Gaps:
    """The gap of the two lines that are set most alike: a sign in the photograph does not make a card another one."""
    ours, theirs = ([len(f["lines"]) for f in side] for side in (first, second))
    if not ours or not theirs:
        return np.zeros((len(ours), len(theirs)))
    flat = gaps(TRAITS)(_lines(first), _lines(second))
    by_row = np.fmin.reduceat(flat, np.cumsum([0, *ours[:-1]]), axis=0)
    return np.asarray(np.fmin.reduceat(by_row, np.cumsum([0, *theirs[:-1]]), axis=1))


def _lines(features: Sequence[Features]) -> list[Features]:
    return [line for each in features for line in each["lines"]]


def explain_line(features: Features, usual: Sequence[Features]) -> Message:
    """What is odd about the line that is most like those of the others."""
    others = [_main(each, usual) for each in usual]
    main = _main(features, usual)
    found = farthest(TRAITS, main, others)
    if found is None:
        return unclear(TITLE)
    trait, sentence = found
    if trait.name in COLOUR:
        return message(
            "Its letters are {colour}; those of {count} others are mostly {low}.",
            colour=_named(main), count=len(others), low=Counter(map(_named, others)).most_common(1)[0][0],
        )  # fmt: skip
    return sentence


def _named(line: Features) -> str:
    return name_of(line["colour"]) if line["colour"] else "–"


def _main(features: Features, others: Sequence[Features]) -> Features:
    """The line of an asset that is set most like what others have."""
    lines: list[Features] = features["lines"]
    if len(lines) == 1:
        return lines[0]
    distances = np.nanmedian(line_gaps([{"lines": [line]} for line in lines], others), axis=1)
    return lines[int(np.argmin(distances))]


def case_of(text: str) -> str | None:
    """How a text is set: `upper`, `lower`, `title` or `sentence`; None where it has hardly any letters with a case."""
    letters = [character for character in text if character.isalpha() and character.lower() != character.upper()]
    if len(letters) < LETTERS:
        return None
    upper = sum(character.isupper() for character in letters) / len(letters)
    if upper > 0.8:
        return "upper"
    if upper == 0:
        return "lower"
    words = [word for word in text.split() if word[:1].isalpha()]
    capitals = sum(word[0].isupper() for word in words) / max(1, len(words))
    return "title" if len(words) > 1 and capitals > 0.8 else "sentence"


def checks(features: Features, kit: Kit) -> Iterator[Check]:
    wanted, found = kit.typography.case, [line["case"] for line in features["lines"] if line["case"]]
    if wanted is not None and found:
        yield Check(
            "typography.case", float(wanted not in found), 0.0,
            message("Its text is in {bound} case, the brand's in {low} case; {count} others are.", bound=found[0], low=wanted),
        )  # fmt: skip


MEASURE = Measure(
    id="typography",
    title=TITLE,
    why="Whether texts are set alike: as high, in the same case, place and colour, on a plate or not.",
    read=read,
    gaps=line_gaps,
    unit="deviations",
    noise=2.0,
    explain=explain_line,
    checks=checks,
)
