"""What the fuzzer found, made by hand and small: each ends in the product's own words, fast and without much memory."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import make_report
from tests.conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
from fuzzing import mutants, targets, watch

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the fuzzer needs a system with fork")

DEEP = "[" * 3000 + "]" * 3000
DIGITS = "9" * 5000
TEXTS = {
    "profile rule id that is a list": ("profile", ".toml", '[[rules]]\nid = []\n[[rules]]\nid = []\n'),
    "profile rule id that is a table": ("profile", ".toml", "[[rules]]\nid = {}\n"),
    "profile sources that are a number": ("profile", ".toml", 'extends = "default"\nsources = 1.5\n'),
    "profile number of 5,000 digits": ("profile", ".toml", f"title = {DIGITS}\n"),
    "profile nested 3,000 deep": ("profile", ".toml", f"title = {DEEP}\n"),
    "brand kit nested 3,000 deep": ("brand", ".toml", f"name = {DEEP}\n"),
    "brand kit logo with a name of 100,000 letters": ("brand", ".toml", f'name = "a"\nlogos = ["{"x" * 100_000}"]\n'),
    "brand kit number of 5,000 digits": ("brand", ".toml", f"name = {DIGITS}\n"),
    "tokens nested 3,000 deep": ("brand", ".json", DEEP),
    "tokens with a component of 1e300": (
        "brand", ".json", '{"a": {"$type": "color", "$value": {"colorSpace": "srgb", "components": [1e300, 0, 0]}}}',
    ),
}  # fmt: skip


def _changed(report: dict[str, Any], place: str, value: Any) -> None:
    *path, last = place.split(".")
    here: Any = report
    for name in path:
        here = here[int(name) if isinstance(here, list) else name]
    here[last] = value


def _note(text: str, params: dict[str, Any]) -> Callable[[dict[str, Any]], None]:
    return lambda report: report["notes"].append({"text": text, "params": params})


def _reason(text: str) -> Callable[[dict[str, Any]], None]:
    def change(report: dict[str, Any]) -> None:
        signal = next(signal for signal in report["signals"] if signal["reason"])
        signal["reason"]["sentence"] = {"text": text, "params": {"value": 1}}

    return change


def _series(report: dict[str, Any]) -> None:
    blocks = [block for signal in report["signals"] for block in signal["evidence"].values()]
    next(block for block in blocks if block["kind"] == "series")["values"].append(1.0)


def _far(report: dict[str, Any]) -> None:
    for signal in report["signals"]:
        for block in signal["evidence"].values():
            for item in block.get("items", ()):
                for name in ("start_s", "end_s"):
                    if name in item:
                        item[name] = 1e308


REPORTS: dict[str, Callable[[dict[str, Any]], None]] = {
    "endless duration": lambda report: _changed(report, "asset.duration_s", float("nan")),
    "duration of 1e-320": lambda report: _changed(report, "asset.duration_s", 1e-320),
    "placeholder without a parameter": _reason("{missing}"),
    "placeholder of 99,999,999 characters": _reason("{value:>99999999}"),
    "placeholder that reaches into the program": _note("{value.__class__}", {"value": 1}),
    "half a brace": _note("{", {"value": 1}),
    "curve with more values than times": _series,
    "times of 1e308": _far,
}


def outcome(target: str, suffix: str, data: bytes, folder: Path) -> watch.Result:
    """What came of one input in a child of the fuzzer."""
    made = mutants.Mutant(0, "made by hand", suffix, data)
    (result,) = watch.watched(targets.TARGETS[target], lambda number: made, iter([0]), folder, limit_s=3.0)
    return result


@pytest.mark.parametrize("name", TEXTS)
def test_a_text_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    target, suffix, text = TEXTS[name]
    result = outcome(target, suffix, text.encode(), tmp_path)
    assert not result.fault, result.details[-1500:]


@pytest.mark.parametrize("name", REPORTS)
def test_a_stored_report_ends_in_a_sentence(tmp_path: Path, name: str) -> None:
    report = json.loads(make_report.report().to_json())
    REPORTS[name](report)
    result = outcome("report", ".json", json.dumps(report).encode(), tmp_path)
    assert not result.fault, result.details[-1500:]
