"""Zero-shot labels and embeddings of pictures with transformers and torch (CLIP, SigLIP)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.pretrained import Placed, local
from analyzer.engines.runtime import Runtime
from analyzer.engines.zero_shot import ZeroShot
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> ZeroShot:
    """The engine of a manifest."""
    from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

    processor = local(AutoImageProcessor, runtime, backend="pil")
    tokenizer = local(AutoTokenizer, runtime)
    placed = Placed(AutoModel, manifest, runtime)
    padding = manifest.settings["padding"]
    longest = placed.network.config.text_config.max_position_embeddings

    def images(pictures: Sequence[NDArray[np.uint8]]) -> NDArray[np.float32]:
        inputs = processor(images=list(pictures), input_data_format="channels_last", return_tensors="pt")
        return features(lambda given: placed.network.get_image_features(**given), inputs, len(pictures))

    def texts(captions: Sequence[str]) -> NDArray[np.float32]:
        inputs = tokenizer(list(captions), padding=padding, truncation=True, max_length=longest, return_tensors="pt")
        return features(lambda given: placed.network.get_text_features(**given), inputs, len(captions))

    def features(call: Any, inputs: Any, count: int) -> NDArray[np.float32]:
        answer = placed.run(lambda: call(placed.given(inputs)), several=count > 1).pooler_output
        return np.asarray(answer.float().cpu().numpy(), np.float32)

    scale = float(placed.network.logit_scale.detach().float().exp())
    return ZeroShot(manifest, runtime.weights(), images, texts, scale, placed)
