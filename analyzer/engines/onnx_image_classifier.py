"""Image classification with onnxruntime, its classes called by our names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.classes import Classes
from analyzer.engines.onnx_pictures import OnnxPictures
from analyzer.engines.runtime import Runtime
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> Classes:
    """The classifier of a manifest, whose only file is the model."""
    model = OnnxPictures(runtime.weights() / manifest.files[0], manifest)
    softmax: bool = manifest.settings["logits"]

    def run(images: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        answer = model.run(images)
        if softmax:
            grown = np.exp(answer - answer.max(axis=1, keepdims=True))
            answer = grown / grown.sum(axis=1, keepdims=True)
        return answer

    return Classes(manifest, manifest.labels, run, model)
