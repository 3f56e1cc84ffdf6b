"""The command `analyzer batch`: parses, calls `batch.run`, and shows how far it is. `analyzer.cli.app` registers it.

Results go to standard output, progress to standard error, or as JSON lines to standard output with --progress json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer.cli import choices, exits
from analyzer.cli.printing import Unprinted, put, say, tell

if TYPE_CHECKING:
    from analyzer.batch.run import State, Summary

EVERY_S = 10.0
"""Seconds between lines of progress where standard error is no terminal (project choice)."""
Variant = Annotated[Any, choices.choice("--variant", ("organic", "ad"), choices.VARIANTS, "organic or ad.")]
Lang = Annotated[str, choices.choice("--lang", ("en", "fr"), choices.LANGUAGES, "Language of the pages: en or fr.")]
Device = Annotated[
    Any,
    choices.choice("--device", ("auto", "cpu", "cuda", "mps"), choices.DEVICES, "Where models run: auto, cpu, cuda, mps."),
]
Shown = Annotated[str, choices.choice("--progress", ("text", "json", "none"), {"quiet": "none"}, "How progress is told.")]


def batch(
    source: Annotated[
        str,
        typer.Argument(
            parser=choices.local, metavar="SOURCE", help="A folder, a glob, a CSV manifest, or - for paths on standard input."
        ),
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the batch; the same folder goes on where it stopped.")],
    platform: Annotated[
        str,
        typer.Option("--platform", "-p", parser=choices.platform, metavar="NAME", help="For inputs whose row names none."),
    ] = "default",
    variant: Variant = "organic",
    only: choices.Only = None,
    skip: choices.Skip = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: one for each core that has memory for it.")] = 0,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds without progress after which an asset is given up.")] = 600.0,
    memory: Annotated[float, typer.Option(min=0, help="GB that one worker may take; 0: its share of the machine.")] = 0.0,
    limit: Annotated[int | None, typer.Option(min=1, help="Analyse at most so many inputs in this run.")] = None,
    shard: Annotated[str, typer.Option(help="i/n: only the i-th of n equal parts.")] = "1/1",
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed, crashed or timed out.")] = False,
    html: Annotated[bool, typer.Option(help="Write a page for each asset.")] = True,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write the tables as Parquet as well.")] = False,
    lang: Lang = "en",
    find: Annotated[list[str] | None, typer.Option(help="Look for this in every picture, in words; may be repeated.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="TASK=ID: the model of a task; may be repeated.")] = None,
    device: Device = "auto",
    exact: Annotated[bool, typer.Option("--exact", help="32-bit floats instead of the fastest precision.")] = False,
    show_location: Annotated[bool, typer.Option("--show-location", help="Show coordinates found in files.")] = False,
    progress: Shown = "text",
) -> None:
    """Analyse many assets: one explained record each, reports, an index page and tables. Stop and start it as you like."""
    from analyzer.batch.export import check_parquet
    from analyzer.batch.run import Options, run_batch
    from analyzer.batch.store import shard_of
    from analyzer.batch.work import Settings
    from analyzer.weights.manifests import chosen

    if parquet:
        check_parquet()
    settings = Settings(
        str(out.absolute()), platform, variant, tuple(only or ()), tuple(skip or ()), lang, html, show_location,
        chosen(model or ()), device, exact, tuple(find or ()),
    )  # fmt: skip
    options = Options(workers, timeout, memory, limit, shard_of(shard), retry_failed, parquet)
    try:
        with _told(progress) as on_state:
            summary = run_batch(source, settings, options, on_state)
    except KeyboardInterrupt as error:
        error.add_note("What is done is kept; the same command goes on from here.")
        raise
    _print(summary, progress)
    raise typer.Exit({"pass": 0, "fail": exits.FAILED, "unread": exits.UNREADABLE}[summary.outcome])


def _print(summary: Summary, progress: str) -> None:
    """Say what there is now."""
    from analyzer.batch.record import RETRIED
    from analyzer.show.plain_text import one_line

    for note in summary.notes:
        tell(note)
    if progress == "json":
        _line({"event": "end", "inputs": summary.inputs, "analysed": summary.analysed, "statuses": summary.statuses,
               "outcomes": summary.outcomes, "reasons": summary.reasons, "elsewhere": summary.elsewhere,
               "seconds": round(summary.seconds, 3), "files": [str(path) for path in summary.files]})  # fmt: skip
        return
    known = summary.inputs - summary.statuses.get("pending", 0)
    now = f"{summary.analysed} of them made now, in {_clock(summary.seconds)}"
    say(f"Inputs: {summary.inputs}; with a record: {known}, {now}")
    for title, counts in (("Verdicts", summary.outcomes), ("Records", summary.statuses), ("Reasons", summary.reasons)):
        if counts:
            say(f"{title}: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
    for record in summary.not_analysed:
        say(one_line(f"Not analysed: {record.name}: {record.reason.sentence if record.reason else record.status}"))
    if sum(summary.statuses.get(status, 0) for status in RETRIED):
        say("To try again what failed, crashed or timed out: --retry-failed")
    if summary.elsewhere:
        say(f"In work by another run in this folder: {summary.elsewhere}")
    for path in summary.files:
        say(f"Written: {path}")


@contextmanager
def _told(progress: str) -> Iterator[Callable[[State], None]]:
    """Yield a listener for the state of a run."""
    if progress == "json":
        with _events() as listener:
            yield listener
    elif progress == "none":
        yield lambda state: None
    elif sys.stderr.isatty():
        with _bar() as listener:
            yield listener
    else:
        yield _Lines()


@contextmanager
def _events() -> Iterator[Callable[[State], None]]:
    """Print records as they come. A reader that goes away stops the printing, and not the run."""
    faults: list[Unprinted] = []

    def listener(state: State) -> None:
        record = state.record
        if record is None:
            return
        try:
            _line({"event": "record", "id": record.id, "path": record.name, "status": record.status,
                   "outcome": record.outcome, "reason": record.reason and str(record.reason.sentence),
                   "report": record.report, "attempts": record.attempts, "done": state.done, "total": state.total,
                   "rate": round(state.rate, 3), "left_s": state.left_s and round(state.left_s, 1)})  # fmt: skip
        except Unprinted as error:
            faults.append(error)

    yield listener
    for fault in faults:
        raise fault


def _line(event: dict[str, Any]) -> None:
    put(json.dumps(event) + "\n")


class _Lines:
    """A line on standard error now and then."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, state: State) -> None:
        import time

        if state.total and time.monotonic() - self._last >= EVERY_S:
            self._last = time.monotonic()
            tell(f"{state.done} of {state.total}, {_rest(state)}")


@contextmanager
def _bar() -> Iterator[Callable[[State], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.completed} of {task.total}"),
        BarColumn(bar_width=30),
        TextColumn("{task.description}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda state: bar.update(task, completed=state.done, total=state.total, description=_rest(state))


def _rest(state: State) -> str:
    """Rate, time left, and what went wrong so far."""
    wrong = sum(count for status, count in state.statuses.items() if status not in ("ok", "partial"))
    pace = "" if state.left_s is None else f"{state.rate * 60:.3g} a minute, {_clock(state.left_s)} left, "
    return f"{pace}{wrong} could not be analysed"


def _clock(seconds: float) -> str:
    hours, rest = divmod(round(seconds), 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
