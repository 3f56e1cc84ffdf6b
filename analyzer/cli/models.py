"""`analyzer models`: which models there are, and how their weights come to this machine, are checked and go again.

`pull` is the only command of the product that downloads, and it does so after it was told to: it shows sizes and licences and
asks, and where there is nobody to ask it wants --yes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from analyzer.cli import choices, exits
from analyzer.cli.printing import put_json, say, tell
from analyzer.weights import store

if TYPE_CHECKING:
    from analyzer.weights.hub import Offer, OnBytes
    from analyzer.weights.manifests import Manifest

DAMAGED, REFUSED = exits.FAILED, exits.UNUSABLE
Result = TypeVar("Result")

app = typer.Typer(
    help="The models behind the signals: list, pull, verify, remove.", no_args_is_help=True, rich_markup_mode=None
)


Names = Annotated[list[str] | None, typer.Argument(help="Ids of models, or presets.", show_default=False)]


@app.command("list")
def list_(
    format: Annotated[str, choices.choice("--format", ("text", "json"), choices.FORMATS, "text or json.", "-f")] = "text",
) -> None:
    """List the models, whether each is on this machine, its licence, size and measured quality."""
    import json

    from analyzer.weights import manifests

    rows = [manifest.model_dump(mode="json") | _here(manifest) for manifest in manifests.load()]
    if format == "json":
        put_json(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
        return
    for row in rows:
        use = row["licence"] if row["commercial_use"] else f"{row['licence']}, no commercial use"
        presets = ", ".join(row["presets"]) or "no preset"
        say(f"{row['id']}  [{row['task']}]  {use}, {row['size_mb']:g} MB, {presets}: {row['state']}")
        say(f"    {row['quality']}", f"    Limits: {row['limits']}")


@app.command()
def pull(
    names: Names = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    update: Annotated[bool, typer.Option("--update", help="Ask for newer weights of models that are here, too.")] = False,
    source: Annotated[
        Path | None, typer.Option("--from", help="Take the files of one model from this folder or file; no network.")
    ] = None,
) -> None:
    """Bring the weights of models or presets (light, standard, best); without a name, of the preset for this machine."""
    from analyzer.cli.doctor import suggested_preset

    if source is not None:
        _take(names or [], source)
        return
    chosen = [manifest for manifest in _named(names or [suggested_preset()]) if manifest.source != "package"]
    if not chosen:
        say("These models come with the installation: there is nothing to pull.")
        return
    if not yes and not _is_attended():
        tell("Nothing is pulled unasked: there is nobody to ask here, so say --yes.")
        raise typer.Exit(REFUSED)
    if not names:
        say(f"The preset {suggested_preset()} suits this machine; others: light, standard, best.")
    offers, refused = _offers(chosen, update)
    if offers:
        _show(offers)
        if not yes and not typer.confirm("Pull them?", err=True):
            tell("Nothing was pulled.")
            raise typer.Exit(REFUSED)
        refused |= _pull_all(offers)
    raise typer.Exit(REFUSED if refused else 0)


@app.command()
def verify(names: Names = None) -> None:
    """Compare every file of the models that are here with the hash of its pull."""

    chosen = _named(names) if names else _present()
    if not chosen:
        say("No weights were brought to this machine yet.")
    damaged = False
    for manifest in chosen:
        faults = store.verify(manifest) if manifest.source != "package" else []
        faults = faults or [fault for fault in (store.unfit(manifest),) if fault and manifest.source != "package"]
        for fault in faults:
            say(f"{manifest.id}: {fault}")
        if not faults:
            say(f"{manifest.id}: {_here(manifest)['state']}, as it was brought")
        damaged |= bool(faults)
    raise typer.Exit(DAMAGED if damaged else 0)


@app.command()
def path(name: Annotated[str | None, typer.Argument(help="Id of a model.", show_default=False)] = None) -> None:
    """Print the folder of all models, or that of one."""
    from analyzer.weights import manifests

    manifest = manifests.named(name) if name else None
    if manifest is not None and manifest.source == "package":
        tell(f"{manifest.id} comes with the package {manifest.package}.")
        raise typer.Exit(REFUSED)
    say(str(store.folder_of(manifest) if manifest else store.root()))


@app.command()
def remove(names: Annotated[list[str], typer.Argument(help="Ids of models, or presets.", show_default=False)]) -> None:
    """Delete the weights of models, and what an interrupted pull of them left."""

    refused = False
    for manifest in [manifest for manifest in _named(names) if manifest.source != "package"]:
        freed = _or_none(store.remove, manifest)
        refused |= freed is None
        if freed is not None:
            say(f"{manifest.id}: {freed / 1e6:.1f} MB freed")
    raise typer.Exit(REFUSED if refused else 0)


def _is_attended() -> bool:
    """Whether somebody can answer a question."""
    return sys.stdin.isatty()


def _named(names: Iterable[str]) -> list[Manifest]:
    """The models that ids and presets name, each once."""
    from analyzer.weights import manifests

    found: dict[str, Manifest] = {}
    for name in names:
        _check(name)
        for manifest in manifests.of_preset(name) if name in manifests.PRESETS else (manifests.named(name),):
            found[manifest.id] = manifest
    return list(found.values())


def _check(name: str) -> None:
    """Raise `UsageError` with the nearest name where there is no such model or preset."""
    from analyzer.nouns.errors import UsageError
    from analyzer.weights import manifests

    known = [*manifests.PRESETS, *(manifest.id for manifest in manifests.load())]
    if name not in known and (near := choices.nearest(name, known, {})):
        raise UsageError(f"There is no model and no preset {name!r}. {near} `analyzer models list` shows all.")


def _present() -> list[Manifest]:
    """The models whose weights are, in whatever state, on this machine."""
    from analyzer.weights import manifests

    return [m for m in manifests.load() if m.source != "package" and store.folder_of(m).exists()]


def _here(manifest: Manifest) -> dict[str, Any]:
    """What of a model is on this machine: the package, the store, and a phrase that says it."""
    from analyzer.weights import manifests

    version, lock = manifests.version_of(manifest), None
    wanting = "" if version else f"pip install {_pip_name(manifest)}"
    state = f"in {version}" if version else f"missing: {wanting}"
    if manifest.source != "package":
        lock = store.lock_of(manifest)
        state = f"here, revision {lock.revision[:12]}" if lock else f"not here: analyzer models pull {manifest.id}"
        state += f", needs {wanting}" if wanting else ""
    return {"installed": version, "revision": lock.revision if lock else None, "state": state}


def _pip_name(manifest: Manifest) -> str:
    return f"'content-analyzer[{manifest.extra}]'" if manifest.extra else manifest.package


def _offers(chosen: Iterable[Manifest], update: bool) -> tuple[list[Offer], bool]:
    """What pulling would bring, without what is here; and whether any could not be had."""
    from analyzer.weights import hub

    offers, refused = [], False
    for manifest in chosen:
        lock = store.lock_of(manifest)
        whole = lock is not None and not store.verify(manifest)
        if whole and not update:
            say(f"{manifest.id}: {_here(manifest)['state']}")
            continue
        offer = _or_none(hub.offer, manifest, update)
        if offer is None:
            refused = True
        elif whole and lock is not None and lock.revision == offer.revision:
            say(f"{manifest.id}: there is nothing newer than revision {lock.revision[:12]}")
        else:
            offers.append(offer)
    return offers, refused


def _show(offers: Iterable[Offer]) -> None:
    """Say what would be pulled: size, licence, and what is needed beside it."""

    offers = list(offers)
    for offer in offers:
        manifest = offer.manifest
        allowed = "" if manifest.commercial_use else ", NOT for commercial use"
        say(f"{manifest.id}  [{manifest.task}]  {offer.bytes / 1e6:.1f} MB, {manifest.licence}{allowed}")
        if offer.stated_licence and offer.stated_licence.casefold() != manifest.licence.casefold():
            say(f"    The repository itself states the licence {offer.stated_licence!r}: read {manifest.licence_url}")
        if needs := _here(manifest)["state"].partition(", needs ")[2]:
            say(f"    It runs once its package is there: {needs}")
    say(f"{sum(offer.bytes for offer in offers) / 1e6:.1f} MB in all, into {store.root()}")


def _pull_all(offers: Iterable[Offer]) -> bool:
    """Pull one after the other; whether any failed."""
    from analyzer.weights import hub

    refused = False
    for offer in offers:
        name = offer.manifest.id

        def wait(name: str = name) -> None:
            tell(f"Another pull of {name} is under way; waiting for it.")

        with _shown(name, offer.bytes) as on_bytes:
            lock = _or_none(hub.pull, offer, on_bytes, wait)
        refused |= lock is None
        if lock is not None:
            say(f"{name}: here, revision {lock.revision[:12]}")
    return refused


def _take(names: list[str], source: Path) -> None:
    """Bring one model from a folder or file of this machine."""
    from analyzer.nouns.errors import UsageError
    from analyzer.weights import manifests

    if len(names) != 1 or (manifest := manifests.named(names[0])).source == "package":
        raise UsageError("--from takes the files of one model that is not in a package: analyzer models pull ID --from FOLDER.")
    lock = store.adopt(manifest, source.expanduser())
    say(f"{manifest.id}: here, revision {lock.revision[:12]}, {sum(file.bytes for file in lock.files.values()) / 1e6:.1f} MB")


@contextmanager
def _shown(name: str, total: int) -> Iterator[OnBytes]:
    """Show bytes as they come, on a terminal alone."""
    if not sys.stderr.isatty():
        yield lambda file, done: None
        return

    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = TextColumn("{task.description}", markup=False), BarColumn(bar_width=30), DownloadColumn(), TransferSpeedColumn()
    with Progress(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task, here = bar.add_task(name, total=total), dict[str, int]()

        def show(file: str, done: int) -> None:
            here[file] = done
            bar.update(task, completed=sum(here.values()))

        yield show


def _or_none(step: Callable[..., Result], *given: Any) -> Result | None:
    """Run a step; what cannot be done is one sentence on standard error, and None. No network or no room ends the command."""
    from analyzer.nouns.errors import UsageError
    from analyzer.weights.hub import Unreachable

    try:
        return step(*given)
    except UsageError as error:
        if isinstance(error, Unreachable) or exits.is_of_the_machine(error.__cause__):
            raise
        tell(*str(error).splitlines())
        return None
    except KeyboardInterrupt as error:
        error.add_note("Pull again: it goes on where it stopped.")
        raise
