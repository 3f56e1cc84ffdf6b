"""Feeds damaged files to everything that reads a foreign file, and names what broke a promise.

    python scripts/fuzz.py --minutes 5                          every target, as long as said
    python scripts/fuzz.py --targets image --seed 7 --only 1234 one mutant again, of the same corpus
    python scripts/fuzz.py --targets image --input FILE         one saved find again

A find is a crash, a hang, too much memory, an exception that is not the product's own, a report that is not finite or does not
keep to its schema, or a file left behind outside the spool. Exit code 1 where there is one. Needs a system with fork (not
Windows), the extra `dev`, and one core.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from fuzzing import targets, watch  # noqa: E402  (the path is set above)
from fuzzing.mutants import Mutant, mutant  # noqa: E402

ROOT = Path(__file__).parent.parent


def asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = os.environ.get("ANALYZER_TEST_DATA") or ROOT.parent / "shared" / "data"
    parser.add_argument("--corpus", type=Path, default=Path(default), help="folder of files to start from")
    parser.add_argument("--minutes", type=float, default=5.0, help="for all targets together")
    parser.add_argument("--count", type=int, help="mutants of each target, instead of minutes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--start", type=int, default=0, help="number of the first mutant")
    parser.add_argument("--targets", default=",".join(targets.TARGETS), help=f"some of {','.join(targets.TARGETS)}")
    parser.add_argument("--only", type=int, help="the mutant of this number alone")
    parser.add_argument("--input", type=Path, help="read this file instead of mutants")
    parser.add_argument("--finds", type=Path, default=Path("finds"), help="folder for inputs that are finds")
    parser.add_argument("--limit-s", type=float, default=10.0, help="processor seconds after which an input is a hang")
    parser.add_argument("--largest-kb", type=int, default=400, help="leave larger files of the corpus out")
    options = parser.parse_args()
    if unknown := set(options.targets.split(",")) - set(targets.TARGETS):
        parser.error(f"There is no target {min(unknown)}. Targets: {', '.join(targets.TARGETS)}.")
    return options


def main() -> None:
    options = asked()
    os.environ.setdefault("OPENCV_OPENCL_RUNTIME", "disabled")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    names = options.targets.split(",")
    finds = 0
    with tempfile.TemporaryDirectory(prefix="fuzz-") as scratch:
        targets.SPOOLED[:] = [Path(scratch) / "clip"]
        os.environ["ANALYZER_CACHE_DIR"] = str(Path(scratch) / "cache")
        for name in names:
            finds += run(name, options, 60 * options.minutes / len(names), Path(scratch))
    raise SystemExit(1 if finds else 0)


def run(name: str, options: argparse.Namespace, seconds: float, scratch: Path) -> int:
    """Fuzz one target and print what came of it; returns how many different finds there are."""
    target = targets.TARGETS[name]
    corpus = [path for path in target.corpus(options.corpus) if 0 < path.stat().st_size <= 1000 * options.largest_kb]
    if not corpus and options.input is None:
        print(f"{name}: there is nothing to start from in {options.corpus}")
        return 0

    def make(number: int) -> Mutant:
        if options.input is not None:
            return Mutant(number, options.input.name, options.input.suffix.lower(), options.input.read_bytes())
        return mutant(options.seed, name, number, corpus)

    single = options.only if options.only is not None else 0 if options.input is not None else None
    outcomes: Counter[str] = Counter()
    finds: dict[str, tuple[int, watch.Result, Path]] = {}
    for result in watch.watched(target, make, numbers(single, options, seconds), scratch, options.limit_s):
        outcomes[result.outcome] += 1
        if result.fault:
            times, first, file = finds.get(result.fault, (0, result, Path()))
            file = file if times else watch.kept(result, make(result.number), name, options.finds)
            finds[result.fault] = (times + 1, first, file)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"{name}: {sum(outcomes.values())} inputs from {len(corpus)} files, seed {options.seed}: {told}")
    for fault, (times, first, file) in sorted(finds.items()):
        print(f"  FIND ({times} times) {fault}\n    number {first.number}, {first.seconds:.1f} s, {first.memory_mb} MB; again:")
        print(f"    python scripts/fuzz.py --targets {name} --input {file}", flush=True)
    return len(finds)


def numbers(single: int | None, options: argparse.Namespace, seconds: float) -> Iterator[int]:
    """The numbers of the mutants to read: one, so many, or as many as there is time for."""
    if single is not None:
        yield single
        return
    until_s = time.monotonic() + seconds
    for number in itertools.count(options.start):
        if number - options.start >= options.count if options.count is not None else time.monotonic() > until_s:
            return
        yield number


if __name__ == "__main__":
    main()
