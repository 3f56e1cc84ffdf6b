"""Zero-shot labels and embeddings of pictures with onnxruntime: a CLIP in two models, one for pictures and one for texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.onnx_pictures import OnnxPictures
from analyzer.engines.runtime import Runtime, onnx_session
from analyzer.engines.zero_shot import ZeroShot
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> ZeroShot:
    """The engine of a manifest; the model for texts and its tokenizer are opened when a caption is first read."""
    settings, folder = manifest.settings, runtime.weights()
    pictures = OnnxPictures(folder / settings["vision"], manifest)
    opened: list[Any] = []

    def texts(captions: Sequence[str]) -> NDArray[np.float32]:
        if not opened:
            from tokenizers import Tokenizer

            tokenizer: Any = Tokenizer.from_file(str(folder / settings["tokenizer"]))
            tokenizer.enable_truncation(settings["longest_tokens"])
            tokenizer.enable_padding(pad_id=settings["padding_id"])
            opened.extend((tokenizer, onnx_session(folder / settings["text"])))
        tokenizer, session = opened
        encoded = tokenizer.encode_batch(list(captions))
        given = {
            "input_ids": np.array([each.ids for each in encoded], np.int64),
            "attention_mask": np.array([each.attention_mask for each in encoded], np.int64),
        }
        wanted = {each.name for each in session.get_inputs()}
        answer: NDArray[np.float32] = session.run(["text_embeds"], {k: v for k, v in given.items() if k in wanted})[0]
        return answer

    return ZeroShot(
        manifest, folder, lambda images: pictures.run(images, "image_embeds"), texts, float(settings["scale"]), pictures
    )
