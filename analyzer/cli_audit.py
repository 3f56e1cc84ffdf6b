"""The commands `audit`, `brand learn` and `compare`: parse, call, print. `analyzer.cli` registers them.

Results go to standard output, progress to standard error. Exit codes: 0 nothing stands out (for `compare`: nothing got worse),
1 something does, 2 the request makes no sense, 3 files cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

if TYPE_CHECKING:
    from analyzer.analysis import Analyzer
    from analyzer.brand import Kit
    from analyzer.collection.gather import Gathered
    from analyzer.profile import Rule
    from analyzer.report import Report

FOUND, UNUSABLE, UNREAD, INTERRUPTED = 1, 2, 3, 130

brand_app = typer.Typer(help="Brand kits.", no_args_is_help=True, rich_markup_mode=None)

Result = TypeVar("Result")
Folder = Annotated[Path, typer.Argument(help="A folder of videos and images.", show_default=False)]
Lang = Annotated[str, typer.Option("--lang", help="Language of the page and of the text: en or fr.")]
Shown = Annotated[str, typer.Option("--format", "-f", help="What is printed on standard output: text, json or csv.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
Cache = Annotated[bool, typer.Option(help="Use the reports of earlier runs on the same files.")]


def audit(
    folder: Folder,
    brand: Annotated[Path | None, typer.Option(help="A brand kit (TOML), or a design tokens file.")] = None,
    manifest: Annotated[Path | None, typer.Option(help="A CSV with path, and maybe published_at and post_text.")] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the page, its pictures, JSON and CSV.")] = Path("audit"),
    reports: Annotated[bool, typer.Option(help="Write the report of each asset.")] = True,
    format: Shown = "text",
    lang: Lang = "en",
    cache: Cache = True,
    quiet: Quiet = False,
) -> None:
    """Audit a set: what holds together, what stands out and why, what is double, what drifts."""
    from analyzer.collection import audit as audited
    from analyzer.collection.gather import analyzer_for_sets
    from analyzer.render.audit_files import write_asset, write_file
    from analyzer.render.audit_page import to_audit_html
    from analyzer.render.audit_tables import audit_lines, to_audit_csv
    from analyzer.render.i18n import locale_of

    def run() -> int:
        _one_of(format, "text", "json", "csv")
        locale = locale_of(lang)
        with _told(quiet) as told:

            def keep(one: Gathered) -> None:
                write_asset(out, one.source.key, one.report, lang, reports)
                told(one.source.key)

            found = audited(
                folder, kit=_kit(brand), manifest=manifest, leave_out=out, analyzer=analyzer_for_sets(cache), on_asset=keep
            )
        page = to_audit_html(found, lang=lang, with_reports=reports)
        files = {"html": page, "json": found.to_json(), "csv": to_audit_csv(found)}
        for ending, text in files.items():
            write_file(out / f"audit.{ending}", text.encode("utf-8", "replace"))
        written = locale.t("Written: {path}", path=f"{out / 'audit.html'}, audit.json, audit.csv")
        lines = [*audit_lines(found, lang), written]
        _print(lines) if format == "text" else typer.echo(files[format], nl=False)
        return UNREAD if found.unread and not found.members else FOUND if found.unusual else 0

    raise typer.Exit(_or_exit(run))


@brand_app.command("learn")
def brand_learn(
    folder: Folder,
    out: Annotated[Path, typer.Option("--out", "-o", help="The kit that is written.")] = Path("brand.toml"),
    cache: Cache = True,
    quiet: Quiet = False,
) -> None:
    """Propose a brand kit from approved assets, for a person to edit."""
    from analyzer.collection import audit as audited
    from analyzer.collection.gather import analyzer_for_sets
    from analyzer.collection.learn import learn
    from analyzer.errors import UsageError
    from analyzer.render.audit_files import write_file

    def run() -> None:
        if out.exists():
            raise UsageError(f"{out} is there already and may have been edited; name another file with --out.")
        with _told(quiet) as told:
            found = audited(folder, analyzer=analyzer_for_sets(cache), on_asset=lambda one: told(one.source.key))
        kit = learn(found, folder, out)
        write_file(out, kit.encode())
        typer.echo(f"{kit}\nWritten: {out}. Edit it, then: analyzer audit {folder} --brand {out}")

    _or_exit(run)


def compare(
    first: Annotated[Path, typer.Argument(help="A video, an image, or a NAME.report.json.", show_default=False)],
    second: Annotated[Path, typer.Argument(help="The same of another cut.", show_default=False)],
    platform: Annotated[str, typer.Option("--platform", "-p", help="Whose rules say what is better.")] = "default",
    html: Annotated[Path | None, typer.Option(help="Write a page here.")] = None,
    format: Annotated[str, typer.Option("--format", "-f", help="What is printed: text or json.")] = "text",
    lang: Lang = "en",
    cache: Cache = True,
    quiet: Quiet = False,
) -> None:
    """Compare two cuts of a clip, or two reports: what changed, and whether it got better or worse."""
    from analyzer import catalog
    from analyzer.analysis import Analyzer
    from analyzer.compare import compare as compared
    from analyzer.profile import load_profile
    from analyzer.render.audit_files import write_file
    from analyzer.render.compare_page import compare_lines, to_compare_html
    from analyzer.rules import judge

    def run() -> int:
        _one_of(format, "text", "json")
        profile = load_profile(platform)
        engine = Analyzer(use_cache=cache)
        with _told(quiet) as told:
            before, after = (judge(_report(path, engine, told), profile) for path in (first, second))
        rules: dict[str, Rule] = {rule.metric: rule for rule in profile.rules if rule.metric and not rule.when}
        units = {name: metric.unit for name, metric in catalog.metrics().items()}
        found = compared(before, after, units, rules)
        if html is not None:
            write_file(html, to_compare_html(found, before, after, lang=lang).encode("utf-8", "replace"))
        _print(compare_lines(found, lang)) if format == "text" else typer.echo(found.to_json(), nl=False)
        return FOUND if found.count("worse") else 0

    raise typer.Exit(_or_exit(run))


def _report(path: Path, engine: Analyzer, told: Callable[[str], None]) -> Report:
    """The report that a file is, or that is made of a file."""
    from analyzer.report import load_report

    if path.suffix.lower() == ".json":
        return load_report(path)
    report = engine.analyze(path)
    told(path.name)
    return report


def _print(lines: Iterable[str]) -> None:
    """Print lines with plain spaces, which every terminal has."""
    typer.echo("\n".join(lines).replace("\u202f", " ").replace("\u00a0", " "))


def _kit(brand: Path | None) -> Kit | None:
    from analyzer.brand import load_kit

    return load_kit(brand) if brand is not None else None


def _one_of(word: str, *words: str) -> None:
    from analyzer.errors import UsageError

    if word not in words:
        raise UsageError(f"{word} is none of {', '.join(words)}.")


@contextmanager
def _told(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Say on standard error which asset was read, where it is a terminal."""
    import sys

    from analyzer.render.plain_text import one_line

    done = 0

    def told(name: str) -> None:
        nonlocal done
        done += 1
        if not quiet and sys.stderr.isatty():
            typer.echo(f"\r\x1b[K{done}  {one_line(name, 60)}", err=True, nl=False)

    yield told
    if done and not quiet and sys.stderr.isatty():
        typer.echo("\r\x1b[K", err=True, nl=False)


def _or_exit(step: Callable[[], Result]) -> Result:
    """Run a step; what goes wrong becomes one sentence on standard error and the exit code."""
    from analyzer.errors import MediaError, UsageError

    try:
        return step()
    except MediaError as error:
        typer.echo(f"Cannot be analysed: {error}", err=True)
        raise typer.Exit(UNREAD) from None
    except UsageError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from None
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(INTERRUPTED) from None
