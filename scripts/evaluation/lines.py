"""Contrast, height and place of drawn lines in single pictures.

Lines of many fonts, sizes and colours are drawn on flat ground and on photographs, saved as the reader keeps frames (JPEG,
quality 92), found by the OCR engine and measured. Truth of contrast: the letters' colour against the outline or the box
where there is one, else against the untouched background within 0.16 line heights, in the worst part of two line heights.
Truth of height: from the top of ascenders to the foot of descenders of the font. Truth of place: from the first to the last
column of the letters' ink, outline and room beside the letters left out, that high.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from analyzer.engines import Engines
from analyzer.judge.accuracy import accuracy
from analyzer.methods.text_contrast import luminance, ratio
from analyzer.methods.text_reading import Reader
from analyzer.nouns.evidence import BoundingBox
from evaluation.figures import Figure, Setup, at_most, filling, font, fonts

PICTURES = 48
SAFE = BoundingBox(x0=0.111, y0=0.15, x1=0.889, y1=0.65)
"""A safe area such as a platform's, so that drawn lines lie across its edges."""
SIZE = (1080, 1920)
QUALITY = 92
WORDS = (
    "Save", "the", "date", "today", "morning", "light", "fresh", "bread", "spring", "garden", "quick", "tips", "People",
    "walking", "slowly", "Happy", "SALE", "NOW", "Read", "this", "before", "you", "fly", "Golden", "hour",
)  # fmt: skip
STYLES = ("plain", "outlined", "boxed")
Colour = tuple[int, int, int]


@dataclass
class Drawn:
    """One line as drawn: what a perfect measure would say, and what ours said."""

    text: str
    style: str
    ground: str
    size: int
    font: str
    box: tuple[int, int, int, int]
    """As the font library places it, in pixels: from the pen's start to its end."""
    height: float
    """Top of ascenders to foot of descenders, in pixels."""
    contrast: float
    found: bool = False
    measured: float | None = None
    measured_height: float = 0.0
    place: BoundingBox | None = None
    """Where it was found."""
    true_place: BoundingBox | None = None


def colour_of(rng: random.Random, against: float, wanted: float) -> Colour | None:
    """A random colour whose WCAG ratio to a luminance is near the wanted one."""
    for _ in range(4000):
        colour = (rng.randrange(256), rng.randrange(256), rng.randrange(256))
        if rng.random() < 0.5:
            colour = (colour[0],) * 3
        if abs(ratio(light(colour), against) / wanted - 1) < 0.04:
            return colour
    return None


def light(colour: Colour) -> float:
    return float(luminance(np.array([[colour]], np.uint8))[0, 0])


