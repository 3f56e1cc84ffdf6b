"""The words of a command line: each is understood as far as it can be, and refused with the nearest word that would do."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    pass

ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
PLATFORMS = {
    "instagram": "reels", "insta": "reels", "ig": "reels", "instagram-reels": "reels", "reel": "reels", "twitter": "x",
    "facebook-reels": "facebook", "fb": "facebook", "meta": "facebook", "yt": "youtube", "youtube-shorts": "shorts",
    "short": "shorts", "tik-tok": "tiktok", "tt": "tiktok", "linked-in": "linkedin", "none": "default", "all": "default",
}  # fmt: skip
VARIANTS = {"paid": "ad", "ads": "ad", "sponsored": "ad", "boosted": "ad", "post": "organic", "unpaid": "organic"}
FORMATS = {
    "markdown": "md", "txt": "text", "plain": "text", "subrip": "srt", "webvtt": "vtt", "tsv": "csv", "table": "text",
    "actions": "github", "jsonl": "json",
}  # fmt: skip
LANGUAGES = {"english": "en", "en-us": "en", "en-gb": "en", "french": "fr", "français": "fr", "fr-fr": "fr"}
DEVICES = {"gpu": "cuda", "nvidia": "cuda", "cuda:0": "cuda", "apple": "mps", "metal": "mps", "mac": "mps"}
INSTEAD = {("--format", "html"): "The page is a file of its own: --out or --html says where it goes."}
"""Words that are none of an option, and what to do about them."""


def one_of(option: str, words: Sequence[str], meant: Mapping[str, str] | None = None) -> Callable[[str], str]:
    """A parser for an option that takes one of some words, in any case; `meant` has what people say instead."""

    def parse(given: str) -> str:
        from analyzer.nouns.errors import UsageError

        word = given.strip().casefold()
        if word in words:
            return word
        hint = INSTEAD.get((option, word)) or nearest(word, words, meant or {})
        raise UsageError(f"{option} takes one of {', '.join(words)}; {given[:80]} is none of them. {hint}".rstrip())

    return parse


def choice(option: str, words: Sequence[str], meant: Mapping[str, str], help: str, *also: str) -> Any:
    """An option of the command line that takes one of some words; `also` are its other names."""
    return typer.Option(option, *also, parser=one_of(option, words, meant), metavar=f"[{'|'.join(words)}]", help=help)


def only_one(paths: Sequence[Path]) -> Path:
    """The file of a command that takes one; raises `UsageError`."""
    from analyzer.nouns.errors import UsageError

    if len(paths) == 1:
        return paths[0]
    many = "For a folder: analyzer batch FOLDER --out RESULTS. For paths on standard input: analyzer batch - --out RESULTS"
    raise UsageError(f"This takes one file, and {len(paths)} were named. {many}")


def nearest(word: str, words: Sequence[str], meant: Mapping[str, str]) -> str:
    """A question that proposes the word that was probably meant; empty where none is near."""
    from difflib import get_close_matches

    heard = re.sub(r"[\s_]+", "-", word.casefold())
    found = [meant[heard]] if heard in meant else get_close_matches(word[:80], words, 1)
    return f"Did you mean {found[0]}?" if found else ""


def platform(given: str) -> str:
    """A platform by its name, in any case, or the path of a profile of one's own."""
    from analyzer.judge.rules import profile_ids
    from analyzer.nouns.errors import UsageError

    ids, word = profile_ids(), given.strip().casefold()
    if word in ids:
        return word
    if given.endswith(".toml"):
        return given
    own = "A profile of your own is a file whose name ends in .toml."
    raise UsageError(f"There is no profile {given[:200]}. Profiles: {', '.join(ids)}. {nearest(word, ids, PLATFORMS) or own}")


def signal(given: str) -> str:
    """The id of a signal, in any case."""
    from analyzer.measure import catalog
    from analyzer.nouns.errors import UsageError

    ids, word = sorted(each.id for each in catalog.signals()), given.strip().casefold().replace("-", "_")
    if word in ids:
        return word
    raise UsageError(f"There is no signal {given[:80]}. Signals: {', '.join(ids)}. {nearest(word, ids, {})}".rstrip())


def asset(given: str) -> Path:
    """A video or an image, which one file is; anything that many files are, or none on this machine, is refused."""
    from analyzer.nouns.errors import UsageError

    local(given)
    if given == "-":
        raise UsageError("Nothing is read from standard input here; name a file. `analyzer batch -` reads paths from it.")
    if os.path.isdir(given):
        raise UsageError(f"{given} is a folder, and this takes one file. For all in it: analyzer batch {given} --out RESULTS")
    if any(sign in given for sign in "*?[") and not os.path.lexists(given):
        if any(True for _ in glob.iglob(given)):
            raise UsageError(
                f"{given} is many files, and this takes one. For all of them: analyzer batch '{given}' --out RESULTS"
            )
        raise UsageError(f"No file matches {given}.")
    return Path(given)


def local(given: str) -> str:
    """A path of this machine; an address is refused, because nothing is downloaded."""
    from analyzer.nouns.errors import UsageError

    if ADDRESS.match(given):
        if given.lower().startswith("file:"):
            raise UsageError(f"{given} is an address; name the file by its path.")
        raise UsageError(f"{given} is an address, and nothing is downloaded. Download the file first, then name it.")
    return given


def folder(given: str) -> Path:
    """A folder of this machine."""
    from analyzer.nouns.errors import UsageError

    local(given)
    if os.path.isfile(given):
        raise UsageError(f"{given} is a file, and this takes a folder. For one file: analyzer check {given}")
    return Path(given)


Only = Annotated[
    list[str] | None,
    typer.Option(parser=signal, metavar="SIGNAL", help="Measure only this signal and what it needs; may be repeated."),
]
Skip = Annotated[
    list[str] | None, typer.Option(parser=signal, metavar="SIGNAL", help="Leave this signal out; may be repeated.")
]
