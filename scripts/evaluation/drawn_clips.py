"""Drawn clips with text whose every line is known: when it stands, where, how large, in which colours, and what it is for.

Backgrounds are photographs (still or under a slow pan) or plain; text pops in, fades, grows word by word, takes turns word by
word, or scrolls; it is outlined, in a box, or neither. Real phrases of speech lie at known times, and captions follow them by a
known delay. Clips are written as H.264 and measured by the whole product. Without the real material grounds are plain and
nobody speaks.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw
from sounding import RATE, mixed, write_clip

from analyzer.methods.text_contrast import ratio
from analyzer.nouns.evidence import BoundingBox
from evaluation.drawn_styles import BLACK, FORMATS, WHITE, Format, lines_of, lit_layer
from evaluation.figures import FONT_FOLDER, PILLOWS_OWN, SCRIPTS, Setup, filling, font, fonts
from evaluation.lines import WORDS, colour_of, light
from evaluation.sound import Sound, phrases

PLAIN = Format((540, 960), 25, 7.0)
OWN_TEXT = SCRIPTS / "data" / "photo_text.toml"
"""Where photographs hold text of their own."""
FADE_S = 0.24
ROOM = 10
"""Pixels of a layer around its letters."""
GLASS = 150
"""Opacity of a box that the picture is seen through, of 255."""
HEAVY = 9
"""A heavy outline is a ninth of the type size wide."""
COVERED_S = 0.3
"""How far a caption covers speech beyond its own time, as the product says."""
KINDS = (
    "captions", "half captioned", "two rows", "headline and captions", "headline a shot", "single words", "growing headline",
    "scroll", "sign", "counter", "sidecar", "not captioned", "silent mark", *FORMATS,
)  # fmt: skip


@dataclass
class Drawn:
    """A line as drawn; `contrast` is the truth where its letters stand on an outline, a box or plain ground, else None."""

    text: str
    role: str
    start_s: float
    end_s: float
    layer: Image.Image
    x: float
    y: float
    """Middle of the layer in pixels."""
    height: float
    ink: tuple[int, int, int]
    contrast: float | None
    fade: bool = False
    speed: float = 0.0
    """Pixels a second upward."""
    parts: list[Image.Image] = field(default_factory=list)
    """Layers of a line that changes with each word, and for how long each stands."""
    beat_s: float = 0.4
    slide_s: float = 0.0
    slide_px: float = 0.0
    """It slides in for this long, from this far to the right."""
    draw: Callable[[list[tuple[int, int, int]]], Image.Image] = lambda inks: Image.new("RGBA", (1, 1))
    """The layer anew, a colour for each word."""

    @property
    def place(self) -> tuple[float, ...]:
        """The box of its layer in pixels, where it does not move."""
        wide, high = self.layer.width / 2, self.layer.height / 2
        return self.x - wide, self.y - high, self.x + wide, self.y + high

    @property
    def late_s(self) -> float:
        """From its first frame to the middle of its coming, which is when it counts as there."""
        return (FADE_S if self.fade else self.slide_s) / 2


@dataclass
class Made:
    """A clip and what is true of it."""

    lines: list[Drawn]
    said: list[tuple[float, float]]
    cues: list[tuple[float, float, str]]
    muted: bool | None
    duration_s: float
    path: Path = Path()


class Maker:
    """Draws one clip of a kind."""

    def __init__(self, setup: Setup, kind: str, number: int) -> None:
        self.rng = random.Random(f"{setup.seed} {kind} {number}")
        self.kind, self.setup, self.number = kind, setup, number
        format = FORMATS.get(kind, PLAIN)
        self.size, self.fps, self.seconds = format.size, format.fps, format.seconds
        photographs = setup.photographs
        self.own_text: list[tuple[float, ...]] = []
        self.photo = bool(photographs) and self.rng.random() < 0.7
        wide = (round(1.25 * self.size[0]), self.size[1])
        if self.photo:
            name = photographs[self.rng.randrange(len(photographs))]
            photograph = Image.open(name)
            self.ground = filling(photograph, wide)
            regions = tomllib.loads(OWN_TEXT.read_text(encoding="utf-8")).get(name.relative_to(setup.data).as_posix(), [])
            self.own_text = [placed(region, photograph.size, wide) for region in regions]
        else:
            self.colour = tuple(self.rng.randrange(256) for _ in range(3))
            self.ground = Image.new("RGB", wide, self.colour)
        self.pan = self.rng.choice((0.0, 0.0, 8.0, 14.0)) if kind != "sign" else 30.0

    def line(self, text: str, role: str, start_s: float, end_s: float, y: float, size: int, **how: object) -> Drawn:
        """A line of type in the middle of the frame unless `x` says otherwise; bold captions, any font for headlines."""
        rng = self.rng
        usable = [name for name in fonts() if text.isascii() or name != PILLOWS_OWN]
        name = rng.choice([name for name in usable if "Bold" in name or role != "caption"])
        face = font(name, size)
        while face.getlength(text) > 0.9 * self.size[0]:
            text = text.rsplit(" ", 1)[0]
        style = how.get("style") or rng.choice(("outlined", "boxed", "plain") if not self.photo else ("outlined", "boxed"))
        other = rng.choice(((0, 0, 0), (20, 40, 90), (255, 255, 255)))
        if style == "plain":
            other = self.colour if not self.photo else other
        if style in ("heavy", "glass"):
            other = BLACK
        ink = (
            WHITE
            if style in ("heavy", "glass")
            else colour_of(rng, light(other), rng.choice((3.0, 5.0, 8.0, 14.0)))
            or ((255, 255, 255) if light(other) < 0.3 else (0, 0, 0))
        )
        contrast = ratio(light(ink), light(other)) if style != "glass" else None
        layer = type_layer(text, face, ink, other, str(style))
        tall = face.getbbox("dbhlgpqy")
        drawn = Drawn(
            text, role, start_s, end_s, layer, float(how.get("x", self.size[0] / 2)), y, tall[3] - tall[1], ink, contrast,
            fade=bool(how.get("fade")), speed=float(how.get("speed", 0.0)),  # type: ignore[arg-type]
            draw=lambda inks: lit_layer(text, face, inks, layer, ROOM, size // HEAVY),
        )  # fmt: skip
        if how.get("grows"):
            words = text.split()
            drawn.parts = [
                type_layer(" ".join(words[:n]), face, ink, other, str(style), layer.size) for n in range(1, len(words) + 1)
            ]
        return drawn

    def at(self, time_s: float) -> float:
        """The time of the nearest frame."""
        return round(time_s * self.fps) / self.fps

    def left(self, time_s: float) -> int:
        """How far the camera has panned, in pixels."""
        return min(self.ground.width - self.size[0], round(self.pan * time_s))

    def is_own_text(self, box: BoundingBox, start_s: float, end_s: float, lines: list[Drawn]) -> bool:
        """Whether half of a box, 0..1 of the frame, is text of the photograph at that time, and no line was drawn there."""
        wide, high = self.size
        drawn = [line for line in lines if line.start_s < end_s and start_s < line.end_s and line.role != "scene_text"]
        track = (box.x0 * wide, box.y0 * high, box.x1 * wide, box.y1 * high)
        if any(_common(track, line.place) > 0.5 for line in drawn):
            return False
        return any(
            _common(track, (x0 - self.left(end_s), y0, x1 - self.left(start_s), y1)) > 0.5 for x0, y0, x1, y1 in self.own_text
        )

    def other_word(self, lines: list[Drawn]) -> str:
        """A word that is not the one before, which would be one line that stands."""
        return self.rng.choice([word for word in WORDS if not lines or word != lines[-1].text])

    def words(self, count: int) -> str:
        return " ".join(self.rng.choice(WORDS) for _ in range(count))

    def talk(self, delay_s: float) -> tuple[list[tuple[float, Sound]], list[tuple[float, float]]]:
        """Two or three phrases at their times."""
        voices, said, at = [], [], self.rng.uniform(0.4, 1.0)
        chosen = phrases(self.setup.data)
        for _ in range(3 if chosen else 0):
            voice = chosen[self.rng.randrange(len(chosen))]
            voices.append((at, voice))
            said.append((at, at + len(voice) / RATE))
            at = said[-1][1] + self.rng.uniform(0.9, 1.4) + max(0.0, delay_s)
        return voices, said

    def make(self) -> Made:
        rng, kind = self.rng, self.kind
        spoken = kind not in ("headline a shot", "growing headline", "scroll", "silent mark", *(set(FORMATS) - {"karaoke"}))
        delay_s = rng.choice((0.0, 0.2, 0.4, 0.6)) if spoken else 0.0
        voices, said = self.talk(delay_s) if spoken else ([], [])
        duration_s = said[-1][1] + 1.0 if said else self.seconds
        lines: list[Drawn] = []
        cues: list[tuple[float, float, str]] = []
        low, size = rng.uniform(0.66, 0.8) * self.size[1], rng.choice((22, 26, 30, 34))
        spans = said or [(0.8, 2.6), (3.2, 5.0)]
        if kind in ("captions", "half captioned", "two rows", "headline and captions", "sign", "counter"):
            for number, (start, end) in enumerate(spans):
                if kind == "half captioned" and number % 2:
                    continue
                start, end = self.at(start + delay_s), self.at(end + delay_s)
                rows = [self.line(self.words(4), "caption", start, end, low, size)]
                if kind == "two rows":
                    rows.append(self.line(self.words(3), "caption", start, end, low + 1.5 * size, size))
                lines += rows
                cues.append((start, end, "\n".join(row.text for row in rows)))
        if kind in ("headline and captions", "counter", "sidecar"):
            lines.append(
                self.line(self.words(3), "headline", self.at(rng.uniform(0.0, 0.8)), duration_s, 0.2 * self.size[1], 46)
            )
        if kind == "two rows":
            lines.append(self.line("Studio Nord", "watermark", 0.0, duration_s, 0.04 * self.size[1], 16, x=0.15 * self.size[0]))
        if kind == "headline a shot":
            for number in range(3):
                start = self.at(0.4 + 2.2 * number)
                lines.append(
                    self.line(self.words(3), "headline", start, self.at(start + 1.9), 0.22 * self.size[1], 48, fade=number == 1)
                )
        if kind == "single words":
            for start, end in spans:
                at, pieces = self.at(start + delay_s), max(1, int((end - start) / 0.6))
                length = self.at((end - start) / pieces)
                for _ in range(pieces):
                    lines.append(self.line(self.other_word(lines), "caption", at, at + length, 0.6 * self.size[1], 54))
                    cues.append((at, at + length, lines[-1].text))
                    at += length
        if kind == "growing headline":
            lines.append(self.line(self.words(4), "headline", self.at(1.0), self.at(6.0), 0.25 * self.size[1], 40, grows=True))
        if kind == "scroll":
            for row in range(3):
                start = self.at(0.6 + row * 0.8)
                lines.append(self.line(self.words(4), "headline", start, duration_s, 0.75 * self.size[1], 28, speed=50.0))
        if kind == "sign":
            sign = self.line(
                "Bakery open", "scene_text", 0.0, duration_s, 0.4 * self.size[1], 30, style="boxed", x=0.4 * self.size[0]
            )
            sign.layer = sign.layer.rotate(9, expand=True, resample=Image.Resampling.BICUBIC)
            lines.append(sign)
        if kind == "silent mark":
            lines.append(self.line("@nord.bakery", "watermark", 0.0, duration_s, 0.9 * self.size[1], 18, x=0.22 * self.size[0]))
        if kind in FORMATS:
            lines = lines_of(self, [(self.at(start + delay_s), self.at(end + delay_s)) for start, end in spans])
        if kind == "karaoke":
            cues = [
                (top.start_s, top.end_s, f"{top.text}\n{low.text}") for top, low in zip(lines[::2], lines[1::2], strict=True)
            ]
        muted = True if cues and kind != "half captioned" else None
        if said and not cues:
            muted = kind == "sidecar"
        elif not said:
            muted = True if any(line.role == "headline" and len(line.text) >= 15 for line in lines) or cues else None
        elif cues:
            muted = covered(said, cues) >= 0.8
        made = Made(lines, said, cues, muted, duration_s)
        if kind == "sidecar" and said:
            made.cues = [(start + delay_s, end + delay_s, self.words(4)) for start, end in said]
        sound = mixed(duration_s, voices) if voices else None
        made.path = self.setup.made(
            f"text-{kind.replace(' ', '-')}.mp4", lambda path: self.write(path, made, sound), kind, self.number
        )
        if kind == "sidecar" and said:
            made.path.with_suffix(".srt").write_text(subrip(made.cues), encoding="utf-8")
        return made

    def write(self, path: Path, made: Made, sound: Sound | None) -> None:
        write_clip(path, self.pictures(made), self.size, fps=self.fps, sound=sound, crf=23, preset="veryfast")

    def pictures(self, made: Made) -> Iterator[Image.Image]:
        code = font("dejavu/DejaVuSansMono.ttf" if (FONT_FOLDER / "dejavu/DejaVuSansMono.ttf").is_file() else fonts()[0], 26)
        for index in range(round(made.duration_s * self.fps)):
            now = index / self.fps
            left = self.left(now)
            picture = self.ground.crop((left, 0, left + self.size[0], self.size[1]))
            for line in made.lines:
                if line.start_s - 1e-6 <= now < line.end_s - 1e-6:
                    paste(picture, line, now, left if line.role == "scene_text" else 0, 0.5 / self.fps)
            if self.kind == "counter":
                ImageDraw.Draw(picture).text(
                    (30, 40), f"00:00:{int(now):02}:{index % self.fps:02}", font=code, fill=(255, 255, 255)
                )
            yield picture


def _common(box: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Share of a box that lies in another."""
    wide, high = (min(box[side + 2], other[side + 2]) - max(box[side], other[side]) for side in (0, 1))
    return max(0.0, wide) * max(0.0, high) / max(1e-9, (box[2] - box[0]) * (box[3] - box[1]))


