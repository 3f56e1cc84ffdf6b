"""Shapes, type and motion for the drawn samples and the benchmark clip. All of it is our own; nothing is loaded but fonts."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

Size = tuple[int, int]
Colour = tuple[int, int, int]
CREAM, TERRACOTTA, TEAL, MUSTARD = (246, 235, 219), (200, 85, 61), (24, 74, 88), (236, 180, 76)
INK, WHITE, COFFEE, LEAF, CLAY = (34, 28, 30), (255, 255, 255), (74, 42, 28), (66, 132, 82), (186, 104, 70)
SCALE = 2
"""Layers are drawn this much larger and scaled down, which smooths their edges."""
FONTS = {
    "bold": ("dejavu/DejaVuSans-Bold.ttf", "liberation/LiberationSans-Bold.ttf"),
    "serif": ("dejavu/DejaVuSerif-Bold.ttf", "liberation/LiberationSerif-Bold.ttf"),
    "regular": ("dejavu/DejaVuSans.ttf", "liberation/LiberationSans-Regular.ttf"),
}
FONT_FOLDER = Path("/usr/share/fonts/truetype")


@cache
def font(style: str, size: int) -> ImageFont.FreeTypeFont:
    """A system font; exits with a sentence where neither DejaVu nor Liberation is installed."""
    for name in FONTS[style]:
        if (FONT_FOLDER / name).is_file():
            return ImageFont.truetype(FONT_FOLDER / name, size)
    raise SystemExit(f"No DejaVu or Liberation fonts in {FONT_FOLDER}: apt install fonts-dejavu-core.")


def ease(value: float) -> float:
    """0..1 with a soft start and end."""
    value = min(1.0, max(0.0, value))
    return value * value * (3 - 2 * value)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def gradient(size: Size, top: Colour, bottom: Colour, lean: float = 0.25) -> Image.Image:
    """A slanted gradient."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width]
    share = np.clip((y / height + lean * x / width) / (1 + lean), 0, 1)[..., None]
    return Image.fromarray(np.round(np.array(top) * (1 - share) + np.array(bottom) * share).astype(np.uint8))


def layer(size: Size, paint: Callable[[ImageDraw.ImageDraw, float], None]) -> Image.Image:
    """An RGBA layer; `paint` draws in pixels of the layer times the scale that it is given."""
    large = Image.new("RGBA", (size[0] * SCALE, size[1] * SCALE), (0, 0, 0, 0))
    paint(ImageDraw.Draw(large), SCALE)
    return large.resize(size, Image.Resampling.LANCZOS)


