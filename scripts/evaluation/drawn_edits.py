"""What editors of short clips do, drawn: transitions, effects and layouts, each with its truth by construction.

A cut of what fills the middle of a frame whose bars stay is a cut. Pushes, wipes, whips and zooms from one shot to the next are
gradual. A split screen, an inset, a card of text, a glitch, a strobe and a scrolled page are none.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from evaluation.drawn_shots import HEIGHT, WIDTH, Clip, Pictures, Scene, join, painting

Maker = Callable[..., Scene]


def rate(fps: int) -> Callable[[np.random.Generator, Maker], Clip]:
    """Hard cuts at another frame rate, with the same movement a second."""

    def draw(rng: np.random.Generator, scene: Maker) -> Clip:
        lengths = [int(fps * rng.uniform(0.4, 1.5)) for _ in range(6)]
        shots = [scene(speed=rng.uniform(0, 3) * 30 / fps, shake=21 / fps).frames(length) for length in lengths]
        return join(Clip(fps=fps), shots)

    return draw


def talker(rng: np.random.Generator, scene: Maker) -> Clip:
    """Somebody before a camera that stands still: pauses are cut out, so that the head jumps, or the frame is punched in."""
    room = scene(speed=0, shake=0)
    room.object_size = 0
    wall = cv2.GaussianBlur(room.frame(), (0, 0), 2)
    skin, coat = rng.integers(90, 230, 3).tolist(), rng.integers(20, 200, 3).tolist()
    clip, place, zoom = Clip(), np.array([WIDTH / 2, 80.0]), 1.0
    for _ in range(7):
        shot, sway = [], rng.uniform(0, 6)
        for n in range(int(rng.integers(20, 60))):
            x, y = place + 3 * np.sin([n / 9 + sway, n / 5 + sway])
            frame = wall.copy()
            cv2.ellipse(frame, (int(x), int(y + 125)), (75, 80), 0, 0, 360, coat, -1)
            cv2.ellipse(frame, (int(x), int(y)), (34, 44), 0, 0, 360, skin, -1)
            cv2.ellipse(frame, (int(x), int(y - 26)), (34, 24), 0, 0, 360, (40, 30, 25), -1)
            for side in (-13, 13):
                cv2.circle(frame, (int(x + side), int(y - 4)), 4, (20, 20, 20), -1)
            cv2.ellipse(frame, (int(x), int(y + 22)), (12, 2 + int(5 * abs(np.sin(n / 2)))), 0, 0, 360, (90, 30, 40), -1)
            shot.append(np.clip(zoomed(frame, zoom) + rng.normal(0, 2, frame.shape), 0, 255).astype(np.uint8))
        join(clip, [shot])
        zoom = float(rng.choice([1.0, 1.12, 1.25]))
        place = np.array([WIDTH / 2, 80.0]) + rng.uniform(-1, 1, 2) * (30, 8)
    return clip


def zoomed(frame: Pictures, zoom: float) -> Pictures:
    """The middle of a frame, as large as the frame."""
    turn = cv2.getRotationMatrix2D((frame.shape[1] / 2, frame.shape[0] / 2), 0, zoom)
    return np.asarray(cv2.warpAffine(frame, turn, frame.shape[1::-1], flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def leaps(rng: np.random.Generator, scene: Maker) -> Clip:
    """A drawn figure leaps across a drawing that stands still, drawn anew every second or third frame."""
    clip = Clip()
    for _ in range(2):
        room = scene(speed=0, shake=0)
        room.object_size = 0
        wall, colour, shot = room.frame(), rng.integers(0, 256, 3).tolist(), []
        for _ in range(4):
            size, way = int(rng.integers(35, 75)), rng.uniform(0, 1, (2, 2)) * (WIDTH, HEIGHT)
            steps, held = int(rng.integers(3, 6)), int(rng.integers(2, 4))
            for share in (*[0.0] * 6, *np.linspace(0, 1, steps), *[1.0] * 6):
                frame, middle = wall.copy(), ((1 - share) * way[0] + share * way[1]).astype(int)
                cv2.ellipse(frame, middle.tolist(), (size, int(size * 0.7)), 30 * share, 0, 360, colour, -1)
                cv2.circle(frame, (middle + (size // 3, -size // 3)).tolist(), size // 3, (250, 250, 240), -1)
                shot += [frame] * held
        join(clip, [shot])
    return clip


def to_black(rng: np.random.Generator, scene: Maker) -> Clip:
    """Cuts to black or white and back, each long enough to be seen."""
    clip = Clip()
    for _ in range(3):
        empty = np.full((HEIGHT, WIDTH, 3), rng.choice([0, 255]), np.uint8)
        join(clip, [scene().frames(int(rng.integers(20, 50))), [empty] * int(rng.integers(16, 30))])
    return join(clip, [scene().frames(30)])


def between(rng: np.random.Generator, scene: Maker, how: Callable[[list[Pictures], list[Pictures]], list[Pictures]]) -> Clip:
    """Four shots that give way to each other by a function of the frames of both."""
    clip, one = Clip(), scene()
    for _ in range(3):
        other, length = scene(), int(rng.integers(7, 18))
        clip.frames += one.frames(int(rng.integers(20, 50)))
        clip.gradual.append((len(clip.frames), len(clip.frames) + length - 1))
        clip.frames += how(one.frames(length), other.frames(length))
        one = other
    clip.frames += one.frames(30)
    return clip


def pushes(rng: np.random.Generator, scene: Maker) -> Clip:
    """The new picture pushes the old one out, or slides over it, with an eased pace."""
    over = rng.random() < 0.5

    def push(one: list[Pictures], other: list[Pictures]) -> list[Pictures]:
        axis, back = int(rng.integers(2)), bool(rng.integers(2))
        shown = []
        for n, (a, b) in enumerate(zip(one, other, strict=True)):
            part = int(a.shape[axis] * (1 - np.cos(np.pi * (n + 1) / (len(one) + 1))) / 2)
            a, b = (np.flip(a, axis), np.flip(b, axis)) if back else (a, b)
            a, b = np.moveaxis(a, axis, 0), np.moveaxis(b, axis, 0)
            both = np.concatenate([b[len(b) - part :], a[part:] if over else a[: len(a) - part]])
            both = np.moveaxis(both, 0, axis)
            shown.append(np.ascontiguousarray(np.flip(both, axis) if back else both))
        return shown

    return between(rng, scene, push)


def wipes(rng: np.random.Generator, scene: Maker) -> Clip:
    """An edge at any angle, or a growing circle, uncovers the new picture."""
    rows, columns = np.mgrid[0:HEIGHT, 0:WIDTH]

    def wipe(one: list[Pictures], other: list[Pictures]) -> list[Pictures]:
        turn = rng.uniform(0, 2 * np.pi)
        place = np.cos(turn) * columns + np.sin(turn) * rows
        if rng.random() < 0.3:
            place = np.hypot(rows - HEIGHT / 2, columns - WIDTH / 2)
        edges = np.linspace(place.min(), place.max(), len(one) + 2)[1:-1]
        return [np.where((place < edge)[..., None], b, a) for a, b, edge in zip(one, other, edges, strict=True)]

    return between(rng, scene, wipe)


def whips(rng: np.random.Generator, scene: Maker) -> Clip:
    """Transitions in which the old shot speeds off, blurred, and the new one comes to rest."""

    def whip(one: list[Pictures], other: list[Pictures]) -> list[Pictures]:
        half, shown, moved = len(one) // 2, [], 0
        for n, frame in enumerate([*one[:half], *other[half:]]):
            speed = int(WIDTH * 0.25 * np.sin(np.pi * (n + 1) / (len(one) + 1)) ** 2)
            moved = 0 if n == half else moved + speed
            shift = moved if n < half else moved - WIDTH // 2
            shown.append(np.asarray(cv2.blur(np.roll(frame, -shift, axis=1), (max(1, speed), 1))))
        return shown

    return between(rng, scene, whip)


def zooms(rng: np.random.Generator, scene: Maker) -> Clip:
    """Fast zooms within a shot, in and out again."""
    clip = Clip()
    for _ in range(2):
        one, shot = scene(shake=0.3), []
        for _ in range(3):
            most, length = rng.uniform(1.3, 2.2), int(rng.integers(4, 10))
            way = 1 + (most - 1) * (1 - np.cos(np.pi * np.linspace(0, 1, length))) / 2
            for zoom in (*[1.0] * 12, *way, *[most] * 12, *way[::-1]):
                shot.append(zoomed(one.frame(), zoom))
        join(clip, [shot])
    return clip


def glitches(rng: np.random.Generator, scene: Maker) -> Clip:
    """Bursts in which strips jump sideways and the colours come apart."""
    clip = Clip()
    for _ in range(2):
        one, shot = scene(shake=0.3), []
        for _ in range(4):
            shot += one.frames(int(rng.integers(15, 30)))
            for frame in one.frames(int(rng.integers(2, 9))):
                torn = np.stack([np.roll(frame[..., c], int(rng.integers(-14, 15)), axis=1) for c in range(3)], axis=2)
                for _ in range(int(rng.integers(3, 10))):
                    top, high = int(rng.integers(0, HEIGHT - 10)), int(rng.integers(4, 40))
                    torn[top : top + high] = np.roll(torn[top : top + high], int(rng.integers(-80, 81)), axis=1)
                shot.append(torn)
        join(clip, [shot + one.frames(15)])
    return clip


def strobes(rng: np.random.Generator, scene: Maker) -> Clip:
    """A second of light that goes on and off, or is tinted, every few frames."""
    clip = Clip()
    for _ in range(2):
        one, shot, period = scene(), scene().frames(0), int(rng.integers(1, 5))
        tints = rng.uniform(0.15, 1.6, (2, 3)) if rng.random() < 0.5 else np.array([[0.12] * 3, [1.5] * 3])
        shot += one.frames(20)
        for n, frame in enumerate(one.frames(32)):
            shot.append(np.clip(frame * tints[n // period % 2], 0, 255).astype(np.uint8))
        join(clip, [shot + one.frames(20)])
    return clip


def layouts(rng: np.random.Generator, scene: Maker) -> Clip:
    """A split screen, an inset and a card of text that come and go at once over a video that goes on."""
    clip = Clip()
    for _ in range(2):
        one, second, shot = scene(shake=0.3), scene(shake=0.3), []
        for what in rng.permutation(["split", "inset", "card"]):
            shot += one.frames(int(rng.integers(15, 30)))
            axis, high, wide = int(rng.integers(2)), int(rng.integers(50, 90)), int(rng.integers(80, 170))
            paper, ink = ((255, 255, 255), (0, 0, 0)) if rng.random() < 0.5 else (rng.integers(0, 256, 3).tolist(), (255,) * 3)
            top, left = int(rng.integers(5, HEIGHT - high - 4)), int(rng.integers(5, WIDTH - wide - 4))
            for frame, other in zip(one.frames(25), second.frames(25), strict=True):
                if what == "split" and axis:
                    frame[:, WIDTH // 2 :] = other[:, WIDTH // 4 : WIDTH // 4 + WIDTH // 2]
                elif what == "split":
                    frame[HEIGHT // 2 :] = other[HEIGHT // 4 : HEIGHT // 4 + HEIGHT // 2]
                elif what == "inset":
                    frame[top : top + high, left : left + wide] = cv2.resize(other, (wide, high))
                else:
                    cv2.rectangle(frame, (left, top), (left + wide, top + high), paper, -1)
                    for row in range(top + 18, top + high - 4, 16):
                        cv2.putText(frame, "CARD OF TEXT"[: wide // 12], (left + 6, row), 0, 0.5, ink, 1)
                shot.append(frame)
        join(clip, [shot + one.frames(15)])
    return clip


def stings(rng: np.random.Generator, scene: Maker) -> Clip:
    """A logo that springs up on a plain ground, stands, and is cut away from."""
    clip = Clip()
    for _ in range(3):
        ground, shot = rng.integers(0, 256, 3), []
        colour, pace = [(one + 128) % 256 for one in ground.tolist()], rng.choice([0.1, 3])
        for n in range(int(rng.integers(25, 45))):
            size = 60 * (1 - np.exp(-(n - 5) / pace) * np.cos((n - 5) / 2)) if n > 4 else 0
            frame = np.full((HEIGHT, WIDTH, 3), ground, np.uint8)
            cv2.circle(frame, (WIDTH // 2, HEIGHT // 2 - 10), int(size), colour, -1)
            if n > 14:
                cv2.putText(frame, "BRAND", (WIDTH // 2 - 55, HEIGHT - 12), 0, 1.1, colour, 3)
            shot.append(frame)
        join(clip, [shot, scene(speed=rng.uniform(0, 2)).frames(int(rng.integers(20, 40)))])
    return clip


def scrolls(rng: np.random.Generator, scene: Maker) -> Clip:
    """A recorded screen: a page of words and pictures is scrolled in jerks, a menu opens; then a cut to a camera."""
    page = np.full((HEIGHT * 6, WIDTH, 3), 250, np.uint8)
    for top in range(10, len(page) - 60, 14):
        if rng.random() < 0.12:
            page[top : top + 60, 20:120] = painting(rng)[:60, :100]
        width = int(rng.integers(60, 180))
        cv2.line(page, (130, top), (130 + width, top), (70, 70, 70), 3)
    page[:, :12] = (60, 90, 160)
    shot, at, clip = [], 0.0, Clip()
    for _ in range(6):
        jump = rng.uniform(30, 170)
        for step in (*[0.0] * int(rng.integers(8, 20)), *np.diff(np.linspace(0, 1, int(rng.integers(4, 9))) ** 0.5) * jump):
            at = float(np.clip(at + step, 0, len(page) - HEIGHT))
            frame = page[int(at) : int(at) + HEIGHT].copy()
            frame[:14] = (225, 228, 232)
            shot.append(frame)
    for n, frame in enumerate(shot[-30:]):
        if n > 12:
            cv2.rectangle(frame, (200, 14), (300, 130), (240, 240, 240), -1)
            cv2.rectangle(frame, (200, 14), (300, 130), (150, 150, 150), 1)
    return join(clip, [shot, scene().frames(30)])


def bars(rng: np.random.Generator, scene: Maker) -> Clip:
    """Hard cuts of what fills a part of the frame, between black bars, a blurred copy of itself, or a title that stays."""
    clip, kind = Clip(), int(rng.integers(4))
    for _ in range(6):
        shot = []
        for frame in scene(speed=rng.uniform(0, 2)).frames(int(rng.integers(15, 45))):
            if kind == 0:
                frame[:24], frame[-24:] = 0, 0
            elif kind == 1:
                frame[:, :110], frame[:, -110:] = 0, 0
            elif kind == 2:
                wide = cv2.GaussianBlur(np.asarray(cv2.resize(frame[:, 110:210], (WIDTH, HEIGHT))), (0, 0), 8)
                frame[:, :110], frame[:, -110:] = wide[:, :110], wide[:, -110:]
            else:
                tall = np.full((WIDTH, HEIGHT, 3), 255, np.uint8)
                cv2.putText(tall, "POV: when", (14, 45), 0, 0.9, (0, 0, 0), 2)
                cv2.putText(tall, "it works", (24, 80), 0, 0.9, (0, 0, 0), 2)
                tall[105:206] = cv2.resize(frame, (HEIGHT, 101))
                frame = tall
            shot.append(frame)
        join(clip, [shot])
    return clip


EDITS: dict[str, Callable[[np.random.Generator, Maker], Clip]] = {
    "24 fps": rate(24), "60 fps": rate(60), "talker": talker, "bars": bars, "to black, white": to_black, "logo stings": stings,
    "pushes": pushes, "wipes": wipes, "whip transitions": whips,
    "leaping figure": leaps, "fast zooms": zooms, "glitches": glitches, "strobes": strobes, "layouts": layouts,
    "scrolled page": scrolls,
}  # fmt: skip
SWEPT = ("pushes", "wipes", "whip transitions")
EFFECTS = ("leaping figure", "fast zooms", "glitches", "strobes", "layouts", "scrolled page")
"""Kinds of gradual transitions, and of clips in which what happens is no transition."""
