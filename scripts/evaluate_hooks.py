"""Say how well the phrase tables name hook types and weak openers: `python scripts/evaluate_hooks.py [dev|held_out]`.

`scripts/data/openers.tsv` was written, and split by a hash of the text, before any pattern; patterns are tuned on the
split `dev`. One author wrote openers and patterns, so both splits flatter them: on 74 openers by strangers (public
lists of hooks, labelled before the first run, not kept here) precision was 0.97 and coverage 0.68.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from analyzer.measures.hook_text import Opener, hook_types, weak_openers

OPENERS = Path(__file__).parent / "data" / "openers.tsv"
Finder = Callable[[str], tuple[Opener, ...]]


def rows(split: str) -> list[dict[str, str]]:
    with OPENERS.open(encoding="utf-8", newline="") as file:
        return [row for row in csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if row["split"] == split]


def score(listed: list[dict[str, str]], column: str, find: Finder) -> tuple[list[Counter[str]], int, int]:
    """Right, wrong and missed labels by id; texts that have a label, and those of them that were given any."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    labelled = covered = 0
    for row in listed:
        expected = set(filter(None, row[column].split(",")))
        found = {opener.id for opener in find(row["text"])}
        right.update(expected & found)
        wrong.update(found - expected)
        missed.update(expected - found)
        labelled += bool(expected)
        covered += bool(expected and found)
    return [right, wrong, missed], labelled, covered


def table(split: str, column: str, find: Finder) -> None:
    """Print precision, recall and coverage of one column."""
    listed = rows(split)
    (right, wrong, missed), labelled, covered = score(listed, column, find)
    print(f"\n{split} {column}: {len(listed)} openers, {labelled} labelled, {covered / labelled:.2f} of them typed")
    print(f"{'id':26}{'right':>6}{'wrong':>6}{'missed':>7}{'precision':>10}{'recall':>8}")
    for key in [*sorted(right | wrong | missed), "all"]:
        r, w, m = (c.total() if key == "all" else c[key] for c in (right, wrong, missed))
        precision, recall = r / (r + w) if r + w else float("nan"), r / (r + m) if r + m else float("nan")
        print(f"{key:26}{r:6}{w:6}{m:7}{precision:10.2f}{recall:8.2f}")


def errors(split: str) -> None:
    """Print every opener whose labels were not met."""
    for row in rows(split):
        for column, find in (("types", hook_types), ("weak", weak_openers)):
            found = ",".join(opener.id for opener in find(row["text"]))
            if set(found.split(",")) != set(row[column].split(",")):
                print(f"{column}: {row['text']!r} is {row[column] or '-'}, found {found or '-'}")


if __name__ == "__main__":
    chosen = sys.argv[1:] or ["dev", "held_out"]
    for split in (name for name in chosen if name != "--errors"):
        table(split, "types", hook_types)
        table(split, "weak", weak_openers)
    if "--errors" in chosen:
        errors("dev")
