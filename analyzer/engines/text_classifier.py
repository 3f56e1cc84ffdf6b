"""Text classification with transformers and torch, on a GPU where there is one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import Runtime, is_out_of_memory, precision_of, release_unused, torch_device
from analyzer.engines.texts import Classifier, Ids
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> Classifier:
    """The classifier of a manifest; `Classifier.device` is where it runs, cpu after a GPU had no room for a single text."""
    import torch
    from transformers import AutoModelForSequenceClassification
    from transformers.utils import logging as library_logging

    device = torch_device(runtime.device)
    precision = precision_of(manifest, device, runtime.exact)
    log: Any = library_logging
    bars = log.is_progress_bar_enabled()
    log.disable_progress_bar()
    try:
        network: Any = AutoModelForSequenceClassification.from_pretrained(
            str(runtime.weights()), local_files_only=True, use_safetensors=True, dtype=getattr(torch, precision)
        )
    finally:
        if bars:
            log.enable_progress_bar()
    network.eval().to(device)

    def run(ids: Ids, mask: Ids) -> NDArray[np.float32]:
        try:
            return forward(ids, mask)
        except Exception as error:
            if classifier.device == "cpu" or len(ids) > 1 or not is_out_of_memory(error):
                raise
        network.to("cpu", torch.float32)
        release_unused()
        classifier.device, classifier.precision = "cpu", "float32"
        return forward(ids, mask)

    def forward(ids: Ids, mask: Ids) -> NDArray[np.float32]:
        with torch.inference_mode():
            given = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
            logits = network(**{name: tensor.to(classifier.device) for name, tensor in given.items()}).logits
        answer: NDArray[np.float32] = logits.float().cpu().numpy()
        return answer

    classifier = Classifier(manifest, runtime.weights(), run, device, precision)
    return classifier
