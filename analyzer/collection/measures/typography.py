"""Measure: how the texts laid over the picture are set: height, case, place, colour, plate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from analyzer.collection.brand import Kit, nearest
from analyzer.collection.contract import Check, Features, Gaps, Measure, metric
from analyzer.collection.survey import Overlay, Survey, overlays_of
from analyzer.collection.traits import Trait, farthest, gaps, unclear
from analyzer.judge.rules import shown
from analyzer.methods.colour import name_of, oklab, pixel_of
from analyzer.nouns.errors import NotApplicable
from analyzer.nouns.evidence import Message, TextTrack, message
from analyzer.nouns.report import Report

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
        "area": round(track.box.area, 5), "case": case_of(track.text),
        "plate": None if style is None else "yes" if style.box else "no",
        "colour": style.colour if style else None, "light": light, "red_green": red_green, "blue_yellow": blue_yellow,
    }  # fmt: skip


def line_gaps(first: Sequence[Features], second: Sequence[Features]) -> Gaps:
    """How far the first are from setting text as the second do: their lines against the nearest ones of the first, by area.

    A sign in the photograph does not make a card another one, and a wordmark that all have does not excuse a headline.
    """
    if not first or not second:
        return np.zeros((len(first), len(second)))
    nearest, starts = _nearest(first, second), _starts(second)
    areas = np.where(np.isnan(nearest), 0.0, [line["area"] for line in _lines(second)])
    total = np.add.reduceat(areas, starts, axis=1)
    far = np.add.reduceat(np.nan_to_num(nearest) * areas, starts, axis=1)
    return np.where(total > 0, far / np.where(total > 0, total, 1.0), np.nan)


def _nearest(first: Sequence[Features], second: Sequence[Features]) -> Gaps:
    """The gap of each line of the second (m) from the nearest line of each of the first (n): (n, m)."""
    flat = gaps(TRAITS)(_lines(first), _lines(second), assets=len(second))
    return np.asarray(np.fmin.reduceat(flat, _starts(first), axis=0))


def _lines(features: Sequence[Features]) -> list[Features]:
    return [line for each in features for line in each["lines"]]


def _starts(features: Sequence[Features]) -> list[int]:
    """Where the lines of each asset begin among all lines."""
    return np.cumsum([0, *(len(each["lines"]) for each in features[:-1])]).tolist()


def explain_line(features: Features, usual: Sequence[Features]) -> Message:
    """What is odd about the line that is set least like those of the others."""
    main, others, missing = _oddest(features, usual)
    if missing:
        heights = [line["y"] for line in others]
        return message(
            "It lacks a text that {count} others have at {low} to {high} of the frame's height.", count=len(others),
            low=shown(min(heights), "share"), high=shown(max(heights), "share"),
        )  # fmt: skip
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


def _oddest(features: Features, others: Sequence[Features]) -> tuple[Features, list[Features], bool]:
    """Of an asset the line that is farthest from those of the others that it stands for, and those, one of each asset.

    And whether it is the counterpart of other lines of theirs, so that those are missing.
    """
    theirs = _lines(others)
    flat = np.nan_to_num(gaps(TRAITS)(features["lines"], theirs, assets=len(others)))
    weighed = flat.min(axis=0) * [line["area"] for line in theirs]
    ends = [*_starts(others)[1:], len(theirs)]
    picked = [start + int(weighed[start:end].argmax()) for start, end in zip(_starts(others), ends, strict=True)]
    own = Counter(flat[:, picked].argmin(axis=0).tolist()).most_common(1)[0][0]
    taken = [
        start + int(flat[own, start:end].argmin()) for start, end in zip(_starts(others), ends, strict=True)
    ]  # fmt: skip
    missing = [best != odd and flat[:, best].argmin() == own for best, odd in zip(taken, picked, strict=True)]
    return features["lines"][own], [theirs[n] for n in picked], sum(missing) > len(missing) / 2


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
    """The largest line against the case and the colours of the brand's texts."""
    line = features["lines"][0]
    if (wanted := kit.typography.case) is not None and line["case"]:
        sentence = message("Its largest text is in {bound} case, the brand's in {low} case.", bound=line["case"], low=wanted)
        yield Check("typography.case", float(line["case"] != wanted), 0.0, sentence, "flag")
    if (texts := kit.colours("text")) and line["colour"]:
        name, distance = nearest(line["colour"], texts)
        colour = f"{name_of(line['colour'])} ({line['colour']})"
        sentence = message("Its largest text is {colour}, {value} from the brand's {name}.", colour=colour, name=name)
        yield Check("typography.colour", distance, texts[name].tolerance, sentence)


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
