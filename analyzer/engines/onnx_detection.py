"""Object detection with an ONNX graph, without torch. What the graph takes and says is data of its manifest.

`settings` of a manifest: `format` (a key of `FORMATS`), `channels` (rgb or bgr), `scale` (what a byte is multiplied with),
`padding` (the grey beside a picture that keeps its proportions; left out where it is stretched), `overlap`,
`least_confidence` and `sure_confidence`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.detecting import Boxes, Detected, Floats, Picture, corners_of, detections, resized
from analyzer.engines.graphs import Graph
from analyzer.engines.runtime import Runtime, precision_of
from analyzer.nouns.evidence import message
from analyzer.weights.manifests import Manifest

Outputs = list[NDArray[Any]]
Size = tuple[int, int]


def load(manifest: Manifest, runtime: Runtime) -> OnnxDetector:
    """The detector of a manifest whose files hold one graph."""
    graph = next(file for file in manifest.files if file.endswith(".onnx"))
    return OnnxDetector(manifest, Graph(runtime.weights() / graph, precision_of(manifest, "cpu", runtime.exact)))


class OnnxDetector:
    """Finds the objects of a fixed list of kinds."""

    device = "cpu"

    def __init__(self, manifest: Manifest, graph: Graph) -> None:
        settings = manifest.settings
        self._graph, self._names, self._size = graph, manifest.labels, (manifest.input_size[0], manifest.input_size[1])
        self.precision = graph.precision
        self.sure: float = settings["sure_confidence"]
        """Confidence below which an object that was seen in one look only is taken for a false alarm."""
        self.note = message("Objects of {count} kinds are looked for; others are not seen.", count=len(manifest.labels))
        self._channels: slice = {"rgb": slice(None), "bgr": slice(None, None, -1)}[settings["channels"]]
        self._scale, self._padding = np.float32(settings["scale"]), settings.get("padding")
        self._boxes, self._wants_size = FORMATS[settings["format"]]
        self._least: float = settings["least_confidence"]
        self._overlap: float | None = settings.get("overlap")

    def detect(self, images: Iterable[Picture]) -> Iterator[Detected]:
        """The objects of each picture."""
        for image in images:
            pixels, covered = self._prepared(image)
            inputs: list[NDArray[Any]] = [pixels, np.array([self._size[::-1]], np.int64)] if self._wants_size else [pixels]
            boxes = self._boxes(self._graph.run(inputs), self._size)
            corners = np.asarray(boxes.corners / np.array([*covered, *covered], np.float32), np.float32)
            fractions = Boxes(boxes.classes, corners, boxes.scores)
            yield detections(fractions, self._names, self._least, self._overlap)

    def _prepared(self, image: Picture) -> tuple[Floats, tuple[float, float]]:
        """Pixels of shape (1, 3, height, width), and the (width, height) of them that the picture covers."""
        height, width = self._size
        if self._padding is None:
            canvas, covered = resized(image, (width, height)), (float(width), float(height))
        else:
            scale = min(height / image.shape[0], width / image.shape[1])
            covered = image.shape[1] * scale, image.shape[0] * scale
            inner = resized(image, (max(1, int(covered[0])), max(1, int(covered[1]))))
            canvas = np.full((height, width, 3), self._padding, np.uint8)
            canvas[: inner.shape[0], : inner.shape[1]] = inner
        pixels = canvas[..., self._channels].transpose(2, 0, 1)[None].astype(np.float32) * self._scale
        return np.ascontiguousarray(pixels), covered


def yolox(outputs: Outputs, size: Size) -> Boxes:
    """Of (1, cells, 5 + classes): centre and size of a box against its cell, objectness, probabilities; cells by stride."""
    raw = outputs[0][0]
    cells = []
    for stride in (8, 16, 32):
        across, down = np.meshgrid(np.arange(size[1] // stride), np.arange(size[0] // stride))
        cells.append(np.stack([across.ravel(), down.ravel(), np.full(across.size, stride)], axis=1))
    grid = np.concatenate(cells).astype(np.float32)
    centres, sides = (raw[:, :2] + grid[:, :2]) * grid[:, 2:], np.exp(raw[:, 2:4]) * grid[:, 2:]
    probabilities = raw[:, 4:5] * raw[:, 5:]
    return Boxes(probabilities.argmax(1), corners_of(np.hstack([centres, sides])), probabilities.max(1))


def deim(outputs: Outputs, size: Size) -> Boxes:
    """Of labels (1, n), corners in pixels (1, n, 4) and scores (1, n): the graph of DEIM and RT-DETR with its last step."""
    labels, corners, scores = (output[0] for output in outputs)
    return Boxes(labels.astype(np.int64), corners.astype(np.float32), scores.astype(np.float32))


def fastestdet(outputs: Outputs, size: Size) -> Boxes:
    """Of (1, 5 + classes, rows, columns): objectness, centre and size of the one box of each cell, probabilities."""
    raw = outputs[0][0]
    rows, columns = raw.shape[1:]
    down, across = np.mgrid[:rows, :columns]
    centres = np.stack([(across + np.tanh(raw[1])) / columns * size[1], (down + np.tanh(raw[2])) / rows * size[0]])
    sides = 1 / (1 + np.exp(-raw[3:5])) * np.array([[[size[1]]], [[size[0]]]])
    scores = raw[0] ** 0.6 * raw[5:].max(0) ** 0.4
    corners = corners_of(np.concatenate([centres, sides]).reshape(4, -1).T.astype(np.float32))
    return Boxes(raw[5:].argmax(0).ravel(), corners, scores.ravel().astype(np.float32))


FORMATS: dict[str, tuple[Callable[[Outputs, Size], Boxes], bool]] = {
    "yolox": (yolox, False),
    "deim": (deim, True),
    "fastestdet": (fastestdet, False),
}
"""How the outputs of a graph are read into boxes in pixels of what it was given, and whether it wants that size as an input."""
