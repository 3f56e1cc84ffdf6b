"""A worker that measures nothing: the golden report is that of every asset. All it writes is written as the product does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analyzer.analysis import Analyzer
from analyzer.batch import worker
from analyzer.nouns.report import Report

GOLDEN = Path(__file__).parents[2] / "samples" / "golden.report.json"


def main() -> None:
    report = Report.from_json(GOLDEN.read_bytes())

    def analyze(*_: Any, **__: Any) -> Report:
        return report

    Analyzer.analyze = analyze  # type: ignore[method-assign]
    worker.main()
