"""Finds what is named in words, with OWL-ViT and OWLv2 of transformers: one look at a picture serves any number of queries.

The picture and the words are read apart: the picture, nearly all of the work, once for all words, and the words once for all
pictures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from analyzer.engines.detecting import Boxes, Detected, Floats, Picture, corners_of, distinct, named, pixels_of, resized
from analyzer.engines.picture_network import PictureNetwork
from analyzer.engines.pretrained import local
from analyzer.engines.runtime import Runtime, batch_of, in_batches
from analyzer.nouns.evidence import message
from analyzer.weights.manifests import Manifest


def load(manifest: Manifest, runtime: Runtime) -> OpenVocabulary:
    """The finder of a manifest, on the device that was asked for."""
    return OpenVocabulary(manifest, runtime)


class OpenVocabulary:
    """Finds things by their names."""

    note = message("Things that were named are found by a model that can be wrong: look at each before you rely on it.")

    def __init__(self, manifest: Manifest, runtime: Runtime) -> None:
        self._manifest, self._runtime = manifest, runtime
        self.sure: float = manifest.settings["sure_confidence"]
        """Confidence below which a thing that was seen in one look only is taken for a false alarm."""
        self._least: float = manifest.settings["least_confidence"]
        self._overlap: float = manifest.settings["overlap"]
        self._square: bool = manifest.settings["square"]
        self._settings = json.loads((runtime.weights() / "preprocessor_config.json").read_text(encoding="utf-8"))
        self._size = self._settings["size"]["height"], self._settings["size"]["width"]
        self._network = PictureNetwork(manifest, runtime, self._size, lambda: _seeing(runtime), lambda answers: answers[0])
        self._words: tuple[tuple[str, ...], Floats] = ((), np.zeros((0, 0), np.float32))

    @property
    def device(self) -> str:
        return self._network.device

    @property
    def precision(self) -> str:
        return self._network.precision

    def find(self, images: Iterable[Picture], queries: Sequence[str]) -> Iterator[Detected]:
        """What of the queries is in each picture; labels are the queries."""
        if self._words[0] != tuple(queries):
            self._words = tuple(queries), self._read(queries)
        return in_batches(images, batch_of(self._manifest, self.device), self._run)

    def _run(self, images: Sequence[Picture]) -> list[Detected]:
        answers = self._network(np.concatenate([self._prepared(image) for image in images]))
        return [self._found(image, *one) for image, *one in zip(images, *answers, strict=True)]

    def _found(self, image: Picture, places: Floats, shift: Floats, scale: Floats, boxes: Floats) -> Detected:
        """Each query for itself: two of them may name the same thing."""
        queries, words = self._words
        scores = 1 / (1 + np.exp(-(places @ words.T + shift) * scale))
        corners = corners_of(boxes)
        if self._square:
            height, width = image.shape[:2]
            corners = corners * np.tile(max(height, width) / np.array([width, height], np.float32), 2)
        place, query = np.nonzero(scores >= self._least)
        found = distinct(Boxes(query, corners[place], scores[place, query]), self._least, self._overlap)
        return named(found, queries, np.arange(len(found.scores)))

    def _prepared(self, image: Picture) -> Floats:
        """One picture as the network takes it: at the top left of a black square, where the network wants one."""
        height, width = self._size
        canvas = np.zeros((height, width, 3), np.uint8)
        if self._square:
            scale = min(height, width) / max(image.shape[:2])
            inner = resized(image, (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))))
            canvas[: inner.shape[0], : inner.shape[1]] = inner
        else:
            canvas = resized(image, (width, height))
        return pixels_of(canvas, self._settings["image_mean"], self._settings["image_std"])

    def _read(self, queries: Sequence[str]) -> Floats:
        """A unit vector for each query, (queries, d)."""
        import torch
        from transformers import AutoModelForZeroShotObjectDetection, AutoTokenizer

        template: str = self._manifest.prompts["template"]
        network = local(AutoModelForZeroShotObjectDetection, self._runtime, use_safetensors=True).eval()
        tokens = local(AutoTokenizer, self._runtime)(
            [template.format(query=query) for query in queries],
            padding="max_length",
            truncation=True,
            max_length=network.config.text_config.max_position_embeddings,
            return_tensors="pt",
        )
        with torch.inference_mode():
            inner = getattr(network, network.base_model_prefix)
            vectors = inner.get_text_features(tokens["input_ids"], tokens["attention_mask"]).pooler_output
        words: Floats = torch.nn.functional.normalize(vectors, dim=-1).numpy()
        return words


def _seeing(runtime: Runtime) -> Any:
    """Pixels to what the class head knows without words: vectors (n, places, d), shift, scale, and boxes (n, places, 4)."""
    import torch
    from transformers import AutoModelForZeroShotObjectDetection

    class Seeing(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = local(AutoModelForZeroShotObjectDetection, runtime, use_safetensors=True)

        def forward(self, pixels: Any) -> Any:
            grid = self.network.image_embedder(pixel_values=pixels)[0]
            places = grid.flatten(1, 2)
            head = self.network.class_head
            vectors = torch.nn.functional.normalize(head.dense0(places), dim=-1)
            scale = head.elu(head.logit_scale(places)) + 1
            return vectors, head.logit_shift(places), scale, self.network.box_predictor(places, grid)

    return Seeing().eval()
