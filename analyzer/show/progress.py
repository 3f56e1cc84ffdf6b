"""Progress on standard error: one line that is rewritten on a terminal, and nothing where it is not one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analyzer.analysis import Progress


@contextmanager
def shown_progress(quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """Yield a listener for progress events."""
    if quiet or not sys.stderr.isatty():
        yield lambda progress: None
        return

    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(
        TextColumn("{task.description:<22}", markup=False),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[of]}", markup=False),
        console=console,
        transient=True,
    ) as bar:
        task = bar.add_task("Starting", total=None, of="")

        def show(progress: Progress) -> None:
            timed = progress.stage == "read" and progress.total
            of = f"{max(0.0, progress.done):.0f} of {progress.total:.0f} s" if timed else ""
            bar.update(task, description=progress.title[:22], completed=progress.done, total=progress.total, of=of)

        yield show
