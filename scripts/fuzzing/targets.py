"""What reads the mutants: one function for each kind of untrusted input, with the checks of what it gives back.

A target returns one word for what happened. It raises `Find` where the product kept no promise; every other exception that it
lets out is a find too.
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import logging
import math
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from pydantic import BaseModel

from analyzer import show
from fuzzing import entry
from fuzzing.blind import BLIND

ROOT = Path(__file__).parent.parent.parent
PICTURES = (
    ".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".tif", ".tiff", ".bmp", ".pgm", ".ppm", ".pbm", ".j2k", ".jp2", ".ico",
    ".heic",
)  # fmt: skip
VIDEOS = (".mp4", ".mov", ".m4v", ".mkv", ".webm", ".ts", ".avi", ".flv", ".ogv", ".wmv", ".mpg", ".mxf", ".gif")
SUBTITLES = (".srt", ".vtt", ".ass", ".ssa")
JUDGED_BY = ("tiktok", "youtube", "default")


class Find(Exception):
    """The product kept no promise."""


@dataclasses.dataclass(frozen=True)
class Target:
    """`read` takes the mutant's file and an empty folder for what is written; `corpus` names the inputs to start from."""

    read: Callable[[Path, Path], str]
    corpus: Callable[[Path], Iterator[Path]]
    memory_mb: int = 700
    """Resident memory above which reading one input is a find."""


def decoded(path: Path, folder: Path, still: bool) -> str:
    """Read a picture or a clip as the decoding process does, take it over as the parent does, and measure it."""
    refused = entry.decode(path, folder, still)
    return refused or measured(path, folder)


def measured(path: Path, folder: Path) -> str:
    """What the parent makes of a spool: a report with every signal that needs no model."""
    import numpy as np

    import analyzer
    from analyzer.measure import catalog
    from analyzer.nouns.errors import MediaError, Unavailable
    from analyzer.nouns.report import Report

    class NoEngines(dict[str, Any]):
        def __missing__(self, task: str) -> Any:
            raise Unavailable("no_engine", "No engine while fuzzing.")

    try:
        with entry.media(path, folder) as media:
            times = media.thumbnails.times_s
            if len(times) and not (np.isfinite(times).all() and (np.diff(times) > 0).all()):
                raise Find("times of frames are not finite and ascending")
            results: dict[str, Any] = {}
            with _logged() as stacks:
                for signal in catalog.signals():
                    free = not signal.tasks
                    results[signal.id] = (
                        catalog.run(signal, media, NoEngines(), results) if free else catalog.not_requested(signal)
                    )
            if stacks:
                raise stacks[0]
            whole = Report(
                analyzer_version=analyzer.__version__, asset=media.asset, complete=False, signals=tuple(results.values()),
                notes=media.notes,
            )  # fmt: skip
    except MediaError as error:
        return f"refused {error.code}"
    check_report(whole)
    return "read"


