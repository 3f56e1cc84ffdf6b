"""Shows a report: as HTML, in the terminal, as Markdown, CSV, subtitles, or as annotations of GitHub.

Needs a `Report` and nothing else: no media, no engine.
"""

from __future__ import annotations

from analyzer.render.github import to_github
from analyzer.render.html import to_html
from analyzer.render.markdown import to_markdown
from analyzer.render.subtitles import to_srt, to_vtt
from analyzer.render.tables import to_csv
from analyzer.render.terminal import print_terminal

__all__ = ["print_terminal", "to_csv", "to_github", "to_html", "to_markdown", "to_srt", "to_vtt"]
