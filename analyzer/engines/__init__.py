"""Engines by task: finds the model of a task in the manifests and loads its engine when it is first asked for.

Each module beside this one runs models of one library and has `load(manifest)`; it imports the library only there.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from analyzer import manifests
from analyzer.errors import Unavailable
from analyzer.evidence import message
from analyzer.manifests import Manifest
from analyzer.report import EngineUsed


class Engines:
    """Engines by task, each loaded once and kept until it is released."""

    def __init__(self) -> None:
        self._loaded: dict[str, tuple[Manifest, Any]] = {}

    def __getitem__(self, task: str) -> Any:
        """The engine of a task; raises `Unavailable` where there is none on this machine."""
        if task not in self._loaded:
            manifest = _manifest_of(task)
            self._loaded[task] = manifest, import_module(f"{__name__}.{manifest.engine}").load(manifest)
        return self._loaded[task][1]

    def used(self, task: str) -> EngineUsed:
        """Which model serves a task, for the report."""
        manifest = self._loaded[task][0] if task in self._loaded else _manifest_of(task)
        version = manifests.version_of(manifest) or ""
        return EngineUsed(id=manifest.id, task=task, version=version, licence=manifest.licence)

    def release(self, task: str) -> None:
        """Let go of an engine, so that its memory can be freed."""
        self._loaded.pop(task, None)


def _manifest_of(task: str) -> Manifest:
    manifest = manifests.default_for(task)
    if manifest is None:
        raise Unavailable(
            "no_engine",
            message("No model for {task} comes with this installation.", task=task),
            message("A model for it has to be added; nothing else in the report depends on it."),
        )
    if not manifests.version_of(manifest):
        package = manifest.package
        raise Unavailable(
            "missing_package",
            message(
                "The package {package}, which carries the model {model}, is not installed.", package=package, model=manifest.id
            ),
            message("pip install {package}", package=package),
        )
    return manifest
