"""Face detection with YuNet through OpenCV: faces from the front and the side, no identity, no age, no mood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np

from analyzer.engines.detecting import Picture, resized
from analyzer.engines.runtime import Runtime
from analyzer.nouns.evidence import BoundingBox, message
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> YuNet:
    """The detector with the settings of its manifest."""
    return YuNet(runtime.weights() / manifest.files[0], **manifest.settings)


class YuNet:
    """Finds faces in a picture."""

    device, precision = "cpu", "float32"
    note = message("Small, blurred, covered and drawn faces can be missed.")

    def __init__(
        self, path: Path, *, side: int, least_confidence: float, sure_confidence: float, overlap: float, most: int
    ) -> None:
        """`side`: pixels of the long side that is searched; `most`: candidates that are compared before faces are chosen."""
        self.sure = sure_confidence
        self._side = side
        self._detector: Any = cv2.FaceDetectorYN.create(str(path), "", (side, side), least_confidence, overlap, most)

    def detect(self, image: Picture) -> list[tuple[BoundingBox, float]]:
        """Faces of an RGB picture (height, width, 3), largest first, each with a confidence in 0..1."""
        height, width = image.shape[:2]
        scale = min(1.0, self._side / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        bgr = np.ascontiguousarray((resized(image, size) if scale < 1 else image)[..., ::-1])
        self._detector.setInputSize(size)
        faces = self._detector.detect(bgr)[1]
        found = [] if faces is None else [(_box(face, size), round(float(face[-1]), 3)) for face in faces]
        return sorted((one for one in found if one[0].area > 0), key=lambda face: -face[0].area)


def _box(face: Any, size: tuple[int, int]) -> BoundingBox:
    """The box of a face within the picture; the detector may place a side outside."""
    x0, y0, across, down = (float(value) for value in face[:4])
    x, y = np.clip([x0, x0 + across], 0, size[0]) / size[0], np.clip([y0, y0 + down], 0, size[1]) / size[1]
    return BoundingBox(x0=float(x[0]), y0=float(y[0]), x1=float(x[1]), y1=float(y[1]))
