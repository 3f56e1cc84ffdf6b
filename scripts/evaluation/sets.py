"""Audits of sets with planted outliers, copies and drifts, and comparisons of clips that were only encoded anew.

48 photographs of one look and of two, 28 cards of one template without and with the brand's name on each; 60 photographs,
16 cards and 6 clips of which some come twice: encoded anew, rescaled, cropped, lighter, cut shorter, a frame as a picture; 40
photographs over a year whose look turns, or does not. Every set is made of `../shared/data` and audited by the default chain.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analyzer.analysis import Analyzer
from analyzer.collection import Audit, audit
from analyzer.collection.compare import compare
from analyzer.collection.gather import analyzer_for_sets
from analyzer.measure import catalog
from evaluation.drawn_sets import make
from evaluation.figures import SCRIPTS, Figure, Setup, at_least
from evaluation.stability import CHANGED, version

OUTLIERS = {"graded": "one look", "two_looks": "two looks", "cards": "cards", "branded": "cards with a wordmark"}
DRIFTS = ("drifting", "steady")
PHOTOGRAPHS = ("graded", "two_looks", "drifting", "steady")
"""Sets without text and sound: their pictures are measured by the signals in `LIGHT` alone, which takes a tenth of the time."""
LIGHT = ("palette", "technical")
CLIPS = ("strong.mp4", "weak.mp4", "muted.mp4")
REAL_CLIPS = ("rvocr_1.mp4", "nasa_13013.mp4", "cosmos_test_clip_10s.mp4")


def measure(setup: Setup) -> list[Figure]:
    """Every set, with aims of 0.95 for outliers and 0.98 for duplicates."""
    if not (setup.data / "images").is_dir():
        return []
    with tempfile.TemporaryDirectory() as temporary:
        home = Path(temporary)
        figures = [figure for name, title in OUTLIERS.items() for figure in outliers(setup, home, name, title)]
        figures += [*duplicates(setup, home), drifts(setup, home)]
    return [*figures, changes(setup)]


def audited(name: str, folder: Path, manifest: Path | None = None) -> Audit:
    return audit(folder, analyzer=Analyzer(only=LIGHT) if name in PHOTOGRAPHS else analyzer_for_sets(), manifest=manifest)


def outliers(setup: Setup, home: Path, name: str, title: str) -> list[Figure]:
    truth = make(name, home, setup.seed, setup.data)
    found = audited(name, home / name)
    planted, named = set(truth["outliers"]), {member.key for member in found.unusual}
    setup.tell(f"{title}: not named {sorted(planted - named)}, named too {sorted(named - planted)}")
    setup.tell(f"{title}: {len(found.looks)} looks found, {truth.get('looks', 1)} planted")
    again = audited(name, encoded_anew(home / name))
    count, right = f"{len(planted)} of {len(found.members)} assets", len(planted & named)
    precision = average_precision([member.key for member in found.members], planted)
    called = f"{right / max(1, len(named)):.2f} / {right / len(planted):.2f}"
    return [
        at_least("audit", f"average precision of the outliers, {title}", precision, 0.95, count),
        Figure("audit", f"precision / recall of those that are named, {title}", called, count=count),
        at_least("audit", f"rank correlation with JPEG 60, {title}", rank_correlation(found, again), 0.95, count),
    ]


def average_precision(order: Iterable[str], truth: set[str]) -> float:
    """Mean of the precision at the rank of each true one."""
    found, total = 0, 0.0
    for rank, name in enumerate(order, 1):
        if name in truth:
            found += 1
            total += found / rank
    return total / len(truth)


def encoded_anew(folder: Path) -> Path:
    """The set with every picture as JPEG of quality 60."""
    other = folder.with_name(f"{folder.name}-again")
    other.mkdir()
    for file in folder.glob("*.jpg"):
        cv2.imwrite(str(other / file.name), cv2.imread(str(file)), [cv2.IMWRITE_JPEG_QUALITY, 60])
    return other


def rank_correlation(first: Audit, second: Audit) -> float:
    """Spearman's, of two orders of the same assets."""
    distances = ([m.distance or 0.0 for m in sorted(one.members, key=lambda m: m.key)] for one in (first, second))
    ranks = [np.argsort(np.argsort(each)) for each in distances]
    return float(np.corrcoef(*ranks)[0, 1])


def duplicates(setup: Setup, home: Path) -> list[Figure]:
    truth = pairs(make("copies", home, setup.seed, setup.data)["duplicates"])
    found = pairs(group.members for group in audited("copies", home / "copies").duplicates)
    setup.tell(f"duplicates: missed {sorted(truth - found)}, wrong {sorted(found - truth)}")
    right, count = len(truth & found), f"{len(truth)} pairs"
    return [
        at_least("audit", "duplicates: recall of pairs", right / len(truth), 0.98, count),
        at_least("audit", "duplicates: precision of pairs", right / max(1, len(found)), 0.98, count),
    ]


def pairs(groups: Iterable[Iterable[str]]) -> set[tuple[str, ...]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def drifts(setup: Setup, home: Path) -> Figure:
    right = 0
    for name in DRIFTS:
        truth = make(name, home, setup.seed, setup.data)
        found = audited(name, home / name, home / f"{name}.csv").drifts
        setup.tell(f"{name}: {[str(drift.sentence) for drift in found]}")
        right += truth["drift"] == bool(found)
    value, met = f"{right} of {len(DRIFTS)}", right == len(DRIFTS)
    return Figure("audit", "drifts: sets called rightly", value, "all", met, "a turn, and none")


def changes(setup: Setup) -> Figure:
    """What `compare` calls changed in a clip of which only the CRF went from 23 to 30."""
    analyzer, units = Analyzer(), {name: metric.unit for name, metric in catalog.metrics().items()}
    alike = changed = 0
    for clip in [*(SCRIPTS.parent / "samples" / name for name in CLIPS), *(setup.data / "video" / name for name in REAL_CLIPS)]:
        first, second = (analyzer.analyze(version(setup, clip, crf, 1.0, 0)) for crf in (23, 30))
        found = compare(first, second, units)
        moved: list[Any] = [change for change in found.changes if change.signal not in CHANGED]
        setup.tell(f"{clip.name}: {[f'{c.signal}.{c.metric} {c.before} -> {c.after}' for c in moved]}")
        alike, changed = alike + found.unchanged, changed + len(moved)
    value = f"{changed} of {alike + changed}"
    count = f"{len(CLIPS + REAL_CLIPS)} clips"
    return Figure("compare", "measurements called changed, CRF 23 to 30", value, "0", not changed, count)
