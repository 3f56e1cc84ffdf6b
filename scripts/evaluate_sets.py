"""Measures the audit on sets with planted outliers, copies and drifts (scripts/make_sets.py makes them).

    python scripts/evaluate_sets.py --seed 1 [--seed 2 ...] [--only graded] [--folder /tmp/sets]

Prints for each set: average precision of the outliers, precision and recall of those that are named and of the duplicates, the
groups of looks, the drifts, and how far the order stays the same when every picture is encoded anew (Spearman's rho).
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterable
from itertools import combinations
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from make_sets import SETS, make

from analyzer.analysis import Analyzer
from analyzer.collection import Audit, audit
from analyzer.collection.gather import analyzer_for_sets

LIGHT = ("palette", "technical")
"""What sets without text and sound are compared by: keeps an evaluation of photographs below a minute."""
FULL = ("cards",)


def average_precision(order: Iterable[str], truth: set[str]) -> float:
    """Mean of the precision at the rank of each true one."""
    found, total = 0, 0.0
    for rank, name in enumerate(order, 1):
        if name in truth:
            found += 1
            total += found / rank
    return total / len(truth) if truth else 1.0


def pairs(groups: Iterable[Iterable[str]]) -> set[tuple[str, str]]:
    return {pair for group in groups for pair in combinations(sorted(group), 2)}


def rho(first: Audit, second: Audit) -> float:
    """Spearman's rank correlation of two orders of the same assets."""
    a = np.argsort(np.argsort([member.distance or 0.0 for member in sorted(first.members, key=lambda m: m.key)]))
    b = np.argsort(np.argsort([member.distance or 0.0 for member in sorted(second.members, key=lambda m: m.key)]))
    return float(np.corrcoef(a, b)[0, 1])


def again(folder: Path) -> Path:
    """The set with every picture as JPEG of quality 60."""
    other = folder.with_name(f"{folder.name}-again")
    other.mkdir(exist_ok=True)
    for file in folder.glob("*.jpg"):
        cv2.imwrite(str(other / file.name), cv2.imread(str(file)), [cv2.IMWRITE_JPEG_QUALITY, 60])
    return other


def evaluate(name: str, folder: Path, truth: dict[str, Any]) -> dict[str, Any]:
    """The figures of one set."""
    analyzer = analyzer_for_sets() if name in FULL else Analyzer(only=LIGHT)
    manifest = folder.with_suffix(".csv") if folder.with_suffix(".csv").is_file() else None
    found = audit(folder, analyzer=analyzer, manifest=manifest)
    folder.with_suffix(".audit.json").write_text(found.to_json(), encoding="utf-8")
    figures: dict[str, Any] = {"assets": len(found.members)}
    if "outliers" in truth:
        planted, named = set(truth["outliers"]), {member.key for member in found.unusual}
        figures |= {
            "average_precision": average_precision([member.key for member in found.members], planted),
            "named_precision": len(planted & named) / max(1, len(named)), "named_recall": len(planted & named) / len(planted),
            "missed": sorted(planted - named), "named_too": sorted(named - planted),
            "rho_encoded_anew": rho(found, audit(again(folder), analyzer=analyzer)),
        }  # fmt: skip
        figures["looks"] = f"{len(found.looks)} (planted {truth.get('looks', 1)})"
    if "duplicates" in truth:
        planted_pairs, found_pairs = pairs(truth["duplicates"]), pairs(group.members for group in found.duplicates)
        both = planted_pairs & found_pairs
        figures |= {
            "duplicate_precision": len(both) / max(1, len(found_pairs)), "duplicate_recall": len(both) / len(planted_pairs),
            "pairs": len(planted_pairs), "missed": sorted(planted_pairs - both), "wrong": sorted(found_pairs - both),
        }  # fmt: skip
    if "drift" in truth:
        figures |= {"planted": truth["drift"], "found": [str(drift.sentence) for drift in found.drifts]}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, action="append")
    parser.add_argument("--only", choices=SETS, action="append")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        home = given.folder or Path(temporary)
        for seed in given.seed or [1]:
            for name in given.only or SETS:
                truth = make(name, home / str(seed), seed)
                figures = evaluate(name, home / str(seed) / name, truth)
                print(f"seed {seed}, {name}")
                for key, value in figures.items():
                    print(f"    {key}: {value:.3f}" if isinstance(value, float) else f"    {key}: {json.dumps(value)}")


if __name__ == "__main__":
    main()
