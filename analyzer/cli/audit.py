"""The commands `audit`, `brand learn` and `compare`: parse, call, print. `analyzer.cli.app` registers them.

Results go to standard output, progress to standard error. Exit codes are those of `cli_exit`: 0 nothing stands out (for
`compare`: nothing got worse), 1 something does, 3 no file could be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from analyzer.cli import choices, exits, outputs
from analyzer.cli.printing import put, put_json, say

if TYPE_CHECKING:
    from analyzer.analysis import Analyzer
    from analyzer.collection.brand import Kit
    from analyzer.collection.gather import Gathered
    from analyzer.judge.profile import Rule
    from analyzer.nouns.report import Report

brand_app = typer.Typer(help="Brand kits.", no_args_is_help=True, rich_markup_mode=None)

Folder = Annotated[
    Path,
    typer.Argument(parser=choices.folder, metavar="FOLDER", help="A folder of videos and images.", show_default=False),
]
Lang = Annotated[
    str, choices.choice("--lang", ("en", "fr"), choices.LANGUAGES, "Language of the page and of the text: en or fr.")
]
Shown = Annotated[
    str, choices.choice("--format", ("text", "json", "csv"), choices.FORMATS, "What is printed on standard output.", "-f")
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
Cache = Annotated[bool, typer.Option(help="Use the reports of earlier runs on the same files.")]
Cut = typer.Argument(parser=choices.asset, metavar="CUT", help="A video, an image, or a NAME.report.json.", show_default=False)


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
    from analyzer.disk.files import write
    from analyzer.show.audit_files import write_asset
    from analyzer.show.audit_page import to_audit_html
    from analyzer.show.audit_tables import audit_lines, to_audit_csv
    from analyzer.show.i18n import locale_of

    locale = locale_of(lang)
    outputs.prepare(out, [out / f"audit.{ending}" for ending in ("html", "json", "csv")])
    with _told(quiet) as told:

        def keep(one: Gathered) -> None:
            write_asset(out, one.source.key, one.report, lang, reports)
            told(one.source.key)

        kit, engine = _kit(brand), analyzer_for_sets(cache)
        found = audited(folder, kit=kit, manifest=manifest, leave_out=out, analyzer=engine, on_asset=keep)
    files = {
        "html": to_audit_html(found, lang=lang, with_reports=reports), "json": found.to_json(), "csv": to_audit_csv(found)
    }  # fmt: skip
    for ending, text in files.items():
        write(out / f"audit.{ending}", text.encode("utf-8", "replace"))
    if format == "text":
        written = locale.t("Written: {path}", path=f"{out / 'audit.html'}, audit.json, audit.csv")
        say(*map(_plain, [*audit_lines(found, lang), written]))
    else:
        (put_json if format == "json" else put)(files[format])
    raise typer.Exit(exits.UNREADABLE if found.unread and not found.members else exits.FAILED if found.unusual else 0)


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
    from analyzer.disk.files import write
    from analyzer.nouns.errors import UsageError

    if out.exists():
        raise UsageError(f"{out} is there already and may have been edited; name another file with --out.")
    outputs.prepare(out.parent)
    with _told(quiet) as told:
        found = audited(folder, analyzer=analyzer_for_sets(cache), on_asset=lambda one: told(one.source.key))
    kit = learn(found, folder, out)
    write(out, kit.encode("utf-8", "replace"))
    say(*kit.splitlines(), f"Written: {out}. Edit it, then: analyzer audit {folder} --brand {out}")


def compare(
    first: Annotated[Path, Cut],
    second: Annotated[Path, Cut],
    platform: Annotated[
        str,
        typer.Option("--platform", "-p", parser=choices.platform, metavar="NAME", help="Whose rules say what is better."),
    ] = "default",
    html: Annotated[Path | None, typer.Option(help="Write a page here.")] = None,
    format: Annotated[
        str, choices.choice("--format", ("text", "json"), choices.FORMATS, "What is printed: text or json.", "-f")
    ] = "text",
    lang: Lang = "en",
    cache: Cache = True,
    quiet: Quiet = False,
) -> None:
    """Compare two cuts of a clip, or two reports: what changed, and whether it got better or worse."""
    from analyzer.analysis import Analyzer
    from analyzer.collection.compare import compare as compared
    from analyzer.disk.files import write
    from analyzer.judge.profile import load_profile
    from analyzer.judge.rules import judge
    from analyzer.measure import catalog
    from analyzer.show.compare_page import compare_lines, to_compare_html

    profile = load_profile(platform)
    if html is not None:
        outputs.prepare(html.parent, [html])
    engine = Analyzer(use_cache=cache)
    with _told(quiet) as told:
        before, after = (judge(_report(path, engine, told), profile) for path in (first, second))
    rules: dict[str, Rule] = {rule.metric: rule for rule in profile.rules if rule.metric and not rule.when}
    units = {name: metric.unit for name, metric in catalog.metrics().items()}
    found = compared(before, after, units, rules)
    if html is not None:
        write(html, to_compare_html(found, before, after, lang=lang).encode("utf-8", "replace"))
    if format == "json":
        put_json(found.to_json())
    else:
        say(*map(_plain, compare_lines(found, lang)))
    raise typer.Exit(exits.FAILED if found.count("worse") else 0)


def _report(path: Path, engine: Analyzer, told: Callable[[str], None]) -> Report:
    """The report that a file is, or that is made of a file."""
    from analyzer.nouns.report import load_report

    if path.suffix.lower() == ".json":
        return load_report(path)
    report = engine.analyze(path)
    told(path.name)
    return report


def _plain(line: str) -> str:
    """A line with plain spaces, which every terminal has."""
    return line.replace("\u202f", " ").replace("\u00a0", " ")


def _kit(brand: Path | None) -> Kit | None:
    from analyzer.collection.brand import load_kit

    return load_kit(brand) if brand is not None else None


@contextmanager
def _told(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Say on standard error which asset was read, where it is a terminal."""
    import sys

    from analyzer.show.plain_text import encodable, one_line

    shown = not quiet and sys.stderr.isatty()
    done = 0

    def told(name: str) -> None:
        nonlocal done
        done += 1
        if shown:
            again(f"{done}  {encodable(one_line(name, 60), sys.stderr.encoding or 'ascii')}")

    def again(text: str) -> None:
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()

    try:
        yield told
    finally:
        if done and shown:
            again("")
