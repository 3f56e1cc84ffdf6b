"""Real clips and photographs that were labelled by looking (`scripts/data/real_clips.toml`): cuts, text and what it is for,
first speech, and faces seen from the front.

The labels are data; the media are the real material, and nothing is measured without it. It is the set that mistakes were
looked for on, so it is no second set. A line is found where a track of similar text stands at an overlapping time; tracks that
stand half a second and are no labelled line, or a second piece of one, count against precision, but for those in a place where
text of the scene can be read in part only ("do not care", as in ICDAR's Robust Reading): one place in one clip. Letters and
times of text are scored by a second labeller (`scripts/data/real_clips_second.toml`), who saw neither the first labels nor
anything that we found; spaces do not count there, as Chinese has none.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analyzer import Analyzer
from analyzer.engines import Engines
from analyzer.methods.text_tracking import similarity
from analyzer.nouns.evidence import BoundingBox, Shots, TextTrack
from analyzer.nouns.report import Report
from evaluation.clips import ALIKE, STANDS_S
from evaluation.figures import SCRIPTS, Figure, Setup, at_least, f1, macro_f1
from evaluation.second_labels import measure as after_second_labels

LABELS = SCRIPTS / "data" / "real_clips.toml"
SAME_FACE = 0.3
"""Intersection over union: the detectors' frames differ, the cascade's is square and the labels hold the chin."""
CLOSE = 0.1
"""Height of a face, as a share of the picture's, from which it is near."""


@dataclass
class Tally:
    cuts: list[int] = field(default_factory=lambda: [0, 0, 0])
    """Found, false, missed."""
    gradual: list[bool] = field(default_factory=list)
    found: int = 0
    labelled: int = 0
    right: int = 0
    tracks: int = 0
    kinds: list[tuple[str, str]] = field(default_factory=list)
    speech: list[float] = field(default_factory=list)
    silent: list[bool] = field(default_factory=list)


def measure(setup: Setup) -> list[Figure]:
    """Figures of what real material there is; none without it."""
    labels = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    analyzer = Analyzer(only=["onscreen_text", "speech", "shots"], use_cache=False)
    tally = Tally()
    here = [name for name in labels["clips"] if (setup.data / "video" / name).is_file()]
    reports = {name: analyzer.analyze(setup.data / "video" / name) for name in here}
    for name, report in reports.items():
        truth = labels["clips"][name]
        setup.tell(name)
        if "cuts" in truth:
            add_shots(setup, tally, truth, report)
        if "text" in truth:
            add_text(setup, tally, truth, report)
        if "first_speech_s" in truth:
            add_speech(setup, tally, truth["first_speech_s"], report)
    clips = [*table(tally, len(here)), *after_second_labels(setup, labels["clips"], reports)] if here else []
    return clips + faces(setup, labels["faces"])


def add_shots(setup: Setup, tally: Tally, truth: dict[str, Any], report: Report) -> None:
    shots = report.signal("shots").evidence["shots"]
    assert isinstance(shots, Shots)
    step = 1.5 / float(Fraction(report.asset.frame_rate or 25))
    cuts = [shot.start_s for shot in shots.items if shot.transition == "cut"]
    others = [shot.start_s for shot in shots.items if shot.transition in ("dissolve", "fade")]
    hits = [cut for cut in cuts if any(abs(cut - wanted) <= step for wanted in truth["cuts"])]
    missed = [wanted for wanted in truth["cuts"] if not any(abs(cut - wanted) <= step for cut in cuts)]
    inside = [[at for at in others + cuts if first - step <= at <= last + step] for first, last in truth.get("gradual", ())]
    spent = {at for one in inside for at in one[:1]}
    false = [at for at in cuts + others if at not in hits and at not in spent]
    tally.cuts = [a + len(b) for a, b in zip(tally.cuts, (hits, false, missed), strict=True)]
    tally.gradual += [bool(one) for one in inside]
    if missed or false or not all(inside):
        setup.tell(f"  cuts missed {missed}, false {false}; gradual {truth.get('gradual', [])}: {inside}")


