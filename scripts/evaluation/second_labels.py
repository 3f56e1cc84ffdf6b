"""Real clips after the labels of a second person (`scripts/data/real_clips_second.toml`): whether the two agree, and how
right letters and times of text are against labels that owe nothing to our readings.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

import numpy as np

from analyzer.methods.text_tracking import edits, similarity
from analyzer.nouns.evidence import TextTrack
from analyzer.nouns.report import Report
from evaluation.clips import ALIKE, STANDS_S
from evaluation.figures import SCRIPTS, Figure, Setup, at_least, f1, tail_at_most

LABELS = SCRIPTS / "data" / "real_clips_second.toml"
ONE_FRAME_S = 0.042
"""Cuts nearer than this are one cut to two labellers: a frame at 24 a second."""
Labels = Mapping[str, Any]


def measure(setup: Setup, first: Labels, reports: Mapping[str, Report]) -> list[Figure]:
    """`first`: the clips as they were labelled before; `reports`: of the clips that are here."""
    second = tomllib.loads(LABELS.read_text(encoding="utf-8"))["clips"]
    shared = [name for name in second if name in first and name in reports]
    return [*agreement(setup, first, second, shared), *letters_and_times(setup, second, reports)] if shared else []


def agreement(setup: Setup, first: Labels, second: Labels, shared: list[str]) -> list[Figure]:
    """What the two labellers see alike, in the clips and keys that both labelled whole."""
    both = one = other = 0
    kinds: list[bool] = []
    lines = 0
    for name in shared:
        until_s = second[name].get("until_s", np.inf)
        cuts = [cut for cut in first[name].get("cuts", ()) if cut < until_s]
        theirs = second[name]["cuts"]
        met = [cut for cut in cuts if any(abs(cut - at) <= ONE_FRAME_S for at in theirs)]
        if "cuts" in first[name]:
            both, one, other = both + len(met), one + len(cuts) - len(met), other + len(theirs) - len(met)
        for line in first[name].get("text", ()):
            if line["end_s"] - line["start_s"] < STANDS_S or line["start_s"] >= until_s:
                continue
            lines += 1
            alike = [t for t in second[name]["text"] if similarity(t["text"], line["text"]) >= ALIKE and overlap(t, line) > 0]
            kinds += [any(t["kind"] == line["kind"] for t in alike)] if alike else []
            if not alike or not kinds[-1]:
                setup.tell(f"  second labeller, {name}: {line['kind']} {line['text']!r} is {[t['kind'] for t in alike]}")
    return [
        Figure("labels", "two labellers: F1 of hard cuts", f"{f1(both, one, other):.3f}", count=f"{both + one + other}"),
        Figure(
            "labels", "two labellers: lines that both list; of one kind", f"{len(kinds)}; {sum(kinds)}", count=f"{lines} lines"
        ),
    ]


def letters_and_times(setup: Setup, second: Labels, reports: Mapping[str, Report]) -> list[Figure]:
    """Of lines that can be read for certain and stand half a second: letters without spaces, and when they come and go."""
    onset, end, wrong, letters, found, listed = list[float](), list[float](), 0, 0, 0, 0
    for name, truth in second.items():
        if name not in reports:
            continue
        signal = reports[name].signal("onscreen_text")
        tracks: tuple[TextTrack, ...] = signal.evidence["tracks"].items if signal else ()  # type: ignore[union-attr]
        until_s = truth.get("until_s", np.inf)
        last_s = reports[name].asset.duration_s or np.inf
        for line in truth["text"]:
            if line["end_s"] - line["start_s"] < STANDS_S or not line.get("sure", True):
                continue
            listed += 1
            alike = [t for t in tracks if similarity(t.text, line["text"]) >= ALIKE and overlap(vars(t), line) > 0]
            if not alike:
                setup.tell(
                    f"  second labeller, {name}: missed {line['kind']} {line['text']!r} {line['start_s']}-{line['end_s']}"
                )
                continue
            found += 1
            best = max(alike, key=lambda track: overlap(vars(track), line))
            want, have = ("".join(text.split()) for text in (line["text"], best.text))
            letters, wrong = letters + len(want), wrong + edits(have, want)
            if line["start_s"] > 0:
                onset.append(max(0.0, line.get("from_s", line["start_s"]) - best.start_s, best.start_s - line["start_s"]))
            if line["end_s"] < min(until_s, last_s) - 0.1:
                end.append(abs(best.end_s - line["end_s"]))
            if want != have or (line["start_s"] > 0 and onset[-1] > 0.1) or abs(best.end_s - line["end_s"]) > 0.1:
                setup.tell(
                    f"  second labeller, {name}: {line['text']!r}/{best.text!r} "
                    f"{line['start_s']}-{line['end_s']}/{best.start_s}-{best.end_s}"
                )
    rate = wrong / max(1, letters)
    return [
        at_least("text tracks", "recall, real clips, second labeller", found / max(1, listed), 0.98, f"{listed} lines"),
        Figure(
            "text tracks",
            "character error rate, real clips",
            f"{100 * rate:.2f} %",
            "<= 1 %",
            rate <= 0.01,
            f"{letters} characters",
        ),
        tail_at_most("text tracks", "onset error, real clips: median / p95", onset, 0.2),
        tail_at_most("text tracks", "end error, real clips: median / p95", end, 0.2),
    ]


def overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    """Seconds for which two spans share the screen."""
    return float(min(one["end_s"], other["end_s"]) - max(one["start_s"], other["start_s"]))
