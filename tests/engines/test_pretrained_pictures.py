"""Picture models in torch: tiny checkpoints of every kind go the product's own way, from files on the disk to the report."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.engines import Engines
from analyzer.measure import catalog
from analyzer.nouns.report import Report
from analyzer.weights import manifests, store
from tests import tiny_pictures
from tests.make import asset, media, noise, plain
from tests.tiny import COMMIT, place

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.slow

BUILDERS = {
    "blip-base": tiny_pictures.blip,
    "florence-2-large": tiny_pictures.florence,
    "siglip2-base": tiny_pictures.siglip,
    "siglip2-so400m": tiny_pictures.siglip,
    "falconsai-nsfw": tiny_pictures.vit,
}
SIGNALS = {"scene-captioning": "scenes", "image-text-matching": "content", "image-safety": "image_safety"}
PICTURES = [noise(1, (90, 60), seed)[0] for seed in range(3)] + [noise(1, (40, 120), 7)[0], noise(1, (1, 1), 8)[0]]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of all tiny checkpoints, each with the files that its manifest lists."""
    import torch

    root = tmp_path_factory.mktemp("tiny")
    for identity, build in BUILDERS.items():
        torch.manual_seed(1)
        folder = root / identity
        folder.mkdir()
        build(folder)
        for name in manifests.named(identity).files:
            if not (folder / name).exists():  # vocabularies that the tokenizer's own file makes needless
                (folder / name).write_text("{}", encoding="utf-8")
    return root


