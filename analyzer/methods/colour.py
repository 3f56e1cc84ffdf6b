"""Colour as a viewer sees it: OKLab, the swatches of a picture, their names, and how far palettes lie apart.

Pure functions on arrays of pixels. Clusters are found in OKLab with numpy and cv2; coloraide compares only the few
swatches that come out, because it is too slow for pixels.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from itertools import combinations
from typing import Any

import cv2
import numpy as np
from coloraide import Color
from numpy.typing import NDArray

from analyzer.nouns.evidence import Swatch

SWATCHES = 7
"""Clusters looked for before near-equal ones are merged (project choice: more cannot be read as a palette)."""
MERGE_DELTA_E = 5.0
"""Swatches nearer than this in CIEDE2000 are one colour to a viewer (project choice; about 2.3 is just noticeable)."""
SMALLEST_SHARE = 0.01
"""Smaller swatches join the nearest one (project choice)."""
CHROMA_WEIGHT = 2.0
"""OKLab a and b against L, so that hues part before shades do; the scale of coloraide's Delta E OK 2,
https://facelessuser.github.io/coloraide/distance/#delta-e-ok"""
REFINEMENTS = 10
"""Rounds of k-means after the division; more moves the result apart under re-encoding (measured on 37 pictures)."""
EVEN_SPREAD = 1e-6
"""Mean squared distance, in weighted OKLab, of a group that is one colour (project choice)."""
STRONGEST_CHROMA = 0.3225
"""OKLab chroma of sRGB magenta, the largest in sRGB (computed)."""
WARM_HUE_DEG = 60.0
"""OKLab hue of orange: the warm end of the axis whose cold end is azure (project choice)."""
GREY_CHROMA = 0.02
"""OKLab chroma that still looks grey (project choice): it keeps the noise of a grey picture from being called warm."""

_TO_LMS = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
     [0.0883024619, 0.2817188376, 0.6299787005]], np.float32,
)  # fmt: skip
_TO_LAB = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
     [0.0259040371, 0.7827717662, -0.8086757660]], np.float32,
)  # fmt: skip
_CODES = np.arange(256, dtype=np.float32) / 255
_LINEAR = np.where(_CODES <= 0.04045, _CODES / 12.92, ((_CODES + 0.055) / 1.055) ** 2.4).astype(np.float32)
_WEIGHTS = np.array([1.0, CHROMA_WEIGHT, CHROMA_WEIGHT], np.float32)

Lab = NDArray[np.float32]


def oklab(pixels: NDArray[np.uint8]) -> Lab:
    """sRGB uint8 (..., 3) to OKLab float32 (..., 3), L in 0..1; https://bottosson.github.io/posts/oklab/."""
    return np.asarray(np.cbrt(_LINEAR[pixels] @ _TO_LMS.T) @ _TO_LAB.T, np.float32)


def hex_of(lab: Lab) -> str:
    """An OKLab colour as sRGB `#rrggbb`, clipped to what sRGB has."""
    linear = np.linalg.inv(_TO_LMS.astype(float)) @ (np.linalg.inv(_TO_LAB.astype(float)) @ lab.astype(float)) ** 3
    linear = np.clip(linear, 0.0, 1.0)
    codes = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    red, green, blue = np.round(255 * codes).astype(int)
    return f"#{red:02x}{green:02x}{blue:02x}"


def pixel_of(code: str) -> NDArray[np.uint8]:
    """`#rrggbb` as uint8 (3,)."""
    return np.frombuffer(bytes.fromhex(code[1:]), np.uint8)


@lru_cache(maxsize=4096)
def delta_e(first: str, second: str) -> float:
    """CIEDE2000 between two `#rrggbb` colours."""
    return float(_colour(first).delta_e(_colour(second), method="2000"))


@lru_cache(maxsize=4096)
def _colour(code: str) -> Color:
    return Color(code).convert("lab-d65")


def name_of(code: str) -> str:
    """The plain English name nearest to `#rrggbb`."""
    names, labs = _names()
    return names[int(np.argmin(((oklab(pixel_of(code)) * _WEIGHTS - labs) ** 2).sum(axis=1)))]


@cache
def _names() -> tuple[tuple[str, ...], Lab]:
    text = (files("analyzer.methods") / "lexicon" / "colours.en.toml").read_text(encoding="utf-8")
    table: dict[str, str] = tomllib.loads(text)["names"]
    return tuple(table), np.stack([oklab(pixel_of(code)) for code in table.values()]) * _WEIGHTS


def swatches(lab: Lab) -> tuple[Swatch, ...]:
    """The colours of OKLab pixels (n, 3): shares sum to 1, largest first, the same for the same pixels."""
    if not len(lab):
        return ()
    points = np.ascontiguousarray(lab * _WEIGHTS)
    first = _split(points)
    count = int(first.max()) + 1
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, REFINEMENTS, 1e-3)
    # First labels of our own, not random centres: no global seed, and a re-encoded copy ends in the same clusters.
    _, labels, centres = cv2.kmeans(points, count, first[:, None].copy(), stop, 1, cv2.KMEANS_USE_INITIAL_LABELS)
    shares = np.bincount(labels[:, 0], minlength=count) / len(points)
    return _merged([(float(share), centre / _WEIGHTS) for share, centre in zip(shares, centres, strict=True) if share])


