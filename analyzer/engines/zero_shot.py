"""What the zero-shot engines share: captions turned into directions once, and how near pictures come to them, as probabilities.

Which labels there are is in `measures/lexicon/content.toml`, the same for every model; how sure a model must be, and how its
nearness becomes a probability, is in its manifest.
"""

from __future__ import annotations

import hashlib
import io
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.disk.files import seal, unsealed
from analyzer.engines.runtime import batch_of, in_batches
from analyzer.weights.manifests import Manifest

Directions = NDArray[np.float32]
"""Unit vectors, (n, d)."""
EncodeImages = Callable[[Sequence[NDArray[np.uint8]]], Directions]
EncodeTexts = Callable[[Sequence[str]], Directions]


class ZeroShot:
    """Holds pictures against captions; `encode_images` and `encode_texts` of any library make vectors, of any length."""

    def __init__(
        self,
        manifest: Manifest,
        folder: Path,
        encode_images: EncodeImages,
        encode_texts: EncodeTexts,
        scale: float,
        placed: Any,
    ) -> None:
        """`scale`: what the model multiplies the cosine by; `placed` has the `device` and `precision` in which it runs."""
        self.model = manifest.id
        self._folder, self._encode_images, self._encode_texts = folder, encode_images, encode_texts
        self._templates: list[str] = manifest.prompts["templates"]
        self._temperature: dict[str, float] = manifest.settings["temperature"]
        self._scale, self._placed = scale, placed
        self._batch = batch_of(manifest, placed.device)
        self._captions: dict[str, Directions] = {}
        self.floors: Mapping[str, float] = manifest.settings["floors"]
        """Probability below which no label of a group is named."""
        self.labels: Mapping[str, tuple[str, ...]] = {group: tuple(each["labels"]) for group, each in groups().items()}
        """The labels of each group, in the order of the columns of `probabilities`."""

    @property
    def device(self) -> str:
        return str(self._placed.device)

    @property
    def precision(self) -> str:
        return str(self._placed.precision)

    def embed(self, images: Iterable[NDArray[np.uint8]]) -> Directions:
        """The direction of each RGB picture: float32 (pictures, dimensions) of unit length."""
        found = list(in_batches(images, self._batch, lambda batch: list(_unit(self._encode_images(batch)))))
        return np.stack(found) if found else np.zeros((0, 0), np.float32)

    def probabilities(self, embeddings: Directions, group: str) -> NDArray[np.float32]:
        """How likely each label of a group is for each picture (pictures, labels); what is left of 1 is that none applies."""
        captions = self._directions(group)
        nearness = embeddings @ captions.T * (self._scale / self._temperature[group])
        grown = np.exp(nearness - nearness.max(axis=1, keepdims=True))
        shares: NDArray[np.float32] = (grown / grown.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares[:, : len(self.labels[group])]

    def _directions(self, group: str) -> Directions:
        """Directions of the labels of a group, then of each caption of none: kept beside the weights, as they cost seconds."""
        if group not in self._captions:
            each = groups()[group]
            wordings = [*each["labels"].values(), *([caption] for caption in each["nothing"])]
            kept = self._folder / f"captions-{self._key(wordings)}.npy"
            try:
                self._captions[group] = _kept(kept, len(wordings))
            except (EOFError, ValueError):
                self._captions[group] = np.stack([self._mean_direction(wording) for wording in wordings])
                np.save(data := io.BytesIO(), self._captions[group], allow_pickle=False)
                seal(kept, data.getvalue())
        return self._captions[group]

    def _mean_direction(self, wording: Sequence[str]) -> NDArray[np.float32]:
        """The mean direction of some captions, each in every template."""
        texts = [template.format(caption) for caption in wording for template in self._templates]
        mean: NDArray[np.float32] = _unit(_unit(self._encode_texts(texts)).mean(axis=0, keepdims=True))[0]
        return mean

    def _key(self, wordings: Sequence[Sequence[str]]) -> str:
        return hashlib.sha256(repr((self.model, self.precision, self._templates, wordings)).encode()).hexdigest()[:16]


@cache
def groups() -> Mapping[str, Any]:
    """The groups of labels: for each its `labels` with their captions, and the captions of `nothing`."""
    return tomllib.loads((files("analyzer.methods") / "lexicon" / "content.toml").read_text(encoding="utf-8"))


def _kept(path: Path, count: int) -> Directions:
    """Directions that were written before; raises `EOFError` or `ValueError` for what is not `count` of them."""
    directions: Directions = np.load(io.BytesIO(unsealed(path) or b""), allow_pickle=False)
    if directions.ndim != 2 or len(directions) != count or directions.dtype != np.float32:
        raise ValueError("other directions")
    return directions


def _unit(vectors: NDArray[np.float32]) -> Directions:
    unit: Directions = (vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)).astype(np.float32)
    return unit
