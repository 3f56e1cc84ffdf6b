"""Cuts, dissolves and fades in drawn, encoded and labelled clips, seen by our shot detection and by PySceneDetect.

Clips are drawn from a seed or made of photographs (`drawn_shots.py`, and `drawn_edits.py` for what editors of short clips do),
encoded as H.264 with PyAV and decoded again. Both sides see the same decoded frames: PySceneDetect in full, ours as thumbnails.
Takes are real clips of somebody before one camera, out of which stretches are cut; which of these cuts a viewer sees, nobody
looked. A talker who is drawn, and takes, show what is missed where only a head jumps.
"""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, fields
from typing import Any

import av
import cv2
import numpy as np

from analyzer.measure.signals.shots import SIGNAL
from analyzer.nouns.evidence import Shots
from analyzer.nouns.media import Media, Samples, Thumbnails
from analyzer.nouns.report import Asset
from analyzer.read.open_media import read_media
from evaluation.drawn_edits import EDITS, EFFECTS, SWEPT
from evaluation.drawn_shots import KINDS, WIDTH, Clip, Pictures, Scene, join
from evaluation.figures import Figure, Setup, at_least, f1

LONG_SIDE = 64
CLIPS, EDIT_CLIPS, CRF = 3, 2, 28
"""Clips of each kind of `drawn_shots` and of `drawn_edits`, and how strongly they are compressed."""
TAKES = ("remotion_tiktok_sample.mp4", "dj_video2.mp4", "dj_video4.mp4", "dj_video5.mp4")


def coded(clip: Clip, crf: int) -> list[Pictures]:
    """The frames as they come back from an H.264 encoder."""
    memory = io.BytesIO()
    with av.open(memory, "w", format="mp4") as out:
        stream: Any = out.add_stream("libx264", rate=clip.fps, options={"crf": str(crf), "preset": "veryfast"})
        stream.height, stream.width = clip.frames[0].shape[:2]
        stream.pix_fmt = "yuv420p"
        for frame in clip.frames:
            out.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        out.mux(stream.encode(None))
    memory.seek(0)
    with av.open(memory) as source:
        return [frame.to_ndarray(format="rgb24") for frame in source.decode(video=0)]


def ours(frames: list[Pictures], fps: int) -> tuple[list[int], list[int], float]:
    """Frames of cuts, frames of gradual transitions, CPU seconds."""
    height, width = frames[0].shape[:2]
    scale = LONG_SIDE / max(height, width)
    size = (round(width * scale), round(height * scale))
    return detected(np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames]), fps)


def detected(small: Pictures, fps: float) -> tuple[list[int], list[int], float]:
    """The same of thumbnails."""
    asset = Asset(
        id="0", name="drawn", kind="video", bytes=0, width=small.shape[2], height=small.shape[1], duration_s=len(small) / fps,
        frame_rate=None, has_audio=False, container="", video_codec=None, audio_codec=None,
    )  # fmt: skip
    media = Media(asset, Thumbnails(np.arange(len(small)) / fps, Samples(small), len(small) / fps), ())
    start = time.process_time()
    found = SIGNAL.measure(media, {}, {}).evidence["shots"]
    seconds = time.process_time() - start
    assert isinstance(found, Shots)
    cuts = [round(shot.start_s * fps) for shot in found.items if shot.transition == "cut"]
    gradual = [round(shot.start_s * fps) for shot in found.items if shot.transition in ("dissolve", "fade")]
    return cuts, gradual, seconds


