"""Pictures as an ONNX model takes them, and a session that runs them; needs no torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import onnx_session
from analyzer.weights.manifests import Manifest


class OnnxPictures:
    """An ONNX model whose one input is a batch of pictures."""

    device = "cpu"

    def __init__(self, path: Path, manifest: Manifest) -> None:
        """The manifest says `mean` and `deviation` of the pixels (of 0..1) and whether the short side is cropped (`crop`)."""
        self._session: Any = onnx_session(path)
        self._input = self._session.get_inputs()[0]
        self._channels_last = self._input.shape[-1] == 3
        self.precision = manifest.precision.get("cpu", "float32")
        self._height, self._width = manifest.input_size
        self._mean = np.array(manifest.settings["mean"], np.float32)
        self._deviation = np.array(manifest.settings["deviation"], np.float32)
        self._crop: bool = manifest.settings["crop"]

    def run(self, images: Sequence[NDArray[np.uint8]], output: str | None = None) -> NDArray[np.float32]:
        """The first output, or the one of that name, for RGB pictures of any size."""
        pixels = np.stack([self._pixels(image) for image in images])
        if not self._channels_last:
            pixels = np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))
        answers: list[NDArray[np.float32]] = self._session.run([output] if output else None, {self._input.name: pixels})
        return answers[0]

    def _pixels(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        import cv2

        height, width = image.shape[:2]
        if self._crop:
            scale = max(self._height / height, self._width / width)
            size = max(self._width, round(width * scale)), max(self._height, round(height * scale))
        else:
            scale, size = self._width / width, (self._width, self._height)
        shrinks = scale < 1 or self._height < height
        small = cv2.resize(image, size, interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC)
        top, left = (size[1] - self._height) // 2, (size[0] - self._width) // 2
        small = small[top : top + self._height, left : left + self._width]
        answer: NDArray[np.float32] = (small.astype(np.float32) / 255.0 - self._mean) / self._deviation
        return answer
