"""Make the clip that scripts/benchmark.py measures on: 1080 x 1920, 30 frames a second, cuts, captions, speech, motion.

`python scripts/make_benchmark_clip.py clip.mp4 [seconds]`. The pictures have the detail of photographs (layered noise at all
sizes, light, grain), since flat drawings decode faster than real clips do. The same seconds give the same clip.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from drawing import INK, MUSTARD, WHITE, text
from numpy.typing import NDArray
from PIL import Image
from sounding import RATE, levelled, mixed, music, say, write_clip

SIZE, FPS = (1080, 1920), 30
SHOT_S, CAPTION_S, CAPTION_GAP_S = 2.4, 1.55, 0.15
"""A minute has 24 cuts and 35 captions."""
MARGIN = 1.18
"""A picture is drawn this much larger than the frame, to move in it."""
GRAINS = 4

SENTENCES = (
    "Most people pack too much.", "Start with the shoes.", "They take the most room.", "Roll the shirts tightly.",
    "Put socks in the shoes.", "Heavy things go near the wheels.", "Keep one pocket free.", "Nobody tells you this.",
    "Leave a third of it empty.", "You will thank yourself.", "Weigh it on a kitchen scale.", "Ten kilos is plenty.",
    "Bring one warm layer.", "Wash it in the sink.", "It dries in a night.", "Tape a note inside the lid.",
    "Write your number on it.", "Not your home address.", "Take a photo of it open.", "Now close it once.",
)  # fmt: skip

Picture = NDArray[np.uint8]


def photograph(seed: int) -> Picture:
    """A landscape-like picture: noise at all sizes, coloured by height and light, RGB."""
    rng = np.random.default_rng(seed)
    width, height = round(SIZE[0] * MARGIN), round(SIZE[1] * MARGIN)
    relief = np.zeros((height, width), np.float32)
    for octave in range(2, 10):
        cells = rng.standard_normal((2**octave, max(2, 2**octave * width // height))).astype(np.float32)
        relief += cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC) * np.float32(0.58**octave * 4)
    relief = (relief - relief.min()) / np.ptp(relief)
    hues, depths = rng.uniform(0, 180) + 34 * rng.standard_normal(5), rng.uniform(50, 150, 5)
    ramp = np.stack([hues % 180, depths, np.linspace(35, 240, 5)], axis=-1)[None].astype(np.uint8)
    colours = cv2.cvtColor(ramp, cv2.COLOR_HSV2RGB)[0].astype(np.float32)
    shades = np.stack([np.interp(relief, np.linspace(0, 1, 5), colours[:, axis]) for axis in range(3)], axis=-1)
    light = 1 + 0.35 * cv2.Sobel(relief, cv2.CV_32F, 1, 1, ksize=5)
    sky = np.linspace(1.15, 0.8, height, dtype=np.float32)[:, None]
    lit = np.clip(shades * (np.clip(light, 0.6, 1.4) * sky)[..., None], 0, 255)
    return np.asarray(lit, np.uint8)


def pictures(seconds: float) -> Iterator[Image.Image]:
    """Every frame: a shot that pans and zooms, grain, and a caption."""
    rng = np.random.default_rng(0)
    grain = [rng.normal(0, 4, (SIZE[1], SIZE[0], 1)).astype(np.int8) for _ in range(GRAINS)]
    captions = [text(words, 58, WHITE, box=INK, padding=28) for words in SENTENCES]
    title = text("Pack for a month\nin one small bag", 84, MUSTARD, box=INK, padding=34)
    shot, photo = -1, np.zeros((1, 1, 3), np.uint8)
    for index in range(round(seconds * FPS)):
        now = index / FPS
        if int(now / SHOT_S + 1e-6) != shot:
            shot = int(now / SHOT_S + 1e-6)
            photo = photograph(shot)
        frame = Image.fromarray(_moved(photo, now - shot * SHOT_S, shot, grain[index % GRAINS]))
        number, within = divmod(now, CAPTION_S + CAPTION_GAP_S)
        if within < CAPTION_S:
            words = captions[int(number) % len(captions)]
            frame.paste(words, ((960 - words.width) // 2 + 30, 1120), words)
        if now < 3:
            frame.paste(title, (120, 330), title)
        yield frame


def _moved(photo: Picture, time_s: float, shot: int, grain: NDArray[np.int8]) -> Picture:
    """The part of a picture that the camera shows, with grain."""
    zoom = 1 + 0.03 * time_s
    spare_x, spare_y = photo.shape[1] - SIZE[0] / zoom, photo.shape[0] - SIZE[1] / zoom
    share = 0.15 + 0.7 * time_s / SHOT_S
    x, y = spare_x * (share if shot % 2 else 1 - share), spare_y * (share if shot % 3 else 0.5)
    matrix = np.array([[1 / zoom, 0, x], [0, 1 / zoom, y]], np.float32)
    view = cv2.warpAffine(photo, matrix, SIZE, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP)
    return np.asarray(np.clip(view.astype(np.int16) + grain, 0, 255), np.uint8)


def make(path: Path, seconds: float = 60) -> Path:
    """Write the clip; about two minutes of one core for a minute of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    step = CAPTION_S + CAPTION_GAP_S
    voices = [say(words, words_per_minute=185) for words in SENTENCES]
    starts = [(index * step + 0.05, voices[index % len(voices)]) for index in range(int(seconds / step))]
    longest = max(len(voice) for voice in voices) / RATE
    starts = [(start, voice) for start, voice in starts if start + longest < seconds]
    sound = levelled(mixed(seconds, starts, music(seconds)), -14.0)
    write_clip(path, pictures(seconds), SIZE, fps=FPS, sound=sound, crf=23, preset="veryfast", audio_kbps=128)
    return path


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    print(make(Path(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 60))
