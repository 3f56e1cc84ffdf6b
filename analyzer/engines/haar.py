"""Face detection with a Haar cascade of OpenCV 4: upright frontal faces only, no identity, no age, no mood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import Runtime
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import BoundingBox, message
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> Haar:
    """The detector of a manifest; raises `Unavailable` where this OpenCV has no cascades, as version 5 has not."""
    import cv2

    settings = dict(manifest.settings)
    path = Path(cv2.__file__).parent / settings.pop("file")
    if not hasattr(cv2, "CascadeClassifier") or not path.is_file():
        raise Unavailable(
            "no_cascade",
            message("OpenCV {version} carries no face detector.", version=cv2.__version__),
            message("pip install 'opencv-python-headless<5'"),
        )
    return Haar(path, **settings)


class Haar:
    """Finds upright frontal faces in a picture."""

    note = message("Only upright faces seen from the front are found; profiles and covered faces are not.")

    def __init__(
        self, path: Path, *, side: int, smallest: float, scale_factor: float, neighbours: int, half_confidence: float,
        sure_confidence: float,
    ) -> None:  # fmt: skip
        """`side`: pixels of the long side that is searched; `smallest`: side of the smallest face by the short side."""
        import cv2

        self._cascade: Any = cv2.CascadeClassifier(str(path))
        self._side, self._smallest, self._scale_factor, self._neighbours = side, smallest, scale_factor, neighbours
        self._half_confidence = half_confidence
        self.sure = sure_confidence
        """Confidence below which a face that was seen in one look only is taken for a false alarm."""

    def detect(self, image: NDArray[np.uint8]) -> list[tuple[BoundingBox, float]]:
        """Faces of an RGB picture (height, width, 3), largest first, each with a confidence in 0..1.

        The confidence is votes / (votes + `half_confidence`), where the votes are the neighbouring windows that agree: it
        orders detections, and is no probability.
        """
        import cv2

        height, width = image.shape[:2]
        scale = min(1.0, self._side / max(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA) if scale < 1 else grey
        smallest = max(20, round(self._smallest * min(size)))
        boxes, votes = self._cascade.detectMultiScale2(grey, self._scale_factor, self._neighbours, 0, (smallest, smallest))
        found = [
            (
                BoundingBox(x0=x / size[0], y0=y / size[1], x1=(x + w) / size[0], y1=(y + h) / size[1]),
                round(count / (count + self._half_confidence), 3),
            )
            for (x, y, w, h), count in zip(np.asarray(boxes).reshape(-1, 4).tolist(), np.ravel(votes).tolist(), strict=True)
        ]
        return sorted(found, key=lambda face: -face[0].area)
