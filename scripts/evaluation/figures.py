"""What the parts of the evaluation share: a figure beside its aim, where material lies, and the fonts that are drawn with."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image, ImageFont

SCRIPTS = Path(__file__).parent.parent
FONT_FOLDER = Path("/usr/share/fonts/truetype")
FONTS = tuple(
    f"{folder}/{name}.ttf"
    for folder, names in {
        "dejavu": (
            "DejaVuSans-Bold", "DejaVuSans", "DejaVuSerif", "DejaVuSerif-Bold", "DejaVuSansCondensed",
            "DejaVuSansCondensed-Bold", "DejaVuSansMono", "DejaVuSans-Oblique", "DejaVuSerifCondensed-Bold",
        ),
        "liberation": (
            "LiberationSans-Bold", "LiberationSans-Regular", "LiberationSerif-Regular", "LiberationSansNarrow-Bold",
            "LiberationMono-Regular",
        ),
    }.items()
    for name in names
)  # fmt: skip
"""Debian's fonts-dejavu and fonts-liberation; those that are missing are left out, and the table says which are used."""
PILLOWS_OWN = "Aileron (Pillow's own)"


@dataclass(frozen=True)
class Figure:
    """One line of the table; `met` is None where there is no aim."""

    signal: str
    measure: str
    value: str
    aim: str = ""
    met: bool | None = None
    count: str = ""
    """What it was measured on."""


@dataclass(frozen=True)
class Setup:
    """What a part is given."""

    seed: int
    data: Path
    details: bool = False
    """Print every error."""

    def tell(self, *words: object) -> None:
        if self.details:
            print("   ", *words, flush=True)

    @cached_property
    def photographs(self) -> list[Path]:
        """Photographs without text, in an order of the seed; empty without the real material."""
        every = sorted(p for folder in ("images", "palette", "images/coco") for p in (self.data / folder).glob("*.jpg"))
        order = np.random.default_rng(self.seed).permutation(len(every))
        return [every[place] for place in order]

    def made(self, name: str, draw: Callable[[Path], None], *key: object) -> Path:
        """A drawn file; kept between runs until the code of the parts, the seed or the key changes."""
        code = b"".join(
            path.read_bytes() for path in sorted([*Path(__file__).parent.glob("*.py"), *SCRIPTS.glob("[ds]*ing.py")])
        )
        digest = hashlib.sha256(code + repr((name, self.seed, str(self.data), key)).encode()).hexdigest()[:16]
        stem, suffix = Path(name).stem, Path(name).suffix
        path = Path(tempfile.gettempdir()) / "analyzer-evaluation" / f"{stem}-{digest}{suffix}"
        if not path.is_file():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(f"partial-{path.name}")
            draw(partial)
            partial.rename(path)
        return path


Measure = Callable[[Setup], list[Figure]]


def fonts() -> tuple[str, ...]:
    """Names of the fonts that are here."""
    return (*(name for name in FONTS if (FONT_FOLDER / name).is_file()), PILLOWS_OWN)


def font(name: str, size: int) -> ImageFont.FreeTypeFont:
    if name == PILLOWS_OWN:
        return ImageFont.load_default(size)  # type: ignore[return-value]
    return ImageFont.truetype(str(FONT_FOLDER / name), size)


def filling(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The middle of a picture, scaled so that it fills a size."""
    scale = max(size[0] / picture.width, size[1] / picture.height)
    wide, high = max(size[0], round(picture.width * scale)), max(size[1], round(picture.height * scale))
    left, top = (wide - size[0]) // 2, (high - size[1]) // 2
    return (
        picture.convert("RGB").resize((wide, high), Image.Resampling.LANCZOS).crop((left, top, left + size[0], top + size[1]))
    )


def quantiles(errors: Sequence[float], unit: str = "", scale: float = 1.0, digits: int = 2) -> str:
    """Median and 95th percentile as text."""
    if not len(errors):
        return "nothing measured"
    return f"{scale * np.median(errors):.{digits}f} / {scale * np.quantile(errors, 0.95):.{digits}f}{unit}"


def at_most(signal: str, measure: str, errors: Sequence[float], aim: float, scale: float = 100, unit: str = " %") -> Figure:
    """Median and 90th percentile of errors, with an aim for the median."""
    if not len(errors):
        return Figure(signal, measure, "nothing measured", count="0")
    middle, tail = np.median(errors), np.quantile(errors, 0.9)
    value = f"median {scale * middle:.1f}{unit}, p90 {scale * tail:.1f}{unit}"
    return Figure(signal, measure, value, f"<= {scale * aim:g}{unit}", bool(middle <= aim), f"{len(errors)}")


def tail_at_most(signal: str, measure: str, errors: Sequence[float], aim_s: float) -> Figure:
    """Median and 95th percentile of errors in seconds, with an aim for the latter."""
    met = bool(len(errors)) and float(np.quantile(errors, 0.95)) <= aim_s
    return Figure(signal, measure, quantiles(errors, " s", digits=3), f"p95 <= {aim_s:g} s", met, str(len(errors)))


def at_least(signal: str, measure: str, value: float, aim: float, count: str) -> Figure:
    return Figure(signal, measure, f"{value:.3f}", f">= {aim:g}", bool(value >= aim), count)


def f1(right: int, wrong: int, missed: int) -> float:
    return 2 * right / max(1, 2 * right + wrong + missed)


def macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """Of (truth, found) pairs: the mean of F1 over the kinds that occur."""
    kinds = {truth for truth, _ in pairs}
    scores = []
    for kind in kinds:
        right = sum(truth == found == kind for truth, found in pairs)
        wrong = sum(found == kind != truth for truth, found in pairs)
        missed = sum(truth == kind != found for truth, found in pairs)
        scores.append(f1(right, wrong, missed))
    return float(np.mean(scores)) if scores else 0.0