def soft(size: Size, spots: list[tuple[float, float, float, Colour, int]], blur: float) -> Image.Image:
    """Blurred discs of light: centre and radius as shares of the width, colour, opacity."""
    small = (max(2, size[0] // 4), max(2, size[1] // 4))
    image = Image.new("RGBA", small, (*spots[0][3], 0))
    for x, y, radius, colour, alpha in spots:
        mask, r = Image.new("L", small, 0), radius * small[0]
        box = (x * small[0] - r, y * small[1] - r, x * small[0] + r, y * small[1] + r)
        ImageDraw.Draw(mask).ellipse(box, fill=alpha)
        disc = Image.new("RGBA", small, (*colour, 0))
        disc.putalpha(mask.filter(ImageFilter.GaussianBlur(blur * small[0])))
        image.alpha_composite(disc)
    return image.resize(size, Image.Resampling.BICUBIC)


def mug(size: Size, body: Colour, *, coffee: bool = True, cutaway: bool = False) -> Image.Image:
    """A mug with a handle that fills its layer; `cutaway` shows two walls and what is between them."""

    def paint(draw: ImageDraw.ImageDraw, k: float) -> None:
        w, h = size[0] * k, size[1] * k
        left, right, top, bottom, lip = 0.06 * w, 0.72 * w, 0.16 * h, 0.96 * h, 0.10 * h
        dark, light = mix(body, INK, 0.28), mix(body, WHITE, 0.22)
        draw.ellipse((0.56 * w, 0.30 * h, 0.98 * w, 0.76 * h), outline=dark, width=round(0.075 * w))
        draw.rounded_rectangle((left, top, right, bottom), radius=0.14 * w, fill=body)
        draw.rectangle((left, top, right, top + 0.2 * h), fill=body)
        draw.rounded_rectangle((left + 0.03 * w, top + 0.14 * h, left + 0.09 * w, bottom - 0.16 * h), 0.03 * w, fill=light)
        draw.rounded_rectangle((right - 0.10 * w, top + 0.12 * h, right, bottom - 0.1 * h), 0.05 * w, fill=mix(body, dark, 0.5))
        draw.ellipse((left, top - lip, right, top + lip), fill=dark)
        if cutaway:
            draw.rounded_rectangle((left + 0.05 * w, top, right - 0.05 * w, bottom - 0.05 * h), 0.12 * w, fill=CREAM)
            draw.rounded_rectangle((left + 0.13 * w, top, right - 0.13 * w, bottom - 0.12 * h), 0.1 * w, fill=dark)
            draw.rounded_rectangle((left + 0.16 * w, top + 0.1 * h, right - 0.16 * w, bottom - 0.15 * h), 0.08 * w, fill=COFFEE)
        elif coffee:
            draw.ellipse((left + 0.035 * w, top - 0.7 * lip, right - 0.035 * w, top + 0.75 * lip), fill=COFFEE)
            draw.arc((left + 0.12 * w, top - 0.45 * lip, right - 0.12 * w, top + 0.5 * lip), 190, 320,
                     fill=mix(COFFEE, CREAM, 0.35), width=round(0.012 * w))  # fmt: skip

    return layer(size, paint)


def steam(size: Size, time_s: float, strength: float) -> Image.Image:
    """Three rising plumes; `strength` 0..1 fades them."""
    image = Image.new("RGBA", size, (255, 255, 255, 0))
    draw = ImageDraw.Draw(image)
    for plume in range(3):
        points = []
        for step in range(24):
            rise = step / 23
            sway = math.sin(rise * 5 + time_s * 2.6 + plume * 1.9) * size[0] * 0.06 * (0.3 + rise)
            points.append((size[0] * (0.28 + 0.22 * plume) + sway, size[1] * (1 - rise)))
        for (start, end), fade in zip(zip(points, points[1:], strict=False), np.linspace(1, 0, 23), strict=True):
            draw.line((start, end), fill=(255, 255, 255, round(150 * strength * fade)), width=round(size[0] * 0.07))
    return image.filter(ImageFilter.GaussianBlur(size[0] * 0.035))


def clock(size: Size, minutes: float) -> Image.Image:
    """A wall clock at nine and some minutes."""

    def paint(draw: ImageDraw.ImageDraw, k: float) -> None:
        w = size[0] * k
        c = w / 2
        draw.ellipse((0.02 * w, 0.02 * w, 0.98 * w, 0.98 * w), fill=MUSTARD)
        draw.ellipse((0.07 * w, 0.07 * w, 0.93 * w, 0.93 * w), fill=CREAM)
        for tick in range(60):
            angle = math.tau * tick / 60
            inner, width = (0.34, 0.014) if tick % 5 == 0 else (0.385, 0.005)
            ends = [(c + math.sin(angle) * r * w, c - math.cos(angle) * r * w) for r in (inner, 0.40)]
            draw.line(ends, fill=INK, width=round(width * w))
        for angle, reach, width, colour in (
            (math.tau * (9 + minutes / 60) / 12, 0.22, 0.035, INK), (math.tau * minutes / 60, 0.33, 0.022, TERRACOTTA),
        ):  # fmt: skip
            tip = (c + math.sin(angle) * reach * w, c - math.cos(angle) * reach * w)
            draw.line(((c, c), tip), fill=colour, width=round(width * w))
        draw.ellipse((c - 0.03 * w, c - 0.03 * w, c + 0.03 * w, c + 0.03 * w), fill=INK)

    return layer(size, paint)


def thermometer(size: Size, level: float) -> Image.Image:
    """A thermometer, `level` 0..1 from cold to hot."""

    def paint(draw: ImageDraw.ImageDraw, k: float) -> None:
        w, h = size[0] * k, size[1] * k
        colour = mix((52, 120, 190), TERRACOTTA, level)
        draw.rounded_rectangle((0.28 * w, 0, 0.72 * w, 0.86 * h), 0.22 * w, fill=WHITE)
        draw.ellipse((0.08 * w, h - 0.84 * w, 0.92 * w, h), fill=WHITE)
        draw.ellipse((0.2 * w, h - 0.72 * w, 0.8 * w, h - 0.12 * w), fill=colour)
        draw.rounded_rectangle((0.4 * w, h * (0.74 - 0.66 * level), 0.6 * w, h - 0.4 * w), 0.1 * w, fill=colour)

    return layer(size, paint)


def plant(size: Size, droop: float, dry: float = 0.0) -> Image.Image:
    """A potted plant; `droop` 0..1 lets the leaves hang, `dry` browns their tips."""

    def paint(draw: ImageDraw.ImageDraw, k: float) -> None:
        w, h = size[0] * k, size[1] * k
        base = (0.5 * w, 0.66 * h)
        for index, lean in enumerate((-1.0, 1.0, -0.55, 0.55, 0.08)):
            angle = lean * (0.75 + 1.05 * droop)
            reach = (0.34 + 0.05 * (index % 2)) * h
            bend = [(base[0] + math.sin(angle * s) * reach * s, base[1] - math.cos(angle * s) * reach * s)
                    for s in np.linspace(0, 1, 60)]  # fmt: skip
            draw.line(bend, fill=mix(LEAF, INK, 0.3), width=round(0.018 * w), joint="curve")
            for along, (x, y) in zip(np.linspace(0, 1, 42), bend[18:], strict=True):
                radius = 0.075 * w * math.sin(math.pi * (0.06 + 0.9 * along)) + 0.004 * w
                green = mix(mix(LEAF, WHITE, 0.10 * (index % 3)), (176, 132, 60), dry * max(0.0, 1.6 * along - 0.6))
                draw.ellipse((x - radius, y - radius * 0.8, x + radius, y + radius * 0.8), fill=green)
        draw.polygon([(0.27 * w, 0.66 * h), (0.73 * w, 0.66 * h), (0.66 * w, 0.98 * h), (0.34 * w, 0.98 * h)], fill=CLAY)
        draw.polygon([(0.62 * w, 0.66 * h), (0.73 * w, 0.66 * h), (0.66 * w, 0.98 * h), (0.60 * w, 0.98 * h)],
                     fill=mix(CLAY, INK, 0.2))  # fmt: skip
        draw.rounded_rectangle((0.23 * w, 0.62 * h, 0.77 * w, 0.70 * h), 0.02 * w, fill=mix(CLAY, WHITE, 0.12))

    return layer(size, paint)


def text(
    words: str, size: int, colour: Colour, *, style: str = "bold", box: Colour | None = None, alpha: int = 235,
    padding: int = 18, align: str = "center",
) -> Image.Image:  # fmt: skip
    """Lines of type on a layer that fits them, with a rounded box behind where `box` is given."""
    face = font(style, size * SCALE)
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    spacing = round(0.28 * size * SCALE)
    left, top, right, bottom = probe.multiline_textbbox((0, 0), words, font=face, spacing=spacing, align=align)
    pad = padding * SCALE
    large = Image.new("RGBA", (round(right - left) + 2 * pad, round(bottom - top) + 2 * pad), (0, 0, 0, 0))
    draw = ImageDraw.Draw(large)
    if box is not None:
        draw.rounded_rectangle((0, 0, large.width - 1, large.height - 1), 14 * SCALE, fill=(*box, alpha))
    draw.multiline_text((pad - left, pad - top), words, font=face, fill=colour, spacing=spacing, align=align)
    return large.resize((large.width // SCALE, large.height // SCALE), Image.Resampling.LANCZOS)


def place(picture: Image.Image, item: Image.Image, x: float, y: float, opacity: float = 1.0) -> None:
    """Put a layer with its centre at a point in pixels."""
    if opacity < 1.0:
        item = item.copy()
        item.putalpha(item.getchannel("A").point(lambda value: round(value * opacity)))
    picture.paste(item, (round(x - item.width / 2), round(y - item.height / 2)), item)


def zoomed(picture: Image.Image, factor: float, x: float = 0.5, y: float = 0.5) -> Image.Image:
    """The picture moved towards a point, the size unchanged."""
    width, height = picture.size
    w, h = width / factor, height / factor
    left, top = (width - w) * x, (height - h) * y
    return picture.transform(picture.size, Image.Transform.EXTENT, (left, top, left + w, top + h), Image.Resampling.BILINEAR)
