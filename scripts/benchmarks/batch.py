"""What a batch costs: two workers against one process, the parent from 1,000 to 20,000 inputs, an asset that was seen before.

    python scripts/benchmark.py batch [--assets 40] [--sizes 1000 5000 20000] [--rounds 2]

Prints three Markdown tables. Throughput is wall time, and so a ratio of arms that ran next to each other. What an asset is
stands above each table: the parent is measured with a worker that measures nothing and writes the same report for each input
(tests/batch/cheap.py), because 20,000 real ones take hours and the parent sees no difference. With TMPDIR=/dev/shm the disk's
flushes are left out.
"""

from __future__ import annotations

import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.arms import ROOT, answer, options, run
from scripts.prove_batch import pictures

HITS = 40
"""Times that something is looked up."""


def one_process(folder: Path, out: Path) -> dict[str, float]:
    """What a person would script: one `Analyzer` in a loop, a report and a page for each asset."""
    from analyzer import Analyzer
    from analyzer.show import to_html

    out.mkdir()
    analyzer, began = Analyzer(use_cache=False), time.monotonic()
    for path in sorted(folder.iterdir()):
        report = analyzer.analyze(path, platform="default")
        (out / f"{path.name}.report.json").write_text(report.to_json())
        (out / f"{path.name}.report.html").write_text(to_html(report))
    return {"wall_s": time.monotonic() - began}


def batch(folder: Path, out: Path, workers: int, cheap: bool = False) -> dict[str, float]:
    """`run_batch`; processor seconds and memory are those of the parent alone."""
    from analyzer.batch.run import Options, State, run_batch
    from analyzer.batch.work import Settings
    from analyzer.batch.workers import ENTRY

    ended = [time.monotonic()]

    def listen(state: State) -> None:
        ended[0] = time.monotonic()

    began = time.monotonic()
    options = Options(workers, entry="tests.batch.cheap" if cheap else ENTRY)
    summary = run_batch(str(folder), Settings(str(out), html=not cheap), options, listen)
    assert summary.statuses in ({"ok": summary.inputs}, {"partial": summary.inputs}), summary
    used = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "inputs": summary.inputs, "wall_s": ended[0] - began, "tables_s": time.monotonic() - ended[0],
        "cpu_ms": 1000 * (used.ru_utime + used.ru_stime) / summary.inputs, "peak_mib": used.ru_maxrss / 1024,
    }  # fmt: skip


def hits(folder: Path, out: Path) -> dict[str, float]:
    """Processor milliseconds of an asset that the cache of a batch holds: its measurements, and its whole record with files."""
    from analyzer.batch.inputs import items_of
    from analyzer.batch.work import Settings, analyzer_of, record_of

    settings = Settings(str(out), html=False)
    analyzer, looked_up, recorded = analyzer_of(settings), list[float](), list[float]()
    items = list(items_of(str(folder), sys.stdin.buffer))
    for again in range(1 + HITS // len(items)):
        for item in items:
            began = time.process_time()
            analyzer.analyze(item.path)
            known = time.process_time()
            record_of(item, "", analyzer, settings)
            if again:
                looked_up.append(1000 * (known - began))
                recorded.append(1000 * (time.process_time() - known))
    return {"looked_up": statistics.median(looked_up), "recorded": statistics.median(recorded), "times": len(looked_up)}


ARMS: dict[str, Callable[[Path, Path], dict[str, float]]] = {
    "one process": one_process,
    "batch, 1 worker": lambda folder, out: batch(folder, out, 1),
    "batch, 2 workers": lambda folder, out: batch(folder, out, 2),
    "parent": lambda folder, out: batch(folder, out, 2, cheap=True),
    "hits": hits,
}


def measured(arm: str, folder: Path, out: Path) -> dict[str, float]:
    """One arm over the assets of a folder, in a process of its own."""
    found: dict[str, float] = run("batch", arm, "--folder", str(folder), "--out", str(out), threads=1).answer
    return found


def table(title: str, head: list[str], rows: list[list[Any]]) -> None:
    print(f"\n{title}\n\n| {' | '.join(head)} |\n|{'---|' * len(head)}")
    for row in rows:
        print("| " + " | ".join(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row) + " |", flush=True)


def throughput(folder: Path, assets: int, rounds: int) -> None:
    pictures(folder / "in", [f"asset-{number:05}" for number in range(assets)])
    found: dict[str, list[float]] = {"one process": [], "batch, 1 worker": [], "batch, 2 workers": []}
    for number in range(rounds):
        for arm, walls in found.items():
            walls.append(measured(arm, folder / "in", folder / f"out-{number}-{arm}")["wall_s"])
    base = min(found["one process"])
    rows = [[name, min(walls), assets / min(walls) * 60, base / min(walls)] for name, walls in found.items()]
    load = f"load of the machine's {os.cpu_count()} cores: {os.getloadavg()[0]:.1f}"
    table(
        f"{assets} pictures of 160 x 120, every signal, JSON and page for each; best of {rounds}; {load}",
        ["arm", "wall s", "assets a minute", "against one process"],
        rows,
    )


def parent(folder: Path, sizes: list[int]) -> None:
    rows = []
    for size in sizes:
        inputs = folder / f"in-{size}"
        inputs.mkdir()
        for number in range(size):
            (inputs / f"{number:06}.png").write_bytes(b"x")
        found = measured("parent", inputs, folder / f"out-{size}")
        rows.append([size, found["peak_mib"], found["cpu_ms"], 1000 * found["wall_s"] / size, 1000 * found["tables_s"] / size])
    table(
        f"The parent; every input has the same real report, nothing is measured; 2 workers; folder in {tempfile.gettempdir()}",
        ["inputs", "peak MiB", "processor ms an input", "wall ms an input", "of tables and page, wall ms an input"],
        rows,
    )


def seen_before(folder: Path) -> None:
    pictures(folder / "in", [f"asset-{number:05}" for number in range(HITS)])
    clips = folder / "clips"
    clips.mkdir()
    for name in ("weak.mp4", "strong.mp4", "muted.mp4"):
        (clips / name).write_bytes((ROOT / "samples" / name).read_bytes())
    rows = []
    for name, source in (("picture of 160 x 120", folder / "in"), ("clips of samples/", clips)):
        found = measured("hits", source, folder / f"cache-{source.name}")
        rows.append([name, int(found["times"]), found["looked_up"], found["recorded"]])
    table(
        "An asset that was seen before: processor ms, median",
        ["asset", "times", "hash it and look up its measurements", "the same, judge, write report and thumbnail"],
        rows,
    )


def main(words: list[str]) -> None:
    parser = options(__doc__, rounds=2)
    parser.add_argument("--assets", type=int, default=40)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 5_000, 20_000])
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(words)
    if chosen.arm:
        answer(ARMS[chosen.arm](chosen.folder, chosen.out))
        return
    with tempfile.TemporaryDirectory(prefix="benchmark-batch-") as name:
        for part in ("hits", "parent", "throughput"):
            (Path(name) / part).mkdir()
        seen_before(Path(name) / "hits")
        parent(Path(name) / "parent", chosen.sizes)
        throughput(Path(name) / "throughput", chosen.assets, chosen.rounds)
