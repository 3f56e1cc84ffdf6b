"""What the parts share: arms that run in processes of their own and take turns, and the clips that they run on."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT.parent / "shared" / "data"
CACHE = Path(tempfile.gettempdir()) / "analyzer-benchmark"
"""Clips and random weights that were made before."""
FRAMES_PER_SECOND = 2
"""Frames that a script looks at where nothing tells it which."""


@dataclass(frozen=True)
class Run:
    """One run of an arm."""

    cpu_s: float
    """Processor seconds of the whole process and its children, imports and loading included."""
    peak_mib: float
    answer: Any
    """What the arm returned."""


def options(doc: str | None, rounds: int = 3) -> argparse.ArgumentParser:
    """The parser of a part; `--arm` makes it the process of one arm."""
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--arm", help=argparse.SUPPRESS)
    return parser


def answer(value: Any) -> None:
    """Hand what an arm found to the process that asked; the last line of standard output."""
    print(json.dumps(value))


def run(part: str, arm: str, *words: str, threads: int | None = None) -> Run:
    """One arm of a part in a process of its own; `threads` bounds those of the numeric libraries."""
    command = [sys.executable, str(ROOT / "scripts" / "benchmark.py"), part, "--arm", arm, *words]
    environment = os.environ | {"ANALYZER_CACHE_DIR": str(CACHE / "cache"), "TOKENIZERS_PARALLELISM": "false"}
    if threads is not None:
        environment["OMP_NUM_THREADS"] = str(threads)
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=said)
        assert process.stdout is not None
        output = process.stdout.read().decode()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            raise SystemExit(f"{part}, {arm} failed:\n{said.read().decode()[-2000:]}")
    return Run(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, json.loads(output.splitlines()[-1]))


def in_turns(part: str, arms: Iterable[str], rounds: int, *words: str, threads: int | None = None) -> dict[str, list[Run]]:
    """Every arm as often as there are rounds, one after the other in each, so that a busy minute hits all of them."""
    found: dict[str, list[Run]] = {arm: [] for arm in arms}
    for _ in range(rounds):
        for arm, runs in found.items():
            runs.append(run(part, arm, *words, threads=threads))
    return found


def spread(values: Iterable[float]) -> str:
    found = list(values)
    return f"{min(found):.2f}-{max(found):.2f}"


def sampled(clip: Path) -> Iterator[Any]:
    """The frames (BGR) that a script would take with OpenCV."""
    import cv2

    capture = cv2.VideoCapture(str(clip))
    step = max(1, round(capture.get(cv2.CAP_PROP_FPS) / FRAMES_PER_SECOND))
    index = 0
    while capture.grab():
        if index % step == 0:
            yield capture.retrieve()[1]
        index += 1


def generated(seconds: int) -> Path:
    """The generated clip of a length; beyond a minute, the minute again and again.

    Drawing is left to a process of its own, so that its memory is not counted here.
    """
    path = CACHE / f"clip-{seconds}.mp4"
    if path.exists():
        return path
    CACHE.mkdir(exist_ok=True)
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