def placed(box: list[float], photograph: tuple[int, int], size: tuple[int, int]) -> tuple[float, ...]:
    """Where a box, 0..1 of a photograph, lies in pixels of the size that it fills."""
    scale = max(size[0] / photograph[0], size[1] / photograph[1])
    sides = [scale * photograph[0], scale * photograph[1]] * 2
    cut = [(sides[0] - size[0]) / 2, (sides[1] - size[1]) / 2] * 2
    return tuple(value * side - off for value, side, off in zip(box, sides, cut, strict=True))


def type_layer(
    text: str, face: object, ink: tuple[int, ...], other: tuple[int, ...], style: str, size: tuple[int, int] | None = None
) -> Image.Image:
    """A line on a layer of its own; one that grows keeps its left edge in a layer of the whole line's size."""
    probe = ImageDraw.Draw(Image.new("L", (1, 1)))
    x0, y0, x1, y1 = probe.textbbox((0, 0), text, font=face)  # type: ignore[arg-type]
    room = ROOM
    layer = Image.new("RGBA", size or (round(x1 - x0) + 2 * room, round(y1 - y0) + 2 * room), (*other, 0))
    paint = ImageDraw.Draw(layer)
    if style == "boxed":
        paint.rectangle((0, 0, layer.width, layer.height), fill=(*other, 255))
    if style == "glass":
        paint.rectangle((0, 0, layer.width, layer.height), fill=(*other, GLASS))
    stroke = {"outlined": 3, "heavy": round(face.size) // HEAVY}.get(style, 0)  # type: ignore[attr-defined]
    outline = {"stroke_width": stroke, "stroke_fill": other} if stroke else {}
    paint.text((room - x0, room - y0), text, font=face, fill=ink, **outline)  # type: ignore[arg-type]
    return layer


def paste(picture: Image.Image, line: Drawn, now: float, left: float, half_s: float) -> None:
    """Draw a line as it is at a time; `half_s` is half of a frame."""
    layer = line.layer
    if line.parts:
        layer = line.parts[min(len(line.parts) - 1, int((now - line.start_s) / line.beat_s))]
    if line.fade:
        share = min(1.0, (now - line.start_s + half_s) / FADE_S, (line.end_s - now) / FADE_S)
        layer = layer.copy()
        layer.putalpha(layer.getchannel("A").point(lambda value: round(value * share)))
    y = line.y - line.speed * (now - line.start_s)
    if line.slide_s:
        left -= line.slide_px * max(0.0, 1 - (now - line.start_s) / line.slide_s) ** 2
    picture.paste(layer, (round(line.x - layer.width / 2 - left), round(y - layer.height / 2)), layer)


def subrip(cues: list[tuple[float, float, str]]) -> str:
    def clock(time_s: float) -> str:
        return f"00:00:{int(time_s):02},{round(1000 * (time_s % 1)) % 1000:03}"

    return "\n".join(f"{n}\n{clock(start)} --> {clock(end)}\n{text}\n" for n, (start, end, text) in enumerate(cues, 1))


def covered(said: list[tuple[float, float]], cues: list[tuple[float, float, str]]) -> float:
    """Share of the speech that cues cover."""
    grid = np.arange(0, max((end for _, end in said), default=0.0), 0.01)
    speech = np.any([(grid >= a) & (grid < b) for a, b in said], axis=0)
    text = (
        np.any([(grid >= a - COVERED_S) & (grid < b + COVERED_S) for a, b, _ in cues], axis=0)
        if cues
        else np.zeros(len(grid), bool)
    )
    return float((speech & text).sum() / max(1, speech.sum()))
