"""OCR through RapidOCR on onnxruntime: detection and recognition apart, so that a caller can leave out either.

The models ship inside the package, nothing is downloaded. Every call names the steps that it wants, because RapidOCR keeps
what an earlier call asked for.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import Runtime
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import message
from analyzer.quiet import without_downloads
from analyzer.weights.manifests import Manifest

PACKAGE = "rapidocr"
EMPTY = np.zeros((0, 4, 2), np.float32)


def load(manifest: Manifest, runtime: Runtime) -> RapidOcr:
    """The engine with the settings of its manifest; RapidOCR would bring a file of its package that is damaged once more."""
    name = manifest.id
    damaged = Unavailable(
        "missing_file",
        message("A file of the model {model} in the package {package} is missing or damaged.", model=name, package=PACKAGE),
        message("pip install --force-reinstall {package}", package=PACKAGE),
    )
    with without_downloads(damaged):
        return RapidOcr(longest_side=manifest.settings["longest_side"])


class RapidOcr:
    """`detect` finds quads, `recognize` reads them. Pictures are RGB uint8 of shape (height, width, 3)."""

    def __init__(self, longest_side: int) -> None:
        from rapidocr import RapidOCR

        self.longest_side = longest_side
        """Longest side in pixels at which text is searched for; larger pictures are reduced to it."""
        one_thread = {f"EngineConfig.onnxruntime.{which}_op_num_threads": 1 for which in ("intra", "inter")}
        self._engine: Any = RapidOCR(
            params={
                "Global.use_cls": False,
                "Global.log_level": "critical",
                "Det.limit_type": "max",
                "Det.limit_side_len": longest_side,
            }
            | one_thread
        )

    def detect(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Quads of lines in pixels, shape (n, 4, 2), clockwise from the top left corner, from top to bottom."""
        found = self._engine(cv2.cvtColor(image, cv2.COLOR_RGB2BGR), use_det=True, use_cls=False, use_rec=False)
        return EMPTY if found.boxes is None else np.asarray(found.boxes, np.float32)

    def recognize(self, image: NDArray[np.uint8], quads: NDArray[np.float32]) -> list[tuple[str, float]]:
        """(text, confidence 0..1) of each quad; an empty text where nothing could be read."""
        return [self._read(upright(image, quad)) for quad in quads]

    def _read(self, crop: NDArray[np.uint8]) -> tuple[str, float]:
        if min(crop.shape[:2]) < 3:
            return "", 0.0
        bgr = cv2.cvtColor(crop, cv2.COLOR_RGB2BGR)
        found = self._engine(bgr, use_det=False, use_cls=False, use_rec=True)
        return ("", 0.0) if not found.txts else (found.txts[0].strip(), float(found.scores[0]))


def upright(image: NDArray[np.uint8], quad: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The part of a picture inside a quad, as an upright rectangle; columns of vertical text are laid on their side."""
    width = max(np.linalg.norm(quad[1] - quad[0]), np.linalg.norm(quad[2] - quad[3]))
    height = max(np.linalg.norm(quad[3] - quad[0]), np.linalg.norm(quad[2] - quad[1]))
    size = (max(1, round(float(width))), max(1, round(float(height))))
    target = np.array([[0, 0], [size[0], 0], size, [0, size[1]]], np.float32)
    matrix = cv2.getPerspectiveTransform(np.asarray(quad, np.float32), target)
    crop = cv2.warpPerspective(image, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return np.rot90(crop) if size[1] >= 1.5 * size[0] else crop