def _split(points: Lab) -> NDArray[np.int32]:
    """Labels (n,) of up to `SWATCHES` groups: the most spread one is cut, again and again, where least spread is left.

    Division by variance along the longest axis, after X. Wu, "Efficient statistical computations for optimal color
    quantization", Graphics Gems II, 1991.
    """
    labels = np.zeros(len(points), np.int32)
    spread = {0: _spread(points)}
    for new in range(1, SWATCHES):
        widest = max(spread, key=lambda label: spread[label])
        if spread[widest] <= EVEN_SPREAD * len(points):
            break
        members = np.flatnonzero(labels == widest)
        offsets = (points[members] - points[members].mean(axis=0)).astype(np.float64)
        along = offsets @ np.linalg.eigh(offsets.T @ offsets)[1][:, -1]
        order = np.argsort(along, kind="stable")
        ranked, left = along[order], np.arange(1, len(order))
        sums = np.cumsum(ranked)
        gain = sums[:-1] ** 2 / left + (sums[-1] - sums[:-1]) ** 2 / (len(order) - left)
        gain[ranked[1:] == ranked[:-1]] = -1.0
        labels[members[order[int(gain.argmax()) + 1 :]]] = new
        spread |= {label: _spread(points[labels == label]) for label in (widest, new)}
    return labels


def _spread(points: Lab) -> float:
    return float(((points - points.mean(axis=0)) ** 2).sum())


def _merged(found: list[tuple[float, Lab]]) -> tuple[Swatch, ...]:
    """Join the nearest pair of colours until all differ to the eye and none is tiny."""
    found = sorted(found, key=lambda item: -item[0])
    while len(found) > 1:
        codes = [hex_of(lab) for _, lab in found]
        gaps = {pair: delta_e(codes[pair[0]], codes[pair[1]]) for pair in combinations(range(len(found)), 2)}
        last = len(found) - 1
        tiny = found[last][0] < SMALLEST_SHARE
        pair = min((p for p in gaps if last in p) if tiny else gaps, key=lambda p: gaps[p])
        if gaps[pair] >= MERGE_DELTA_E and not tiny:
            break
        (a, first), (b, second) = found[pair[0]], found[pair[1]]
        joined = (a + b, np.asarray((a * first + b * second) / (a + b), np.float32))
        rest = [item for index, item in enumerate(found) if index not in pair]
        found = sorted([*rest, joined], key=lambda item: -item[0])
    shares = [round(share, 4) for share, _ in found]
    shares[0] = round(1.0 - sum(shares[1:]), 4)
    codes = [hex_of(lab) for _, lab in found]
    return tuple(Swatch(hex=code, share=share, name=name_of(code)) for code, share in zip(codes, shares, strict=True))


def palette_distance(first: Sequence[Swatch], second: Sequence[Swatch]) -> float:
    """Earth mover's distance in CIEDE2000: the mean colour difference if one palette is repainted as the other."""
    cost = np.array([[delta_e(a.hex, b.hex) for b in second] for a in first], np.float32)
    weights: list[Any] = [np.array([[swatch.share] for swatch in palette], np.float32) for palette in (first, second)]
    return float(cv2.EMD(weights[0], weights[1], cv2.DIST_USER, cost)[0])


def colourfulness(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Colourfulness of each picture (n, points, 3): 0 grey, about 59 quite and 109 extremely colourful; Hasler and
    Suesstrunk 2003, https://infoscience.epfl.ch/record/33994/files/HaslerS03.pdf."""
    red, green, blue = np.moveaxis(pixels.astype(np.float32), -1, 0)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.sqrt(red_green.var(axis=1) + yellow_blue.var(axis=1))
    offset = np.sqrt(red_green.mean(axis=1) ** 2 + yellow_blue.mean(axis=1) ** 2)
    return np.asarray(spread + 0.3 * offset, np.float64)


def warmth(lab: Lab) -> float:
    """-1 (all azure) .. 1 (all orange) of OKLab pixels (n, 3): how far hues lean to the warm side, by their chroma."""
    angle = np.deg2rad(WARM_HUE_DEG)
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    lean = lab[:, 1] * np.cos(angle) + lab[:, 2] * np.sin(angle)
    return float(lean.sum() / np.maximum(chroma, GREY_CHROMA).sum())


def saturation(lab: Lab) -> float:
    """Mean chroma of OKLab pixels (n, 3) as a share of the strongest in sRGB."""
    return float(np.hypot(lab[:, 1], lab[:, 2]).mean() / STRONGEST_CHROMA)
