"""Black, stills and flashes whose frames are known, written as H.264 and measured by the whole product.

A moving photograph or drawing is cut by black, by a held frame, and by flashes of known rate, area, luminance and colour; the
verdict after WCAG 2.3.1 follows from these: more than three flashes in a second, over a quarter of a 10-degree field.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from sounding import write_clip

from analyzer import Analyzer
from analyzer.nouns.report import Report
from evaluation.drawn_shots import Pictures, Scene
from evaluation.figures import Figure, Setup

FPS = 30
SIZE = (320, 180)
EACH = 4
FLASHES: dict[str, tuple[float, float, tuple[int, int, int], tuple[int, int, int], bool, bool]] = {
    "4 a second, whole": (4, 1.0, (0, 0, 0), (255, 255, 255), True, False),
    "3 a second, whole": (3, 1.0, (0, 0, 0), (255, 255, 255), False, False),
    "6 a second, a quarter": (6, 0.25, (10, 10, 10), (230, 230, 230), True, False),
    "6 a second, a hundredth": (6, 0.01, (10, 10, 10), (230, 230, 230), False, False),
    "6 a second, faint": (6, 1.0, (100, 100, 100), (118, 118, 118), False, False),
    "6 a second, bright to brighter": (6, 1.0, (234, 234, 234), (255, 255, 255), False, False),
    "5 a second, red": (5, 1.0, (20, 20, 20), (220, 0, 0), True, True),
    "2 a second, red": (2, 1.0, (20, 20, 20), (220, 0, 0), False, False),
}
"""Rate, share of the frame, the two colours, and whether general and red flashes fail."""


def measure(setup: Setup) -> list[Figure]:
    """Spans found to the frame, and verdicts on flashes that are right."""
    analyzer = Analyzer(only=["stillness", "flash"], use_cache=False)
    table = []
    for name, title in (("black", "black"), ("freezes", "stills")):
        exact = wrong = 0
        for number in range(EACH):
            rng = random.Random(f"{setup.seed} {name} {number}")
            spans = [(rng.randrange(30, 50), rng.randrange(20, 40)), (rng.randrange(110, 130), rng.randrange(20, 40))]
            report = analyzed(setup, analyzer, f"{name}-{number}", lambda: stretches(setup, number, name, spans))  # noqa: B023
            truth = [(first / FPS, (first + length) / FPS) for first, length in spans]
            items = report.signal("stillness").evidence[name].items  # type: ignore[union-attr]
            found = [(item.start_s, item.end_s) for item in items]
            right = [any(max(abs(a - c), abs(b - d)) <= 1.01 / FPS for c, d in found) for a, b in truth]
            exact, wrong = exact + sum(right), wrong + max(0, len(found) - sum(right))
            if not all(right) or len(found) != len(truth):
                setup.tell(f"{name} {number}: {truth} found {found}")
        total = 2 * EACH
        good = exact == total and not wrong
        table.append(
            Figure(title, "spans within one frame; false spans", f"{exact} of {total}; {wrong}", "exact", good, str(total))
        )
    right = 0
    for name, (rate, share, dark, bright, general, red) in FLASHES.items():
        report = analyzed(setup, analyzer, f"flash-{name}", lambda: flashing(rate, share, dark, bright))  # noqa: B023
        found = (report.metric("flash.general_fails"), report.metric("flash.red_fails"))
        right += found == (general, red)
        if found != (general, red):
            setup.tell(f"flash {name}: {(general, red)} found {found}")
    table.append(
        Figure("flash", "WCAG verdicts that are right", f"{right} of {len(FLASHES)}", "exact", right == len(FLASHES), "")
    )
    return table


def analyzed(setup: Setup, analyzer: Analyzer, name: str, frames: Callable[[], list[Pictures]]) -> Report:
    path = setup.made(
        f"light-{name.replace(' ', '-').replace(',', '')}.mp4",
        lambda path: write_clip(path, map(Image.fromarray, frames()), SIZE, fps=FPS, crf=23, preset="veryfast"), name,
    )  # fmt: skip
    return analyzer.analyze(path)


def stretches(setup: Setup, number: int, name: str, spans: list[tuple[int, int]]) -> list[Pictures]:
    """Six seconds of a moving scene with black or held stretches of frames (first, length)."""
    scene = Scene(np.random.default_rng([setup.seed, 77, number]), setup.photographs, speed=2.0)
    frames = scene.frames(180)
    for first, length in spans:
        for index in range(first, first + length):
            frames[index] = np.zeros_like(frames[0]) if name == "black" else frames[first - 1]
    if name == "freezes":
        # The held frame is first seen one frame before the stretch.
        spans[:] = [(first - 1, length + 1) for first, length in spans]
    return frames


def flashing(rate: float, share: float, dark: tuple[int, ...], bright: tuple[int, ...]) -> list[NDArray[np.uint8]]:
    """Three seconds in which a middle part of the frame alternates."""
    frames = []
    high, wide = round(SIZE[1] * share**0.5), round(SIZE[0] * share**0.5)
    top, left = (SIZE[1] - high) // 2, (SIZE[0] - wide) // 2
    for index in range(3 * FPS):
        frame = np.full((SIZE[1], SIZE[0], 3), dark, np.uint8)
        # Flashes begin a second in and last a second, so that so many fall into one second.
        if FPS <= index < 2 * FPS and (index - FPS) * 2 * rate // FPS % 2 == 0:
            frame[top : top + high, left : left + wide] = bright
        frames.append(frame)
    return frames