def draw(canvas: Image.Image, rng: random.Random, top: int, style: str, ground: str) -> tuple[Drawn, int] | None:
    """Draw one line below `top`; returns it and where the next may start."""
    size = rng.choice((18, 22, 26, 32, 40, 48, 56, 64, 76, 90))
    name = rng.choice(fonts())
    face = font(name, size)
    words = [rng.choice(WORDS)]
    while face.getlength(" ".join(words)) < rng.uniform(200, 500):
        words.append(rng.choice(WORDS))
    text = " ".join(words)
    if rng.random() < 0.2:
        text = text.upper()
    paint = ImageDraw.Draw(canvas)
    x = rng.randrange(60, max(61, int(SIZE[0] - 60 - face.getlength(text))))
    y = top + size // 2
    box = paint.textbbox((x, y), text, font=face)
    tall = paint.textbbox((x, y), "dbhlgpqy", font=face)
    height = tall[3] - tall[1]
    if tall[3] + size // 2 > SIZE[1] or box[2] > SIZE[0] - 20:
        return None
    before = np.asarray(canvas).copy()
    mask = covered(text, face, (x, y))
    _, top, _, foot = ink(covered("dbhlgpqy", face, (x, y)))
    first, _, last, _ = ink(mask)
    wanted = rng.choice((1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.5, 7.0, 12.0, 18.0))
    if style == "plain":
        around = _worst_part(before, mask, box, height)
        typical = float(np.median(luminance(before[box[1] : box[3], box[0] : box[2]])))
        colour = colour_of(rng, typical, wanted) or rng.choice(((255, 255, 255), (0, 0, 0)))
        if ground == "photo" and rng.random() < 0.5:
            colour = rng.choice(((255, 255, 255), (250, 230, 60), (0, 0, 0)))
        truth = min(ratio(light(colour), each) for each in around)
        paint.text((x, y), text, font=face, fill=colour)
    else:
        other = rng.choice(((0, 0, 0), (255, 255, 255), (20, 40, 90), (200, 30, 40)))
        colour = colour_of(rng, light(other), max(4.5, wanted) if style == "outlined" else wanted) or (255, 255, 255)
        truth = ratio(light(colour), light(other))
        if style == "outlined":
            paint.text((x, y), text, font=face, fill=colour, stroke_width=rng.choice((2, 3, 4)), stroke_fill=other)
        else:
            room = size // 4
            paint.rectangle((box[0] - 2 * room, tall[1] - room, box[2] + 2 * room, tall[3] + room), fill=other)
            paint.text((x, y), text, font=face, fill=colour)
    line = Drawn(text, style, ground, size, Path(name).stem, box, foot - top, truth)
    line.true_place = BoundingBox(x0=first / SIZE[0], y0=top / SIZE[1], x1=last / SIZE[0], y1=foot / SIZE[1])
    return line, tall[3] + size // 2