def add_text(setup: Setup, tally: Tally, truth: dict[str, Any], report: Report) -> None:
    tracks: list[TextTrack] = list(report.signal("onscreen_text").evidence["tracks"].items)  # type: ignore[union-attr]
    free = [track for track in tracks if track.duration_s >= STANDS_S]
    used = 0
    for line in truth["text"]:
        if line["end_s"] - line["start_s"] < STANDS_S:
            continue
        tally.labelled += 1
        alike = [
            track for track in tracks
            if similarity(track.text, line["text"]) >= ALIKE
            and track.start_s < line["end_s"] and line["start_s"] < track.end_s
        ]  # fmt: skip
        if not alike:
            setup.tell(f"  missed {line['kind']} {line['text']!r}")
            continue
        best = max(alike, key=lambda track: min(track.end_s, line["end_s"]) - max(track.start_s, line["start_s"]))
        tally.found += 1
        used += best in free
        free = [track for track in free if track != best]
        tally.kinds.append((line["kind"], best.role))
        if best.role != line["kind"]:
            setup.tell(
                f"  {line['kind']}/{best.role} {line['text']!r}/{best.text!r} "
                f"{line['start_s']}-{line['end_s']}/{best.start_s}-{best.end_s}"
            )
    regions = [BoundingBox(x0=a, y0=b, x1=c, y1=d) for a, b, c, d in truth.get("ignored", ())]
    free = [track for track in free if not any(track.box.intersection(one) > 0.5 * track.box.area for one in regions)]
    tally.right += used
    tally.tracks += used
    if not truth.get("partly"):
        tally.tracks += len(free)
        for track in free:
            setup.tell(f"  not labelled: {track.role} {track.text!r} {track.start_s}-{track.end_s}")


def add_speech(setup: Setup, tally: Tally, first_s: float, report: Report) -> None:
    found = report.metric("speech.first_speech_s")
    setup.tell(f"  first speech {found} for {first_s}")
    if first_s < 0:
        tally.silent.append(found is None)
    elif found is not None:
        tally.speech.append(abs(float(found) - first_s))


def table(t: Tally, clips: int) -> list[Figure]:
    hits, false, missed = t.cuts
    kinds = f"{len(t.kinds)} lines"
    return [
        at_least("cuts", "F1 of hard cuts within one frame, real clips", f1(hits, false, missed), 0.98, f"{hits + missed}"),
        at_least("cuts", "dissolves and fades found, real clips", float(np.mean(t.gradual or [0])), 0.8, f"{len(t.gradual)}"),
        at_least("text tracks", "recall, real clips", t.found / max(1, t.labelled), 0.98, f"{t.labelled} lines, {clips} clips"),
        at_least("text tracks", "precision, real clips", t.right / max(1, t.tracks), 0.95, f"{t.tracks} tracks"),
        at_least("kind of text", "macro-F1, real clips", macro_f1(t.kinds), 0.85, kinds),
        Figure("first speech", "error, real clips: median / most", spread(t.speech), "", None, f"{len(t.speech)} clips"),
        Figure("first speech", "none found where nobody speaks, real clips", f"{sum(t.silent)} of {len(t.silent)}"),
    ]  # fmt: skip


def spread(errors: list[float]) -> str:
    return f"{np.median(errors):.2f} / {max(errors):.2f} s" if errors else "nothing measured"


def faces(setup: Setup, labels: dict[str, Any]) -> list[Figure]:
    """Recall and precision of the face detector that comes with the package."""
    folder = setup.data / "images"
    pictures = sorted([*folder.glob("*.*g"), *folder.glob("coco/*.jpg")])
    names = [path.relative_to(folder).as_posix() for path in pictures]
    if not set(labels["boxes"]) & set(names):
        return []
    engine = Engines()["face-detection"]
    wanted = near = found = found_near = right = total = 0
    for path, name in zip(pictures, names, strict=True):
        if name in labels["crowds"]:
            continue
        truth = [BoundingBox(x0=a, y0=b, x1=c, y1=d) for a, b, c, d in labels["boxes"].get(name, ())]
        seen = [box for box, _ in engine.detect(picture(path))]
        matched = [any(one.iou(box) >= SAME_FACE for box in seen) for one in truth]
        wanted, found = wanted + len(truth), found + sum(matched)
        near += sum(one.height >= CLOSE for one in truth)
        found_near += sum(hit for hit, one in zip(matched, truth, strict=True) if one.height >= CLOSE)
        hits = sum(any(one.iou(box) >= SAME_FACE for one in truth) for box in seen)
        right, total = right + hits, total + len(seen)
        if hits < len(seen) or not all(matched):
            setup.tell(f"faces {name}: {sum(matched)} of {len(truth)}, false {len(seen) - hits}")
    return [
        Figure("faces", "recall, from the front", f"{found} of {wanted}", "", None, f"{len(pictures)} pictures"),
        Figure("faces", "recall, a tenth of the picture high and more", f"{found_near} of {near}"),
        Figure("faces", "precision", f"{right} of {total}"),
    ]


def picture(path: Path) -> Any:
    return np.ascontiguousarray(cv2.imread(str(path))[..., ::-1])
