"""Roles of lines in made layouts: what each line is for follows from where it stands, how long, and how the lines change."""

from __future__ import annotations

import random
from collections import Counter

from analyzer.methods.text_roles import Line, roles
from analyzer.nouns.evidence import BoundingBox
from evaluation.figures import Figure, Setup, at_least, macro_f1
from evaluation.lines import WORDS

EACH = 12
"""Layouts of each kind."""


def measure(setup: Setup) -> list[Figure]:
    """Macro-F1 of the four roles over all lines."""
    rng = random.Random(setup.seed)
    table: dict[tuple[str, str], Counter[str]] = {}
    pairs = []
    for number in range(EACH * len(LAYOUTS)):
        kind = list(LAYOUTS)[number % len(LAYOUTS)]
        lines, wanted, speech, duration_s = layout(kind, rng)
        for found, truth in zip(roles(lines, duration_s, speech), wanted, strict=True):
            table.setdefault((kind, truth), Counter())[found] += 1
            pairs.append((truth, found))
    for (kind, truth), found_as in sorted(table.items()):
        setup.tell(f"{kind:26}{truth:12}{dict(found_as)}")
    return [at_least("kind of text", "macro-F1, made layouts", macro_f1(pairs), 0.95, f"{len(pairs)} lines")]


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
