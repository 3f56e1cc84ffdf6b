"""Draw samples/ anew: `python scripts/make_samples.py [strong weak muted brand]`. Needs espeak-ng and DejaVu or Liberation.

Everything in samples/ is drawn and spoken by this script; what each file shows is in samples/README.md.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from drawing import (
    CREAM,
    INK,
    MUSTARD,
    TEAL,
    TERRACOTTA,
    WHITE,
    Colour,
    clock,
    ease,
    gradient,
    mix,
    mug,
    place,
    plant,
    soft,
    steam,
    text,
    thermometer,
    zoomed,
)
from PIL import Image, ImageDraw, ImageFilter
from sounding import RATE, Sound, levelled, mixed, music, say, write_clip

SAMPLES = Path(__file__).parent.parent / "samples"
FPS = 30
TALL = (720, 1280)
MIDDLE_X = 336
"""Middle of the strip that Meta, Google and TikTok all leave clear: x 80 to 592 and y 192 to 832 of 720 x 1280."""
CAPTION_Y, HEADLINE_Y, TABLE_Y = 660, 290, 1130

Scene = Callable[[float], Image.Image]


@dataclass(frozen=True)
class Line:
    """A piece of type with its time on screen."""

    start_s: float
    end_s: float
    picture: Image.Image
    y: float
    x: float = MIDDLE_X


def caption(words: str, start_s: float, end_s: float) -> Line:
    return Line(start_s, end_s, text(words, 34, WHITE, box=INK), CAPTION_Y)


def headline(words: str, start_s: float, end_s: float, colour: Colour, size: int = 54, box: Colour | None = None) -> Line:
    return Line(start_s, end_s, text(words, size, colour, box=box, style="bold"), HEADLINE_Y)


def frames(seconds: float, scenes: list[tuple[float, Scene]], lines: list[Line]) -> Iterator[Image.Image]:
    """The clip: scenes by their start, type above them."""
    for index in range(round(seconds * FPS)):
        now = index / FPS
        start, scene = max((item for item in scenes if item[0] <= now + 1e-6), key=lambda item: item[0])
        picture = scene(now - start).convert("RGB")
        for line in lines:
            if line.start_s <= now < line.end_s:
                rise = 10 * (1 - ease((now - line.start_s) / 0.2))
                place(picture, line.picture, line.x, line.y + rise)
        yield picture


def spoken(
    script: list[tuple[str, str]], start_s: float, pause_s: float
) -> tuple[list[tuple[float, Sound]], list[Line], float]:
    """Voices one after the other, a caption for each, and where the last one ends."""
    voices, lines, now = [], [], start_s
    for words, shown in script:
        voice = say(words, words_per_minute=185)
        end = now + len(voice) / RATE
        voices.append((now, voice))
        lines.append(caption(shown, now, end + 0.6 * pause_s))
        now = end + pause_s
    return voices, lines, now - pause_s


def backdrop(top: Colour, bottom: Colour, glow: Colour, table: Colour | None = None) -> Image.Image:
    """A gradient with light in it and, where asked, a table top."""
    picture = gradient(TALL, top, bottom).convert("RGBA")
    picture.alpha_composite(soft(TALL, [(0.3, 0.5, 0.42, glow, 120), (0.85, 1.2, 0.35, glow, 90)], 0.12))
    if table is not None:
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, TABLE_Y, 720, 1280), fill=table)
        draw.rectangle((0, TABLE_Y, 720, TABLE_Y + 8), fill=mix(table, WHITE, 0.35))
    return picture.convert("RGB")


def shadow(picture: Image.Image, x: float, width: float) -> None:
    """A soft shadow on the table."""
    mask = Image.new("L", (round(1.5 * width), 90), 0)
    ImageDraw.Draw(mask).ellipse((0.15 * mask.width, 28, 0.85 * mask.width, 62), fill=150)
    spot = Image.new("RGBA", mask.size, INK)
    spot.putalpha(mask.filter(ImageFilter.GaussianBlur(9)))
    place(picture, spot, x, TABLE_Y + 12)


def cold_coffee() -> Scene:
    back = backdrop((252, 221, 190), (240, 178, 140), (255, 244, 220), (142, 84, 58))
    cup = mug((400, 420), TERRACOTTA)
    shadow(back, 310, 380)

    def at(t: float) -> Image.Image:
        warm = 1 - ease(t / 2.2)
        picture = back.copy()
        place(picture, steam((280, 230), t, 0.25 + 0.75 * warm), 290, 660)
        place(picture, cup, 350, 940)
        place(picture, thermometer((76, 340), warm), 620, 950)
        return zoomed(picture, 1.0 + 0.05 * t, 0.45, 0.6)

    return at


def clock_on_wall() -> Scene:
    back = backdrop(TEAL, (12, 42, 54), (52, 120, 132), (58, 40, 36))
    cup = mug((300, 315), CREAM)
    shadow(back, 250, 270)

    def at(t: float) -> Image.Image:
        share = ease(t / 2.2)
        picture = back.copy()
        place(picture, clock((370, 370), 3 + 12 * share), MIDDLE_X, 390)
        place(picture, cup, 280, 985)
        place(picture, thermometer((76, 340), 1 - share), 560, 955)
        return zoomed(picture, 1.04 - 0.012 * t)

    return at


def two_walls() -> Scene:
    back = backdrop((250, 208, 120), MUSTARD, (255, 238, 190), (170, 112, 40))
    cup = mug((420, 440), TERRACOTTA, cutaway=True)
    ember = soft((30, 30), [(0.5, 0.5, 0.3, (255, 150, 70), 255)], 0.08)
    shadow(back, 320, 400)

    def at(t: float) -> Image.Image:
        picture = back.copy()
        place(picture, cup, 360, 930 + 60 * (1 - ease(t / 0.3)))
        for index in range(8):
            swing = math.sin(2.4 * t + 1.7 * index)
            place(picture, ember, 314 + 56 * swing, 1040 - (40 * t + 23 * index) % 170, ease((t - 0.3) / 0.3))
        return zoomed(picture, 1.06 - 0.02 * t, 0.5, 0.7)

    return at


def shop_now() -> Scene:
    back = backdrop((212, 98, 70), (176, 66, 48), (240, 150, 110), (120, 44, 36))
    cups = [mug((220, 230), colour) for colour in (MUSTARD, CREAM, TEAL)]
    name, button = text("KILN", 92, CREAM, style="serif"), text("Shop now", 40, TERRACOTTA, box=CREAM, alpha=255, padding=26)
    days = text("30 days to try it", 34, CREAM)

    def at(t: float) -> Image.Image:
        picture = back.copy()
        place(picture, name, MIDDLE_X, 260)
        place(picture, days, MIDDLE_X, 365)
        pulse = 1 + 0.03 * math.sin(7 * t)
        place(picture, button.resize((round(button.width * pulse), round(button.height * pulse))), MIDDLE_X, 490)
        for index, cup in enumerate(cups):
            place(picture, cup, 150 + 220 * index + 560 * (1 - ease((t - 0.08 * index) / 0.45)), 1030)
        return picture

    return at


def make_strong() -> None:
    """An ad that does most things well."""
    script = [
        ("Cold again, and it's only nine fifteen.", "Cold again, and\nit's only 9:15."),
        ("A thin mug loses its heat in twelve minutes.", "A thin mug loses its heat\nin twelve minutes."),
        ("Kiln has two walls, and stays warm for two hours.", "Kiln has two walls, and\nstays warm for two hours."),
        ("Try it for thirty days. Shop now.", "Try it for thirty days.\nShop now."),
    ]
    voices, lines, end = spoken(script, 0.2, 0.2)
    cuts = [0.0, *(start - 0.08 for start, _ in voices[1:])]
    scenes = list(zip(cuts, (cold_coffee(), clock_on_wall(), two_walls(), shop_now()), strict=True))
    lines.append(headline("Why is your coffee\ncold by 9:15?", 0.1, cuts[1], INK, 50, CREAM))
    lines.append(headline("The mug that\nkeeps its heat", cuts[2] + 0.2, cuts[3], INK, 54))
    seconds = end + 0.5
    sound = levelled(mixed(seconds, voices, music(seconds)), -14.0)
    write_clip(SAMPLES / "strong.mp4", frames(seconds, scenes, lines), TALL, sound=sound, crf=27)
    (SAMPLES / "strong.txt").write_text(POST, encoding="utf-8")


POST = """Your coffee is not the problem. Your mug is.

