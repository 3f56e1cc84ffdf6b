"""A multimodal content analyzer: one pass over an image or a video, then signals, verdicts and one report.

    from analyzer import analyze
    report = analyze("clip.mp4", platform="tiktok")
    for verdict in report.judgement.to_fix():
        print(verdict.title, verdict.fix)

Names are loaded when they are first used, so that importing this package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from analyzer import quiet

quiet.silence()

__version__ = "0.1.0"

if TYPE_CHECKING:
    from analyzer.analysis import Analyzer as Analyzer
    from analyzer.analysis import Progress as Progress
    from analyzer.analysis import analyze as analyze
    from analyzer.judge.rules import judge as judge
    from analyzer.nouns.errors import AnalyzerError as AnalyzerError
    from analyzer.nouns.errors import MediaError as MediaError
    from analyzer.nouns.errors import UsageError as UsageError
    from analyzer.nouns.report import Report as Report

_HOMES = {
    "Analyzer": "analysis", "Progress": "analysis", "analyze": "analysis", "judge": "judge.rules", "Report": "nouns.report",
    "AnalyzerError": "nouns.errors", "MediaError": "nouns.errors", "UsageError": "nouns.errors",
}  # fmt: skip
__all__ = ["Analyzer", "AnalyzerError", "MediaError", "Progress", "Report", "UsageError", "analyze", "judge"]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(f"analyzer.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'analyzer' has no attribute {name!r}")
