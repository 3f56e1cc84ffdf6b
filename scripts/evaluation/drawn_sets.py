"""Sets of assets with planted outliers, copies and drifts, made of the photographs and clips of shared/data, with their truth.

The looks, the photographs and what is planted are drawn from the seed.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 640
GREY = {"clock.png", "page.png", "nsfwjs_logo.jpg"}
"""No photographs in colour."""
TWICE = {"fastestdet_0.jpg", "fastestdet_1.jpg"}
"""Photographs of COCO that are there twice."""
CLIPS = (
    "dj_video1.mp4", "dj_video10.mp4", "dj_video4.mp4", "editly_kohlipe1.mp4", "imageio_cockatoo_yuv420.mp4",
    "psd_testvideo.mp4",
)  # fmt: skip
"""Clips with motion, with cuts, and with next to none."""

Picture = NDArray[np.uint8]
Random = np.random.Generator


@dataclass(frozen=True)
class Grade:
    """How a photograph is graded: colours 0..1 RGB that shadows and lights are drawn to."""

    shadows: tuple[float, float, float]
    lights: tuple[float, float, float]
    tint: float
    saturation: float
    exposure: float = 1.0
    contrast: float = 1.0

    def __call__(self, picture: Picture) -> Picture:
        pixels = picture.astype(np.float32) / 255
        luma = (pixels @ np.array([0.2126, 0.7152, 0.0722], np.float32))[..., None]
        pixels = luma + self.saturation * (pixels - luma)
        pixels = (pixels * self.exposure - 0.45) * self.contrast + 0.45
        wash = np.array(self.shadows, np.float32) * (1 - luma) + np.array(self.lights, np.float32) * luma
        return (255 * np.clip((1 - self.tint) * pixels + self.tint * wash, 0, 1)).round().astype(np.uint8)


def _hue(degrees: float, light: float, strength: float) -> tuple[float, float, float]:
    code = cv2.cvtColor(np.array([[[degrees % 360, light, strength]]], np.float32), cv2.COLOR_HLS2RGB)[0, 0]
    return float(code[0]), float(code[1]), float(code[2])


def look(random: Random, hue: float) -> Grade:
    """A look around a hue: shadows of it, lights of one beside it. As strong as a person sees at once."""
    return Grade(
        _hue(hue, 0.22, 0.7), _hue(hue + random.uniform(20, 70), 0.78, 0.7),
        tint=random.uniform(0.6, 0.7), saturation=random.uniform(0.3, 0.6),
    )  # fmt: skip


def jitter(grade: Grade, random: Random) -> Grade:
    """The look as a person applies it once more: nearly the same."""
    return Grade(
        grade.shadows, grade.lights, grade.tint * random.uniform(0.92, 1.08), grade.saturation * random.uniform(0.9, 1.1),
        random.uniform(0.95, 1.05), random.uniform(0.95, 1.05),
    )  # fmt: skip


def photographs(data: Path, random: Random, count: int) -> list[Picture]:
    """Photographs in a drawn order, long side `SIDE`."""
    files = sorted([*(data / "images").glob("*.*"), *(data / "images" / "coco").glob("*.jpg")])
    files = [file for file in files if file.name not in GREY | TWICE and file.suffix in (".jpg", ".png")]
    chosen = [files[i] for i in random.permutation(len(files))[:count]]
    return [_fitted(cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)) for file in chosen]


def _fitted(picture: Picture) -> Picture:
    scale = SIDE / max(picture.shape[:2])
    size = (round(picture.shape[1] * scale), round(picture.shape[0] * scale))
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)


def write(path: Path, picture: Picture, quality: int = 88) -> None:
    cv2.imwrite(str(path), cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])


VISIBLE = 25.0
"""Mean CIE76 by which an outlier differs from the same photograph in every look of the set: what a person sees at once."""


def outlier(picture: Picture, kind: int, hue: float, styles: Sequence[Grade], random: Random) -> Picture:
    """A photograph that was not graded like the others: another hue, not at all, too vivid, too dark, in black and white.

    A photograph that hardly differs in that way is treated in the next one.
    """
    other = look(random, hue + random.choice([100, 180, 260]))
    grades: list[Callable[[Picture], Picture]] = [
        jitter(other, random),
        lambda p: p,
        Grade((0, 0, 0), (1, 1, 1), 0.0, 1.9),
        Grade(other.shadows, other.lights, 0.1, 0.9, exposure=0.35),
        Grade((0, 0, 0), (1, 1, 1), 0.3, 0.0, contrast=1.3),
    ]
    made = [grades[(kind + n) % len(grades)](picture) for n in range(len(grades))]
    return next((one for one in made if _apart(one, picture, styles) >= VISIBLE), made[0])


def _apart(made: Picture, picture: Picture, styles: Sequence[Grade]) -> float:
    """Mean CIE76 of a picture from the photograph in that look which is nearest."""
    lab = [cv2.cvtColor(p.astype(np.float32) / 255, cv2.COLOR_RGB2LAB) for p in (made, *(style(picture) for style in styles))]
    return min(float(np.linalg.norm(lab[0] - other, axis=2).mean()) for other in lab[1:])


def graded(folder: Path, data: Path, random: Random, looks: int = 1) -> dict[str, Any]:
    """48 photographs of one look (or of `looks`), six of them outliers."""
    hue = random.uniform(0, 360)
    styles = [look(random, hue + 170 * n) for n in range(looks)]
    strange = set(random.permutation(48)[:6].tolist())
    truth = []
    for number, picture in enumerate(photographs(data, random, 48)):
        name = f"post-{number:02}.jpg"
        if number in strange:
            truth.append(name)
            picture = outlier(picture, len(truth), hue + (85 if looks > 1 else 0), styles, random)
        else:
            picture = jitter(styles[number % looks], random)(picture)
        write(folder / name, picture)
    return {"outliers": truth, "looks": looks}


def two_looks(folder: Path, data: Path, random: Random) -> dict[str, Any]:
    return graded(folder, data, random, looks=2)


WORDS = (
    "fresh", "bread", "coffee", "morning", "garden", "summer", "market", "local", "simple", "daily", "slow", "honest", "warm",
    "open", "handmade", "quiet", "green",
)  # fmt: skip


def cards(folder: Path, data: Path, random: Random, wordmark: str = "") -> dict[str, Any]:
    """28 cards of one template; five break it: text in another size, case, place or colour, or another ground."""
    hue = random.uniform(0, 360)
    ground, ink = _hue(hue, 0.25, 0.6), _hue(hue + 40, 0.95, 0.4)
    strange = sorted(random.permutation(28)[:5].tolist())
    truth = []
    for number, photo in enumerate(photographs(data, random, 28)):
        style = {"size": 1.5, "upper": True, "y": 0.8, "ground": ground, "ink": ink, "wordmark": wordmark}
        if number in strange:
            changes = [
                {"size": 3.0}, {"upper": False, "ink": _hue(hue + 190, 0.75, 0.9)}, {"y": 0.12},
                {"ground": _hue(hue + 170, 0.4, 0.8)}, {"size": 0.8, "upper": False},
            ]  # fmt: skip
            style |= changes[strange.index(number)]
            truth.append(f"card-{number:02}.jpg")
        text = " ".join(WORDS[i] for i in random.permutation(len(WORDS))[:2])
        write(folder / f"card-{number:02}.jpg", card(photo, text, style), 92)
    return {"outliers": truth}


def branded(folder: Path, data: Path, random: Random) -> dict[str, Any]:
    """The same with the brand's name at the top of every card, which no outlier changes."""
    return cards(folder, data, random, wordmark="Kiln & Co")


