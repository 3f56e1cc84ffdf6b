"""Whether a verdict changes where nothing that a viewer sees does: analysed twice, re-encoded, scaled, and cropped by 2 px.

The samples are written anew as H.264 at CRF 23, the yardstick, at CRF 30, with a short side of 540, and without 2 px at
each edge.
Rules on what was changed itself (resolution, bit rate, size, codec) are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from PIL import Image
from sounding import RATE, Sound, write_clip

from analyzer import Analyzer
from analyzer.nouns.report import Report, Verdict
from evaluation.figures import SCRIPTS, Figure, Setup

CLIPS = ("strong.mp4", "weak.mp4", "muted.mp4")
PLATFORM = "tiktok"
CHANGED = ("technical", "asset")
"""Signals that speak of the file and not of what is seen and heard."""
VERSIONS: dict[str, tuple[int, float, int]] = {
    "CRF 30": (30, 1.0, 0),
    "scaled to 540": (23, 0.75, 0),
    "crop of 2 px": (23, 1.0, 2),
}
"""CRF, scale, pixels cropped at each edge."""


def measure(setup: Setup) -> list[Figure]:
    """Verdicts that changed, of all that were judged, and those of them that had not been called borderline on both sides."""
    analyzer = Analyzer(use_cache=False)
    moved, unforeseen = dict.fromkeys(VERSIONS, 0), dict.fromkeys(VERSIONS, 0)
    judged = different = 0
    for name in CLIPS:
        clip = SCRIPTS.parent / "samples" / name
        yardstick = analyzer.analyze(version(setup, clip, 23, 1.0, 0), platform=PLATFORM)
        again = analyzer.analyze(version(setup, clip, 23, 1.0, 0), platform=PLATFORM)
        different += without_times(yardstick) != without_times(again)
        before = verdicts(yardstick)
        judged += len(before)
        for label, how in VERSIONS.items():
            after = verdicts(analyzer.analyze(version(setup, clip, *how), platform=PLATFORM))
            for rule in before:
                if before[rule].status != after[rule].status:
                    moved[label] += 1
                    unforeseen[label] += not (before[rule].borderline and after[rule].borderline)
                    setup.tell(f"{name}, {label}: {rule} {before[rule].status} becomes {after[rule].status}")
    same = Figure(
        "stability", "reports that differ between two runs", str(different), "0", not different, f"{len(CLIPS)} samples"
    )
    return [same] + [
        Figure(
            "stability", f"verdicts that change without being borderline, {label}", f"{unforeseen[label]} of {judged}", "0",
            not unforeseen[label], f"{len(CLIPS)} samples, {count} borderline or not",
        )
        for label, count in moved.items()
    ]  # fmt: skip


def version(setup: Setup, clip: Path, crf: int, scale: float, crop: int) -> Path:
    def write(path: Path) -> None:
        with av.open(str(clip)) as container:
            video = container.streams.video[0]
            rate, size = round(float(video.average_rate or 30)), (video.width, video.height)
        inner = (size[0] - 2 * crop, size[1] - 2 * crop)
        target = (round(scale * inner[0] / 2) * 2, round(scale * inner[1] / 2) * 2)
        write_clip(
            path,
            pictures(clip, crop, target),
            target,
            fps=rate,
            sound=sound_of(clip),
            crf=crf,
            preset="veryfast",
            audio_kbps=128,
        )

    return setup.made(f"{clip.stem}.mp4", write, crf, scale, crop)


def pictures(clip: Path, crop: int, size: tuple[int, int]) -> Iterator[Image.Image]:
    with av.open(str(clip)) as container:
        for frame in container.decode(video=0):
            picture = Image.fromarray(frame.to_ndarray(format="rgb24"))
            inner = picture.crop((crop, crop, picture.width - crop, picture.height - crop))
            yield inner if inner.size == size else inner.resize(size, Image.Resampling.LANCZOS)


def sound_of(clip: Path) -> Sound | None:
    """The sound of a sample, whose two channels are alike, as one at 48 kHz."""
    with av.open(str(clip)) as container:
        if not container.streams.audio:
            return None
        resampler = av.AudioResampler("fltp", "stereo", RATE)
        parts = [out.to_ndarray()[0] for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(parts)


def verdicts(report: Report) -> dict[str, Verdict]:
    """Verdicts by rule, of rules on what is seen and heard."""
    found = report.judgement.verdicts if report.judgement else ()
    return {verdict.rule: verdict for verdict in found if verdict.signal not in CHANGED}


def without_times(report: Report) -> str:
    """A report without the seconds that its signals took."""
    signals = tuple(result.model_copy(update={"seconds": 0.0}) for result in report.signals)
    return report.model_copy(update={"signals": signals}).model_dump_json()
