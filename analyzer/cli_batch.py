"""The command `analyzer batch`: parses, calls `batch.run`, and shows how far it is. `analyzer.cli` registers it.

Results go to standard output, progress to standard error, or as JSON lines to standard output with --progress json.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from analyzer.batch.run import State, Summary

FAILED, UNUSABLE, UNREAD, STOPPED, INTERRUPTED = 1, 2, 3, 4, 130
"""Exit codes: a check failed; the request makes no sense; an input could not be analysed; the run had to stop; Ctrl-C."""
SIGNALLED = 128
"""Exit code of SIGTERM (143) and SIGHUP (129), less the number of the signal."""
EVERY_S = 10.0
"""Seconds between lines of progress where standard error is no terminal (project choice)."""


class Shown(StrEnum):
    """How progress is told."""

    text = "text"
    json = "json"
    none = "none"


def batch(
    source: Annotated[str, typer.Argument(help="A folder, a glob, a CSV manifest, or - for paths on standard input.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the batch; the same folder goes on where it stopped.")],
    platform: Annotated[str, typer.Option("--platform", "-p", help="For inputs whose row names none.")] = "default",
    variant: Annotated[str, typer.Option("--variant", help="organic or ad.")] = "organic",
    only: Annotated[list[str] | None, typer.Option(help="Measure only this signal and what it needs; may be repeated.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this signal out; may be repeated.")] = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes; 0: one for each core that has memory for it.")] = 0,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds without progress after which an asset is given up.")] = 600.0,
    memory: Annotated[float, typer.Option(min=0, help="GB that one worker may take; 0: its share of the machine.")] = 0.0,
    limit: Annotated[int | None, typer.Option(min=1, help="Analyse at most so many inputs in this run.")] = None,
    shard: Annotated[str, typer.Option(help="i/n: only the i-th of n equal parts.")] = "1/1",
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="Try again what failed, crashed or timed out.")] = False,
    html: Annotated[bool, typer.Option(help="Write a page for each asset.")] = True,
    parquet: Annotated[bool, typer.Option("--parquet", help="Write the tables as Parquet as well.")] = False,
    lang: Annotated[str, typer.Option("--lang", help="Language of the pages: en or fr.")] = "en",
    find: Annotated[list[str] | None, typer.Option(help="Look for this in every picture, in words; may be repeated.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="TASK=ID: the model of a task; may be repeated.")] = None,
    device: Annotated[str, typer.Option(help="Where models run: auto, cpu, cuda, mps.")] = "auto",
    exact: Annotated[bool, typer.Option("--exact", help="32-bit floats instead of the fastest precision.")] = False,
    show_location: Annotated[bool, typer.Option("--show-location", help="Show coordinates found in files.")] = False,
    progress: Annotated[Shown, typer.Option("--progress", help="How progress is told.")] = Shown.text,
) -> None:
    """Analyse many assets: one explained record each, reports, an index page and tables. Stop and start it as you like."""
    from analyzer.batch.export import check_parquet
    from analyzer.batch.files import StoreError
    from analyzer.batch.run import Ended, Options, run_batch
    from analyzer.batch.store import shard_of
    from analyzer.batch.work import Settings
    from analyzer.batch.workers import WorkerError
    from analyzer.errors import UsageError
    from analyzer.manifests import chosen
    from analyzer.render.i18n import locale_of

    try:
        locale_of(lang)
        if parquet:
            check_parquet()
        settings = Settings(
            str(out.absolute()), platform, _one_of(variant, "organic", "ad"), tuple(only or ()), tuple(skip or ()), lang, html,
            show_location, chosen(model or ()), _one_of(device, "auto", "cpu", "cuda", "mps"), exact, tuple(find or ()),
        )  # fmt: skip
        options = Options(workers, timeout, memory, limit, shard_of(shard), retry_failed, parquet)
        with _told(progress) as on_state:
            summary = run_batch(source, settings, options, on_state)
    except UsageError as error:
        _stop(str(error), UNUSABLE)
    except (StoreError, WorkerError) as error:
        _stop(str(error), STOPPED)
    except Ended as ended:
        _stop("Told to end. What is done is kept; the same command goes on from here.", SIGNALLED + ended.number)
    except KeyboardInterrupt:
        _stop("Interrupted. What is done is kept; the same command goes on from here.", INTERRUPTED)
    _print(summary, progress)
    raise typer.Exit({"pass": 0, "fail": FAILED, "unread": UNREAD}[summary.outcome])


def _one_of(word: str, *words: Any) -> Any:
    from analyzer.errors import UsageError

    if word not in words:
        raise UsageError(f"{word} is none of {', '.join(words)}.")
    return word


def _say(text: str, err: bool = False) -> None:
    """Print what the stream can write: names of files may hold anything."""
    from analyzer.render.plain_text import encodable, visible

    stream = sys.stderr if err else sys.stdout
    typer.echo(encodable(visible(text), stream.encoding or "ascii"), err=err)


def _stop(sentence: str, code: int) -> Any:
    _say(sentence, err=True)
    raise typer.Exit(code)


def _print(summary: Summary, progress: Shown) -> None:
    """Say what there is now."""
    from analyzer.batch.record import RETRIED
    from analyzer.render.plain_text import one_line

    for note in summary.notes:
        _say(note, err=True)
    if progress is Shown.json:
        _line({"event": "end", "inputs": summary.inputs, "analysed": summary.analysed, "statuses": summary.statuses,
               "outcomes": summary.outcomes, "reasons": summary.reasons, "elsewhere": summary.elsewhere,
               "seconds": round(summary.seconds, 3), "files": [str(path) for path in summary.files]})  # fmt: skip
        return
    known = summary.inputs - summary.statuses.get("pending", 0)
    now = f"{summary.analysed} of them made now, in {_clock(summary.seconds)}"
    _say(f"Inputs: {summary.inputs}; with a record: {known}, {now}")
    for title, counts in (("Verdicts", summary.outcomes), ("Records", summary.statuses), ("Reasons", summary.reasons)):
        if counts:
            _say(f"{title}: " + ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in counts.items()))
    for record in summary.not_analysed:
        _say(one_line(f"Not analysed: {record.name}: {record.reason.sentence if record.reason else record.status}"))
    if sum(summary.statuses.get(status, 0) for status in RETRIED):
        _say("To try again what failed, crashed or timed out: --retry-failed")
    if summary.elsewhere:
        _say(f"In work by another run in this folder: {summary.elsewhere}")
    for path in summary.files:
        _say(f"Written: {path}")


@contextmanager
def _told(progress: Shown) -> Iterator[Callable[[State], None]]:
    """Yield a listener for the state of a run."""
    if progress is Shown.json:
        yield _tell_json
    elif progress is Shown.none:
        yield lambda state: None
    elif sys.stderr.isatty():
        with _bar() as listener:
            yield listener
    else:
        yield _Lines()


def _tell_json(state: State) -> None:
    record = state.record
    if record is not None:
        _line({"event": "record", "id": record.id, "path": record.name, "status": record.status, "outcome": record.outcome,
               "reason": record.reason and str(record.reason.sentence), "report": record.report, "attempts": record.attempts,
               "done": state.done, "total": state.total, "rate": round(state.rate, 3),
               "left_s": state.left_s and round(state.left_s, 1)})  # fmt: skip


def _line(event: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(event) + "\n")
    sys.stdout.flush()


class _Lines:
    """A line on standard error now and then."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, state: State) -> None:
        import time

        if state.total and time.monotonic() - self._last >= EVERY_S:
            self._last = time.monotonic()
            _say(f"{state.done} of {state.total}, {_rest(state)}", err=True)


@contextmanager
def _bar() -> Iterator[Callable[[State], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = TextColumn("{task.completed} of {task.total}"), BarColumn(bar_width=30), TextColumn("{task.description}")
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
