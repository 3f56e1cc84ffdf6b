"""The command line: parse, call, print. Everything heavy is imported inside the commands, so that --help is instant.

Results go to standard output, progress and errors to standard error. Exit codes: 0 pass (warnings included), 1 a check
failed, 2 the request makes no sense, 3 the asset cannot be read.
"""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from analyzer import cli_audit, cli_batch, cli_models

if TYPE_CHECKING:
    from analyzer.report import Report

FAILED, UNREADABLE = 1, 3

app = typer.Typer(
    name="analyzer",
    help="Check a video or an image before upload: what will fail, what is weak, where, and how to fix it. Offline.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


class Format(StrEnum):
    """What is printed on standard output."""

    text = "text"
    json = "json"
    md = "md"
    csv = "csv"
    srt = "srt"
    vtt = "vtt"
    github = "github"


class Variant(StrEnum):
    organic = "organic"
    ad = "ad"


class Device(StrEnum):
    """Where models run."""

    auto = "auto"
    cpu = "cpu"
    cuda = "cuda"
    mps = "mps"


class Language(StrEnum):
    en = "en"
    fr = "fr"


Platform = Annotated[
    str,
    typer.Option("--platform", "-p", help="tiktok, reels, shorts, youtube, facebook, linkedin, x, default, or a TOML file."),
]
AsAd = Annotated[Variant, typer.Option("--variant", help="Whether it is posted or paid for.")]
Shown = Annotated[Format, typer.Option("--format", "-f", help="What is printed on standard output.")]
In = Annotated[Language, typer.Option("--lang", help="Language of the HTML and Markdown report.")]


@app.command()
def check(
    path: Annotated[Path, typer.Argument(help="A video or an image.", show_default=False)],
    platform: Platform = "default",
    variant: AsAd = Variant.organic,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the JSON and HTML report.")] = Path("."),
    format: Shown = Format.text,
    lang: In = Language.en,
    post_text: Annotated[str | None, typer.Option(help="Text of the post; default: the .txt beside the file.")] = None,
    find: Annotated[list[str] | None, typer.Option(help="Look for this in the picture, in words; may be repeated.")] = None,
    comments: Annotated[Path | None, typer.Option(help="A CSV file of the comments on the post.")] = None,
    only: Annotated[list[str] | None, typer.Option(help="Measure only this signal and what it needs; may be repeated.")] = None,
    skip: Annotated[list[str] | None, typer.Option(help="Leave this signal out; may be repeated.")] = None,
    model: Annotated[list[str] | None, typer.Option(help="TASK=ID: the model of a task; may be repeated.")] = None,
    device: Annotated[Device, typer.Option(help="Where models run.")] = Device.auto,
    exact: Annotated[bool, typer.Option("--exact", help="32-bit floats instead of the fastest precision.")] = False,
    cache: Annotated[bool, typer.Option(help="Use the report of an earlier run on the same file.")] = True,
    show_location: Annotated[bool, typer.Option("--show-location", help="Show coordinates found in the file.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")] = False,
) -> None:
    """Measure a video or an image, judge it for a platform, and write NAME.report.json and NAME.report.html."""
    from analyzer.analysis import Analyzer
    from analyzer.comments import comments_of
    from analyzer.manifests import chosen
    from analyzer.render.progress import shown_progress

    def run() -> Report:
        analyzer = Analyzer(
            only=only or (), skip=skip or (), show_location=show_location, use_cache=cache, models=chosen(model or []),
            device=device.value, exact=exact,
        )  # fmt: skip
        with shown_progress(quiet) as on_progress:
            return analyzer.analyze(
                path, post_text=post_text, find=find or (), comments=comments_of(comments) if comments else None,
                platform=platform, variant=variant.value, on_progress=on_progress,
            )  # fmt: skip

    report = _or_exit(run)
    _finish(report, format, lang, *_or_exit(lambda: _write(report, path, out, lang)))


@app.command()
def judge(
    report_file: Annotated[Path, typer.Argument(help="A NAME.report.json that `check` wrote.", show_default=False)],
    platform: Platform = "default",
    variant: AsAd = Variant.organic,
    html: Annotated[Path | None, typer.Option(help="Write an HTML report here.")] = None,
    format: Shown = Format.text,
    lang: In = Language.en,
) -> None:
    """Judge a stored report for another platform: no media, no models."""
    from analyzer.report import load_report
    from analyzer.rules import judge as judged
    from analyzer.rules import load_profile

    def run() -> Report:
        return judged(load_report(report_file), load_profile(platform), variant.value)

    report = _or_exit(run)
    written = []
    if html is not None:
        from analyzer.render import to_html

        _or_exit(lambda: _write_text(html, to_html(report, lang=lang.value, media_src=None)))
        written.append(html)
    _finish(report, format, lang, *written)


@app.command()
def signals(format: Annotated[Format, typer.Option("--format", "-f", help="text or json.")] = Format.text) -> None:
    """List the signals, what each tells, and its metrics."""
    from analyzer import catalog

    rows: list[dict[str, Any]] = [
        {
            "id": signal.id, "title": signal.title, "why": signal.why, "kinds": list(signal.kinds), "needs": list(signal.needs),
            "uses": list(signal.uses), "tasks": list(signal.tasks),
            "metrics": {name: {"unit": metric.unit, "meaning": metric.meaning} for name, metric in signal.metrics.items()},
        }
        for signal in catalog.signals()
    ]  # fmt: skip
    if format is Format.json:
        _print_json(rows)
        return
    for row in rows:
        typer.echo(f"{row['id']} ({', '.join(row['kinds'])}): {row['why']}")
        for name, metric in row["metrics"].items():
            typer.echo(f"    {name} [{metric['unit']}]  {metric['meaning']}")


@app.command()
def profiles(
    name: Annotated[str | None, typer.Argument(help="Show the rules of this profile.", show_default=False)] = None,
    format: Annotated[Format, typer.Option("--format", "-f", help="text or json.")] = Format.text,
) -> None:
    """List the profiles, or check one (a TOML file of your own, say) and show its rules with their sources."""
    from analyzer.rules import describe, load_profile, profile_ids

    if name is None:
        described = [describe(load_profile(identity)) for identity in profile_ids()]
        if format is Format.json:
            _print_json(described)
        else:
            for profile in described:
                typer.echo(
                    f"{profile['id']:10} {profile['title']} ({len(profile['rules'])} rules, checked {profile['checked_on']})"
                )
        return

    def checked() -> Any:
        from analyzer import catalog
        from analyzer.profile import check

        loaded = load_profile(name)
        check(loaded, {name: metric.unit for name, metric in catalog.metrics().items()})
        return describe(loaded)

    profile = _or_exit(checked)
    if format is Format.json:
        _print_json(profile)
        return
    typer.echo(f"{profile['title']}, checked {profile['checked_on']}")
    for rule in profile["rules"]:
        typer.echo(f"\n{rule['id']}  [{rule['strength']}, severity {rule['severity']}]  {rule['title']}\n    {rule['bounds']}")
        for source in rule["sources"]:
            typer.echo(f"    {source['url']} ({source['checked_on']}) {source['note']}".rstrip())


@app.command()
def schema() -> None:
    """Print the JSON Schema of the report."""
    from analyzer.report import json_schema

    _print_json(json_schema())


@app.command()
def doctor() -> None:
    """Say what this machine has and what is missing."""
    from analyzer.doctor import findings

    lines = findings()
    for good, what in lines:
        typer.echo(f"{'ok  ' if good else 'MISS'}  {what}")
    raise typer.Exit(0 if all(good for good, _ in lines) else FAILED)


app.command()(cli_batch.batch)
app.command()(cli_audit.audit)
app.command()(cli_audit.compare)
app.add_typer(cli_audit.brand_app, name="brand")
app.add_typer(cli_models.app, name="models")


@app.callback(invoke_without_command=True)
def _root(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:
    if version:
        from analyzer import __version__

        typer.echo(__version__)
        raise typer.Exit()


def _or_exit(step: Any) -> Any:
    """Run a step; what goes wrong becomes one sentence on standard error and the exit code."""
    from analyzer.errors import MediaError, UsageError

    try:
        return step()
    except MediaError as error:
        typer.echo(f"Cannot be analysed: {error}", err=True)
        raise typer.Exit(UNREADABLE) from None
    except UsageError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(130) from None


def _write(report: Report, media: Path, out: Path, lang: Language) -> tuple[Path, Path]:
    """Write both reports; the HTML plays the media file from where it lies relative to the page."""
    import os
    from urllib.parse import quote

    from analyzer.errors import UsageError
    from analyzer.render import to_html

    stem = report.asset.name.rpartition(".")[0] or report.asset.name
    json_file, html_file = out / f"{stem}.report.json", out / f"{stem}.report.html"
    try:
        out.mkdir(parents=True, exist_ok=True)
        source = quote(os.fsencode(os.path.relpath(media.absolute(), out.absolute())).replace(b"\\", b"/"))
    except OSError as error:
        raise UsageError(f"The folder {out} cannot be used: {error.strerror}. Name another with --out.") from error
    except ValueError:
        source = None
    _write_text(json_file, report.to_json())
    _write_text(html_file, to_html(report, lang=lang.value, media_src=source))
    return json_file, html_file


def _write_text(path: Path, text: str) -> None:
    """Write through a temporary name, so that no half report is left."""
    import os

    from analyzer.errors import UsageError

    part = path.with_name(f"{path.name[:100]}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UsageError(f"{path} cannot be written: {error.strerror}. Name another folder with --out.") from error


def _finish(report: Report, format: Format, lang: Language, *written: Path) -> None:
    """Print the report in the format asked for, and exit with what it says."""
    from analyzer import render

    if format is Format.text:
        render.print_terminal(report, written=written)
    else:
        text = {
            Format.json: lambda: report.to_json(),
            Format.md: lambda: render.to_markdown(report, lang=lang.value),
            Format.csv: lambda: render.to_csv(report),
            Format.srt: lambda: render.to_srt(report),
            Format.vtt: lambda: render.to_vtt(report),
            Format.github: lambda: render.to_github(report),
        }[format]()
        sys.stdout.write(text)
    judged = report.judgement
    raise typer.Exit(FAILED if judged is not None and judged.outcome == "fail" else 0)


def _print_json(value: Any) -> None:
    import json

    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def main() -> None:
    """Entry point of the console script."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    app()


if __name__ == "__main__":
    main()
