"""Object detection with DETR-like networks of transformers: D-FINE, RT-DETR and their kin, which say each object once.

In exact mode transformers prepares the pictures and everything is float32; in fast mode neither is imported on a CPU.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.detecting import Boxes, Detected, Floats, Picture, corners_of, detections, pixels_of, resized
from analyzer.engines.picture_network import PictureNetwork
from analyzer.engines.pretrained import local
from analyzer.engines.runtime import Runtime, batch_of, in_batches
from analyzer.nouns.evidence import message
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> TransformersDetector:
    """The detector of a manifest, on the device that was asked for."""
    return TransformersDetector(manifest, runtime)


class TransformersDetector:
    """Finds the kinds of objects that its weights know."""

    def __init__(self, manifest: Manifest, runtime: Runtime) -> None:
        self._manifest, self._names = manifest, manifest.labels or _labels(runtime.weights())
        self.note = message("Objects of {count} kinds are looked for; others are not seen.", count=len(self._names))
        self.sure: float = manifest.settings["sure_confidence"]
        """Confidence below which an object that was seen in one look only is taken for a false alarm."""
        self._least: float = manifest.settings["least_confidence"]
        self._settings = json.loads((runtime.weights() / "preprocessor_config.json").read_text(encoding="utf-8"))
        self._size = self._settings["size"]["height"], self._settings["size"]["width"]
        self._prepare = _library_preparation(runtime) if runtime.exact else self._prepared
        self._network = PictureNetwork(manifest, runtime, self._size, lambda: _network(runtime), _best_of_each_class)

    @property
    def device(self) -> str:
        return self._network.device

    @property
    def precision(self) -> str:
        return self._network.precision

    def detect(self, images: Iterable[Picture]) -> Iterator[Detected]:
        """The objects of each picture."""
        return in_batches(images, batch_of(self._manifest, self.device), self._run)

    def _run(self, images: Sequence[Picture]) -> list[Detected]:
        answers = self._network(np.concatenate([self._prepare(image) for image in images]))
        return [self._detected(logits, boxes) for logits, boxes in zip(*answers, strict=True)]

    def _detected(self, logits: Floats, boxes: Floats) -> Detected:
        scores = 1 / (1 + np.exp(-logits))
        return detections(Boxes(scores.argmax(1), corners_of(boxes), scores.max(1)), self._names, self._least, None)

    def _prepared(self, image: Picture) -> Floats:
        normal = self._settings["do_normalize"]
        mean, deviation = (self._settings[name] if normal else value for name, value in (("image_mean", 0), ("image_std", 1)))
        return pixels_of(resized(image, self._size[::-1]), mean, deviation)


def _best_of_each_class(outputs: Sequence[NDArray[Any]]) -> NDArray[Any]:
    """The highest logit of each class over all queries, whose order is no answer."""
    return np.asarray(outputs[0][0].max(0))


def _labels(folder: Path) -> tuple[str, ...]:
    names: dict[str, str] = json.loads((folder / "config.json").read_text(encoding="utf-8"))["id2label"]
    return tuple(names[number] for number in sorted(names, key=int))


def _library_preparation(runtime: Runtime) -> Callable[[Picture], Floats]:
    from transformers import AutoImageProcessor

    processor = local(AutoImageProcessor, runtime, backend="pil")
    return lambda image: np.asarray(processor(images=image, return_tensors="np")["pixel_values"], np.float32)


def _network(runtime: Runtime) -> Any:
    """Pixels to logits (n, queries, classes) and boxes (n, queries, 4) as centre and size in fractions."""
    import torch
    from transformers import AutoModelForObjectDetection

    class Detecting(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = local(AutoModelForObjectDetection, runtime, use_safetensors=True)

        def forward(self, pixels: Any) -> Any:
            found = self.network(pixel_values=pixels)
            return found.logits, found.pred_boxes

    return Detecting().eval()
