"""Further drawn clips: how creators set type. Words that light up as they are spoken, tilted stickers with a face beside the
words, lines that slide in, heavy capitals, lower thirds, accents, prices and addresses; at 24 to 60 frames a second, upright
in 540 x 960 and 1080 x 1920, and wide in 1920 x 1080.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from evaluation.drawn_clips import Drawn, Maker

Spans = list[tuple[float, float]]


@dataclass(frozen=True)
class Format:
    size: tuple[int, int]
    fps: int
    seconds: float = 6.0
    """Length where nobody speaks."""


FORMATS = {
    "karaoke": Format((540, 960), 30), "sticker": Format((540, 960), 24), "slide": Format((540, 960), 60, 7.5),
    "accents": Format((540, 960), 25), "tall": Format((1080, 1920), 30, 4.0), "wide": Format((1920, 1080), 50, 4.0),
}  # fmt: skip
"""Kinds of clips."""
BLACK, WHITE, LIT = (0, 0, 0), (255, 255, 255), ((255, 230, 0), (60, 255, 120), (255, 120, 220))
FRENCH = (
    "Ça marche déjà très bien", "Où est passé l'été ?", "Élève gâtée, forêt brûlée", "Noël à la façon d'hier",
    "Cœur léger, pâte dorée",
)  # fmt: skip
PRICES = ("Only $24.99 today", "-50 % until 31/12", "Save £3.50 per kg", "1 299,00 € TTC", "3 for 2: $7.98")
LINKS = ("www.nord-bakery.com", "@nord.bakery", "nordbakery.com/shop")
SLIDE_S = 0.3


def lines_of(maker: Maker, spans: Spans) -> list[Drawn]:
    """The lines of one clip; `spans` are when somebody speaks, of use to words that light up."""
    rng, (wide, high), end = maker.rng, maker.size, FORMATS[maker.kind].seconds
    if maker.kind == "karaoke":
        low = rng.uniform(0.55, 0.7) * high
        return [line for a, b in spans for line in lit_rows(maker, a, b, low)]
    if maker.kind == "sticker":
        sticker = maker.line(maker.words(3), "headline", maker.at(0.6), maker.at(5.4), 0.3 * high, 44, style="glass")
        tilted(sticker, rng.choice((-8, -6, -5, 5, 6, 8)), face=True)
        plain = maker.line(maker.words(3), "headline", maker.at(1.4), maker.at(5.0), 0.55 * high, 38, style="outlined")
        tilted(plain, 0, face=True)
        return [sticker, plain]
    if maker.kind == "slide":
        rows = []
        for number in range(3):
            start = maker.at(0.4 + 2.3 * number)
            line = maker.line(maker.words(3), "headline", start, maker.at(start + 2.1), 0.25 * high, 46)
            line.slide_s, line.slide_px = SLIDE_S, rng.choice((-1, 1)) * 0.9 * wide
            rows.append(line)
        return rows
    if maker.kind == "accents":
        link = maker.line(rng.choice(LINKS), "watermark", 0.0, end, 0.92 * high, 20)
        french = maker.line(rng.choice(FRENCH), "headline", maker.at(0.6), maker.at(5.6), 0.22 * high, 32)
        return [link, french, maker.line(rng.choice(PRICES), "headline", maker.at(1.4), maker.at(5.0), 0.42 * high, 40)]
    if maker.kind == "tall":
        first = [maker.line(maker.words(2).upper(), "headline", maker.at(0.4), maker.at(3.6), y * high, 92, style="heavy")
                 for y in (0.2, 0.27)]  # fmt: skip
        return [*first, maker.line("@nord.bakery", "watermark", 0.0, end, 0.9 * high, 36, x=0.24 * wide)]
    name = maker.line("Ada Lindqvist", "headline", maker.at(0.6), maker.at(2.9), 0.78 * high, 56, style="boxed")
    trade = maker.line("Baker in Oslo", "headline", maker.at(0.6), maker.at(2.9), 0.85 * high, 38, style="boxed")
    for row in (name, trade):
        row.x = 0.06 * wide + row.layer.width / 2
    return [name, trade, maker.line(maker.words(4), "headline", 0.0, maker.at(2.4), 0.15 * high, 64)]


def lit_rows(maker: Maker, start_s: float, end_s: float, y: float) -> list[Drawn]:
    """Two rows of heavy capitals; each word is lit while it is spoken."""
    colour = maker.rng.choice(LIT)
    rows = [maker.line(maker.words(3).upper(), "caption", start_s, end_s, y + row * 54, 36, style="heavy") for row in range(2)]
    words = [row.text.split() for row in rows]
    for row, own in zip(rows, words, strict=True):
        skipped = 0 if row is rows[0] else len(words[0])
        row.parts = [
            row.draw([colour if place == lit - skipped else WHITE for place in range(len(own))])
            for lit in range(sum(map(len, words)))
        ]
        row.beat_s, row.contrast = (end_s - start_s) / len(row.parts), None
    return rows


def tilted(line: Drawn, degrees: float, face: bool) -> None:
    """Turn a line, and put a smiling face behind its words."""
    layer, side = line.layer, round(1.1 * line.height)
    room = side + 8 if face else 0
    wider = Image.new("RGBA", (layer.width + room, layer.height), (*BLACK, 0))
    wider.paste(layer, (0, 0))
    if face:
        wider.paste(smile(side), (layer.width + 4, (layer.height - side) // 2))
    line.layer = wider.rotate(degrees, expand=True, resample=Image.Resampling.BICUBIC)


def smile(side: int) -> Image.Image:
    """A yellow face, as no free font of this machine has emoji."""
    large = Image.new("RGBA", (4 * side, 4 * side), (*BLACK, 0))
    paint = ImageDraw.Draw(large)
    paint.ellipse((0, 0, 4 * side - 1, 4 * side - 1), fill=(255, 205, 40, 255))
    for x in (0.32, 0.68):
        paint.ellipse([4 * side * v for v in (x - 0.07, 0.28, x + 0.07, 0.46)], fill=(80, 50, 10, 255))
    paint.arc([4 * side * v for v in (0.22, 0.3, 0.78, 0.8)], 20, 160, fill=(80, 50, 10, 255), width=max(1, side // 3))
    return large.resize((side, side), Image.Resampling.LANCZOS)


def lit_layer(
    text: str, face: object, inks: list[tuple[int, int, int]], layer: Image.Image, room: int, stroke: int
) -> Image.Image:
    """Words of a line in colours of their own, where `type_layer` puts them."""
    out = Image.new("RGBA", layer.size, (*BLACK, 0))
    paint = ImageDraw.Draw(out)
    x0, y0, _, _ = paint.textbbox((0, 0), text, font=face)  # type: ignore[arg-type]
    words = text.split()
    for number in reversed(range(len(words))):
        before = " ".join(words[: number + 1])[: -len(words[number])]
        x = room - x0 + face.getlength(before)  # type: ignore[attr-defined]
        paint.text((x, room - y0), words[number], font=face, fill=inks[number], stroke_width=stroke, stroke_fill=BLACK)  # type: ignore[arg-type]
    return out
