"""The command line: parse, call, print. Everything heavy is imported inside the commands, so that --help is instant.

Results go to standard output, progress and errors to standard error. How a command ends, and with which exit code, is said in
`cli_exit`; commands raise, and catch nothing.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer import quiet, show
from analyzer.cli import audit, batch, choices, exits, models, outputs
from analyzer.cli.printing import put, put_json, say

if TYPE_CHECKING:
    from analyzer.nouns.report import Report

app = typer.Typer(
    name="analyzer",
    cls=exits.Commands,
    help="Check a video or an image before upload: what will fail, what is weak, where, and how to fix it. Offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

FORMATS = ("text", "json", "md", "csv", "srt", "vtt", "github")
Platform = Annotated[
    str,
    typer.Option(
        "--platform", "-p", parser=choices.platform, metavar="NAME",
        help="tiktok, reels, shorts, youtube, facebook, linkedin, x, default, or a TOML file.",
    ),
]  # fmt: skip
AsAd = Annotated[Any, choices.choice("--variant", ("organic", "ad"), choices.VARIANTS, "Whether it is posted or paid for.")]
Device = Annotated[Any, choices.choice("--device", ("auto", "cpu", "cuda", "mps"), choices.DEVICES, "Where models run.")]
Shown = Annotated[str, choices.choice("--format", FORMATS, choices.FORMATS, "What is printed on standard output.", "-f")]
Listed = Annotated[str, choices.choice("--format", ("text", "json"), choices.FORMATS, "text or json.", "-f")]
In = Annotated[str, choices.choice("--lang", ("en", "fr"), choices.LANGUAGES, "Language of the HTML and Markdown report.")]


@app.command()
def check(
    paths: Annotated[
        list[Path],
        typer.Argument(parser=choices.asset, metavar="PATH", help="A video or an image.", show_default=False),
    ],
    platform: Platform = "default",
    variant: AsAd = "organic",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the JSON and HTML report.")] = Path("."),
    format: Shown = "text",
    lang: In = "en",
    post_text: Annotated[str | None, typer.Option(help="Text of the post; default: the .txt beside the file.")] = None,
    find: Annotated[list[str] | None, typer.Option(help="Look for this in the picture, in words; may be repeated.")] = None,
    comments: Annotated[Path | None, typer.Option(help="A CSV file of the comments on the post.")] = None,
    only: choices.Only = None,
    skip: choices.Skip = None,
    model: Annotated[list[str] | None, typer.Option(help="TASK=ID: the model of a task; may be repeated.")] = None,
    device: Device = "auto",
    exact: Annotated[bool, typer.Option("--exact", help="32-bit floats instead of the fastest precision.")] = False,
    cache: Annotated[bool, typer.Option(help="Use the report of an earlier run on the same file.")] = True,
    show_location: Annotated[bool, typer.Option("--show-location", help="Show coordinates found in the file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")] = False,
) -> None:
    """Measure a video or an image, judge it for a platform, and write NAME.report.json and NAME.report.html."""
    from analyzer.analysis import Analyzer
    from analyzer.nouns.errors import UsageError
    from analyzer.read.comments import comments_of
    from analyzer.show.progress import shown_progress
    from analyzer.weights.manifests import chosen

    path = choices.only_one(paths)
    outputs.prepare(out, outputs.files_of(path, out))
    analyzer = Analyzer(
        only=only or (), skip=skip or (), show_location=show_location, use_cache=cache, models=chosen(model or []),
        device=device, exact=exact,
    )  # fmt: skip
    with shown_progress(quiet) as on_progress:
        report = analyzer.analyze(
            path, post_text=post_text, find=find or (), comments=comments_of(comments) if comments else None,
            platform=platform, variant=variant, on_progress=on_progress,
        )  # fmt: skip
    try:
        written = outputs.write_reports(report, path, out, lang)
    except UsageError:
        _show(report, format, lang)  # what was measured is not lost with the disk
        raise
    _show(report, format, lang, *written)
    raise typer.Exit(_code_of(report))


@app.command()
def judge(
    report_file: Annotated[
        str,
        typer.Argument(
            parser=choices.local, metavar="REPORT", help="A NAME.report.json that `check` wrote.", show_default=False
        ),
    ],
    platform: Platform = "default",
    variant: AsAd = "organic",
    html: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    format: Shown = "text",
    lang: In = "en",
) -> None:
    """Judge a stored report for another platform: no media, no models."""
    from analyzer.disk.files import check_free, write
    from analyzer.judge.rules import judge as judged
    from analyzer.judge.rules import load_profile
    from analyzer.nouns.report import load_report
    from analyzer.show import to_html

    if html is not None:
        check_free(html, "html")
    report = judged(load_report(Path(report_file)), load_profile(platform), variant)
    written = []
    if html is not None:
        write(html, to_html(report, lang=lang, media_src=None))
        written.append(html)
    _show(report, format, lang, *written)
    raise typer.Exit(_code_of(report))


@app.command()
def signals(format: Listed = "text") -> None:
    """List the signals, what each tells, and its metrics."""
    from analyzer.measure import catalog

    rows: list[dict[str, Any]] = [
        {
            "id": signal.id, "title": signal.title, "why": signal.why, "kinds": list(signal.kinds), "needs": list(signal.needs),
            "uses": list(signal.uses), "tasks": list(signal.tasks),
            "metrics": {name: {"unit": metric.unit, "meaning": metric.meaning} for name, metric in signal.metrics.items()},
        }
        for signal in catalog.signals()
    ]  # fmt: skip
    if format == "json":
        _put_value(rows)
        return
    for row in rows:
        say(f"{row['id']} ({', '.join(row['kinds'])}): {row['why']}")
        say(*(f"    {name} [{metric['unit']}]  {metric['meaning']}" for name, metric in row["metrics"].items()))


@app.command()
def profiles(
    name: Annotated[
        str | None,
        typer.Argument(parser=choices.platform, metavar="NAME", help="Show the rules of this profile.", show_default=False),
    ] = None,
    format: Listed = "text",
) -> None:
    """List the profiles, or check one (a TOML file of your own, say) and show its rules with their sources."""
    from analyzer.judge.profile import check
    from analyzer.judge.rules import describe, load_profile, profile_ids
    from analyzer.measure import catalog

    if name is None:
        described = [describe(load_profile(identity)) for identity in profile_ids()]
        if format == "json":
            _put_value(described)
            return
        for each in described:
            say(f"{each['id']:10} {each['title']} ({len(each['rules'])} rules, checked {each['checked_on']})")
        return
    loaded = load_profile(name)
    check(loaded, {name: metric.unit for name, metric in catalog.metrics().items()})
    profile = describe(loaded)
    if format == "json":
        _put_value(profile)
        return
    say(f"{profile['title']}, checked {profile['checked_on']}")
    for rule in profile["rules"]:
        say("", f"{rule['id']}  [{rule['strength']}, severity {rule['severity']}]  {rule['title']}", f"    {rule['bounds']}")
        for source in rule["sources"]:
            say(f"    {source['url']} ({source['checked_on']}) {source['note']}".rstrip())


@app.command()
def schema() -> None:
    """Print the JSON Schema of the report."""
    from analyzer.nouns.report import json_schema

    _put_value(json_schema())


@app.command()
def doctor() -> None:
    """Say what this machine has and what is missing."""
    from analyzer.cli.doctor import findings

    lines = findings()
    say(*(f"{'ok  ' if good else 'MISS'}  {what}" for good, what in lines))
    raise typer.Exit(0 if all(good for good, _ in lines) else exits.FAILED)


app.command()(batch.batch)
app.command()(audit.audit)
app.command()(audit.compare)
app.add_typer(audit.brand_app, name="brand")
app.add_typer(models.app, name="models")


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from analyzer import __version__

        say(__version__)
        raise typer.Exit()


def _show(report: Report, format: str, lang: str, *written: Path) -> None:
    """Print the report in the format asked for."""

    if format == "text":
        show.print_terminal(report, written=written)
    elif format == "json":
        put_json(report.to_json())
    else:
        make = {
            "md": lambda: show.to_markdown(report, lang=lang),
            "csv": lambda: show.to_csv(report),
            "srt": lambda: show.to_srt(report),
            "vtt": lambda: show.to_vtt(report),
            "github": lambda: show.to_github(report),
        }
        put(make[format]())


def _code_of(report: Report) -> int:
    """The exit code of what a report says."""
    return exits.FAILED if report.judgement is not None and report.judgement.outcome == "fail" else 0


def _put_value(value: Any) -> None:
    import json

    put_json(json.dumps(value, indent=1, ensure_ascii=False, default=str) + "\n")


def main() -> None:
    """Entry point of the console script."""
    quiet.stay_offline(sys.argv[1:])
    exits.run_process(app)