def covered(text: str, face: ImageFont.FreeTypeFont, at: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels of a picture of which a text covers at least half, without outline; shape (height, width)."""
    mask = Image.new("L", SIZE)
    ImageDraw.Draw(mask).text(at, text, font=face, fill=255)
    return np.asarray(mask) > 127


def ink(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """First column and row of a mask, and the first after the last: without the room that a font leaves beside a letter."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _worst_part(before: NDArray[np.uint8], mask: NDArray[np.bool_], box: tuple[int, int, int, int], height: int) -> list[float]:
    """Luminance of the untouched background near the letters, part by part."""
    room = max(2, round(0.16 * height))
    rows, columns = slice(box[1] - room, box[3] + room), slice(box[0] - room, box[2] + room)
    near = cv2.dilate(mask[rows, columns].astype(np.uint8), np.ones((2 * room + 1, 2 * room + 1), np.uint8)) > 0
    values = luminance(before[rows, columns])
    near &= ~mask[rows, columns]
    step = 2 * height
    parts = [
        (near[:, at : at + step], values[:, at : at + step]) for at in range(0, max(1, near.shape[1] - step // 2), step // 2)
    ]
    return [float(np.median(inside[chosen])) for chosen, inside in parts if chosen.sum() > 20]


def frames(rng: random.Random, photographs: Sequence[Path], count: int) -> list[tuple[NDArray[np.uint8], list[Drawn]]]:
    """Pictures with their lines; half on flat ground, half on photographs."""
    made = []
    for index in range(count):
        ground = "photo" if photographs and index % 2 else "flat"
        if ground == "photo":
            canvas = filling(Image.open(photographs[(index // 2) % len(photographs)]), SIZE)
        else:
            canvas = Image.new("RGB", SIZE, tuple(rng.randrange(256) for _ in range(3)))
        lines: list[Drawn] = []
        top = 40
        while top < SIZE[1] - 150:
            done = draw(canvas, rng, top, STYLES[len(lines) % 3] if index % 4 > 1 else "plain", ground)
            if done is None:
                top += 60
                continue
            lines.append(done[0])
            top = done[1] + rng.randrange(30, 80)
        bgr = cv2.cvtColor(np.asarray(canvas), cv2.COLOR_RGB2BGR)
        _, data = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        made.append((cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), lines))
    return made


def read(picture: NDArray[np.uint8], lines: Sequence[Drawn], engine: object) -> None:
    """Write into each drawn line what was measured on the reading that covers it."""
    seen = Reader(engine).read(0, 0.0, picture)
    for line in lines:
        x0, y0, x1, y1 = line.box
        drawn = BoundingBox(x0=x0 / SIZE[0], y0=y0 / SIZE[1], x1=x1 / SIZE[0], y1=y1 / SIZE[1])
        best = max(seen, key=lambda sighting: sighting.line.box.iou(drawn), default=None)
        if best is not None and best.line.box.iou(drawn) > 0.4:
            line.found = True
            line.measured = best.contrast.ratio if best.contrast else None
            line.measured_height = best.height_px
            line.place = best.line.box


UNSAFE = 0.02
"""Share of a line outside the safe area from which profiles warn."""
ERROR = accuracy().errors["onscreen_text.tracks.unsafe_share"]


def outside(box: BoundingBox) -> float:
    """Share of a box that the safe area does not hold."""
    return 1 - box.intersection(SAFE) / box.area if box.area else 0.0


def drawn_and_read(setup: Setup) -> list[Drawn]:
    made = frames(random.Random(setup.seed), setup.photographs, PICTURES)
    engine = Engines()["ocr"]
    for picture, lines in made:
        read(picture, lines, engine)
    return [line for _, lines in made for line in lines]


def measure(setup: Setup) -> list[Figure]:
    """Errors of contrast by ground and style, of height and of the share outside a safe area."""
    every = drawn_and_read(setup)
    found = [line for line in every if line.found]
    for line in found:
        if line.measured is None or abs(line.measured / line.contrast - 1) > 0.15:
            setup.tell(
                f"{line.ground:5} {line.style:8} {line.size:3} {line.font:22} {line.text[:26]:26} truth {line.contrast:5.2f} "
                f"ours {line.measured or 0:5.2f}"
            )
    visible = [line for line in every if line.contrast >= 1.5]
    table = [
        Figure(
            "text contrast", "lines of contrast 1.5 and more that are found",
            f"{np.mean([line.found for line in visible]):.3f}", count=f"{len(visible)} lines",
        )
    ]  # fmt: skip
    for ground, aim in (("flat", 0.10), ("photo", 0.15)):
        for style in STYLES:
            chosen = [line for line in found if line.ground == ground and line.style == style and line.measured]
            errors = [abs((line.measured or 0) / line.contrast - 1) for line in chosen]
            table.append(
                at_most("text contrast", f"error, {style} on {'a photograph' if ground == 'photo' else 'flat'}", errors, aim)
            )
    lost = sum(line.measured is None for line in found)
    table.append(
        Figure("text contrast", "letters not told from ground", f"{lost / max(1, len(found)):.3f}", count=str(len(found)))
    )
    for name, capitals in (("mixed case", False), ("capitals", True)):
        heights = [abs(line.measured_height / line.height - 1) for line in found if line.text.isupper() == capitals]
        table.append(at_most("text size", f"error of the line's height, {name}", heights, 0.05))
    pairs = [(line.place, line.true_place) for line in found if line.place and line.true_place]
    shares = [abs(outside(ours) - outside(truth)) for ours, truth in pairs if 0 < outside(truth) < 1]
    table.append(
        at_most("unsafe overlap", "error of a line's share outside, lines across an edge", shares, 0.02, unit=" points")
    )
    wrong = [(outside(ours), outside(truth)) for ours, truth in pairs if (outside(ours) > UNSAFE) != (outside(truth) > UNSAFE)]
    for ours_share, true_share in wrong:
        setup.tell(f"outside {true_share:.4f}, measured {ours_share:.4f}")
    near = sum(abs(ours_share - UNSAFE) <= ERROR.of(ours_share) for ours_share, _ in wrong)
    value = f"{len(wrong)}, {near} of them borderline"
    table.append(Figure("unsafe overlap", "lines wrongly called inside or outside", value, "0", not wrong, str(len(pairs))))
    return table
