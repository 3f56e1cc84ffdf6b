"""Sound events with a tiny classifier of random weights: windows, silence, memory, and the same numbers in any batch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.engines import Engines, transformers_audio
from analyzer.engines.runtime import Runtime
from analyzer.nouns.media import SPEECH_RATE, Audio, Samples
from analyzer.weights import manifests, store
from analyzer.weights.manifests import Manifest
from tests.make import tone
from tests.tiny import place

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.slow

LABELS = {0: "Speech", 1: "Music", 2: "Applause"}
RNG = np.random.default_rng(0)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import torch
    from transformers import ASTConfig, ASTForAudioClassification

    torch.manual_seed(0)
    config = ASTConfig(
        hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, id2label=LABELS,
        label2id={name: number for number, name in LABELS.items()},
    )  # fmt: skip
    there = tmp_path_factory.mktemp("ast")
    model = ASTForAudioClassification(config)
    torch.nn.init.normal_(model.classifier.dense.weight)
    model.save_pretrained(there)
    features = {"feature_extractor_type": "ASTFeatureExtractor", "max_length": 1024, "num_mel_bins": 128}
    (there / "preprocessor_config.json").write_text(json.dumps(features), encoding="utf-8")
    return there


def manifest(**fields: Any) -> Manifest:
    return manifests.named("ast-audioset").model_copy(update=fields)


def audio(sound: Any) -> Audio:
    return Audio(Samples(np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)))


def clip(seconds: float) -> Audio:
    return audio(RNG.normal(0, 0.1, int(seconds * SPEECH_RATE)))


@pytest.fixture(scope="module")
def engine(folder: Path) -> transformers_audio.AudioClassifier:
    return transformers_audio.load(manifest(), Runtime(folder, "cpu"))


@pytest.mark.parametrize(
    ("seconds", "starts"), [(30.0, [0.0, 5.12, 10.24, 15.36, 19.76]), (10.24, [0.0]), (11.0, [0.0, 0.76]), (0.5, [0.0])]
)
def test_windows_overlap_and_reach_the_end(
    engine: transformers_audio.AudioClassifier, seconds: float, starts: list[float]
) -> None:
    found = engine.classify(clip(seconds))
    assert [start_s for start_s, _, _ in found] == pytest.approx(starts)
    assert found[-1][1] == pytest.approx(seconds) and all(end_s - start_s <= 10.24 + 1e-6 for start_s, end_s, _ in found)
    assert all(set(classes) == set(LABELS.values()) and max(classes.values()) <= 1 for _, _, classes in found)


def test_many_things_may_be_heard_at_once(engine: transformers_audio.AudioClassifier) -> None:
    classes = engine.classify(clip(3.0))[0][2]
    assert sum(classes.values()) != pytest.approx(1.0, abs=0.05)


def test_silence_is_nothing_and_is_not_given_to_the_model(engine: transformers_audio.AudioClassifier) -> None:
    sound = np.concatenate([tone(10.24), np.zeros(int(15.36 * SPEECH_RATE), np.float32)])
    found = engine.classify(audio(sound))
    assert [bool(classes) for _, _, classes in found] == [True, True, False, False]
    assert engine.classify(audio(np.zeros(0, np.float32))) == [(0.0, 0.0, {})]


def test_batches_make_no_difference(folder: Path, engine: transformers_audio.AudioClassifier) -> None:
    sound = clip(30.0)
    together = transformers_audio.load(manifest(batch={"cpu": 4}), Runtime(folder, "cpu")).classify(sound)
    for (_, _, one), (_, _, other) in zip(engine.classify(sound), together, strict=True):
        assert one == pytest.approx(other, abs=2e-4)


def test_a_gpu_without_memory_leaves_the_rest_to_the_cpu(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = transformers_audio.load(manifest(batch={}), Runtime(folder, "cpu"))
    run = engine._run

    def scarce(sound: Audio, windows: Any) -> Any:
        claimed, engine.device = engine.device, "cpu"
        if claimed == "cuda" and windows[0][0] > 0:
            engine.device = claimed
            raise RuntimeError("CUDA out of memory")
        found = run(sound, windows)
        engine.device = claimed
        return found

    sound = clip(30.0)
    expected = engine.classify(sound)
    monkeypatch.setattr(engine, "_run", scarce)
    engine.device = "cuda"
    assert engine.classify(sound) == expected and engine.device == "cpu"


def test_the_product_finds_the_weights_and_says_what_it_used(folder: Path) -> None:
    there = manifests.named("ast-audioset")
    place(there, folder)
    try:
        engines = Engines(device="cpu")
        assert engines["sound-events"].classify(clip(2.0))[0][2].keys() == set(LABELS.values())
        used = engines.used("sound-events")
        assert (used.id, used.precision, used.device) == ("ast-audioset", "float32", "cpu") and used.weights
    finally:
        store.remove(there)
