"""Scene captions with transformers and torch: one sentence about a picture, decoded greedily, so that it is always the same.

BLIP needs no prompt; Florence-2 and its like are given the one of the manifest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.pretrained import Placed, local
from analyzer.engines.runtime import Runtime, batch_of, in_batches
from analyzer.weights.manifests import Manifest

Caption = tuple[str, float | None]


def load(manifest: Manifest, runtime: Runtime) -> Captioning:
    """The captioner of a manifest."""
    from transformers import AutoModelForImageTextToText, AutoProcessor

    processor = local(AutoProcessor, runtime, backend="pil")
    return Captioning(manifest, processor, Placed(AutoModelForImageTextToText, manifest, runtime))


class Captioning:
    """Says in a sentence what a picture shows."""

    def __init__(self, manifest: Manifest, processor: Any, placed: Placed) -> None:
        self._processor, self._placed = processor, placed
        self._prompt: str = manifest.prompts.get("caption", "")
        self._longest: int = manifest.settings["longest_tokens"]
        self._batch = batch_of(manifest, placed.device)

    @property
    def device(self) -> str:
        return self._placed.device

    @property
    def precision(self) -> str:
        return self._placed.precision

    def caption(self, images: Iterable[NDArray[np.uint8]]) -> Iterator[Caption]:
        """For each RGB picture a sentence and the mean probability of its tokens (geometric), None where it has none."""
        return in_batches(images, self._batch, self._caption)

    def _caption(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption]:
        return self._placed.run(lambda: self._generate(images), several=len(images) > 1)

    def _generate(self, images: Sequence[NDArray[np.uint8]]) -> Sequence[Caption]:
        prompts = {"text": [self._prompt] * len(images)} if self._prompt else {}
        inputs = self._processor(images=list(images), input_data_format="channels_last", return_tensors="pt", **prompts)
        answer = self._placed.network.generate(
            **self._placed.given(inputs), do_sample=False, num_beams=1, early_stopping=False, max_new_tokens=self._longest,
            return_dict_in_generate=True, output_logits=True,
        )  # fmt: skip
        steps = len(answer.logits)
        tokens = answer.sequences[:, -steps:] if steps else answer.sequences[:, :0]
        texts = self._processor.batch_decode(tokens, skip_special_tokens=True)
        special = set(self._processor.tokenizer.all_special_ids)
        chosen = [logits.float().log_softmax(-1).gather(1, tokens[:, n : n + 1]) for n, logits in enumerate(answer.logits)]
        captions: list[Caption] = []
        for row, text in enumerate(texts):
            words = [float(step[row]) for step, token in zip(chosen, tokens[row].tolist(), strict=True) if token not in special]
            confidence = round(float(np.exp(np.mean(words))), 4) if words else None
            captions.append((" ".join(text.split()), confidence))
        return captions