def theirs(frames: list[Pictures], fps: int, detector: Any) -> tuple[list[int], list[int], float]:
    """The same of a detector of PySceneDetect with no minimum length; it does not tell kinds, so all are cuts."""
    from scenedetect import FrameTimecode

    factor = max(1, WIDTH // 256)
    start, found = time.process_time(), []
    for number, frame in enumerate(frames):
        found += detector.process_frame(FrameTimecode(number, float(fps)), frame[::factor, ::factor, ::-1])
    found += detector.post_process(FrameTimecode(len(frames) - 1, float(fps)))
    return sorted({cut.frame_num for cut in found}), [], time.process_time() - start


@dataclass
class Score:
    hits: int = 0
    missed: int = 0
    false: int = 0
    gradual_hits: int = 0
    gradual_all: int = 0
    seconds: float = 0.0
    frames: int = 0

    def add(self, clip: Clip, cuts: list[int], gradual: list[int], seconds: float) -> None:
        """Match cuts within one frame, gradual transitions by a boundary inside their span (three frames of grace)."""
        left = list(cuts)
        for truth in clip.cuts:
            near = [cut for cut in left if abs(cut - truth) <= 1]
            self.hits += bool(near)
            self.missed += not near
            if near:
                left.remove(near[0])
        everything = left + gradual
        for first, last in clip.gradual:
            inside = [cut for cut in everything if first - 3 <= cut <= last + 3]
            self.gradual_hits += bool(inside)
            everything = [cut for cut in everything if cut not in inside[:1]]
        self.gradual_all += len(clip.gradual)
        self.false += len(everything)
        self.seconds += seconds
        self.frames += len(clip.frames)

    def __add__(self, other: Score) -> Score:
        return Score(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    @property
    def cuts(self) -> int:
        return self.hits + self.missed

    @property
    def wrong(self) -> int:
        return self.missed + self.false + self.gradual_all - self.gradual_hits

    @property
    def f1(self) -> float:
        return f1(self.hits, self.false, self.missed)

    @property
    def recall(self) -> float:
        """Share of gradual transitions that are found."""
        return self.gradual_hits / max(1, self.gradual_all)

    def row(self) -> str:
        recall = f"{self.gradual_hits}/{self.gradual_all}" if self.gradual_all else "-"
        cost = self.seconds * 1800 / max(1, self.frames)
        return f"{self.f1:6.3f} {self.hits:4d} {self.missed:4d} {self.false:5d} {recall:>8} {cost:7.2f}"


def measure(setup: Setup) -> list[Figure]:
    """Hard cuts, dissolves and false cuts on drawn clips and, where they are, on photographs; jump cuts of real takes."""
    table = []
    for name, photos in (("drawn", []), ("photographs", setup.photographs)):
        if name == "photographs" and not photos:
            continue
        scores: dict[str, Score] = {}
        for row, (kind, draw) in enumerate({**KINDS, **EDITS}.items()):
            scores[kind] = Score()
            for number in range(CLIPS if kind in KINDS else EDIT_CLIPS):
                rng = np.random.default_rng([setup.seed, row, number])
                clip = draw(rng, lambda rng=rng, photos=photos, **how: Scene(rng, photos, **how))
                cuts, gradual, seconds = ours(coded(clip, CRF), clip.fps)
                wrong = scores[kind].wrong
                scores[kind].add(clip, cuts, gradual, seconds)
                if scores[kind].wrong > wrong:
                    setup.tell(f"{name}, {kind} {number}: truth {clip.cuts} {clip.gradual}, found {cuts} {gradual}")
        table += figures(name, scores)
    return table + takes(setup)


def figures(name: str, scores: dict[str, Score]) -> list[Figure]:
    """Lines of the table, of the score of each kind of clip."""
    basic = sum((scores[kind] for kind in KINDS), Score())
    edits = sum((scores[kind] for kind in EDITS if kind not in (*SWEPT, *EFFECTS, "talker")), Score())
    swept, talker = sum((scores[kind] for kind in SWEPT), Score()), scores["talker"]
    false = sum(scores[kind].false for kind in ("flashes", "whip pans"))
    other, effects = sum(scores[kind].false for kind in EFFECTS), f"{EDIT_CLIPS * len(EFFECTS)} clips"
    return [
        at_least("cuts", f"F1 of hard cuts within one frame, {name}", basic.f1, 0.98, str(basic.cuts)),
        at_least("cuts", f"dissolves and fades found, {name}", basic.recall, 0.8, str(basic.gradual_all)),
        Figure("cuts", f"false cuts on flashes and whip pans, {name}", str(false), "0", false == 0, f"{2 * CLIPS} clips"),
        at_least("cuts", f"F1, bars, black, stings, 24 and 60 fps, {name}", edits.f1, 0.98, str(edits.cuts)),
        Figure("cuts", f"false cuts on effects and layouts, {name}", str(other), "0", other == 0, effects),
        Figure("cuts", f"jump cuts before a camera at rest found, {name}", f"{talker.hits} of {talker.cuts}"),
        Figure("cuts", f"whips, pushes and wipes found, {name}", f"{swept.gradual_hits} of {swept.gradual_all}"),
    ]  # fmt: skip


def takes(setup: Setup) -> list[Figure]:
    """Jump cuts made of real takes: stretches of a third of a second to two are taken out, as an editor takes out pauses."""
    found = wanted = 0
    for path in (setup.data / "video" / name for name in TAKES):
        if not path.is_file():
            continue
        with read_media(path, asset_id="0") as media:
            small, times = media.thumbnails.read(0, len(media.thumbnails)), media.thumbnails.times_s
        fps, rng, at = 1 / float(np.median(np.diff(times))), np.random.default_rng(setup.seed), 0
        clip = Clip()
        while at < len(small) - fps:
            kept = small[at : at + int(fps * rng.uniform(0.5, 1.6))]
            join(clip, [list(kept)])
            at += len(kept) + int(fps * rng.uniform(0.3, 2))
        score = Score()
        score.add(clip, *detected(np.stack(clip.frames), fps))
        setup.tell(f"{path.name}: {score.hits} of {score.cuts} jump cuts, {score.false} false")
        found, wanted = found + score.hits, wanted + score.cuts
    return [Figure("cuts", "jump cuts within a take found, real clips", f"{found} of {wanted}")] if wanted else []


def compare() -> None:
    """Print ours beside PySceneDetect, which needs `scenedetect-headless`: `python -m evaluation.shots` in scripts/."""
    import scenedetect.detectors

    names = ["ours", "ContentDetector", "AdaptiveDetector"]
    totals = {name: Score() for name in names}
    for row, draw in enumerate(KINDS.values()):
        for number in range(CLIPS):
            rng = np.random.default_rng([1000, row, number])
            clip = draw(rng, lambda rng=rng, **how: Scene(rng, [], **how))
            frames = coded(clip, CRF)
            for name in names:
                if name == "ours":
                    result = ours(frames, clip.fps)
                else:
                    result = theirs(frames, clip.fps, getattr(scenedetect.detectors, name)(min_scene_len=1))
                totals[name].add(clip, *result)
    print(f"{'':18} {'F1':>6} {'hit':>4} {'miss':>4} {'false':>5} {'gradual':>7} {'s/1800':>7}")
    for name in names:
        print(f"{name:18} {totals[name].row()}")


if __name__ == "__main__":
    compare()