class _Stacks(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[1]:
            self.found.append(record.exc_info[1])


class _logged:
    """Collects the exceptions of signals, which the catalogue turns into results that failed."""

    def __enter__(self) -> list[BaseException]:
        self.handler = _Stacks()
        logging.getLogger("analyzer.measure.catalog").addHandler(self.handler)
        return self.handler.found

    def __exit__(self, *_: object) -> None:
        logging.getLogger("analyzer.measure.catalog").removeHandler(self.handler)


@cache
def _schema() -> Any:
    from jsonschema import Draft202012Validator

    from analyzer.nouns.report import json_schema

    return Draft202012Validator(json_schema())


def check_report(report: Any) -> None:
    """Raise `Find` unless the report's JSON is finite, keeps to the schema and can be read again."""
    from analyzer.nouns.report import Report

    for place, number in _numbers(report, ""):
        if not math.isfinite(number):
            raise Find(f"a number of the report is {number}: {place}")
    text = report.to_json()
    fault = next(_schema().iter_errors(json.loads(text)), None)
    if fault is not None:
        raise Find(
            f"the report does not keep to its schema at {'.'.join(map(str, fault.absolute_path))}: {fault.message[:200]}"
        )
    try:
        Report.from_json(text)
    except ValueError as error:
        raise Find(f"the report cannot be read again: {str(error)[:300]}") from error


def _numbers(tree: Any, place: str) -> Iterator[tuple[str, float]]:
    """Every float of a report and its place; JSON would say null for one that is not finite."""
    if isinstance(tree, float):
        yield place, tree
    elif isinstance(tree, BaseModel | dict):
        for name, child in tree if isinstance(tree, BaseModel) else tree.items():
            yield from _numbers(child, f"{place}.{name}".strip("."))
    elif isinstance(tree, list | tuple):
        for child in tree:
            yield from _numbers(child, place)


def read_subtitles(path: Path, folder: Path) -> str:
    from analyzer.nouns.evidence import Cue

    track = entry.sidecar(path)
    if "note" in track:
        return "noted"
    for cue in track["cues"]:
        kept = Cue(**cue)
        if not (math.isfinite(kept.start_s) and math.isfinite(kept.end_s)):
            raise Find("a cue's time is not finite")
    json.dumps(track, allow_nan=False)
    return "read"


def read_report(path: Path, folder: Path) -> str:
    """Read a stored report, judge it for some places to publish, and show it in every way."""
    from rich.console import Console

    from analyzer.judge.rules import judge
    from analyzer.nouns.errors import UsageError
    from analyzer.nouns.report import Report

    try:
        stored = Report.from_json(path.read_bytes())
    except (ValueError, UsageError) as error:
        if isinstance(error, UnicodeError):
            raise
        return "refused"
    check_report(stored)
    try:
        for profile in JUDGED_BY:
            check_report(judge(stored, profile, "organic"))
        for lang in ("en", "fr"):
            _check_page(show.to_html(judge(stored, "tiktok"), lang=lang))
            show.to_markdown(stored, lang=lang).encode()
        for shown in (show.to_csv, show.to_github, show.to_srt, show.to_vtt):
            shown(stored).encode()
        console = io.StringIO()
        show.print_terminal(judge(stored, "tiktok"), Console(file=console, width=80))
        if any(ord(letter) < 32 and letter not in "\n" for letter in console.getvalue()):
            raise Find("a control character reaches the terminal")
    except UsageError:
        return "read, not shown"
    return "read"


def _check_page(page: str) -> None:
    if "<script>alert" in page or len(page.encode()) > 2_000_000:
        raise Find("the page holds a foreign script or is larger than its bound")


def read_profile(path: Path, folder: Path) -> str:
    from analyzer.judge.profile import load_profile
    from analyzer.judge.rules import describe, judge
    from analyzer.nouns.errors import UsageError

    try:
        profile = load_profile(path)
        describe(profile)
        judged = judge(_golden(), profile, profile.variants[0])
    except UsageError:
        return "refused"
    check_report(judged)
    return "read"


@cache
def _golden() -> Any:
    from analyzer.nouns.report import Report

    return Report.from_json((ROOT / "samples" / "golden.report.json").read_bytes())


def read_brand(path: Path, folder: Path) -> str:
    from analyzer.collection.brand import load_kit
    from analyzer.nouns.errors import UsageError

    try:
        load_kit(path)
    except UsageError:
        return "refused"
    return "read"


def read_comments(path: Path, folder: Path) -> str:
    from analyzer.nouns.errors import UsageError
    from analyzer.read.comments import comments_of

    try:
        texts = comments_of(path)
    except UsageError:
        return "refused"
    for text in texts:
        text.encode()
    return "read"


def read_manifest(path: Path, folder: Path) -> str:
    """The inputs of a batch, from a table that somebody sent along."""
    from analyzer.batch.inputs import items_of
    from analyzer.nouns.errors import UsageError

    try:
        items = list(items_of(str(path), io.BytesIO()))
    except UsageError:
        return "refused"
    for item in items:
        json.dumps([item.id, item.name, item.stamp, item.given]).encode()
    return "read"


def read_facts(path: Path, folder: Path) -> str:
    """What a decoding process that was taken over might leave: the parent trusts none of it."""
    rng = Random(path.read_bytes())
    for file in sorted(_spooled().iterdir()):
        if file.name != "facts.json":
            data = file.read_bytes()
            (folder / file.name).write_bytes(rng.choice(BLIND)(data, data, rng) if data and rng.random() < 0.1 else data)
    shutil.copyfile(path, folder / "facts.json")
    return measured(ROOT / "samples" / "muted.mp4", folder)


@cache
def _spooled() -> Path:
    """The spool of a clip, read once and kept beside the mutants."""
    folder = SPOOLED[0]
    if not (folder / "facts.json").exists():
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.redirect_stdout(io.StringIO()):
            entry.decode(ROOT / "samples" / "weak.mp4", folder, still=False)
    return folder


SPOOLED: list[Path] = []
"""Where the spool of a clip is kept, and beside it a report; set by the caller."""


COMMENTS = 'Author;Comment text;Likes\nana;"Love it; ""really"" 😍\ntwo lines";3\nbo;=1+1;\n'
MANIFEST = "path,post_text,platform,published_at\nclip.mp4,Launch day #new,tiktok,2026-11-02\n../b.png,,,\n"
KIT = """name = "Kiln"
palette = { blue = "#0057b8", ink = { hex = "#111111", role = "text", tolerance = 4.5, required = true } }
words = { use = ["kiln"], avoid = ["cheap"] }
formats = { aspect_ratios = ["9:16", "1:1"] }
typography = { fonts = ["Inter"], case = "upper" }
"""
TOKENS = """{"brand": {"$type": "color", "blue": {"$value": {"colorSpace": "srgb", "components": [0, 0.34, 0.72], "alpha": 1}},
"ink": {"$value": "{brand.blue}"}, "paper": {"$type": "color",
"$value": {"colorSpace": "oklch", "components": [0.9, "none", 50]}}}
}
"""


def _made(name: str, text: str) -> Path:
    """An input made by hand."""
    path = SPOOLED[0].with_name(name)
    path.write_text(text, encoding="utf-8")
    return path


def _files(folder: Path, *suffixes: str) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.suffix.lower() in suffixes and path.is_file())


