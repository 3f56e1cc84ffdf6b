"""Tiny text classifiers through the real code: saved, placed, loaded, run in torch and in onnxruntime, and in the report."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from analyzer import Analyzer
from analyzer.engines import Engines
from analyzer.engines.runtime import Runtime
from analyzer.nouns.errors import Unavailable
from analyzer.weights import manifests
from analyzer.weights.manifests import Manifest
from tests.engines import tiny_text
from tests.tiny import place

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.slow

TEXTS = ["I love this film", "i hate this . you are bad !", "love", "the day is great and more . " * 12, "qqq"]
ONNX_FILES = ("config.json", "tokenizer.json", "onnx/model.onnx")


@pytest.fixture(scope="module", params=["bert", "roberta"])
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made: Path = tmp_path_factory.mktemp(request.param)
    tiny_text.export(tiny_text.model(made, request.param), made)
    return made


def loaded(folder: Path, engine: str) -> Any:
    from analyzer.engines import onnx_text, text_classifier

    if engine == "onnx_text":
        return onnx_text.load(tiny_text.manifest(files=ONNX_FILES), Runtime(folder, "cpu"))
    return text_classifier.load(tiny_text.manifest(), Runtime(folder, "cpu"))


def test_batches_give_what_the_network_gives_for_each_text_alone(folder: Path) -> None:
    from tokenizers import Tokenizer
    from transformers import AutoModelForSequenceClassification

    network = AutoModelForSequenceClassification.from_pretrained(folder)
    reader = Tokenizer.from_file(str(folder / "tokenizer.json"))
    reader.no_padding()
    reader.no_truncation()
    for text, found in zip(TEXTS[:3], loaded(folder, "text_classifier").score(TEXTS[:3]), strict=True):
        with torch.inference_mode():
            expected = network(torch.tensor([reader.encode(text).ids])).logits.softmax(-1)[0].tolist()
        assert found.polarity == pytest.approx(expected[0] - expected[2], abs=2e-4)


def test_onnx_and_torch_say_the_same(folder: Path) -> None:
    in_torch, in_onnx = (loaded(folder, engine).score(TEXTS) for engine in ("text_classifier", "onnx_text"))
    for a, b in zip(in_torch, in_onnx, strict=True):
        assert a.label == b.label and a.polarity == pytest.approx(b.polarity, abs=2e-4)
    assert in_torch[-1].label is None and len({found.polarity for found in in_torch}) == len(TEXTS)


def test_onnx_needs_no_torch(folder: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = sys.modules['transformers'] = None\n"
        "from pathlib import Path; from analyzer.engines import onnx_text; from analyzer.engines.runtime import Runtime\n"
        "from tests.engines import tiny_text\n"
        f"model = onnx_text.load(tiny_text.manifest(files={ONNX_FILES!r}), Runtime(Path({str(folder)!r}), 'cpu'))\n"
        "print(model.score(['love'])[0].label)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() in tiny_text.MOODS


def test_a_gpu_without_room_for_one_text_hands_over_to_the_cpu(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name cpu:0 stands for a GPU, whose memory runs out once."""
    from analyzer.engines import text_classifier

    monkeypatch.setattr(text_classifier, "torch_device", lambda wanted: "cpu:0")
    engine = text_classifier.load(tiny_text.manifest(), Runtime(folder, "auto"))
    full, really = [True], torch.from_numpy

    def from_numpy(array: Any) -> Any:
        if full.pop() if full else False:
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")
        return really(array)

    monkeypatch.setattr(torch, "from_numpy", from_numpy)
    assert engine.device == "cpu:0"
    assert engine.score(["love"]) == loaded(folder, "text_classifier").score(["love"])
    assert (engine.device, engine.precision) == ("cpu", "float32")


def report_with(models: list[Manifest], folder: Path, asset: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    kept = tuple(m for m in manifests.load() if m.id in ("py3langid", "ppocr-v6-small"))
    monkeypatch.setattr(manifests, "load", lambda: (*kept, *models))
    for model in models:
        place(model, folder)
    analyzer = Analyzer(only=["sentiment", "tone"], use_cache=False)
    return analyzer.analyze(
        asset, post_text="i love this great film and the day is good", comments=["i love this film", "love"]
    )


def test_it_is_in_the_report_with_its_revision_and_precision(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    thresholds = {"positive": 0.0, "negative": 0.0}
    models = [
        tiny_text.manifest(),
        tiny_text.manifest(
            id="tiny-toxic", task="toxicity", engine="onnx_text", files=ONNX_FILES, settings={"thresholds": thresholds}
        ),
    ]
    picture = tmp_path / "p.png"
    assert cv2.imwrite(str(picture), np.full((64, 64, 3), 90, np.uint8))
    report = report_with(models, folder, picture, monkeypatch)
    sentiment, tone = (next(signal for signal in report.signals if signal.id == name) for name in ("sentiment", "tone"))
    assert sentiment.status == tone.status == "ok", (sentiment.reason, tone.reason)
    assert sentiment.metrics["post_label"] in tiny_text.MOODS and sentiment.metrics["comments"] == 2
    assert sentiment.unmeasured["post_irony"].code == "no_engine"
    assert tone.metrics["post_toxic"] == 1 and tone.metrics["comments_toxic"] == 1.0
    assert tone.unmeasured["post_emotion"].code == "no_engine"
    used = {engine.task: engine for engine in (*sentiment.engines, *tone.engines)}
    assert (
        used["sentiment"].id == "tiny-text" and used["sentiment"].precision == "float32" and used["sentiment"].device == "cpu"
    )
    assert len(used["toxicity"].revision) == 40 and len(used["toxicity"].weights) == 64


def test_changed_weights_are_not_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_text.manifest(id="tiny-changed")
    monkeypatch.setattr(manifests, "load", lambda: (model,))
    there = place(model, folder)
    (there / "model.safetensors").write_bytes((there / "model.safetensors").read_bytes()[:-1] + b"x")
    with pytest.raises(Unavailable) as error:
        Engines(device="cpu")["sentiment"]
    assert error.value.code == "damaged_weights"
