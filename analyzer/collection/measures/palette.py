"""Measure: which colours the picture has, against those of the others and those of the brand.

Palettes are compared by the earth mover's distance in OKLab, in which hues count twice what lightness does: how light a
photograph is depends on what it shows, its hues on how it was graded. A colour of the brand is compared by CIEDE2000, as a
style guide does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

import cv2
import numpy as np

from analyzer.collection.brand import Kit, nearest
from analyzer.collection.contract import Check, Features, Gaps, Measure, metric
from analyzer.collection.survey import Survey
from analyzer.judge.rules import shown
from analyzer.methods.colour import CHROMA_WEIGHT, Lab, delta_e, name_of, oklab, pixel_of
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import Message, Scalar, message
from analyzer.nouns.report import Report

NOISE = 0.025
"""Earth mover's distance: JPEG of quality 50 moves 95 % of photographs by less than 0.022 (measured)."""
VISIBLE = 0.02
"""Share from which a swatch can be called a colour of the picture (project choice)."""
GROUND = 0.2
"""Share from which a swatch may be the ground: a photograph laid on it can be the larger part (project choice)."""
USED = 0.1
"""Share of the others that must show a colour for it to be one of the set's (project choice)."""
ALIKE = 10.0
"""CIEDE2000 within which two swatches are one colour for a person who compares pictures (project choice)."""


def read(report: Report, survey: Survey) -> Features:
    dominant = metric(report, "palette.dominant")
    signal = report.signal("palette")
    block = signal.evidence.get("asset") if signal else None
    spans = getattr(block, "items", ())
    if not spans:
        raise Unavailable("no_palette", message("The palette was not measured."))
    return {"dominant": dominant, "swatches": [[swatch.hex, swatch.share] for swatch in spans[0].swatches]}


@lru_cache(maxsize=65536)
def _lab(code: str) -> tuple[float, ...]:
    light, red_green, blue_yellow = map(float, oklab(pixel_of(code)))
    return light, CHROMA_WEIGHT * red_green, CHROMA_WEIGHT * blue_yellow


def _signature(features: Features) -> Lab:
    """Share and weighted OKLab of each swatch (k, 4), as `cv2.EMD` takes it."""
    return np.array([[share, *_lab(code)] for code, share in features["swatches"]], np.float32)


def gaps(first: Sequence[Features], second: Sequence[Features]) -> Gaps:
    """Earth mover's distance of each palette from each other one."""
    ours, theirs = [_signature(f) for f in first], [_signature(f) for f in second]
    distances = [[float(cv2.EMD(a, b, cv2.DIST_L2)[0]) for b in theirs] for a in ours]
    return np.array(distances, float).reshape(len(ours), len(theirs))


def explain(features: Features, usual: Sequence[Features]) -> Message:
    """The colour of the picture that the others have least of."""
    shares = {code: share for code, share in features["swatches"] if share >= VISIBLE}
    away = {code: [min(delta_e(code, other) for other, _ in f["swatches"]) for f in usual] for code in shares}
    strange = max(shares, key=lambda code: shares[code] * min(60.0, float(np.median(away[code]))))
    count = sum(distance <= ALIKE for distance in away[strange])
    params: dict[str, Scalar] = {"bound": shown(shares[strange], "share"), "colour": f"{name_of(strange)} ({strange})"}
    if count <= USED * len(usual):
        return message(
            "{bound} of the picture is {colour}, {value} from the nearest colour that the others have.",
            value=shown(min(away[strange]), "dE"), **params,
        )  # fmt: skip
    return message("{bound} of the picture is {colour}; the others have less of it, or other colours beside it.", **params)


def checks(features: Features, kit: Kit) -> Iterator[Check]:
    """The colours that cover much of the picture against the brand's backgrounds, and all against those that it must show."""
    swatches = [(code, share) for code, share in features["swatches"] if share >= VISIBLE]
    if backgrounds := kit.colours("background"):
        large = [features["dominant"], *(code for code, share in swatches if share >= GROUND)]
        found = {code: nearest(code, backgrounds) for code in large}
        kept = (code for code, (name, distance) in found.items() if distance <= backgrounds[name].tolerance)
        code = next(kept, features["dominant"])
        name, distance = found[code]
        sentence = message(
            "Its background, {colour}, is {value} from the brand's {name}.", colour=f"{name_of(code)} ({code})", name=name
        )
        yield Check("palette.background", distance, backgrounds[name].tolerance, sentence)
    for name, colour in kit.palette.items():
        if colour.required:
            sentence = message("The brand's {name} is missing: the nearest colour is {value} away.", name=name)
            distance = min(delta_e(colour.hex, code) for code, _ in swatches)
            yield Check(f"palette.{name}", distance, colour.tolerance, sentence)


def kit_distance(features: Features, kit: Kit) -> float | None:
    """Mean CIEDE2000 of the picture's colours from the nearest colour of the brand; None where the kit has no palette."""
    if not kit.palette:
        return None
    return sum(share * nearest(code, kit.palette)[1] for code, share in features["swatches"])


MEASURE = Measure(
    id="palette",
    title="Palette",
    why="Whether the pictures have the same colours in like shares, and those of the brand.",
    read=read,
    gaps=gaps,
    unit="EMD, OKLab",
    noise=NOISE,
    explain=explain,
    checks=checks,
)
