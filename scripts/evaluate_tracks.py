"""How well things are followed, and what is lost where only frames that changed are looked at.

    python scripts/evaluate_tracks.py [--data DIR] [--clips N] [--seed N] [--only drawn|real]

Two tables. In drawn clips, cut-outs of labelled photographs move over a photograph, so that place, time and identity are known
exactly; they are encoded, decoded and looked at as any clip. `exact boxes` takes the drawn boxes for what a detector says;
`noisy boxes` misses one in ten, moves each side of the rest by a twentieth of the size and gives one in twenty another name.
`switches` are looks at which a thing goes on under another track than before, `broken` those of them where the track is a new
one; `mixed` tracks hold more than one thing. Errors (median, p90) are those of a thing's begin and end and of a label's time on
the screen. In real clips, whose truth nobody wrote down, the looks that the product takes are held against a look at every kept
frame, with YOLOX-nano in float32; a number behind a label is its share of the clip.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from evaluate_objects import ROOT, Picture, engine, labelled, models

from analyzer.methods.looks import cuts_in, looks_of
from analyzer.methods.screen_time import screen_times
from analyzer.methods.tracking import followed, track_of
from analyzer.nouns.evidence import BoundingBox
from analyzer.nouns.media import Frame, Media
from analyzer.read.open_media import read_media

WIDTH, HEIGHT, RATE, SECONDS = 640, 360, 25, 12
SEEN = 0.25
"""Share of a thing that has to lie inside the picture, and in front of others, for it to count as seen there."""
SURE = 0.6
"""As in the manifests of the detectors."""
CLIPS = (
    "editly_dancer1.webm", "intel_car-detection.mp4", "intel_one-by-one-person-detection.mp4", "remotion_tiktok_sample.mp4",
    "cosmos_test_clip_10s.mp4", "dj_video2.mp4", "dj_video4.mp4", "moviepy_chaplin.mp4", "rvocr_1.mp4", "nasa_13013.mp4",
)  # fmt: skip


@dataclass
class Thing:
    """A cut-out that moves in a straight line, in pixels, from `start_s` to `end_s`."""

    label: str
    pixels: Picture
    start_s: float
    end_s: float
    x: float
    y: float
    dx: float
    dy: float

    def box(self, time_s: float) -> tuple[float, float, float, float] | None:
        if not self.start_s <= time_s < self.end_s:
            return None
        left, top = self.x + self.dx * (time_s - self.start_s), self.y + self.dy * (time_s - self.start_s)
        return left, top, left + self.pixels.shape[1], top + self.pixels.shape[0]


def cut_outs(pictures: dict[int, Picture], truth: dict[int, list[Any]], names: dict[int, str]) -> list[Any]:
    """(label, pixels) of the larger labelled things."""
    found = []
    for image, picture in pictures.items():
        for a in truth[image]:
            x0, y0, across, down = (round(value) for value in a["bbox"])
            if min(across, down) >= 90 and not a["iscrowd"]:
                found.append((names[a["category_id"]], picture[y0 : y0 + down, x0 : x0 + across]))
    return found


def drawn(seed: int, cut: Sequence[Any]) -> list[Thing]:
    """Two to five things that come, cross and go."""
    chance = np.random.default_rng(seed)
    things = []
    for _ in range(chance.integers(2, 6)):
        label, pixels = cut[chance.integers(len(cut))]
        scale = chance.uniform(90, 200) / max(pixels.shape[:2])
        pixels = cv2.resize(pixels, (max(8, int(pixels.shape[1] * scale)), max(8, int(pixels.shape[0] * scale))))
        start = 0.0 if chance.random() < 0.4 else chance.uniform(0, 6)
        end = SECONDS if chance.random() < 0.4 else chance.uniform(start + 2, SECONDS)
        height, width = pixels.shape[:2]
        speed = chance.uniform(0, 0.5) * max(height, width)
        angle = chance.uniform(0, 2 * np.pi)
        x, y = chance.uniform(0, WIDTH - width), chance.uniform(0, HEIGHT - height)
        things.append(Thing(label, pixels, start, end, x, y, speed * np.cos(angle), 0.4 * speed * np.sin(angle)))
    return things


def paint(ground: Picture, things: Sequence[Thing], time_s: float) -> Picture:
    canvas = ground.copy()
    for thing in things:
        if box := thing.box(time_s):
            left, top = round(box[0]), round(box[1])
            x0, y0 = max(0, left), max(0, top)
            x1, y1 = min(WIDTH, left + thing.pixels.shape[1]), min(HEIGHT, top + thing.pixels.shape[0])
            if x1 > x0 and y1 > y0:
                canvas[y0:y1, x0:x1] = thing.pixels[y0 - top : y1 - top, x0 - left : x1 - left]
    return canvas


def encode(path: Path, ground: Picture, things: Sequence[Thing]) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options={"crf": "23", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt, stream.thread_count = WIDTH, HEIGHT, "yuv420p", 1
        for number in range(RATE * SECONDS):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(paint(ground, things, number / RATE), format="rgb24")))
        container.mux(stream.encode())


def visible(things: Sequence[Thing], time_s: float) -> dict[int, BoundingBox]:
    """Where each thing is seen, by its number; those drawn later lie in front."""
    owner = np.full((HEIGHT, WIDTH), -1)
    boxes = {}
    for number, thing in enumerate(things):
        if box := thing.box(time_s):
            x0, y0, x1, y1 = (int(np.clip(v, 0, most)) for v, most in zip(box, (WIDTH, HEIGHT) * 2, strict=True))
            owner[y0:y1, x0:x1] = number
            boxes[number] = BoundingBox(x0=x0 / WIDTH, y0=y0 / HEIGHT, x1=x1 / WIDTH, y1=y1 / HEIGHT)
    whole = {number: things[number].pixels.shape[0] * things[number].pixels.shape[1] for number in boxes}
    return {number: box for number, box in boxes.items() if (owner == number).sum() >= SEEN * whole[number]}


def noisy(boxes: dict[int, BoundingBox], things: Sequence[Thing], chance: np.random.Generator) -> list[Any]:
    """(number, label, box, confidence) as a poor detector would say."""
    found = []
    for number, box in boxes.items():
        if chance.random() < 0.1:
            continue
        x0, x1 = np.clip(np.array([box.x0, box.x1]) + chance.normal(0, 0.05, 2) * box.width, 0, 1)
        y0, y1 = np.clip(np.array([box.y0, box.y1]) + chance.normal(0, 0.05, 2) * box.height, 0, 1)
        label = "something else" if chance.random() < 0.05 else things[number].label
        if x1 > x0 and y1 > y0:
            moved = BoundingBox(x0=float(x0), y0=float(y0), x1=float(x1), y1=float(y1))
            found.append((number, label, moved, float(chance.uniform(0.45, 0.95))))
    return found


@dataclass
class Count:
    """What is counted over all clips."""

    things: int = 0
    seen: int = 0
    said: int = 0
    switches: int = 0
    broken: int = 0
    tracks: int = 0
    mixed: int = 0
    begin_s: list[float] = field(default_factory=list)
    end_s: list[float] = field(default_factory=list)
    time_s: list[float] = field(default_factory=list)

    def add(self, media: Media, looks: list[Frame], things: Sequence[Thing], numbered: list[list[Any]]) -> None:
        number_of = {(look, id(one[2])): one[0] for look, seen in enumerate(numbered) for one in seen}
        said = [[(label, box, score) for _, label, box, score in seen] for seen in numbered]
        tracks = followed(said, SURE, cuts_in(media, looks))
        times = [track_of(media, looks, track) for track in tracks]
        holds = [{look: number_of[look, id(box)] for look, box in track.boxes.items()} for track in tracks]
        self.tracks += len(tracks)
        self.mixed += sum(len(set(held.values())) > 1 for held in holds)
        self.seen += sum(len(visible(things, look.time_s)) for look in looks)
        seconds: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for number, thing in enumerate(things):
            truth = [t for t in np.arange(0, SECONDS, 1 / RATE) if number in visible(things, t)]
            if len(truth) < RATE:
                continue
            self.things += 1
            seconds[thing.label].append((truth[0], truth[-1] + 1 / RATE))
            own = sorted((look, t) for t, held in enumerate(holds) for look, n in held.items() if n == number)
            self.said += len(own)
            if not own:
                continue
            before = {own[0][1]}
            for (_, old), (_, new) in zip(own, own[1:], strict=False):
                self.switches += old != new
                self.broken += old != new and new not in before
                before.add(new)
            mine = [times[t] for t in before]
            self.begin_s.append(abs(min(track.start_s for track in mine) - truth[0]))
            self.end_s.append(abs(max(track.end_s for track in mine) - truth[-1] - 1 / RATE))
        shown = {time.label: time.seconds for time in screen_times(media, tracks, times)}
        for label in seconds:
            wanted = sum(any(a <= t < b for a, b in seconds[label]) for t in np.arange(0, SECONDS, 1 / RATE)) / RATE
            self.time_s.append(abs(shown.get(label, 0.0) - wanted))

    def row(self, name: str, looks: str) -> str:
        def spread(errors: list[float]) -> str:
            return f"{np.median(errors):.2f}, {np.percentile(errors, 90):.2f}" if errors else ""

        cells = (self.things, f"{self.said / self.seen:.3f}", self.tracks, self.switches, self.broken, self.mixed)
        errors = [spread(errors) for errors in (self.begin_s, self.end_s, self.time_s)]
        return f"| {name} | {looks} | {' | '.join(map(str, [*cells, *errors]))} |"


def in_drawn_clips(data: Path, clips: int, seed: int) -> None:
    from PIL import Image

    cut = cut_outs(*labelled(data))
    grounds = [data / "images" / name for name in ("kodim03.png", "editly_img3.jpg", "coffee.png", "clock.png")]
    counts: dict[tuple[str, str], Count] = defaultdict(Count)
    for number in range(clips):
        things = drawn(seed + number, cut)
        with Image.open(grounds[number % len(grounds)]) as image:
            ground = np.asarray(image.convert("RGB").resize((WIDTH, HEIGHT)))
        with tempfile.TemporaryDirectory() as place:
            encode(Path(place) / "clip.mp4", ground, things)
            with read_media(Path(place) / "clip.mp4", asset_id="0" * 64) as media:
                for how, looks in (("looks", looks_of(media)), ("every kept frame", list(media.frames))):
                    boxes = [visible(things, look.time_s) for look in looks]
                    exact = [[(n, things[n].label, box, 0.9) for n, box in one.items()] for one in boxes]
                    chance = np.random.default_rng(seed + number)
                    poor = [noisy(one, things, chance) for one in boxes]
                    for name, said in (("exact boxes", exact), ("noisy boxes", poor)):
                        counts[name, how].add(media, looks, things, said)
    print(f"{clips} drawn clips of {SECONDS} s\n")
    print("| boxes | frames | things | recall | tracks | switches | broken | mixed | begin s | end s | on screen s |")
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for (name, how), count in sorted(counts.items()):
        print(count.row(name, how))


def in_real_clips(folder: Path, detector: Any) -> None:
    print("\n| clip | looks | kept frames | tracks | of all kept | labels in both | in looks alone | in all kept alone |")
    print("|---|---|---|---|---|---|---|---|")
    for name in CLIPS:
        with read_media(folder / name, asset_id="0" * 64) as media:
            said = []
            for looks in (looks_of(media), list(media.frames)):
                found = list(detector.detect(frame.load() for frame in looks))
                tracks = followed(found, detector.sure, cuts_in(media, looks))
                times = screen_times(media, tracks, [track_of(media, looks, track) for track in tracks])
                said.append((len(looks), len(tracks), {time.label: time.share for time in times}))
            (few, own, mine), (kept, all_tracks, every) = said
            both = [f"{label} {mine[label]:.2f}/{every[label]:.2f}" for label in mine if label in every]
            alone = [", ".join(f"{k} {v:.2f}" for k, v in a.items() if k not in b) for a, b in ((mine, every), (every, mine))]
            cells = f"{few} | {kept} | {own} | {all_tracks} | {', '.join(both)} | {alone[0]} | {alone[1]}"
            print(f"| {name} | {cells} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--clips", type=int, default=20)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--only", choices=("drawn", "real"))
    options = parser.parse_args()
    if options.only != "real":
        in_drawn_clips(options.data, options.clips, options.seed)
    if options.only != "drawn":
        manifest, folder = models(options.data / "weights")["YOLOX-nano"]
        in_real_clips(options.data / "video", engine(manifest, folder, least=manifest.settings["least_confidence"]))


if __name__ == "__main__":
    main()
