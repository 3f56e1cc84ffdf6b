"""Runs ONNX graphs on the CPU: OpenVINO in bfloat16 where both it and the processor offer that, else onnxruntime in float32.

On two cores both run on one thread, because threads that wait burn what they gain. A graph of a torch network is exported
once and kept beside the store, so that the next run needs no torch at all. Its name holds its hash, which is checked each
time it is opened, as the hashes of the weights are.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.disk import folders
from analyzer.disk.files import seal, unsealed
from analyzer.engines.runtime import onnx_session
from analyzer.weights import store
from analyzer.weights.manifests import Manifest

MADE = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}(\.onnx|-openvino-[^/]*\.agreement)")
"""Names of graphs and of how far they agree."""
EXPORTING = "analyzer-export-"
"""Start of the name of the folder in which a graph is exported."""
OPSET = 17
"""Version of the ONNX operators that an export uses."""
EXPORTERS = ("torch", "transformers")
"""Packages whose versions decide what an export looks like."""
LEAST_AGREEMENT = 0.97
"""Correlation of what a network says of a made picture in fast mode and in float32, below which it stays with float32
(measured: 0.16 for a checkpoint that fails in 16 bits and finds nothing at all, 0.9999 for D-FINE-n with random store)."""

Run = Callable[[Sequence[NDArray[Any]]], list[NDArray[Any]]]
"""Arrays in the order of the inputs to arrays in the order of the outputs."""
Summary = Callable[[list[NDArray[Any]]], NDArray[Any]]
"""Outputs to numbers in an order that does not depend on which of equal answers comes first."""


class Graph:
    """A graph that was opened; `precision` is what it got of what was wanted: bfloat16 or float32."""

    def __init__(self, path: Path, precision: str) -> None:
        self.precision = "bfloat16" if precision == "bfloat16" and _has_bfloat16() else "float32"
        self.run: Run = _openvino(path) if self.precision == "bfloat16" else _onnxruntime(path)


@dataclass(frozen=True)
class Recipe:
    """How a torch network becomes a graph, and how it is tried."""

    export: Callable[[Path], None]
    size: tuple[int, int]
    """Height and width in pixels of the picture that the network takes, as (1, 3, height, width)."""
    summary: Summary


def open_exported(manifest: Manifest, folder: Path, precision: str, recipe: Recipe) -> Graph:
    """The graph of a torch network, which is exported where it is not there yet; in bfloat16 only where that changes little.

    One that is damaged is exported anew; one of other store, or of another version of what exports them, is deleted. Where
    the folder of the models cannot be written, the graph lives as long as the process and is exported again next time.
    """
    place, digest = folder.parent / store.EXPORTED / manifest.id, _digest(manifest, folder)
    try:
        return _tried(_kept(place, digest) or _exported(place, digest, recipe), precision, recipe)
    except OSError:
        with folders.own() as elsewhere:
            recipe.export(graph := elsewhere / "graph.onnx")
            return _tried(graph, precision, recipe)


def agreement(fast: Run, exact: Run, recipe: Recipe) -> float:
    """Correlation of what a network says in two precisions of a picture with edges, rings and gradients.

    -1..1; 0 where either says the same of everything, or nothing that is a number.
    """
    height, width = recipe.size
    down, across = np.mgrid[:height, :width] / np.array([[[height]], [[width]]])
    gradients = np.stack([across, down, (across + down) / 2])
    rings = 0.5 + 0.5 * np.sin(40 * np.hypot(across - 0.3, down - 0.6))
    checks = ((across * 8).astype(int) + (down * 8).astype(int)) % 2 == 0
    pixels = np.where(checks, gradients, rings)[None].astype(np.float32)
    said = np.stack([recipe.summary(run([pixels])).ravel() for run in (fast, exact)]).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations: NDArray[np.float64] = np.atleast_2d(np.corrcoef(said))
    return float(np.nan_to_num(correlations[0, 1]))


def _kept(place: Path, digest: str) -> Path | None:
    """The graph that was exported before and is still what it was."""
    return next((path for path in place.glob(f"{digest}-*.onnx") if path.stem == f"{digest}-{_hash(path)}"), None)


def _exported(place: Path, digest: str, recipe: Recipe) -> Path:
    """Export the graph, unless another process did so meanwhile; graphs that lay there before are of no use and are deleted."""
    from filelock import FileLock

    place.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(place.with_name(f"{place.name}.lock")):
        if kept := _kept(place, digest):
            return kept
        place.mkdir(exist_ok=True)
        folders.sweep(place, EXPORTING)
        for former in [path for path in place.iterdir() if MADE.fullmatch(path.name)]:
            former.unlink()
        with folders.own(place, EXPORTING) as near:
            recipe.export(graph := near / "graph.onnx")
            store.sync(graph)
            return graph.replace(place / f"{digest}-{_hash(graph)}.onnx")


def _tried(path: Path, precision: str, recipe: Recipe) -> Graph:
    """The graph as it is wanted, if it agrees with float32; how far it does is written down beside it, for the next time."""
    graph = Graph(path, precision)
    if graph.precision == "float32":
        return graph
    record = path.with_name(f"{path.stem}-openvino-{_version('openvino')}.agreement")
    try:
        agrees = float(unsealed(record) or b"")
    except ValueError:
        agrees = agreement(graph.run, Graph(path, "float32").run, recipe)
        seal(record, f"{agrees:.4f}".encode())
    return graph if agrees >= LEAST_AGREEMENT else Graph(path, "float32")


def _digest(manifest: Manifest, folder: Path) -> str:
    """Changes with the store, and with the versions of what exports them."""
    files = [store.sha256_of(folder / name) for name in manifest.files]
    return hashlib.sha256(repr((files, [_version(package) for package in EXPORTERS])).encode()).hexdigest()[:16]


def _hash(path: Path) -> str:
    return store.sha256_of(path)[:16]


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _has_bfloat16() -> bool:
    if find_spec("openvino") is None:
        return False
    import openvino

    return "BF16" in openvino.Core().get_property("CPU", "OPTIMIZATION_CAPABILITIES")


def _openvino(path: Path) -> Run:
    import openvino

    settings = {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    compiled = openvino.Core().compile_model(str(path), "CPU", settings)
    request = compiled.create_infer_request()

    def run(inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        results = request.infer(list(inputs))
        return [np.array(results[output]) for output in compiled.outputs]

    return run


def _onnxruntime(path: Path) -> Run:
    session = onnx_session(path)
    names = [node.name for node in session.get_inputs()]

    def run(inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]:
        return list(session.run(None, dict(zip(names, inputs, strict=True))))

    return run
