"""How well the measures of drawn text agree with what was drawn: contrast, height, and the roles of lines.

    python scripts/evaluate_text.py [--data FOLDER] [--lines] [--seed N]

Lines of many fonts, sizes and colours are drawn on flat ground and on photographs, saved as the reader keeps frames (JPEG,
quality 92), found by the OCR engine and measured. Truth of contrast: the letters' colour against the outline or the box
where there is one, else against the untouched background within 0.16 line heights, in the worst part of two line heights.
Truth of height: from the top of ascenders to the foot of descenders of the font. Roles are judged on made layouts.
"""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from analyzer.engines import Engines
from analyzer.evidence import BoundingBox
from analyzer.measures.text_contrast import luminance, ratio
from analyzer.measures.text_reading import Reader
from analyzer.measures.text_roles import Line, roles

SIZE = (1080, 1920)
QUALITY = 92
FONTS = Path("/usr/share/fonts/truetype")
NAMES = (
    "dejavu/DejaVuSans-Bold.ttf", "dejavu/DejaVuSans.ttf", "dejavu/DejaVuSerif.ttf", "dejavu/DejaVuSansCondensed.ttf",
    "liberation/LiberationSans-Bold.ttf", "liberation/LiberationSans-Regular.ttf", "liberation/LiberationSerif-Regular.ttf",
    "liberation/LiberationSansNarrow-Bold.ttf", "liberation/LiberationMono-Regular.ttf",
)  # fmt: skip
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
    """Of the ink, in pixels."""
    height: float
    """Top of ascenders to foot of descenders, in pixels."""
    contrast: float
    found: bool = False
    measured: float | None = None
    measured_height: float = 0.0


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
    name = rng.choice(NAMES)
    font = ImageFont.truetype(str(FONTS / name), size)
    words = [rng.choice(WORDS)]
    while font.getlength(" ".join(words)) < rng.uniform(200, 500):
        words.append(rng.choice(WORDS))
    text = " ".join(words)
    if rng.random() < 0.2:
        text = text.upper()
    paint = ImageDraw.Draw(canvas)
    x = rng.randrange(60, max(61, int(SIZE[0] - 60 - font.getlength(text))))
    y = top + size // 2
    box = paint.textbbox((x, y), text, font=font)
    tall = paint.textbbox((x, y), "dbhlgpqy", font=font)
    height = tall[3] - tall[1]
    if tall[3] + size // 2 > SIZE[1] or box[2] > SIZE[0] - 20:
        return None
    before = np.asarray(canvas).copy()
    mask = Image.new("L", canvas.size)
    ImageDraw.Draw(mask).text((x, y), text, font=font, fill=255)
    wanted = rng.choice((1.2, 1.4, 1.7, 2.0, 2.5, 3.0, 4.5, 7.0, 12.0, 18.0))
    if style == "plain":
        around = _worst_part(before, np.asarray(mask) > 127, box, height)
        typical = float(np.median(luminance(before[box[1] : box[3], box[0] : box[2]])))
        colour = colour_of(rng, typical, wanted) or rng.choice(((255, 255, 255), (0, 0, 0)))
        if ground == "photo" and rng.random() < 0.5:
            colour = rng.choice(((255, 255, 255), (250, 230, 60), (0, 0, 0)))
        truth = min(ratio(light(colour), each) for each in around)
        paint.text((x, y), text, font=font, fill=colour)
    else:
        other = rng.choice(((0, 0, 0), (255, 255, 255), (20, 40, 90), (200, 30, 40)))
        colour = colour_of(rng, light(other), max(4.5, wanted) if style == "outlined" else wanted) or (255, 255, 255)
        truth = ratio(light(colour), light(other))
        if style == "outlined":
            paint.text((x, y), text, font=font, fill=colour, stroke_width=rng.choice((2, 3, 4)), stroke_fill=other)
        else:
            room = size // 4
            paint.rectangle((box[0] - 2 * room, tall[1] - room, box[2] + 2 * room, tall[3] + room), fill=other)
            paint.text((x, y), text, font=font, fill=colour)
    line = Drawn(text, style, ground, size, Path(name).stem, box, height, truth)
    return line, tall[3] + size // 2


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
            picture = Image.open(photographs[(index // 2) % len(photographs)]).convert("RGB")
            scale = max(SIZE[0] / picture.width, SIZE[1] / picture.height)
            size = (round(picture.width * scale) + 1, round(picture.height * scale) + 1)
            picture = picture.resize(size, Image.Resampling.LANCZOS)
            canvas = picture.crop((0, 0, *SIZE))
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
            line.measured = best.contrast
            line.measured_height = best.height_px


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--frames", type=int, default=28)
    parser.add_argument("--lines", action="store_true", help="print every line")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    photographs = sorted(p for folder in ("images", "palette") for p in (args.data / folder).glob("*.jpg"))
    rng.shuffle(photographs)
    made = frames(rng, photographs, args.frames)
    engine = Engines()["ocr"]
    for picture, lines in made:
        read(picture, lines, engine)
    every = [line for _, lines in made for line in lines]
    if args.lines:
        for line in every:
            print(
                f"{line.ground:5} {line.style:8} {line.size:3} {line.font:26} {line.text[:28]:28} truth {line.contrast:5.2f} "
                f"ours {line.measured or 0:5.2f}  height {line.height:5.1f} {line.measured_height:6.1f} "
                f"{'' if line.found else 'not found'}"
            )
    print("contrast: found of drawn, not separated, median and 90th percentile of the error, median of ours / truth")
    for ground in ("flat", "photo"):
        for style in STYLES:
            for low, high in ((1, 1.5), (1.5, 3.2), (3.2, 22)):
                drawn = [r for r in every if r.ground == ground and r.style == style and low <= r.contrast < high]
                _contrast_row(f"{ground:6}{style:9}{low:3}-{high:<4}", drawn)
        _contrast_row(f"{ground:6}all", [r for r in every if r.ground == ground])
    print("height: ours / truth")
    for name, capitals in (("mixed", False), ("capitals", True)):
        for low, high in ((18, 27), (27, 60), (60, 100)):
            chosen = [r for r in every if r.found and r.text.isupper() == capitals and low <= r.size < high]
            if chosen:
                parts = np.array([r.measured_height / r.height for r in chosen])
                errors = np.abs(parts - 1)
                print(
                    f"{name:9}{low:3}-{high:<4} n {len(parts):3}  median {np.median(parts):.3f}  "
                    f"error {np.median(errors):.3f} p90 {np.quantile(errors, 0.9):.3f}"
                )
    confusion(random.Random(args.seed))


def confusion(rng: random.Random) -> None:
    """Roles of made layouts: a row for each kind of layout, with what its lines were taken for."""
    table: dict[tuple[str, str], Counter[str]] = {}
    for number in range(6 * len(LAYOUTS)):
        kind = list(LAYOUTS)[number % len(LAYOUTS)]
        lines, wanted, speech, duration_s = layout(kind, rng)
        for role, truth in zip(roles(lines, duration_s, speech), wanted, strict=True):
            table.setdefault((kind, truth), Counter())[role] += 1
    right = sum(found[truth] for (_, truth), found in table.items())
    total = sum(sum(found.values()) for found in table.values())
    print(f"roles: {right} of {total} lines in {6 * len(LAYOUTS)} layouts")
    for (kind, truth), found in sorted(table.items()):
        print(f"{kind:26}{truth:12}{dict(found)}")


LAYOUTS = {
    "captions, spoken": "speech", "captions, speech unknown": "unknown", "captions, silent": "silent",
    "captions of two rows": "speech", "word by word": "speech", "headline a shot": "silent",
    "headline a shot, spoken": "speech", "headline and captions": "speech", "static headline": "speech",
    "corner mark": "speech", "handle": "silent",
    "moving sign": "speech",
}  # fmt: skip
"""Kinds of layouts, and whether somebody speaks."""


def layout(kind: str, rng: random.Random) -> tuple[list[Line], list[str], list[tuple[float, float]] | None, float]:
    """Lines of one layout, their true roles, the speech, and the duration in seconds."""
    duration_s = rng.uniform(12, 30)
    speech = {"speech": [(0.4, duration_s - 0.6)], "unknown": None, "silent": []}[LAYOUTS[kind]]
    lines: list[Line] = []
    wanted: list[str] = []

    def add(
        role: str, y: float, start_s: float, end_s: float, *, high: float, wide: float, x: float = 0.5, **other: object
    ) -> None:
        text = str(other.get("text") or " ".join(rng.choice(WORDS) for _ in range(max(1, round(wide * 7)))))
        box = BoundingBox(x0=max(0.0, x - wide / 2), y0=y, x1=min(1.0, x + wide / 2), y1=y + high)
        moved, angle = float(other.get("moved", 0.0)), float(other.get("angle", rng.uniform(-0.5, 0.5)))  # type: ignore[arg-type]
        lines.append(Line(text, box, start_s, end_s, angle, moved, rng.uniform(0.9, 1.0)))
        wanted.append(role)

    def turns(role: str, y: float, high: float, least_s: float, most_s: float, rows: int = 1, wide: float = 0.0) -> None:
        at = rng.uniform(0.0, 0.8)
        while at < duration_s - least_s:
            end_s = min(duration_s, at + rng.uniform(least_s, most_s))
            for row in range(rows):
                add(role, y + row * 1.35 * high, at, end_s, high=high, wide=wide or rng.uniform(0.3, 0.8))
            at = end_s + rng.choice((0.0, 0.0, 0.15, 0.4))

    low = rng.uniform(0.6, 0.82)
    if kind.startswith("captions"):
        turns("caption", low, rng.uniform(0.018, 0.035), 1.0, 3.5, rows=2 if "two" in kind else 1)
    elif kind == "word by word":
        turns("caption", rng.uniform(0.45, 0.7), rng.uniform(0.03, 0.05), 0.2, 0.7, wide=rng.uniform(0.15, 0.35))
    elif kind.startswith("headline"):
        turns("headline", rng.uniform(0.12, 0.25), rng.uniform(0.04, 0.07), 2.0, 5.0)
        if "captions" in kind:
            turns("caption", low, rng.uniform(0.018, 0.03), 1.0, 3.0)
    elif kind == "static headline":
        add("headline", rng.uniform(0.1, 0.3), rng.uniform(0, 0.5), duration_s, high=rng.uniform(0.03, 0.07), wide=0.7)
        turns("caption", low, rng.uniform(0.018, 0.03), 1.0, 3.0)
    elif kind == "corner mark":
        x, y = rng.choice(((0.12, 0.04), (0.88, 0.04), (0.12, 0.92), (0.88, 0.92)))
        add("watermark", y, 0.0, duration_s, high=0.02, wide=0.15, x=x, text="Studio Nord")
        turns("caption", low, rng.uniform(0.018, 0.03), 1.0, 3.0)
    elif kind == "handle":
        add("watermark", rng.uniform(0.3, 0.9), rng.uniform(0, 4), duration_s, high=0.015, wide=0.2, x=0.3, text="@nord.bakery")
        add("headline", 0.15, 0.2, duration_s, high=0.05, wide=0.7)
    else:
        add("scene_text", rng.uniform(0.3, 0.7), 2.0, 5.0, high=0.03, wide=0.2, x=rng.uniform(0.2, 0.8), moved=0.15, angle=-8.0)
        add("scene_text", rng.uniform(0.3, 0.7), 6.0, 8.0, high=0.025, wide=0.15, x=rng.uniform(0.2, 0.8), moved=0.08)
        turns("caption", low + 0.06, rng.uniform(0.018, 0.03), 1.0, 3.0)
    return lines, wanted, speech, duration_s


def _contrast_row(name: str, drawn: Sequence[Drawn]) -> None:
    found = [r for r in drawn if r.found]
    pairs = [(r.measured, r.contrast) for r in found if r.measured is not None]
    if not pairs:
        print(f"{name:26} n {len(drawn):3} found {len(found):3}")
        return
    errors = [abs(ours / truth - 1) for ours, truth in pairs]
    print(
        f"{name:26} n {len(drawn):3} found {len(found):3} none {len(found) - len(pairs):3}  error {median(errors):.3f} "
        f"p90 {np.quantile(errors, 0.9):.3f}  ratio {median(o / t for o, t in pairs):.3f}"
    )


if __name__ == "__main__":
    main()
