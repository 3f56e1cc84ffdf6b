"""Every model that the product can pull, from the hub to the report: its repository stands on loopback, with tiny weights in
the files that its manifest lists; `models pull` brings it, and `check` uses it without being told."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from analyzer.cli.app import app
from analyzer.engines import openai_whisper
from analyzer.weights import manifests, store
from analyzer.weights.manifests import Manifest
from tests import tiny_pictures, tiny_whisper
from tests.engines import tiny_detectors, tiny_text
from tests.hub_server import FIRST_COMMIT, Hub, serving

pytestmark = [
    pytest.mark.slow,
    # openai-whisper leaves the file of its tokenizer to the garbage collector, and sorts tensors with NumPy.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.filterwarnings("ignore:__array_wrap__ must accept:DeprecationWarning"),
]

SAMPLE = Path(__file__).parent.parent / "samples" / "weak.mp4"
POST = "I love this film. You are great, and this is a good day!"
PULLED = [manifest for manifest in manifests.load() if manifest.source != "package"]
SIGNALS = {
    "emotion": "tone",
    "face-detection": "faces",
    "image-safety": "image_safety",
    "image-text-matching": "content",
    "irony": "sentiment",
    "object-detection": "objects",
    "open-vocabulary-detection": "find",
    "scene-captioning": "scenes",
    "sentiment": "sentiment",
    "sound-events": "sound_events",
    "speech-to-text": "speech",
    "toxicity": "tone",
}
"""The signal in which the model of a task is seen."""


def save_graph(path: Path, nodes: list[Any], inputs: dict[str, Any], outputs: dict[str, Any], tensors: dict[str, Any]) -> None:
    """Write an ONNX graph; shapes of `inputs` and `outputs` by name, integers go in as int64."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    def values(shapes: dict[str, Any]) -> list[Any]:
        kinds = {name: TensorProto.INT64 if name.startswith("input_ids") else TensorProto.FLOAT for name in shapes}
        return [helper.make_tensor_value_info(name, kinds[name], shape) for name, shape in shapes.items()]

    constants = [numpy_helper.from_array(np.asarray(value), name) for name, value in tensors.items()]
    graph = helper.make_graph(nodes, "tiny", values(inputs), values(outputs), constants)
    path.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


def pixels_to(path: Path, output: str, side: int, width: int) -> None:
    """A graph that projects the mean colour of a picture onto `width` numbers."""
    from onnx import helper

    nodes = [
        helper.make_node("ReduceMean", ["pixel_values"], ["mean"], axes=[2, 3], keepdims=0),
        helper.make_node("MatMul", ["mean", "weights"], [output]),
    ]
    matrix = np.random.default_rng(1).normal(0, 1, (3, width)).astype(np.float32)
    save_graph(path, nodes, {"pixel_values": ["n", 3, side, side]}, {output: ["n", width]}, {"weights": matrix})


def words_to(path: Path, output: str, tokens: int, width: int) -> None:
    """A graph that takes the mean of one row of a table for each token."""
    from onnx import helper

    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["rows"]),
        helper.make_node("ReduceMean", ["rows"], [output], axes=[1], keepdims=0),
    ]
    table = np.random.default_rng(2).normal(0, 3, (tokens, width)).astype(np.float32)
    save_graph(path, nodes, {"input_ids": ["n", "t"]}, {output: ["n", width]}, {"table": table})


