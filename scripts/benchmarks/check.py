"""The main job: this product against the decode floor and against the chain of tools that a person would script.

    python scripts/benchmark.py check [--rounds N] [--clip FILE ...] [--long]

The chain opens the file once for each tool, as scripts do: PySceneDetect, RapidOCR and faces at two frames a second,
loudness, palette; once with RapidOCR's defaults and once with our OCR settings.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.arms import CACHE, answer, generated, in_turns, options, run, sampled, spread

EVERYTHING_BUT = ["onscreen_text", "captions", "faces"]


def floor(clip: Path) -> None:
    """Decode sound and picture once and throw them away."""
    import av

    with av.open(str(clip)) as container:
        container.streams.video[0].thread_type = "AUTO"
        for packet in container.demux():
            if packet.stream.type in ("video", "audio"):
                packet.decode()


def ours(clip: Path, *, skip: list[str], use_cache: bool = False) -> Any:
    from analyzer import Analyzer

    report = Analyzer(skip=skip, use_cache=use_cache).analyze(clip, platform="tiktok")
    return {result.id: result.seconds for result in report.signals}


def chain(clip: Path, *, tuned: bool) -> None:
    """What a person would script: each tool opens the file itself."""
    import av
    import cv2
    import scenedetect
    from rapidocr import RapidOCR

    scenedetect.detect(str(clip), scenedetect.ContentDetector())
    settings = {
        "Global.use_cls": False, "Global.text_score": 0.8, "Global.log_level": "critical", "Det.limit_type": "max",
        "Det.limit_side_len": 736, "EngineConfig.onnxruntime.intra_op_num_threads": 1,
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    }  # fmt: skip
    reader = RapidOCR(params=settings if tuned else {"Global.log_level": "critical"})
    for frame in sampled(clip):
        reader(frame)
    faces = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")
    for frame in sampled(clip):
        scale = 640 / max(frame.shape[:2])
        grey = cv2.cvtColor(cv2.resize(frame, None, fx=scale, fy=scale), cv2.COLOR_BGR2GRAY)
        faces.detectMultiScale(grey, 1.1, 5)
    for frame in sampled(clip):
        small = cv2.resize(frame, (108, 192), interpolation=cv2.INTER_AREA).reshape(-1, 3).astype("float32")
        cv2.kmeans(small, 6, None, (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 10, 1.0), 1, cv2.KMEANS_PP_CENTERS)
    with av.open(str(clip)) as container:
        graph = av.filter.Graph()
        stream = container.streams.audio[0]
        source, meter, sink = graph.add_abuffer(template=stream), graph.add("ebur128", "peak=true"), graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        for audio in container.decode(stream):
            graph.push(audio)


ARMS: dict[str, Callable[[Path], Any]] = {
    "floor": floor,
    "ours, no OCR, no faces": lambda clip: ours(clip, skip=EVERYTHING_BUT),
    "ours, everything": lambda clip: ours(clip, skip=[]),
    "chain, OCR tuned": lambda clip: chain(clip, tuned=True),
    "chain, defaults": lambda clip: chain(clip, tuned=False),
}
CACHED = "ours, second run"
MATCHING = [
    ("ours, no OCR, no faces", "floor"),
    ("ours, everything", "chain, OCR tuned"),
    ("ours, everything", "chain, defaults"),
]
"""Which arms are compared."""


def compare(clip: Path, rounds: int, arms: list[str]) -> None:
    """One table: every arm on one clip."""
    found = in_turns("check", arms, rounds, "--clip", str(clip))
    run("check", CACHED, "--clip", str(clip))
    cached = run("check", CACHED, "--clip", str(clip))
    cpu = {arm: statistics.median(one.cpu_s for one in runs) for arm, runs in found.items()}
    print(f"\n{clip.name}: median of {rounds}, processor seconds (spread), peak MiB")
    for arm, runs in found.items():
        peak = max(one.peak_mib for one in runs)
        print(f"  {arm:24} {cpu[arm]:8.2f} ({spread(one.cpu_s for one in runs)})  {peak:7.0f}")
    print(f"  {CACHED:24} {cached.cpu_s:8.2f}")
    for ours_arm, other in MATCHING:
        if ours_arm in cpu and other in cpu:
            print(f"  {ours_arm}: {cpu[ours_arm] / cpu[other]:.2f} x {other}")
    if "ours, everything" in found:
        slowest = sorted(found["ours, everything"][-1].answer.items(), key=lambda item: -item[1])[:8]
        print("  wall seconds by signal:", ", ".join(f"{name} {seconds:.2f}" for name, seconds in slowest))


def growth() -> None:
    """Memory and cost from 15 s to 20 minutes."""
    print("\nGrowth with duration (everything)")
    for seconds in (15, 60, 300, 1200):
        one = run("check", "ours, everything", "--clip", str(generated(seconds)))
        each = f"{one.cpu_s / seconds:.3f} a second"
        print(f"  {seconds:5} s: {one.cpu_s:8.1f} processor s ({each}), peak {one.peak_mib:.0f} MiB")


def main(words: list[str]) -> None:
    parser = options(__doc__)
    parser.add_argument("--clip", type=Path, action="append", help="measure this clip instead of the generated one")
    parser.add_argument("--without", action="append", default=[], choices=list(ARMS), help="leave this arm out")
    parser.add_argument("--long", action="store_true", help="also from 15 s to 20 minutes")
    chosen = parser.parse_args(words)
    if chosen.arm:
        arms = ARMS | {CACHED: lambda clip: ours(clip, skip=[], use_cache=True)}
        answer(arms[chosen.arm](chosen.clip[0]))
        return
    CACHE.mkdir(exist_ok=True)
    for clip in chosen.clip or [generated(60)]:
        compare(clip, chosen.rounds, [arm for arm in ARMS if arm not in chosen.without])
    if chosen.long:
        growth()
