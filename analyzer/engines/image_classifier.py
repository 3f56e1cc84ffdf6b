"""Image classification with transformers and torch, its classes called by our names."""

from __future__ import annotations

from typing import Any

from analyzer.engines.classes import Classes
from analyzer.engines.pretrained import Placed, local
from analyzer.engines.runtime import Runtime
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> Classes:
    """The classifier of a manifest."""
    from transformers import AutoImageProcessor, AutoModelForImageClassification

    processor = local(AutoImageProcessor, runtime, backend="pil")
    placed = Placed(AutoModelForImageClassification, manifest, runtime)
    names = placed.network.config.id2label

    def run(images: Any) -> Any:
        inputs = processor(images=list(images), input_data_format="channels_last", return_tensors="pt")
        logits = placed.run(lambda: placed.network(**placed.given(inputs)).logits, several=len(images) > 1)
        return logits.float().softmax(-1).cpu().numpy()

    return Classes(manifest, manifest.labels or tuple(names[n] for n in sorted(names)), run, placed)