A thin wall loses its heat in twelve minutes, about as long as one call.
We built Kiln with two walls and air between them. It stays warm for two hours.

How long does your coffee stay warm? Tell us in the comments.
Try Kiln for 30 days: shop now at https://kiln.example/try

#coffee #design #workfromhome
"""


def make_weak() -> None:
    """A clip that does most things badly, at 540 x 960."""
    small, seconds = (540, 960), 10.0
    dull = gradient(small, (196, 186, 172), (170, 160, 148)).convert("RGB")
    cup = mug((200, 210), (176, 150, 132))
    ImageDraw.Draw(dull).rectangle((0, 700, 540, 960), fill=(150, 138, 126))
    late = text("our new mugs are now\nin the shop downstairs", 20, (172, 162, 150), style="regular", padding=4)
    long = "Made by hand in small batches, fired twice,\nglazed four times and checked by three people"
    brief = text(long, 18, (206, 196, 182), padding=4)

    def at(now: float) -> Image.Image:
        if now < 1.2:
            return Image.new("RGB", small, (0, 0, 0))
        picture = dull.copy()
        moved = 26 * math.sin(min(now, 5.5) - 1.2)
        place(picture, cup, 270 + moved, 620)
        if now >= 3.6:
            place(picture, late, 400, 850)
        if 4.6 <= now < 5.1:
            place(picture, brief, 270, 300)
        return picture

    words = "Hey guys, welcome back to my channel. So, um, today I want to talk about mugs."
    voice = say(words, voice="en-gb", words_per_minute=150)
    sound = levelled(mixed(seconds, [(1.6, voice)]), -27.0)
    facts = {"location": "+48.8584+002.2945/", "title": "mugs final FINAL 2"}
    pictures = (at(index / FPS) for index in range(round(seconds * FPS)))
    write_clip(SAMPLES / "weak.mp4", pictures, small, sound=sound, crf=30, audio_kbps=48, metadata=facts, fast_start=False)


def make_muted() -> None:
    """A clip without sound that explains itself in burned-in captions."""
    cues = [
        (0.1, 2.3, "Is your plant thirsty?\nHere are 3 signs."), (2.4, 4.4, "1. The leaves hang down."),
        (4.5, 6.5, "2. The tips turn brown."), (6.6, 8.6, "3. The pot feels light."),
        (8.7, 10.5, "Seen one of these?\nWater it tonight."),
    ]  # fmt: skip
    backs = [backdrop((226, 240, 222), (168, 208, 176), (250, 255, 240), (214, 190, 158)),
             backdrop((252, 232, 196), (240, 200, 150), (255, 248, 224), (190, 130, 92)),
             backdrop((206, 226, 240), (140, 182, 208), (240, 250, 255), (120, 140, 150))]  # fmt: skip
    for back in backs:
        shadow(back, 350, 300)

    def scene(back: Image.Image, droop: tuple[float, float], dry: tuple[float, float], lift: float = 0.0) -> Scene:
        def at(t: float) -> Image.Image:
            picture, share = back.copy(), ease(t / 1.6)
            pot = plant((600, 600), droop[0] + (droop[1] - droop[0]) * share, dry[0] + (dry[1] - dry[0]) * share)
            place(picture, pot, 350, 850 - lift * abs(math.sin(2.2 * t)))
            return zoomed(picture, 1 + 0.02 * t, 0.5, 0.6)

        return at

    scenes: list[tuple[float, Scene]] = [
        (0.0, scene(backs[0], (0.0, 0.45), (0.0, 0.0))), (2.35, scene(backs[1], (0.3, 0.95), (0.0, 0.0))),
        (4.45, scene(backs[2], (0.5, 0.6), (0.0, 1.0))), (6.55, scene(backs[1], (0.6, 0.6), (0.4, 0.4), 45.0)),
        (8.65, scene(backs[0], (0.8, 0.0), (0.3, 0.0))),
    ]  # fmt: skip
    lines = [caption(words, start, end) for start, end, words in cues]
    lines.append(headline("3 signs your plant\nis thirsty", 0.1, 2.3, INK, 50, WHITE))
    write_clip(SAMPLES / "muted.mp4", frames(10.6, scenes, lines), TALL, crf=25)


def make_brand() -> None:
    """Five pictures of one palette, and one that drifts."""
    folder = SAMPLES / "brand"
    folder.mkdir(exist_ok=True)
    looks: list[tuple[Colour, Colour, Colour, Colour, str]] = [
        (CREAM, (238, 214, 186), TERRACOTTA, TEAL, "Warm for\ntwo hours"),
        (TEAL, (14, 52, 64), MUSTARD, CREAM, "Made to\nbe kept"),
        (MUSTARD, (220, 152, 58), TEAL, TEAL, "Two walls,\none mug"),
        (TERRACOTTA, (168, 64, 46), CREAM, CREAM, "Fired\ntwice"),
        (CREAM, (236, 206, 170), TEAL, TERRACOTTA, "Your desk,\nyour cup"),
        ((120, 30, 220), (20, 230, 150), (255, 60, 190), WHITE, "MEGA\nSALE"),
    ]
    for number, (top, bottom, body, ink, words) in enumerate(looks, 1):
        size = (720, 900)
        picture = gradient(size, top, bottom)
        glow = mix(top, WHITE, 0.5)
        picture.paste(Image.new("RGB", size, glow), (0, 0), soft(size, [(0.62, 0.75, 0.4, glow, 120)], 0.1).getchannel("A"))
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 760, 720, 900), fill=mix(bottom, INK, 0.22))
        for index in range(1 + number % 2):
            cup = mug((190, 200), mix(body, ink, 0.4)) if index else mug((300, 315), body)
            place(picture, cup, 440 - 230 * index, 690 if index else 630)
        title = text(words, 62, ink, style="serif", align="left")
        place(picture, title, 60 + title.width / 2, 190)
        place(picture, text("KILN", 30, ink, style="serif"), 640, 60)
        name = f"kiln_{number}.jpg" if number < 6 else "drift.jpg"
        picture.save(folder / name, quality=88, optimize=True)


MAKERS = {"strong": make_strong, "weak": make_weak, "muted": make_muted, "brand": make_brand}

if __name__ == "__main__":
    SAMPLES.mkdir(exist_ok=True)
    for chosen in sys.argv[1:] or MAKERS:
        MAKERS[chosen]()
        print(chosen)
