"""Writes samples/golden.report.json: what the product says of samples/strong.mp4 today, without pictures and times taken.

Read the difference before you commit it: it is what every user's report changes by.
"""

from __future__ import annotations

from pathlib import Path

from analyzer import Report, analyze

SAMPLES = Path(__file__).parent.parent / "samples"


def golden() -> Report:
    """The report of the sample, reduced to what does not depend on the machine."""
    report = analyze(SAMPLES / "strong.mp4", platform="tiktok", use_cache=False)
    signals = tuple(signal.model_copy(update={"seconds": 0.0, "engines": ()}) for signal in report.signals)
    settings = {name: value for name, value in report.settings.items() if not name.startswith("decoder_")}
    return report.model_copy(update={"signals": signals, "settings": settings, "stills": (), "close_ups": ()})


if __name__ == "__main__":
    (SAMPLES / "golden.report.json").write_text(golden().to_json(), encoding="utf-8")
