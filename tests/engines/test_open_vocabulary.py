"""Things by their names: the picture is read once for all words, and says what the network itself would say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.engines import open_vocabulary
from analyzer.engines.detecting import corners_of
from analyzer.engines.picture_network import PictureNetwork
from analyzer.engines.runtime import Runtime
from analyzer.weights.manifests import named

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("onnx")
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

BASE = named("owlv2-base-ensemble")
MANIFEST = BASE.model_copy(update={"settings": BASE.settings | {"least_confidence": 0.001, "overlap": None}})
QUERIES = ("red cup", "our logo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.engines.tiny_detectors import owlv2

    return owlv2(tmp_path_factory.mktemp("models") / BASE.id)


@pytest.fixture(scope="module")
def engine(folder: Path) -> open_vocabulary.OpenVocabulary:
    return open_vocabulary.load(MANIFEST, Runtime(folder, "cpu", exact=True))


def noise(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).integers(0, 256, (height, width, 3), np.uint8)


def test_each_place_is_scored_as_the_network_does(engine: open_vocabulary.OpenVocabulary, folder: Path) -> None:
    """On a square picture; a place whose box lies outside it, or has no size, is none."""
    import torch
    from transformers import AutoTokenizer, Owlv2ForObjectDetection

    [found] = engine.find([noise(64, 64)], QUERIES)
    network = Owlv2ForObjectDetection.from_pretrained(folder).eval()
    texts = [f"a photo of a {query}" for query in QUERIES]
    tokens = AutoTokenizer.from_pretrained(folder)(
        texts, padding="max_length", truncation=True, max_length=16, return_tensors="pt"
    )
    with torch.inference_mode():
        words = network.owlv2.get_text_features(tokens["input_ids"], tokens["attention_mask"]).pooler_output
        grid = network.image_embedder(pixel_values=torch.from_numpy(engine._prepared(noise(64, 64))))[0]
        scores = torch.sigmoid(network.class_predictor(grid.flatten(1, 2), words[None])[0][0]).numpy()
        corners = corners_of(network.box_predictor(grid.flatten(1, 2), grid)[0].numpy()).clip(0, 1)
    inside = (corners[:, 2:] - corners[:, :2]).min(1) > 1e-4
    for number, query in enumerate(QUERIES):
        mine = sorted((score, box.x0) for label, box, score in found if label == query and min(box.width, box.height) > 1e-4)
        wanted = sorted(zip(scores[inside, number].tolist(), corners[inside, 0].tolist(), strict=True))
        wanted = [one for one in wanted if one[0] > 0.01]
        assert [score for score, _ in mine if score > 0.01] == pytest.approx([score for score, _ in wanted], abs=0.002)
        assert sorted(x for _, x in mine) == pytest.approx(sorted(x for _, x in wanted), abs=1e-3) and len(wanted) > 8


def test_every_query_is_answered_for_itself(engine: open_vocabulary.OpenVocabulary) -> None:
    [alone] = engine.find([noise(64, 64)], ["red cup"])
    [both] = engine.find([noise(64, 64)], ["our logo", "red cup"])
    assert [one for one in both if one[0] == "red cup"] == alone and alone


def test_the_padding_beside_a_tall_picture_is_not_part_of_it(engine: open_vocabulary.OpenVocabulary) -> None:
    [found] = engine.find([noise(128, 32)], QUERIES)
    assert found and all(0 <= box.x0 < box.x1 <= 1 and 0 <= box.y0 < box.y1 <= 1 for _, box, _ in found)
    pixels = engine._prepared(noise(128, 32))
    black = (0 - np.float32(engine._settings["image_mean"])) / np.float32(engine._settings["image_std"])
    assert pixels[0, :, :, 16:] == pytest.approx(np.broadcast_to(black[:, None, None], (3, 64, 48)))


def test_long_queries_are_cut_and_many_are_one_look(
    engine: open_vocabulary.OpenVocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[Any] = []
    run = PictureNetwork.__call__
    monkeypatch.setattr(PictureNetwork, "__call__", lambda self, pixels: looks.append(1) or run(self, pixels))
    queries = [f"thing{'a' * n}" for n in range(60)]
    [found] = engine.find([noise(64, 64)], queries)
    assert len(looks) == 1 and {label for label, *_ in found} == set(queries)
