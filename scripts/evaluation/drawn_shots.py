"""Clips with cuts, dissolves and fades, drawn from a seed or made of photographs: what a detector of shots must tell apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pictures = NDArray[np.uint8]
HEIGHT, WIDTH = 180, 320


@dataclass
class Clip:
    """Frames as drawn, and what is true of them: frames of hard cuts, spans (first, last) of gradual transitions."""

    frames: list[Pictures] = field(default_factory=list)
    cuts: list[int] = field(default_factory=list)
    gradual: list[tuple[int, int]] = field(default_factory=list)
    fps: int = 30


class Scene:
    """One camera position: a picture seen through a moving, trembling window, with an object crossing it."""

    def __init__(self, rng: np.random.Generator, photos: list[Path], speed: float = 1.0, shake: float = 0.7) -> None:
        self.picture = photograph(rng, photos) if photos else painting(rng)
        room = np.array(self.picture.shape[:2]) - (HEIGHT, WIDTH)
        self.at = rng.uniform(0.2, 0.8, 2) * room
        self.step = rng.normal(0, 0.6, 2) * speed
        self.shake, self.rng, self.room, self.gain = shake, rng, room, 1.0
        self.object = np.array([rng.uniform(0, HEIGHT), rng.uniform(0, WIDTH)])
        self.object_step, self.object_size = rng.normal(0, 3, 2), int(rng.integers(8, 35))
        self.colour = rng.integers(0, 256, 3).tolist()

    def frame(self) -> Pictures:
        """The next frame."""
        self.at = np.clip(self.at + self.step, 0, self.room)
        top, left = np.clip(self.at + self.rng.normal(0, self.shake, 2), 0, self.room).astype(int)
        shown = self.picture[top : top + HEIGHT, left : left + WIDTH].copy()
        self.object = (self.object + self.object_step) % (HEIGHT, WIDTH)
        centre = (int(self.object[1]), int(self.object[0]))
        cv2.ellipse(shown, centre, (self.object_size, self.object_size // 2), 20, 0, 360, self.colour, -1)
        return np.clip(shown + self.rng.normal(0, 2, shown.shape), 0, 255).astype(np.uint8)

    def frames(self, count: int) -> list[Pictures]:
        return [self.frame() for _ in range(count)]


def painting(rng: np.random.Generator) -> Pictures:
    """A picture of cloudy texture and hard-edged shapes, larger than the frame."""
    height, width = HEIGHT * 2, WIDTH * 3
    canvas = np.zeros((height, width, 3), np.float32)
    for size, weight in ((3, 70), (8, 40), (25, 25), (90, 12)):
        coarse = rng.normal(0, 1, (size, size * 2, 3)).astype(np.float32)
        canvas += weight * np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    drawn = np.clip(canvas * rng.uniform(0.3, 1) + rng.uniform(30, 210, 3), 0, 255).astype(np.uint8)
    for _ in range(int(rng.integers(8, 40))):
        x, y, w, h = rng.integers(0, width), rng.integers(0, height), rng.integers(10, 160), rng.integers(10, 120)
        cv2.rectangle(drawn, (int(x), int(y)), (int(x + w), int(y + h)), rng.integers(0, 256, 3).tolist(), -1)
    return drawn


def photograph(rng: np.random.Generator, photos: list[Path]) -> Pictures:
    """A photograph, scaled so that the frame is a window in it."""
    picture = cv2.imread(str(photos[int(rng.integers(len(photos)))]))
    scale = 1.6 * max(HEIGHT / picture.shape[0], WIDTH / picture.shape[1])
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale)[..., ::-1], np.uint8)


def join(clip: Clip, shots: list[list[Pictures]]) -> Clip:
    """Put shots after one another with hard cuts."""
    for shot in shots:
        if clip.frames:
            clip.cuts.append(len(clip.frames))
        clip.frames += shot
    return clip


def blend(first: list[Pictures], second: list[Pictures]) -> list[Pictures]:
    """The frames of a dissolve, neither end pure."""
    weights = (np.arange(len(first)) + 1) / (len(first) + 1)
    return [cv2.addWeighted(a, 1 - w, b, w, 0) for a, b, w in zip(first, second, weights, strict=True)]


def hard_cuts(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    return join(Clip(), [scene(speed=rng.uniform(0, 3)).frames(int(rng.integers(12, 60))) for _ in range(6)])


def short_shots(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    return join(Clip(), [scene().frames(int(n)) for n in (40, *rng.integers(2, 13, 12), 40)])


def jump_cuts(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    """The same place with the camera a tenth of the frame away, closer or farther."""
    one, clip = scene(shake=0.3), Clip()
    for _ in range(5):
        one.at = np.clip(one.at + rng.choice([-1, 1], 2) * rng.uniform(0.07, 0.15, 2) * (HEIGHT, WIDTH), 0, one.room)
        zoom, shot = rng.choice([1.0, 1.12, 1.25]), one.frames(int(rng.integers(15, 45)))
        size = (int(WIDTH * zoom), int(HEIGHT * zoom))
        left, top = (size[0] - WIDTH) // 2, (size[1] - HEIGHT) // 2
        join(clip, [[cv2.resize(f, size)[top : top + HEIGHT, left : left + WIDTH] for f in shot]])
    return clip


def dissolves(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    clip, one = Clip(), scene()
    for _ in range(4):
        other, length = scene(), int(rng.integers(8, 31))
        clip.frames += one.frames(int(rng.integers(20, 50)))
        clip.gradual.append((len(clip.frames), len(clip.frames) + length - 1))
        clip.frames += blend(one.frames(length), other.frames(length))
        one = other
    clip.frames += one.frames(30)
    return clip


def fades(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    """Fades out to black or white and in again, with nought to a dozen empty frames between."""
    clip, one = Clip(), scene()
    for _ in range(4):
        other, length = scene(), int(rng.integers(6, 25))
        empty = [np.full((HEIGHT, WIDTH, 3), rng.choice([0, 255]), np.uint8)]
        clip.frames += one.frames(int(rng.integers(20, 50)))
        start = len(clip.frames)
        clip.frames += blend(one.frames(length), empty * length) + empty * int(rng.integers(0, 13))
        clip.frames += blend(empty * length, other.frames(length))
        clip.gradual.append((start, len(clip.frames) - 1))
        one = other
    clip.frames += one.frames(30)
    return clip


def flashes(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    """Photo flashes of 1 to 4 frames, unevenly bright; some whiten the frame wholly."""
    one, clip = scene(), Clip()
    distance = np.hypot(*np.meshgrid(np.linspace(-1, 1, WIDTH), np.linspace(-1, 1, HEIGHT)))[..., None]
    for _ in range(6):
        clip.frames += one.frames(int(rng.integers(15, 40)))
        power = 1 + rng.uniform(0.5, 5) * np.exp(-distance * rng.uniform(0, 1.5))
        lift = rng.uniform(0, 50) * (power - 1)
        lit = [np.clip(f * power + lift, 0, 255).astype(np.uint8) for f in one.frames(int(rng.integers(1, 5)))]
        clip.frames += lit
    clip.frames += one.frames(20)
    return join(clip, [scene().frames(20)])


def whip_pans(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    """Pans across up to a fifth of the width a frame, blurred by the movement."""
    clip = Clip()
    for _ in range(3):
        one, shot = scene(), []
        one.at[1] = 0
        for speed in (*[0] * 15, *np.linspace(0, rng.uniform(15, 60), 6), *[30] * 8, *[0] * 15):
            one.step = np.array([0, speed])
            blur = max(1, int(speed * 0.6))
            shot.append(cv2.blur(one.frame(), (blur, 1)))
        join(clip, [shot])
    return clip


def handheld(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    """Strong shaking, and an explosion that fills the frame and dies away."""
    clip, rows = Clip(), np.mgrid[0:HEIGHT, 0:WIDTH]
    for _ in range(2):
        one = scene(shake=8.0)
        shot = one.frames(40)
        for n in range(24):
            size = 20 + 22 * n
            weight = np.exp(-((rows[0] - 90) ** 2 + (rows[1] - 160) ** 2) / size**2)[..., None] * min(1, 2 - n / 12)
            texture = cv2.resize(rng.integers(0, 120, (12, 20, 3)).astype(np.uint8), (WIDTH, HEIGHT))
            fire = np.array([255, 190, 90]) - texture * np.array([0.2, 0.8, 0.7])
            shot.append(np.clip(one.frame() * (1 - weight) + fire * weight, 0, 255).astype(np.uint8))
        join(clip, [shot + one.frames(20)])
    return clip


def captions(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    """A talking-head pace of captions and a picture-in-picture that appear at once."""
    clip = Clip()
    for _ in range(2):
        one, shot = scene(shake=0.3), []
        for _ in range(5):
            width, left = int(rng.integers(100, 260)), int(rng.integers(10, 60))
            inset = painting(rng)[:60, :90] if rng.random() < 0.3 else None
            for frame in one.frames(18):
                cv2.rectangle(frame, (left, 130), (left + width, 155), (255, 255, 255), -1)
                cv2.putText(frame, "WORDS " * 3, (left, 150), 0, 0.8, (0, 0, 0), 2)
                if inset is not None:
                    frame[10:70, 215:305] = inset
                shot.append(frame)
        join(clip, [shot])
    return clip


def pulldown(rng: np.random.Generator, scene: Callable[..., Scene]) -> Clip:
    """24 frames a second shown at 30: every fourth frame twice."""
    clip = Clip()
    for _ in range(6):
        shot = scene(speed=4, shake=2).frames(int(rng.integers(12, 50)))
        join(clip, [[f for n, frame in enumerate(shot) for f in [frame] * (2 if n % 4 == 3 else 1)]])
    return clip


KINDS: dict[str, Callable[[np.random.Generator, Callable[..., Scene]], Clip]] = {
    "hard cuts": hard_cuts, "2-12 frame shots": short_shots, "jump cuts": jump_cuts, "pulldown": pulldown,
    "dissolves": dissolves, "fades": fades, "flashes": flashes, "whip pans": whip_pans,
    "handheld, explosion": handheld, "captions, insets": captions,
}  # fmt: skip