@pytest.fixture(params=BUILDERS)
def engine(request: pytest.FixtureRequest, built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The engine of each manifest, its tiny weights in place, and what `Engines` says of it."""
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path))
    manifest = manifests.named(request.param)
    place(manifest, built / manifest.id)
    return manifest, Engines(models={manifest.task: manifest.id})


def test_the_report_says_which_weights_spoke_and_how_they_were_run(engine: Any) -> None:
    manifest, engines = engine
    grey = [plain((shade,) * 3, 30) for shade in (20, 200)]
    pixels = np.concatenate(grey)
    clip = media(pixels, frames=[(0.0, PICTURES[0]), (1.2, PICTURES[1])])
    signal = next(signal for signal in catalog.signals() if signal.id == SIGNALS[manifest.task])
    result = catalog.run(signal, clip, engines, {})
    assert result.status == "ok", result.reason
    [used] = result.engines
    assert (used.id, used.revision, used.device) == (manifest.id, COMMIT, "cpu")
    assert used.precision in ("float32", "bfloat16") and len(used.weights) == 64
    report = Report(analyzer_version="0", asset=asset(), complete=True, signals=(result,))
    assert Report.from_json(report.to_json()) == report


def results(engine: Any, pictures: list[np.ndarray]) -> list[Any]:
    if hasattr(engine, "caption"):
        return list(engine.caption(iter(pictures)))
    return list(engine.classify(iter(pictures))) if hasattr(engine, "classify") else list(engine.embed(iter(pictures)))


def test_a_picture_alone_is_what_it_is_among_others_and_twice_the_same(engine: Any) -> None:
    manifest, _ = engine
    exact = Engines(models={manifest.task: manifest.id}, exact=True)[manifest.task]
    assert (exact.precision, exact.device) == ("float32", "cpu")
    together = results(exact, PICTURES)
    for picture, among in zip(PICTURES, together, strict=True):
        [alone] = results(exact, [picture])
        if isinstance(among, tuple):
            assert alone[0] == among[0] and alone[1] == pytest.approx(among[1], abs=1e-3)
        elif isinstance(among, dict):
            assert alone == pytest.approx(among, abs=1e-3)
        else:
            assert alone == pytest.approx(among, abs=1e-4)


def test_out_of_memory_halves_the_batch_then_moves_to_the_processor(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A device that has no room is played on the processor: the network refuses until it is moved."""
    from analyzer.engines import image_classifier
    from analyzer.engines.runtime import Runtime

    classifier = image_classifier.load(manifests.named("falconsai-nsfw"), Runtime(built / "falconsai-nsfw"))
    placed: Any = classifier._placed
    expected = list(classifier.classify(PICTURES))
    forward, sizes = placed.network.forward, []

    def full(pixel_values: Any, **rest: Any) -> Any:
        sizes.append(len(pixel_values))
        if placed.device == "cuda":
            raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB.")
        return forward(pixel_values=pixel_values, **rest)

    monkeypatch.setattr(placed.network, "forward", full)
    monkeypatch.setattr(placed, "given", lambda inputs: {k: v.to(placed.network.dtype) for k, v in inputs.items()})
    placed.device = "cuda"
    found = list(classifier.classify(PICTURES))
    assert sizes == [4, 2, 1, 1, 1, 1, 1, 1]
    assert (classifier.device, classifier.precision) == ("cpu", "float32")
    for before, after in zip(expected, found, strict=True):
        assert after == pytest.approx(before, abs=0.02)


def test_a_clip_shares_the_engine_with_a_siglip(tmp_path: Path) -> None:
    from analyzer.engines import image_text
    from analyzer.engines.runtime import Runtime

    tiny_pictures.clip(tmp_path)
    manifest = manifests.named("siglip2-base")
    manifest = manifest.model_copy(update={"settings": manifest.settings | {"padding": "longest"}})
    engine = image_text.load(manifest, Runtime(tmp_path, exact=True))
    embeddings = engine.embed(PICTURES)
    assert embeddings.shape == (len(PICTURES), 16)
    shares = engine.probabilities(embeddings, "format")
    assert shares.shape == (len(PICTURES), len(engine.labels["format"])) and (shares.sum(axis=1) < 1).all()


def test_a_prompted_model_writes_words_and_not_its_prompt(built: Path) -> None:
    from analyzer.engines import captioning
    from analyzer.engines.runtime import Runtime

    engine = captioning.load(manifests.named("florence-2-large"), Runtime(built / "florence-2-large"))
    [(text, confidence)] = engine.caption(PICTURES[:1])
    assert set(text.split()) <= set(tiny_pictures.WORDS) and text
    assert confidence is not None and 0 < confidence < 1


def test_weights_that_are_damaged_do_not_speak(engine: Any) -> None:
    manifest, engines = engine
    path = store.folder_of(manifest) / "model.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    signal = next(signal for signal in catalog.signals() if signal.id == SIGNALS[manifest.task])
    result = catalog.run(signal, media(frames=[(0.0, PICTURES[0])]), engines, {})
    assert (result.status, result.reason.code) == ("unavailable", "damaged_weights")  # type: ignore[union-attr]
    assert str(result.reason.remedy) == f"analyzer models pull {manifest.id}"  # type: ignore[union-attr]


def test_nothing_is_written_to_the_terminal(engine: Any, capfd: pytest.CaptureFixture[str]) -> None:
    manifest, engines = engine
    results(engines[manifest.task], PICTURES[:1])
    assert capfd.readouterr() == ("", "")


def test_a_sure_model_writes_its_sentence_with_the_probability_of_its_words(built: Path, tmp_path: Path) -> None:
    """A BLIP whose decoder is made to say one word, then to stop: the sentence and its confidence are known."""
    import torch
    from transformers import BlipForConditionalGeneration

    from analyzer.engines import captioning
    from analyzer.engines.runtime import Runtime

    network: Any = BlipForConditionalGeneration.from_pretrained(built / "blip-base")
    head = network.text_decoder.cls.predictions
    with torch.no_grad():
        head.decoder.weight.zero_()
        head.decoder.bias.fill_(-100.0)
        head.decoder.bias[tiny_pictures.id_of("dog", built / "blip-base")] = 1.0
        head.decoder.bias[tiny_pictures.id_of("kitchen", built / "blip-base")] = 0.0
        head.bias = head.decoder.bias
    folder = shutil.copytree(built / "blip-base", tmp_path / "blip")
    network.save_pretrained(folder)
    manifest = manifests.named("blip-base").model_copy(update={"settings": {"longest_tokens": 3}})
    [(text, confidence)] = captioning.load(manifest, Runtime(folder, exact=True)).caption([PICTURES[0]])
    assert text == "dog dog dog"
    assert confidence == pytest.approx(np.e / (np.e + 1), abs=1e-3)
