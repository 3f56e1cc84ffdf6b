"""A torch network that takes pictures and gives arrays, wherever it runs.

On a GPU it runs in torch, in batches, with the heavy steps in 16 bits. On a CPU it runs as a graph that was exported once, so
that torch and transformers, which take seconds to import, are needed for the export alone; batches gain nothing there. In
either place 16 bits are used only where a trial shows that the network still says the same.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.engines.detecting import Floats
from analyzer.engines.graphs import LEAST_AGREEMENT, OPSET, Recipe, Summary, agreement, open_exported
from analyzer.engines.runtime import Runtime, is_out_of_memory, precision_of, release_unused, torch_device
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import message
from analyzer.weights.manifests import Manifest


class PictureNetwork:
    """Pixels (n, 3, height, width) to arrays of n answers; `device` is cpu after a GPU had no room for one."""

    def __init__(
        self, manifest: Manifest, runtime: Runtime, size: tuple[int, int], build: Callable[[], Any], summary: Summary
    ) -> None:
        """`build` makes the torch module, which takes pixels alone; `summary` is what its answers are compared by."""
        self._manifest, self._runtime, self._build = manifest, runtime, build
        self._recipe = Recipe(self._export, size, summary)
        self.device = "cpu" if _has_cpu_alone(runtime) else torch_device(runtime.device)
        self.precision = precision_of(manifest, self.device, runtime.exact)
        self._run = self._placed()

    def __call__(self, pixels: Floats) -> list[Floats]:
        """With several pictures the want of memory is passed on, so that a smaller batch is tried first."""
        try:
            return self._run(pixels)
        except Exception as error:
            if self.device == "cpu" or len(pixels) > 1 or not is_out_of_memory(error):
                raise
        self.device = "cpu"
        self._run = self._on_cpu()
        release_unused()
        return self._run(pixels)

    def _placed(self) -> Callable[[Floats], list[Floats]]:
        """The network where it was asked for, or on the CPU where the GPU has no room for it."""
        if self.device != "cpu":
            try:
                return self._in_torch()
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
            self.device = "cpu"
            release_unused()
        return self._on_cpu()

    def _on_cpu(self) -> Callable[[Floats], list[Floats]]:
        wanted = precision_of(self._manifest, "cpu", self._runtime.exact)
        graph = open_exported(self._manifest, self._runtime.weights(), wanted, self._recipe)
        self.precision = graph.precision
        return lambda pixels: [np.concatenate(one) for one in zip(*(graph.run([p[None]]) for p in pixels), strict=True)]

    def _in_torch(self) -> Callable[[Floats], list[Floats]]:
        import torch

        device = self.device
        network = self._build().to(device).to(memory_format=torch.channels_last)

        def run(pixels: Floats, precision: str) -> list[Floats]:
            fast = precision != "float32"
            kind = getattr(torch, precision if fast else "bfloat16")
            with torch.inference_mode(), torch.autocast(device, kind, enabled=fast):
                answers = network(torch.from_numpy(pixels).to(device).to(memory_format=torch.channels_last))
            return [answer.float().cpu().numpy() for answer in answers]

        if self.precision != "float32":
            wanted = self.precision
            agrees = agreement(lambda given: run(given[0], wanted), lambda given: run(given[0], "float32"), self._recipe)
            self.precision = wanted if agrees >= LEAST_AGREEMENT else "float32"
        precision = self.precision
        return lambda pixels: run(pixels, precision)

    def _export(self, path: Path) -> None:
        """Write the graph for one picture, with the exporter that follows a trace: the newer one fails on D-FINE."""
        missing, model = next((name for name in ("torch", "onnx") if find_spec(name) is None), None), self._manifest.id
        if missing:
            raise Unavailable(
                "missing_package",
                message("The package {package} for the model {model} is not installed.", package=missing, model=model),
                message("pip install {package}", package=missing),
            )
        import torch

        with warnings.catch_warnings(), torch.inference_mode():
            warnings.simplefilter("ignore")
            given = torch.zeros(1, 3, *self._recipe.size)
            torch.onnx.export(self._build(), (given,), str(path), dynamo=False, opset_version=OPSET, input_names=["pixels"])


def _has_cpu_alone(runtime: Runtime) -> bool:
    """Whether torch need not be asked for a device: the CPU was named, or torch is not here or was built for nothing else."""
    if runtime.device != "auto":
        return runtime.device == "cpu"
    try:
        return version("torch").endswith("+cpu")
    except PackageNotFoundError:
        return True
