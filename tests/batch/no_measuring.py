"""A worker that cannot measure: whatever is not remembered fails."""

from __future__ import annotations

from typing import Any

from analyzer.batch import worker
from analyzer.measure import catalog
from analyzer.nouns.report import SignalResult


def main() -> None:
    def refuse(signal: Any, *_: Any) -> SignalResult:
        return SignalResult.model_validate(
            {"id": signal.id, "title": signal.title, "status": "failed", "reason": {"code": "x", "sentence": {"text": "x"}}}
        )

    catalog.run = refuse
    worker.main()
