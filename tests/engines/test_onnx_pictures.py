"""Picture models in ONNX: pixels as each model takes them, a CLIP in two files, and a real net on real pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.engines import onnx_image_classifier, onnx_image_text
from analyzer.engines.classes import Classes
from analyzer.engines.onnx_pictures import OnnxPictures
from analyzer.engines.runtime import Runtime
from analyzer.weights import manifests
from analyzer.weights.manifests import Manifest

SAFETY = manifests.named("falconsai-nsfw-int8")
CLIP = manifests.named("clip-vit-b32-int8")
MOBILENET: dict[str, Any] = {
    "id": "nsfw-mobilenet-v2",
    "files": ("nsfw_mobilenet_v2.onnx",),
    "labels": ("drawing", "hentai", "neutral", "porn", "sexy"),
    "settings": {
        "crop": False, "mean": [0.0, 0.0, 0.0], "deviation": [1.0, 1.0, 1.0], "logits": False, "unsafe": ["sexual"],
        "threshold": 0.9, "classes": {
            "drawing": "drawing", "hentai": "sexual", "neutral": "neutral", "porn": "sexual", "sexy": "suggestive",
        },
    },
}  # fmt: skip
"""The image-safety net of the test data, which no manifest of the product names."""


def save(path: Path, nodes: list[Any], inputs: list[Any], outputs: list[Any], constants: dict[str, np.ndarray]) -> None:
    """Write a small ONNX model."""
    import onnx
    from onnx import helper, numpy_helper

    tensors = [numpy_helper.from_array(value, name) for name, value in constants.items()]
    graph = helper.make_graph(nodes, "tiny", inputs, outputs, tensors)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


def means(path: Path, output: str, channels_last: bool = False, factor: float = 1.0) -> None:
    """A model that answers with the mean of each channel of a picture, times a factor."""
    from onnx import TensorProto, helper

    shape, axes = (["n", 4, 4, 3], [1, 2]) if channels_last else (["n", 3, 4, 4], [2, 3])
    save(
        path,
        [
            helper.make_node("ReduceMean", ["pixels"], ["plain"], axes=axes, keepdims=0),
            helper.make_node("Mul", ["plain", "factor"], [output]),
        ],
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, ["n", 3])],
        {"factor": np.array([factor], np.float32)},
    )


def of(manifest: Manifest, **settings: Any) -> Manifest:
    plain = {"mean": [0.0, 0.0, 0.0], "deviation": [1.0, 1.0, 1.0]}
    return manifest.model_copy(update={"input_size": (4, 4), "settings": manifest.settings | plain | settings})


RED = np.full((8, 8, 3), (255, 0, 0), np.uint8)
STRIPE = np.concatenate([np.full((8, 8, 3), (0, 255, 0), np.uint8), RED, np.full((8, 8, 3), (0, 0, 255), np.uint8)], axis=1)


@pytest.mark.parametrize("channels_last", [False, True])
def test_pixels_reach_the_model_in_its_own_layout(tmp_path: Path, channels_last: bool) -> None:
    means(tmp_path / "m.onnx", "mean", channels_last)
    model = OnnxPictures(tmp_path / "m.onnx", of(SAFETY, crop=False))
    assert model.run([RED, STRIPE]) == pytest.approx(np.array([[1, 0, 0], [1 / 3, 1 / 3, 1 / 3]]), abs=0.05)


def test_a_model_that_crops_sees_the_middle(tmp_path: Path) -> None:
    means(tmp_path / "m.onnx", "mean")
    assert OnnxPictures(tmp_path / "m.onnx", of(SAFETY, crop=True)).run([STRIPE])[0] == pytest.approx([1, 0, 0], abs=0.05)


def test_mean_and_deviation_are_those_of_the_manifest(tmp_path: Path) -> None:
    means(tmp_path / "m.onnx", "mean")
    model = OnnxPictures(tmp_path / "m.onnx", of(SAFETY, crop=False, mean=[0.5, 0.5, 0.5], deviation=[0.5, 0.25, 0.5]))
    assert model.run([RED])[0] == pytest.approx([1, -2, -1])


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (900, 3), (4, 4)])
def test_a_picture_of_any_size_fits(tmp_path: Path, size: tuple[int, int]) -> None:
    means(tmp_path / "m.onnx", "mean")
    for crop in (False, True):
        model = OnnxPictures(tmp_path / "m.onnx", of(SAFETY, crop=crop))
        assert model.run([np.full((*size, 3), 255, np.uint8)])[0] == pytest.approx([1, 1, 1], abs=0.01)


def test_classes_go_by_our_names_and_several_may_be_one(tmp_path: Path) -> None:
    means(tmp_path / "model.onnx", "logits", factor=10.0)
    manifest = of(SAFETY, crop=False, classes={"a": "neutral", "b": "sexual", "c": "sexual"}).model_copy(
        update={"files": ("model.onnx",), "labels": ("a", "b", "c")}
    )
    engine = onnx_image_classifier.load(manifest, Runtime(tmp_path))
    red, stripe = engine.classify([RED, STRIPE])
    assert red["neutral"] > 0.999
    assert stripe == pytest.approx({"neutral": 1 / 3, "sexual": 2 / 3}, abs=0.1)
    assert (engine.device, engine.precision) == ("cpu", "int8")


def test_a_clip_in_two_files_finds_the_colour(tmp_path: Path) -> None:
    """Pictures and captions meet in a space of three colours: the text model looks the first word up in a table."""
    from onnx import TensorProto, helper
    from tokenizers import Tokenizer, models, pre_tokenizers

    vocabulary = {"<unk>": 0, "the": 1, "traffic": 2, "a": 3, "pad": 4}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    table = np.array([[0, 1, 0], [0, 1, 0], [1, 0, 0], [0, 0, 1], [0, 0, 1]], np.float32)
    means(tmp_path / CLIP.settings["vision"], "image_embeds")
    save(
        tmp_path / CLIP.settings["text"],
        [
            helper.make_node("Gather", ["input_ids", "zero"], ["first"], axis=1),
            helper.make_node("Gather", ["table", "first"], ["text_embeds"], axis=0),
        ],
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, ["n", "tokens"])],
        [helper.make_tensor_value_info("text_embeds", TensorProto.FLOAT, ["n", 3])],
        {"table": table, "zero": np.array(0, np.int64)},
    )
    manifest = of(CLIP, crop=True, padding_id=4).model_copy(update={"prompts": {"templates": ["{}"]}})
    engine = onnx_image_text.load(manifest, Runtime(tmp_path))
    embeddings = engine.embed([RED, STRIPE])
    assert embeddings == pytest.approx(np.array([[1, 0, 0], [1, 0, 0]]), abs=0.05)
    shares = engine.probabilities(embeddings, "setting")
    assert engine.labels["setting"][int(shares[0].argmax())] == "street", "its second caption begins with the word of red"
    assert engine.model == "clip-vit-b32-int8"


@pytest.fixture(scope="module")
def mobilenet(test_data: Path) -> Classes:
    return onnx_image_classifier.load(SAFETY.model_copy(update=MOBILENET), Runtime(test_data / "weights"))


def picture(path: Path) -> np.ndarray:
    from PIL import Image

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


@pytest.mark.parametrize(("name", "neutral"), [("bus.jpg", 0.90), ("astronaut.png", 0.93), ("coffee.png", 0.99)])
def test_a_real_net_says_what_it_said_elsewhere(mobilenet: Classes, test_data: Path, name: str, neutral: float) -> None:
    """The figures are those of the test data's own account; how a picture is made small moves them by some hundredths."""
    [found] = mobilenet.classify([picture(test_data / "images" / name)])
    assert found["neutral"] == pytest.approx(neutral, abs=0.06)
    assert sum(found.values()) == pytest.approx(1.0, abs=0.001)


def test_no_harmless_picture_is_called_unsafe(mobilenet: Classes, test_data: Path) -> None:
    paths = sorted((test_data / "images").glob("*.*g")) + sorted((test_data / "palette").glob("*.jpg"))
    found = list(mobilenet.classify(picture(path) for path in paths))
    assert len(found) > 30 and max(classes["sexual"] for classes in found) < 0.4 < mobilenet.threshold
