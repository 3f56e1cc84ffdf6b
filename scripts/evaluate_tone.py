"""How right a sentiment model is on texts that people rated: how often it names a mood, the right one, or the opposite.

    python scripts/evaluate_tone.py [--model ID ...] [--irony] [--data DIR] [--wrong N]

Tweets and sentences of film reviews, each rated by 20 people (C. J. Hutto and E. Gilbert, VADER, ICWSM 2014), of which the
odd-numbered half was not used to tune anything. A rating beyond 0.5 is a mood. Without `--model` it is the model that a
check would use; `--irony` abstains besides where the model for irony doubts.
"""

from __future__ import annotations

import argparse
import html
import time
from pathlib import Path
from typing import Any

from analyzer.engines import Engines

ROOT = Path(__file__).parent.parent
SETS = {"tweets": "tweets_GroundTruth.txt", "reviews": "movieReviewSnippets_GroundTruth.txt"}
MILD = 0.5
"""Mean rating, of -4 to 4, up to which a text has no mood: half a point is where one rater in two says so (project choice)."""


def rated(path: Path) -> tuple[list[str], list[str]]:
    """Texts of the half that nothing was tuned on, and their moods."""
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[0::2]
    rows = [line.split("\t", 2) for line in lines]
    moods = ["positive" if float(r) > MILD else "negative" if float(r) < -MILD else "neutral" for _, r, _ in rows]
    return [html.unescape(text) for _, _, text in rows], moods


def evaluate(name: str, path: Path, engines: Engines, irony: bool, wrong: int) -> None:
    """One line of figures, and some of the texts that were taken for their opposite."""
    texts, moods = rated(path)
    began = time.process_time()
    found: list[str | None] = [answer.label for answer in engines["sentiment"].score(texts)]
    seconds = time.process_time() - began
    if irony:
        model: Any = engines["irony"]
        flags = [
            any(answer.get(label, 0.0) >= least for label, least in model.thresholds.items())
            for answer in model.classify(texts)
        ]
        found = [None if flag and label != "neutral" else label for label, flag in zip(found, flags, strict=True)]
    named = [(text, mood, label) for text, mood, label in zip(texts, moods, found, strict=True) if label]
    right = sum(mood == label for _, mood, label in named)
    opposite = [text for text, mood, label in named if {mood, label} == {"positive", "negative"}]
    share = 1 / max(1, len(named))
    print(
        f"{name:8} {len(texts):5} texts: names a mood for {len(named) / len(texts):6.1%}, of these right {right * share:6.1%}, "
        f"the wrong pole {len(opposite) * share:5.1%}  ({seconds / len(texts) * 1000:.2f} CPU ms a text)"
    )
    for text in opposite[:wrong]:
        print("    ", text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", nargs="+", default=[""], help="ids of models for sentiment")
    parser.add_argument("--irony", action="store_true")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data" / "text")
    parser.add_argument("--wrong", type=int, default=0, help="print so many of the texts taken for their opposite")
    options = parser.parse_args()
    for model in options.model:
        engines = Engines({"sentiment": model} if model else {})
        print(engines.used("sentiment").id)
        for name, file in SETS.items():
            evaluate(name, options.data / file, engines, options.irony, options.wrong)


if __name__ == "__main__":
    main()
