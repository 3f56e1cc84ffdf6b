"""Records by hand, and a store that holds them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from analyzer.batch.inputs import Item
from analyzer.batch.record import Record
from analyzer.batch.store import Part, Store
from tests import make

HOSTILE = "</script><img src=x onerror=alert(1)>\u202e<!--.png"


def record(number: int, **fields: Any) -> Record:
    finding = {
        "rule": "text-size", "title": "Text is large enough", "signal": "onscreen_text", "status": "fail", "strength": "advice",
        "severity": 3, "value": 12, "unit": "px", "fix": {"text": "Enlarge it."},
        "instances": [{"start_s": 0.5, "end_s": 2.0, "text": "=SUM(A1)", "box": make.box(0.1, 0.2, 0.3, 0.4).model_dump()}],
    }  # fmt: skip
    known = {
        "id": f"{number:032x}", "name": f"clip {number:04}.mp4", "stamp": "1", "settings": "s", "status": "ok",
        "asset": make.asset().model_dump(), "platform": "tiktok", "outcome": ("fail", "warn", "pass")[number % 3],
        "verdicts": {"fail": number % 3, "warn": 1}, "findings": [finding] if number % 3 == 0 else [],
        "signals": {"shots": "ok", "speech": "unavailable"}, "metrics": {"shots.cuts": number, "shots.first_cut_s": None},
        "page": "reports/a.report.html", "report": "reports/a.report.json", "given": {"brand": "Acme", "team": "@x"},
    }  # fmt: skip
    return Record.model_validate(known | fields)


BAD = {
    "status": "rejected", "reason": {"code": "empty", "sentence": {"text": "The file is empty."}}, "asset": {}, "outcome": None,
    "verdicts": {}, "findings": [], "signals": {}, "metrics": {}, "page": "", "report": "",
}  # fmt: skip


def fill(out: Path, records: list[Record]) -> Store:
    store = Store(out, Part("in")).__enter__()
    store.plan([Item(found.id, Path(found.name), found.name, "1", found.given) for found in records], lambda item: "s")
    for found in records:
        store.keep(found)
    return store
