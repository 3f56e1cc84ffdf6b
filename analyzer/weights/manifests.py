"""Reads the manifests of `analyzer.models`: which model serves which task, where it comes from, under which licence.

A manifest is data, so no code names a checkpoint. Whether a package is on this machine is read from its metadata; nothing
here imports it, and nothing here asks a network.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from datetime import date
from functools import cache
from importlib import metadata, resources
from typing import Any, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from analyzer.nouns.errors import UsageError

Preset = Literal["embedded", "light", "standard", "best"]
PRESETS: tuple[Preset, ...] = get_args(Preset)
"""From what comes with the installation to what wants a GPU; a later one is preferred where it is on the machine."""


class Manifest(BaseModel):
    """One pretrained model, as its file in `models/` states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")
    """The name of its file."""
    task: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    engine: str = Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    """The module of `analyzer.engines` that runs it."""
    presets: tuple[Preset, ...] = ()
    """Presets whose default for the task it is. `embedded`: it comes with the installation and is never downloaded."""
    package: str
    """The distribution that carries the model, or that runs its weights."""
    also_in: tuple[str, ...] = ()
    """Other distributions that do."""
    extra: str = ""
    """The extra of this product that brings the package."""
    source: Literal["package", "hub", "openai-whisper"] = "package"
    """Where the weights come from: inside the package, from the Hugging Face hub, or from openai-whisper's own servers."""
    repository: str = Field(default="", pattern=r"^([\w.-]+(/[\w.-]+)?)?$")
    """Repository on the hub, or the name that openai-whisper knows."""
    revision: str = "main"
    """What `pull` resolves into a commit, which the lock file then holds."""
    files: tuple[str, ...] = ()
    """Files of the repository that are needed, in folders as there; of kinds that `formats` can look into."""
    sha256: dict[str, str] = {}
    """SHA-256 of files at `revision`, where it is known from elsewhere than the hub; `pull` takes no other bytes."""
    licence: str
    """SPDX expression of the model's licence."""
    licence_url: str = Field(pattern=r"^https://")
    commercial_use: bool
    source_url: str = Field(pattern=r"^https://")
    size_mb: float = Field(gt=0)
    """Size of the model's files; `pull` shows what the hub says before it asks."""
    memory_mb: float = Field(gt=0)
    """Resident memory that loading and using it adds."""
    languages: tuple[str, ...]
    """ISO 639-1 codes; empty where language does not matter."""
    quality: str = Field(min_length=40)
    limits: str = Field(min_length=20)
    checked_on: date
    labels: tuple[str, ...] = ()
    """Names of the classes by their number, where the weights do not bring them."""
    prompts: dict[str, Any] = {}
    """Texts that the model is given."""
    input_size: tuple[int, ...] = ()
    """Height and width in pixels that the model takes; empty where its own configuration says."""
    batch: dict[str, int] = {}
    """Recommended batch by device (cpu, cuda, mps); 1 where it is not stated."""
    precision: dict[str, str] = {}
    """Precision by device in fast mode; float32 where it is not stated, and always in exact mode."""
    settings: dict[str, Any] = {}
    """What the engine takes: files inside the package, thresholds, sizes."""

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if (self.source == "package") != (not self.repository):
            raise ValueError("a model from a hub names its repository, one inside a package names none")
        if self.source == "hub" and not self.files:
            raise ValueError("a model from the hub lists its files")
        if not set(self.sha256) <= set(self.files) or not all(map(re.compile("[0-9a-f]{64}").fullmatch, self.sha256.values())):
            raise ValueError("a SHA-256 is of a file that is listed, in 64 hexadecimal digits")
        if self.sha256 and not re.fullmatch("[0-9a-f]{40}", self.revision):
            raise ValueError("hashes are those of one commit, which the revision names")
        if ("embedded" in self.presets) != (self.source == "package"):
            raise ValueError("what comes inside a package is embedded, and nothing else is")
        return self


@cache
def load() -> tuple[Manifest, ...]:
    """Every manifest, by id; raises where one is not valid or is not named after its file."""
    found = []
    for file in sorted(resources.files("analyzer.models").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".toml"):
            manifest = Manifest.model_validate(tomllib.loads(file.read_text(encoding="utf-8")))
            if file.name != f"{manifest.id}.toml":
                raise ValueError(f"models/{file.name} calls its model {manifest.id}")
            found.append(manifest)
    return tuple(found)


def serving(task: str) -> tuple[Manifest, ...]:
    """The models of a task, those of the highest preset first and those of none last."""

    def rank(manifest: Manifest) -> int:
        return max((PRESETS.index(preset) for preset in manifest.presets), default=-1)

    return tuple(sorted((m for m in load() if m.task == task), key=lambda m: (-rank(m), m.id)))


def named(identity: str) -> Manifest:
    """The model of that id; raises `UsageError` where there is none."""
    found = next((manifest for manifest in load() if manifest.id == identity), None)
    if found is None:
        raise UsageError(f"There is no model {identity!r}. Models: {', '.join(manifest.id for manifest in load())}.")
    return found


def chosen(words: Iterable[str]) -> dict[str, str]:
    """The model of each task that was named as TASK=ID; raises `UsageError` for a word that is none."""
    found = {}
    for word in words:
        task, _, identity = word.partition("=")
        if not task or not identity:
            raise UsageError(f"--model {word} names no model of a task. Say TASK=ID; `analyzer models list` shows both.")
        found[task] = identity
    return found


def of_preset(preset: str) -> tuple[Manifest, ...]:
    """The models that a preset brings."""
    return tuple(manifest for manifest in load() if preset in manifest.presets)


def version_of(manifest: Manifest) -> str | None:
    """Name and version of the distribution on this machine that carries or runs the model."""
    return next(filter(None, map(_installed, (manifest.package, *manifest.also_in))), None)


@cache
def _installed(package: str) -> str | None:
    try:
        return f"{package} {metadata.version(package)}"
    except metadata.PackageNotFoundError:
        return None