def _clips(folder: Path) -> Iterator[Path]:
    yield from _files(ROOT / "samples", ".mp4")
    yield from _files(folder, *VIDEOS)


def _reports(folder: Path) -> Iterator[Path]:
    """A measured report, one that holds every shape of evidence, and those of the corpus."""
    from tests.make_report import report

    yield from (ROOT / "samples" / "golden.report.json", _made("made.report.json", report().to_json()))
    yield from (path for path in _files(folder, ".json") if "report" in path.name)


def _profiles(folder: Path) -> Iterator[Path]:
    yield from _files(ROOT / "analyzer" / "judge" / "profiles", ".toml")
    yield from (path for path in _files(folder, ".toml") if "profile" in path.name)


def _kits(folder: Path) -> Iterator[Path]:
    yield from (_made("kit.toml", KIT), _made("kit.json", TOKENS))
    yield from _files(ROOT / "samples", ".toml", ".tokens")
    yield from (
        path for path in _files(folder, ".toml", ".json", ".tokens") if path.name.startswith(("brand", "tokens", "kit"))
    )
    yield from (path for path in _files(folder, ".toml") if "kiln" in path.name)


def _tables(text: str, folder: Path) -> Iterator[Path]:
    yield _made("table.csv", text)
    yield from _files(folder, ".csv", ".tsv")


def _facts(folder: Path) -> Iterator[Path]:
    yield _spooled() / "facts.json"


TARGETS = {
    "image": Target(lambda path, folder: decoded(path, folder, True), lambda folder: _files(folder, *PICTURES), 1500),
    "video": Target(lambda path, folder: decoded(path, folder, False), _clips, 1500),
    "subtitles": Target(read_subtitles, lambda folder: _files(folder, *SUBTITLES)),
    "report": Target(read_report, _reports),
    "profile": Target(read_profile, _profiles),
    "brand": Target(read_brand, _kits),
    "comments": Target(read_comments, lambda folder: _tables(COMMENTS, folder)),
    "manifest": Target(read_manifest, lambda folder: _tables(MANIFEST, folder)),
    "facts": Target(read_facts, _facts),
}
