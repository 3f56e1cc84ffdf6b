"""Manifests for the trained weights of the real material, and pictures, for the tests of the detectors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from analyzer.engines.runtime import Runtime
from analyzer.weights.manifests import Manifest, named

LIKE = {
    "yolox": ("yolox-s", "yolox_nano.onnx", (416, 416), {}),
    "deim": (
        "yolox-s",
        "deimv2_hgnetv2_atto_coco.onnx",
        (320, 320),
        {"format": "deim", "channels": "rgb", "scale": 1 / 255, "padding": None},
    ),
    "fastestdet": (
        "yolox-s",
        "FastestDet.onnx",
        (352, 352),
        {"format": "fastestdet", "channels": "bgr", "scale": 1 / 255, "padding": None},
    ),
    "yunet": ("yunet-2023mar", "yunet_n_640_640.onnx", (), {}),
}


def manifest_of(kind: str) -> Manifest:
    """The manifest of the product, changed to fit the local weights of the same kind."""
    base, file, size, settings = LIKE[kind]
    manifest = named(base)
    change: dict[str, Any] = {"files": (file,), "input_size": size, "settings": manifest.settings | settings}
    return manifest.model_copy(update=change)


def runtime(folder: Path, exact: bool = True) -> Runtime:
    return Runtime(folder, "cpu", exact)


def picture(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))
