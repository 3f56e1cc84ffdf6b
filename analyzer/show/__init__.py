"""Shows a report: as HTML, in the terminal, as Markdown, CSV, subtitles, or as annotations of GitHub.

Needs a `Report` and nothing else: no media, no engine. Each renderer is imported when it is first asked for, so that a command
can print a sentence without loading any.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from analyzer.show.github import to_github
    from analyzer.show.html import to_html
    from analyzer.show.markdown import to_markdown
    from analyzer.show.subtitles import to_srt, to_vtt
    from analyzer.show.tables import to_csv
    from analyzer.show.terminal import print_terminal

__all__ = ["print_terminal", "to_csv", "to_github", "to_html", "to_markdown", "to_srt", "to_vtt"]

_HOMES = {
    "print_terminal": "terminal", "to_csv": "tables", "to_github": "github", "to_html": "html", "to_markdown": "markdown",
    "to_srt": "subtitles", "to_vtt": "subtitles",
}  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
