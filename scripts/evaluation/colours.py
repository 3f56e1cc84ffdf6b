"""Palettes: drawn pictures of known colours and shares, and photographs that are re-encoded and scaled.

A drawn picture has three to five flat colours, at least 12 apart in CIEDE2000, in shares that differ by a tenth or more. The
photographs are all there are, the same for every seed, each as JPEG 60 at 40 % of its size and as JPEG 40 at 60 %.
"""

from __future__ import annotations

import dataclasses
import random

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from analyzer.measure.signals.palette import SIGNAL
from analyzer.methods.colour import delta_e
from analyzer.nouns.evidence import Swatch
from analyzer.nouns.media import Frame
from evaluation.figures import Figure, Setup, at_least
from evaluation.words import SILENT

DRAWN = 30
SIDE = 600
APART = 12.0
VERSIONS = ((60, 0.4), (40, 0.6))
"""JPEG quality, and size as a share of the photograph's."""
NEXT = 0.02
"""Swatches whose shares differ by less are of no order."""


def measure(setup: Setup) -> list[Figure]:
    """Colour differences of drawn colours, and what encoding and scaling move."""
    rng = random.Random(setup.seed)
    errors, orders = [], 0
    for _ in range(DRAWN):
        picture, truth = drawn(rng)
        found = swatches(coded(picture, 85))
        nearest = [min(found, key=lambda swatch: delta_e(swatch.hex, colour)) for colour in truth]
        errors += [delta_e(swatch.hex, colour) for swatch, colour in zip(nearest, truth, strict=True)]
        orders += [swatch.hex for swatch in found[: len(truth)]] == [swatch.hex for swatch in nearest]
    worst = float(np.quantile(errors, 0.95))
    value = f"p95 {worst:.2f}, most {max(errors):.2f}"
    table = [
        Figure("palette", "Delta E 2000 of drawn colours", value, "<= 3", worst <= 3, f"{len(errors)} colours"),
        at_least("palette", "drawn colours in order of their share", orders / DRAWN, 0.98, f"{DRAWN} pictures"),
    ]
    moved, kept = [], 0
    for path in setup.photographs:
        picture = np.asarray(Image.open(path).convert("RGB"))
        before = swatches(picture)
        clear = len(before) < 2 or before[0].share - before[1].share >= NEXT
        for quality, smaller in VERSIONS:
            size = (round(smaller * picture.shape[1]), round(smaller * picture.shape[0]))
            after = swatches(cv2.resize(coded(picture, quality), size, interpolation=cv2.INTER_AREA))
            moved.append(delta_e(before[0].hex, min(after[:2], key=lambda s: delta_e(s.hex, before[0].hex)).hex))
            first = not clear or delta_e(before[0].hex, after[0].hex) <= 5
            kept += first
            if moved[-1] > 3 or not first:
                setup.tell(f"{path.name}: {[s.hex for s in before]} becomes {[s.hex for s in after]}")
    if moved:
        worst, count = float(np.quantile(moved, 0.95)), f"{len(moved)} versions"
        table.append(Figure("palette", "dominant colour moves", f"p95 {worst:.2f}", "<= 3", worst <= 3, count))
        table.append(at_least("palette", "dominant colour stays first", kept / len(moved), 0.98, count))
    return table


def swatches(picture: NDArray[np.uint8]) -> tuple[Swatch, ...]:
    media = dataclasses.replace(SILENT, thumbnails=dataclasses.replace(SILENT.thumbnails, times_s=np.zeros(1)))
    media = dataclasses.replace(media, frames=(Frame(0, 0.0, lambda: picture),))
    return SIGNAL.measure(media, {}, {}).evidence["asset"].items[0].swatches  # type: ignore[union-attr]


def drawn(rng: random.Random) -> tuple[NDArray[np.uint8], list[str]]:
    """Bands of colour, and the colours from the largest share to the smallest."""
    colours: list[tuple[int, int, int]] = []
    count = rng.randint(3, 5)
    while len(colours) < count:
        colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
        # Nearly black counts as a bar or a black stretch.
        if max(colour) > 30 and all(delta_e(hexadecimal(colour), hexadecimal(other)) >= APART for other in colours):
            colours.append(colour)
    weights = [1.6**place for place in range(count, 0, -1)]
    edges = np.round(SIDE * np.cumsum([0, *weights]) / sum(weights)).astype(int)
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    for colour, first, last in zip(colours, edges, edges[1:], strict=False):
        picture[:, first:last] = colour
    return picture, [hexadecimal(colour) for colour in colours]


def hexadecimal(colour: tuple[int, int, int]) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def coded(picture: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    _, data = cv2.imencode(".jpg", np.ascontiguousarray(picture[..., ::-1]), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])
