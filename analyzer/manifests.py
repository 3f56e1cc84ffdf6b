"""Reads the manifests of `analyzer.models`: which model serves which task, from which package, under which licence.

A manifest is data, so no code names a checkpoint. Whether a package is on this machine is read from its metadata; nothing
here imports it.
"""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib import metadata, resources
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


class Manifest(BaseModel):
    """One pretrained model, as its file in `models/` states it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$")
    """The name of its file."""
    task: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    engine: str = Field(pattern=r"^[a-z]+(_[a-z]+)*$")
    """The module of `analyzer.engines` that runs it."""
    preset: Literal["embedded"]
    """embedded: it comes with the installation and is never downloaded."""
    package: str
    """The distribution that carries the model."""
    also_in: tuple[str, ...] = ()
    """Other distributions that carry it."""
    licence: str
    """SPDX expression of the model's licence."""
    licence_url: str = Field(pattern=r"^https://")
    commercial_use: bool
    source_url: str = Field(pattern=r"^https://")
    size_mb: float = Field(gt=0)
    """Size of the model's files."""
    memory_mb: float = Field(gt=0)
    """Resident memory that loading and using it adds."""
    languages: tuple[str, ...]
    """ISO 639-1 codes; empty where language does not matter."""
    quality: str = Field(min_length=40)
    limits: str = Field(min_length=20)
    checked_on: date
    settings: dict[str, Any] = {}
    """What the engine takes: files inside the package, thresholds, sizes."""


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


def default_for(task: str) -> Manifest | None:
    """The model that serves a task: the first that is on this machine, else the first of all."""
    serving = [manifest for manifest in load() if manifest.task == task]
    return next((manifest for manifest in serving if version_of(manifest)), serving[0] if serving else None)


def version_of(manifest: Manifest) -> str | None:
    """Name and version of the distribution on this machine that carries the model."""
    for package in (manifest.package, *manifest.also_in):
        try:
            return f"{package} {metadata.version(package)}"
        except metadata.PackageNotFoundError:
            continue
    return None
