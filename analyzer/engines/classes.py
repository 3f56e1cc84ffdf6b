"""What the image classifiers share: the classes of a model by our names, and which of them are unsafe, after its manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import batch_of, in_batches
from analyzer.weights.manifests import Manifest

Run = Callable[[Sequence[NDArray[np.uint8]]], NDArray[np.float32]]
"""RGB pictures to the probability of each class of the model: (pictures, classes)."""


class Classes:
    """An image classifier of any library: `run` makes probabilities, the rest is here."""

    def __init__(self, manifest: Manifest, labels: Sequence[str], run: Run, placed: Any) -> None:
        """`labels`: the model's classes by their number; `placed` has the `device` and `precision` in which `run` runs."""
        names: dict[str, str] = manifest.settings["classes"]
        self._labels = [names[label] for label in labels]
        self._run, self._placed = run, placed
        self._batch = batch_of(manifest, placed.device)
        self.unsafe: tuple[str, ...] = tuple(manifest.settings["unsafe"])
        """Our names of the classes that are no safe content."""
        self.threshold: float = manifest.settings["threshold"]
        """Probability from which a picture is said to be of an unsafe class."""

    @property
    def device(self) -> str:
        return str(self._placed.device)

    @property
    def precision(self) -> str:
        return str(self._placed.precision)

    def classify(self, images: Iterable[NDArray[np.uint8]]) -> Iterator[dict[str, float]]:
        """For each RGB picture the probability of each class by our name; several of the model's may be one of ours."""
        return in_batches(images, self._batch, lambda batch: [self._named(row) for row in self._run(batch)])

    def _named(self, probabilities: NDArray[np.float32]) -> dict[str, float]:
        found = dict.fromkeys(self._labels, 0.0)
        for label, probability in zip(self._labels, probabilities.tolist(), strict=True):
            found[label] += probability
        return {label: round(probability, 4) for label, probability in found.items()}
