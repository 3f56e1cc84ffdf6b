"""Speed and memory as ratios within one run: this product against a floor or against the plain calls of a script.

    python scripts/benchmark.py [check | detection | speech | vision | text | batch] [options of the part: --help]

Every arm runs in a process of its own, arms take turns, and the figure is processor seconds (all threads, all children): wall
time on a shared machine means nothing. Each ratio is claimed against its matching arm only. Needs the extras `all` and `dev`;
parts that need real material look for it in `../shared/data`.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

PARTS = ("check", "detection", "speech", "vision", "text", "batch")


def main() -> None:
    sys.path.insert(0, str(Path(__file__).parent.parent))
    words = sys.argv[1:]
    part = words.pop(0) if words and not words[0].startswith("-") else "check"
    if part not in PARTS:
        raise SystemExit(f"There is no part {part!r}. Parts: {', '.join(PARTS)}.")
    import_module(f"benchmarks.{part}").main(words)


if __name__ == "__main__":
    main()
