"""Speed and memory as ratios within one run: this product against the decode floor and against the chain a person would script.

    python scripts/benchmark.py [--rounds N] [--clip FILE ...] [--long]

Every arm runs in a process of its own, arms take turns, and the figure is processor seconds (all threads, all children);
wall time on a shared machine means nothing. The chain opens the file once for each tool, as scripts do: PySceneDetect,
RapidOCR and faces at two frames a second, loudness, palette; once with RapidOCR's defaults and once with our OCR settings.
Each ratio is claimed against its matching arm only. Needs the `dev` extra.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
CACHE = Path(tempfile.gettempdir()) / "analyzer-benchmark"
SAMPLED_FPS = 2
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
    for frame in _sampled(clip):
        reader(frame)
    faces = cv2.CascadeClassifier(cv2.data.haarcascades + "haarcascade_frontalface_alt2.xml")
    for frame in _sampled(clip):
        scale = 640 / max(frame.shape[:2])
        grey = cv2.cvtColor(cv2.resize(frame, None, fx=scale, fy=scale), cv2.COLOR_BGR2GRAY)
        faces.detectMultiScale(grey, 1.1, 5)
    for frame in _sampled(clip):
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


def _sampled(clip: Path) -> Any:
    import cv2

    capture = cv2.VideoCapture(str(clip))
    step = max(1, round(capture.get(cv2.CAP_PROP_FPS) / SAMPLED_FPS))
    index = 0
    while capture.grab():
        if index % step == 0:
            yield capture.retrieve()[1]
        index += 1


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


def run(arm: str, clip: Path) -> dict[str, Any]:
    """Processor seconds and peak memory (MiB) of one arm in a process of its own."""
    command = [sys.executable, __file__, "--arm", arm, "--clip", str(clip)]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "ANALYZER_CACHE_DIR": str(CACHE / "cache")}
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert process.stdout is not None
    output = process.stdout.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{arm} failed on {clip}")
    return {"cpu": usage.ru_utime + usage.ru_stime, "peak": usage.ru_maxrss / 1024, "detail": json.loads(output or "null")}


def compare(clip: Path, rounds: int, arms: list[str]) -> None:
    """One table: every arm on one clip, interleaved."""
    found: dict[str, list[dict[str, Any]]] = {arm: [] for arm in arms}
    for _ in range(rounds):
        for arm, runs in found.items():
            runs.append(run(arm, clip))
    run(CACHED, clip)
    cached = run(CACHED, clip)
    cpu = {arm: statistics.median(one["cpu"] for one in runs) for arm, runs in found.items()}
    print(f"\n{clip.name}: median of {rounds}, processor seconds (spread), peak MiB")
    for arm, runs in found.items():
        spread = f"{min(one['cpu'] for one in runs):.2f}-{max(one['cpu'] for one in runs):.2f}"
        print(f"  {arm:24} {cpu[arm]:8.2f} ({spread})  {max(one['peak'] for one in runs):7.0f}")
    print(f"  {CACHED:24} {cached['cpu']:8.2f}")
    for ours_arm, other in MATCHING:
        if ours_arm in cpu and other in cpu:
            print(f"  {ours_arm}: {cpu[ours_arm] / cpu[other]:.2f} x {other}")
    seconds = found["ours, everything"][-1]["detail"]
    print(
        "  wall seconds by signal:",
        ", ".join(f"{name} {s:.2f}" for name, s in sorted(seconds.items(), key=lambda i: -i[1])[:8]),
    )


def generated(seconds: int) -> Path:
    """The generated clip of a length; beyond a minute, the minute again and again.

    Drawing is left to a process of its own, so that its memory is not counted here.
    """
    path = CACHE / f"clip-{seconds}.mp4"
    if path.exists():
        return path
    if seconds > 60:
        _repeat(generated(60), path, seconds // 60)
    else:
        subprocess.run([sys.executable, str(ROOT / "scripts" / "make_benchmark_clip.py"), str(path), str(seconds)], check=True)
    return path


def _repeat(clip: Path, path: Path, times: int) -> None:
    """Copy the packets of a clip of a minute several times in a row."""
    import av

    with av.open(str(path), "w") as out:
        targets: dict[int, Any] = {}
        for turn in range(times):
            with av.open(str(clip)) as source:
                streams = [source.streams.video[0], source.streams.audio[0]]
                for stream in streams:
                    if stream.index not in targets:
                        targets[stream.index] = out.add_stream_from_template(stream)
                for packet in source.demux(streams):
                    if packet.dts is not None:
                        shift = round(turn * 60.2 / packet.time_base)
                        packet.pts, packet.dts = packet.pts + shift, packet.dts + shift
                        packet.stream = targets[packet.stream.index]
                        out.mux(packet)


def growth() -> None:
    """Memory and cost from 15 s to 20 minutes."""
    print("\nGrowth with duration (everything)")
    for seconds in (15, 60, 300, 1200):
        result = run("ours, everything", generated(seconds))
        cpu, peak = result["cpu"], result["peak"]
        print(f"  {seconds:5} s: {cpu:8.1f} processor s ({cpu / seconds:.3f} a second), peak {peak:.0f} MiB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clip", type=Path, action="append", help="measure this clip instead of the generated one")
    parser.add_argument("--without", action="append", default=[], choices=list(ARMS), help="leave this arm out")
    parser.add_argument("--long", action="store_true", help="also from 15 s to 20 minutes")
    parser.add_argument("--arm", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.arm:
        arms = ARMS | {CACHED: lambda clip: ours(clip, skip=[], use_cache=True)}
        print(json.dumps(arms[options.arm](options.clip[0])))
        return
    CACHE.mkdir(exist_ok=True)
    for clip in options.clip or [generated(60)]:
        compare(clip, options.rounds, [arm for arm in ARMS if arm not in options.without])
    if options.long:
        growth()


if __name__ == "__main__":
    main()