def onnx_detection(manifest: Manifest, folder: Path) -> None:
    """One person in the middle, whatever the picture shows."""
    from onnx import helper

    height, width = manifest.input_size
    cells = sum((height // stride) * (width // stride) for stride in (8, 16, 32))
    answer = np.zeros((1, cells, 5 + len(manifest.labels)), np.float32)
    answer[0, -((height // 32) * (width // 32)) // 2, [2, 3, 4, 5]] = [2.0, 2.5, 0.9, 0.9]
    nodes = [
        helper.make_node("ReduceMean", ["images"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "nothing"], ["zero"]),
        helper.make_node("Add", ["answer", "zero"], ["output"]),
    ]
    constants = {"answer": answer, "nothing": np.zeros(1, np.float32)}
    save_graph(folder / manifest.files[0], nodes, {"images": [1, 3, height, width]}, {"output": answer.shape}, constants)


def onnx_image_classifier(manifest: Manifest, folder: Path) -> None:
    pixels_to(folder / manifest.files[0], "logits", manifest.input_size[0], len(manifest.labels))


def onnx_image_text(manifest: Manifest, folder: Path) -> None:
    tiny_text.tokenizer(folder)
    pixels_to(folder / manifest.settings["vision"], "image_embeds", manifest.input_size[0], 16)
    words_to(folder / manifest.settings["text"], "text_embeds", manifest.settings["padding_id"] + 1, 16)


def text_labels(manifest: Manifest) -> tuple[str, ...]:
    return tuple(manifest.labels or manifest.settings.get("thresholds") or tiny_text.MOODS)


def text_tokenizer(manifest: Manifest, folder: Path) -> None:
    """The tokenizer with the names that the manifest has for its special tokens."""
    tiny_text.tokenizer(folder)
    made = (folder / "tokenizer.json").read_text(encoding="utf-8")
    for name, settled in (("[UNK]", "unknown_token"), ("[PAD]", "padding_token")):
        made = made.replace(f'"{name}"', json.dumps(manifest.settings[settled]))
    (folder / "tokenizer.json").write_text(made, encoding="utf-8")


def onnx_text(manifest: Manifest, folder: Path) -> None:
    labels = text_labels(manifest)
    graph = next(file for file in manifest.files if file.endswith(".onnx"))
    words_to(folder / graph, "logits", 64, len(labels))
    (folder / "config.json").write_text(json.dumps({"id2label": dict(enumerate(labels))}), encoding="utf-8")
    text_tokenizer(manifest, folder)


def text_classifier(manifest: Manifest, folder: Path) -> None:
    tiny_text.model(folder, labels=text_labels(manifest))
    text_tokenizer(manifest, folder)


def captioning(manifest: Manifest, folder: Path) -> None:
    (tiny_pictures.florence if "florence" in manifest.id else tiny_pictures.blip)(folder)


def transformers_audio(manifest: Manifest, folder: Path) -> None:
    import torch
    from transformers import ASTConfig, ASTForAudioClassification

    labels = {0: "Speech", 1: "Music", 2: "Applause"}
    torch.manual_seed(0)
    config = ASTConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, id2label=labels,
        label2id={name: number for number, name in labels.items()},
    )  # fmt: skip
    ASTForAudioClassification(config).save_pretrained(folder)
    features = {"feature_extractor_type": "ASTFeatureExtractor", "max_length": 1024, "num_mel_bins": 128}
    (folder / "preprocessor_config.json").write_text(json.dumps(features), encoding="utf-8")


def hears_english(embedding: Any, bias: Any) -> None:
    """Turn random weights of a Whisper towards the token of English, so that a language is clear."""
    import torch
    from whisper.tokenizer import get_encoding

    with torch.no_grad():
        bias.fill_(1.0)
        embedding[get_encoding("multilingual")._special_tokens["<|en|>"]] += 1.0


def faster_whisper(manifest: Manifest, folder: Path) -> None:
    source = folder.parent / "torch"
    model = tiny_whisper.for_transformers(source)
    hears_english(model.model.decoder.embed_tokens.weight, model.model.decoder.layer_norm.bias)
    model.save_pretrained(source)
    tiny_whisper.for_ctranslate2(source, folder)
    tokens = json.loads((folder / "vocabulary.json").read_text(encoding="utf-8"))
    (folder / "vocabulary.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")


def openai(manifest: Manifest, folder: Path) -> None:
    import torch

    path = tiny_whisper.for_openai(folder / manifest.files[0])
    state = torch.load(path, weights_only=True)
    hears_english(state["model_state_dict"]["decoder.token_embedding.weight"], state["model_state_dict"]["decoder.ln.bias"])
    torch.save(state, path)


BUILD: dict[str, Callable[[Manifest, Path], Any]] = {
    "captioning": captioning,
    "faster_whisper": faster_whisper,
    "image_classifier": lambda manifest, folder: tiny_pictures.vit(folder),
    "image_text": lambda manifest, folder: tiny_pictures.siglip(folder),
    "onnx_detection": onnx_detection,
    "onnx_image_classifier": onnx_image_classifier,
    "onnx_image_text": onnx_image_text,
    "onnx_text": onnx_text,
    "open_vocabulary": lambda manifest, folder: tiny_detectors.owlv2(folder),
    "openai_whisper": openai,
    "text_classifier": text_classifier,
    "transformers_audio": transformers_audio,
    "transformers_detection": lambda manifest, folder: tiny_detectors.d_fine(folder),
}
"""By engine, what fills a folder with the files that the manifest lists."""


def built(manifest: Manifest, folder: Path, request: pytest.FixtureRequest) -> dict[str, bytes]:
    """The files of the repository of a model; YuNet's graph is the real one, since OpenCV takes no other."""
    if manifest.engine == "yunet":
        shutil.copy(request.getfixturevalue("test_data") / "weights" / "yunet_n_640_640.onnx", folder / manifest.files[0])
    else:
        BUILD[manifest.engine](manifest, folder)
    found = {}
    for name in manifest.files:
        file = folder / name if (folder / name).exists() else folder / Path(name).name
        found[name] = file.read_bytes() if file.exists() else b"{}"  # for older readers, which these do not need
    return found


def run(*words: str) -> str:
    done = CliRunner().invoke(app, words, catch_exceptions=False)
    assert done.exit_code in (0, 1), done.stderr
    return done.stdout


@pytest.mark.parametrize("manifest", PULLED, ids=lambda manifest: manifest.id)
def test_from_the_hub_to_the_report(
    manifest: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    if manifests.version_of(manifest) is None:
        pytest.skip(f"{manifest.package} is not installed")
    manifest = manifest.model_copy(update={"sha256": {}})  # these are not the bytes that it knows
    monkeypatch.setattr(manifests, "named", {manifest.id: manifest}.__getitem__)
    (tmp_path / "repository").mkdir()
    commit = FIRST_COMMIT if manifest.revision == "main" else manifest.revision
    hub = Hub({commit: built(manifest, tmp_path / "repository", request)}, head=commit, repository=manifest.repository)
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "models"))
    with serving(hub):
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        if manifest.source == "openai-whisper":
            hub.repository = "someone/whisper"
            digest = hub.info(commit)["siblings"][0]["lfs"]["sha256"]
            url = f"{hub.address}/someone/whisper/resolve/main/{manifest.files[0]}"
            monkeypatch.setattr(openai_whisper, "source_of", {manifest.repository: (url, digest)}.__getitem__)
        run("models", "pull", manifest.id, "--yes")
    signal = SIGNALS[manifest.task]
    report = json.loads(
        run(
            "check",
            str(SAMPLE),
            "--out",
            str(tmp_path / "out"),
            "--format",
            "json",
            "--only",
            signal,
            "--post-text",
            POST,
            "--find",
            "a red box",
            "--device",
            "cpu",
            "--no-cache",
        )  # fmt: skip
    )
    [found] = [each for each in report["signals"] if each["id"] == signal]
    assert found["status"] in ("ok", "partial"), found
    [used] = [engine for engine in found["engines"] if engine["task"] == manifest.task]
    lock = store.lock_of(manifest)
    assert lock is not None and (used["id"], used["revision"], used["weights"]) == (manifest.id, lock.revision, lock.digest)
    assert used["device"] == "cpu" and used["precision"] == manifest.precision.get("cpu", "float32") and used["licence"]
    page = (tmp_path / "out" / "weak.mp4.report.html").read_text(encoding="utf-8")
    assert manifest.id in page
