"""Engines by task: chooses the model of a task, loads its engine when it is first asked for, and lets go of others for room.

Each engine module beside this one runs models of one library and has `load(manifest, runtime)`, which imports the library
only there. What an engine of a task offers to signals:

    voice-activity               speech_spans(audio) -> [(start_s, end_s)]
    speech-to-text               transcribe(audio, spans, language) -> Transcribed(segments, language)
    sound-events                 classify(audio) -> [(start_s, end_s, {label: probability})]
    ocr                          detect(image), recognize(image, quads)
    face-detection               detect(image) -> [(BoundingBox, confidence)]
    object-detection             detect(images) -> for each image [(label, BoundingBox, confidence)]
    open-vocabulary-detection    find(images, queries) -> the same, labels are the queries
    scene-captioning             caption(images) -> for each image (text, confidence or None)
    image-text-matching          embed(images) -> float32 (n, d) of unit length; probabilities(embeddings, group) -> (n, labels)
    image-safety                 classify(images) -> for each image {label: probability}
    sentiment                    score(texts) -> for each text a Sentiment, whose label is None where it abstains
    emotion, irony, toxicity     classify(texts) -> for each text {label: probability}, {} where the model cannot read it
    language-identification      identify(text) -> (ISO 639-1 code or None, probability)

Images are RGB uint8 arrays (height, width, 3) and may come from a generator: an engine takes them batch by batch and yields
results in order. Every engine keeps to the languages, thresholds and prompts of its manifest.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from analyzer.disk.fingerprints import digest, source
from analyzer.engines.runtime import Device, Runtime, free_memory_mb, release_unused
from analyzer.nouns.errors import AnalyzerError, Unavailable, UsageError
from analyzer.nouns.evidence import message
from analyzer.nouns.report import EngineUsed
from analyzer.weights import manifests, store
from analyzer.weights.manifests import Manifest

MEMORY_SHARE = 0.6
"""Share of the free memory that a further model may take before another has to go (project choice)."""


class Engines:
    """Engines by task, each loaded once and kept while there is room for it.

    `models` names the model of a task where it is not to be the best that is on this machine; `device` is auto, cpu, cuda or
    mps; `exact` asks for the numbers of 32-bit floats instead of the fastest that the manifests recommend.
    """

    def __init__(self, models: Mapping[str, str] | None = None, device: Device = "auto", exact: bool = False) -> None:
        self._named = {task: _named(task, identity) for task, identity in (models or {}).items()}
        self._device: Device = device
        self._exact = exact
        self._loaded: dict[str, tuple[Manifest, Any]] = {}

    def __getitem__(self, task: str) -> Any:
        """The engine of a task; raises `Unavailable` where there is none on this machine."""
        if task in self._loaded:
            self._loaded[task] = self._loaded.pop(task)
            return self._loaded[task][1]
        manifest = self._choose(task)
        folder = store.verified_folder(manifest) if manifest.source != "package" else None
        self._make_room(manifest.memory_mb)
        runtime = Runtime(folder, self._device, self._exact)
        self._loaded[task] = manifest, _load(manifest, runtime)
        return self._loaded[task][1]

    def used(self, task: str) -> EngineUsed:
        """Which model serves a task, for the report."""
        manifest, engine = self._loaded.get(task) or (self._choose(task), None)
        lock = store.lock_of(manifest) if manifest.source != "package" else None
        return EngineUsed(
            id=manifest.id,
            task=task,
            version=manifests.version_of(manifest) or "",
            licence=manifest.licence,
            revision=lock.revision if lock else "",
            weights=lock.digest if lock else "",
            precision=getattr(engine, "precision", ""),
            device=getattr(engine, "device", ""),
        )

    def fingerprint(self, task: str) -> str:
        """Changes whenever another model would serve a task, or one with other store, code or precision; empty for none."""
        try:
            manifest, used = self._choose(task), self.used(task)
        except Unavailable:
            return ""
        made_by = [source(path) for path in _sources(manifest.engine)]
        return digest(manifest.model_dump_json(), used.version, used.weights, self._device, self._exact, made_by)

    def release(self, task: str) -> None:
        """Let go of an engine, so that its memory can be freed."""
        if self._loaded.pop(task, None) is not None:
            release_unused()

    def _choose(self, task: str) -> Manifest:
        """The model that was named, else the best one that is here."""
        serving = (self._named[task],) if task in self._named else manifests.serving(task)
        for manifest in serving:
            if _is_here(manifest):
                return manifest
        raise _missing(task, serving)

    def _make_room(self, memory_mb: float) -> None:
        """Let go of engines, those used longest ago first, until the next one fits."""
        while self._loaded and memory_mb > MEMORY_SHARE * free_memory_mb(self._device):
            self.release(next(iter(self._loaded)))


def _load(manifest: Manifest, runtime: Runtime) -> Any:
    """The engine of a manifest; what a library says against weights that were brought here is one sentence."""
    module = import_module(f"{__name__}.{manifest.engine}")
    try:
        return module.load(manifest, runtime)
    except Exception as error:
        if manifest.source == "package" or isinstance(error, AnalyzerError | ImportError):
            raise
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise Unavailable(
            "unloadable_weights",
            message("The weights of the model {model} cannot be loaded: {fault}", model=manifest.id, fault=said),
            message("analyzer models remove {model}", model=manifest.id),
        ) from error


def _named(task: str, identity: str) -> Manifest:
    manifest = manifests.named(identity)
    if manifest.task != task:
        raise UsageError(f"The model {identity} is for {manifest.task}, not for {task}.")
    return manifest


@cache
def _sources(engine: str) -> tuple[Path, ...]:
    """The files of this folder that run an engine: its own and, from there, those that are imported."""
    folder = Path(__file__).parent
    found: set[str] = set()
    waiting = ["__init__", engine]
    while waiting:
        name = waiting.pop()
        if name not in found and (folder / f"{name}.py").is_file():
            found.add(name)
            waiting += re.findall(rf"{re.escape(__name__)}\.(\w+)", (folder / f"{name}.py").read_text(encoding="utf-8"))
    return tuple(folder / f"{name}.py" for name in sorted(found))


def _is_here(manifest: Manifest) -> bool:
    packaged = manifest.source == "package" or store.lock_of(manifest) is not None
    return packaged and manifests.version_of(manifest) is not None


def _missing(task: str, serving: tuple[Manifest, ...]) -> Unavailable:
    """Why no model serves a task, and the command that changes it."""
    if not serving:
        return Unavailable("no_engine", message("There is no model for {task}.", task=task))
    pulled = next((m for m in serving if m.source != "package" and store.lock_of(m) is not None), None)
    packaged = next((m for m in serving if m.source == "package"), None)
    wanting = pulled or packaged
    if wanting is not None:
        wanted = f"'content-analyzer[{wanting.extra}]'" if wanting.extra else wanting.package
        return Unavailable(
            "missing_package",
            message("The package {package} for the model {model} is not installed.", package=wanting.package, model=wanting.id),
            message("pip install {package}", package=wanted),
        )
    suggested = next((m for m in reversed(serving) if m.presets and manifests.version_of(m)), None)
    suggested = suggested or next((m for m in reversed(serving) if m.presets), serving[0])
    return Unavailable(
        "missing_weights",
        message("The model for {task} is not on this machine.", task=task),
        message("analyzer models pull {model}", model=suggested.id),
    )