def card(photo: Picture, text: str, style: dict[str, Any]) -> Picture:
    """A card of 720 by 900: a photograph above, a text on a ground."""
    picture = np.empty((900, 720, 3), np.uint8)
    picture[:] = np.round(255 * np.array(style["ground"])).astype(np.uint8)
    inset = cv2.resize(photo, (600, 450), interpolation=cv2.INTER_AREA)
    picture[200:650, 60:660] = inset
    words = text.upper() if style["upper"] else text.capitalize()
    size = float(style["size"])  # type: ignore[arg-type]
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, size, max(1, round(2 * size)))
    size *= min(1.0, 660 / width)
    (width, height), _ = cv2.getTextSize(words, cv2.FONT_HERSHEY_DUPLEX, size, max(1, round(2 * size)))
    ink = [int(round(255 * c)) for c in style["ink"]]  # type: ignore[attr-defined]
    place = ((720 - width) // 2, round(900 * float(style["y"])) + height // 2)  # type: ignore[arg-type]
    cv2.putText(picture, words, place, cv2.FONT_HERSHEY_DUPLEX, size, ink, max(1, round(2 * size)), cv2.LINE_AA)
    if style.get("wordmark"):
        cv2.putText(picture, str(style["wordmark"]), (470, 60), cv2.FONT_HERSHEY_TRIPLEX, 1.1, ink, 2, cv2.LINE_AA)
    return picture


def copies(folder: Path, data: Path, random: Random) -> dict[str, Any]:
    """60 photographs, 16 cards of one template, clips; and copies of some: encoded anew, rescaled, cropped, cut, a frame."""
    groups: list[list[str]] = []
    photos = photographs(data, random, 60)
    for number, picture in enumerate(photos):
        write(folder / f"photo-{number:02}.jpg", picture)
    for number in random.permutation(60)[:24].tolist():
        made = []
        for name in random.permutation(sorted(CHANGES))[: 1 + int(random.integers(2))].tolist():
            made.append(f"photo-{number:02}-{name}.jpg")
            changed, quality = CHANGES[name](photos[number], random)
            write(folder / made[-1], changed, quality)
        groups.append([f"photo-{number:02}.jpg", *made])
    style = {"size": 1.5, "upper": True, "y": 0.8, "ground": (0.1, 0.2, 0.4), "ink": (1.0, 0.95, 0.8)}
    for number in range(16):
        text = " ".join(WORDS[i] for i in random.permutation(len(WORDS))[:2])
        write(folder / f"card-{number:02}.jpg", card(photos[number // 8], text, style))
    for name in CLIPS:
        groups.append(_clip(folder, data / "video" / name, random))
    return {"duplicates": groups}


def _cropped(picture: Picture, random: Random, least: float) -> Picture:
    height, width = picture.shape[:2]
    share = random.uniform(least, 0.93)
    rows, columns = round(share * height), round(share * width)
    top, left = int(random.integers(height - rows + 1)), int(random.integers(width - columns + 1))
    return picture[top : top + rows, left : left + columns]


def _scaled(picture: Picture, scale: float) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)


CHANGES: dict[str, Callable[[Picture, Random], tuple[Picture, int]]] = {
    "q35": lambda p, r: (p, 35),
    "half": lambda p, r: (_scaled(p, r.uniform(0.4, 0.7)), 75),
    "crop": lambda p, r: (_cropped(p, r, 0.6), 80),
    "cropsmall": lambda p, r: (_scaled(_cropped(p, r, 0.7), 0.6), 70),
    "light": lambda p, r: (np.clip(p.astype(np.float32) * 1.12 + 6, 0, 255).astype(np.uint8), 80),
}


def _clip(folder: Path, source: Path, random: Random) -> list[str]:
    """The first 8 s of a clip; the same encoded anew and smaller; its middle part; a frame of it as a picture."""
    frames, fps = _frames(source, 8.0)
    stem = source.stem
    names = [f"{stem}.mp4", f"{stem}-small.mp4", f"{stem}-cut.mp4", f"{stem}-frame.jpg"]
    encode(folder / names[0], frames, fps, 20)
    encode(folder / names[1], [_scaled(frame, 0.6) for frame in frames], fps, 30)
    encode(folder / names[2], frames[len(frames) // 5 :], fps, 24)
    write(folder / names[3], frames[int(random.integers(len(frames) // 4, 3 * len(frames) // 4))], 80)
    return names


def _frames(source: Path, seconds: float) -> tuple[list[Picture], int]:
    frames: list[Picture] = []
    with av.open(str(source)) as container:
        stream = container.streams.video[0]
        fps = max(1, round(float(stream.average_rate or 25)))
        for frame in container.decode(stream):
            if len(frames) >= seconds * fps:
                break
            frames.append(_fitted(frame.to_ndarray(format="rgb24")))
    return frames, fps


def encode(path: Path, frames: Sequence[Picture], fps: int, crf: int) -> None:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=fps)
        stream.width, stream.height = frames[0].shape[1] // 2 * 2, frames[0].shape[0] // 2 * 2
        stream.pix_fmt, stream.options = "yuv420p", {"crf": str(crf), "preset": "veryfast"}
        for picture in frames:
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[: stream.height, : stream.width]), "rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def drifting(folder: Path, data: Path, random: Random, drifts: bool = True) -> dict[str, Any]:
    """40 photographs over a year; after the middle their look is another one (or, without a drift, is not)."""
    hue = random.uniform(0, 360)
    before = look(random, hue)
    after = look(random, hue + 70) if drifts else before
    first, rows = date(2025, 1, 6), []
    for number, picture in enumerate(photographs(data, random, 40)):
        name = f"post-{number:02}.jpg"
        write(folder / name, jitter(after if number >= 20 else before, random)(picture))
        rows.append({"path": f"{folder.name}/{name}", "published_at": (first + timedelta(days=9 * number)).isoformat()})
    with (folder.parent / f"{folder.name}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ["path", "published_at"])
        writer.writeheader()
        writer.writerows(rows)
    return {"drift": drifts, "turn": rows[20]["published_at"]}


def steady(folder: Path, data: Path, random: Random) -> dict[str, Any]:
    return drifting(folder, data, random, drifts=False)


SETS: dict[str, Callable[[Path, Path, Random], dict[str, Any]]] = {
    "graded": graded, "two_looks": two_looks, "cards": cards, "copies": copies, "drifting": drifting, "steady": steady,
    "branded": branded,
}  # fmt: skip


def make(name: str, folder: Path, seed: int, data: Path) -> dict[str, Any]:
    """Write one set as a folder below `folder`, and give its truth."""
    home = folder / name
    home.mkdir(parents=True)
    return SETS[name](home, data, np.random.default_rng([seed, list(SETS).index(name)]))
