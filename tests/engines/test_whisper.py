"""Both Whisper engines with tiny random weights over real speech: loaded, run, mapped back, judged. They hear nonsense."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.engines import Engines, faster_whisper, openai_whisper
from analyzer.engines.runtime import Runtime
from analyzer.methods import speech_text
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.media import Audio, Samples
from analyzer.nouns.signal import Transcribed
from analyzer.weights import manifests, store
from analyzer.weights.manifests import Manifest
from tests import tiny_whisper
from tests.tiny import place

pytest.importorskip("torch")
pytest.importorskip("whisper")
pytestmark = [
    pytest.mark.slow,
    # openai-whisper leaves the file of its tokenizer to the garbage collector.
    pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning"),
    pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning"),
]

SPANS = [(0.3, 2.2), (3.3, 4.4), (5.4, 7.6), (8.2, 10.5)]
TOKENS = 12


@pytest.fixture(scope="module")
def jfk(test_data: Path) -> Audio:
    """President Kennedy, 11 s, read as clips are read."""
    import av

    resampler = av.AudioResampler(format="s16", layout="mono", rate=16_000)
    with av.open(str(test_data / "audio" / "jfk.flac")) as container:
        frames = [piece for frame in [*container.decode(audio=0), None] for piece in resampler.resample(frame)]
    return Audio(Samples(np.concatenate([frame.to_ndarray()[0] for frame in frames])))


@pytest.fixture(scope="module")
def converted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whisper")
    tiny_whisper.for_transformers(folder / "transformers")
    return tiny_whisper.for_ctranslate2(folder / "transformers", folder / "ct2")


def small(identity: str, limit: str, **fields: Any) -> Manifest:
    """The manifest of a model, with few tokens a window and no floor under the language."""
    manifest = manifests.named(identity)
    settings = manifest.settings | {"least_language_probability": 0.0, "decoding": {limit: TOKENS}}
    return manifest.model_copy(update={"settings": settings} | fields)


def everything(found: Transcribed) -> list[Any]:
    return [*found.segments, *found.dropped]


def test_faster_whisper_runs_and_times_lie_within_speech(converted: Path, jfk: Audio) -> None:
    engine = faster_whisper.load(small("faster-whisper-tiny", "max_new_tokens"), Runtime(converted, "cpu"))
    assert (engine.device, engine.precision) == ("cpu", "int8")
    found = engine.transcribe(jfk, SPANS)
    assert found.language in manifests.named("faster-whisper-tiny").languages and 0 < found.language_probability < 0.5
    assert everything(found)
    for one in everything(found):
        assert any(start - 0.3 <= one.start_s <= end + 0.3 for start, end in SPANS), one
        assert one.start_s <= one.end_s <= jfk.duration_s


def test_the_same_sound_gives_the_same_words_in_any_batch(converted: Path, jfk: Audio) -> None:
    found = []
    for batch in (1, 3):
        manifest = small("faster-whisper-tiny", "max_new_tokens", batch={"cpu": batch})
        engine = faster_whisper.load(manifest, Runtime(converted, "cpu", exact=True))
        engine._window_s = 3.0
        assert engine.precision == "float32"
        found.append(engine.transcribe(jfk, SPANS, "en"))
    assert [one.text for one in everything(found[0])] == [one.text for one in everything(found[1])]
    assert len({one.start_s for one in everything(found[0])}) > 3


def test_a_window_is_encoded_once_for_its_language_and_its_words(converted: Path, jfk: Audio) -> None:
    engine = faster_whisper.load(small("faster-whisper-tiny", "max_new_tokens"), Runtime(converted, "cpu"))
    encode, encoded = engine._model.encode._encode, []

    def counted(features: Any) -> Any:
        encoded.append(features.shape)
        return encode(features)

    engine._model.encode._encode = counted
    found = engine.transcribe(jfk, SPANS)
    assert len(encoded) == 1
    assert engine.transcribe(jfk, SPANS, found.language).dropped == found.dropped


def test_what_comes_out_repetitive_is_heard_again(converted: Path, jfk: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = small("faster-whisper-tiny", "max_new_tokens")
    engine = faster_whisper.load(manifest, Runtime(converted, "cpu"))
    asked: list[dict[str, Any]] = []
    decode = engine._decode

    def remember(*given: Any, **options: Any) -> Any:
        asked.append(options)
        return decode(*given, **options)

    monkeypatch.setattr(engine, "_decode", remember)
    monkeypatch.setattr(faster_whisper, "is_repetitive", lambda text: True)
    engine.transcribe(jfk, SPANS, "en")
    assert asked == [{}, {"no_repeat_ngram_size": 3}]


def test_a_gpu_without_memory_leaves_the_rest_to_the_cpu(converted: Path, jfk: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    engine = faster_whisper.load(small("faster-whisper-tiny", "max_new_tokens"), Runtime(converted, "cpu"))
    decode = engine._decode

    def scarce(*given: Any, **options: Any) -> Any:
        if engine.device == "cuda":
            raise RuntimeError("CUDA failed with error out of memory")
        return decode(*given, **options)

    monkeypatch.setattr(engine, "_decode", scarce)
    engine.device = "cuda"
    assert everything(engine.transcribe(jfk, SPANS, "en")) and engine.device == "cpu"


def test_a_gpu_that_is_not_there_is_unavailable() -> None:
    import ctranslate2

    if ctranslate2.get_cuda_device_count():
        pytest.skip("there is a GPU")
    with pytest.raises(Unavailable, match="no cuda device"):
        faster_whisper.device_of("cuda")
    assert faster_whisper.device_of("auto") == faster_whisper.device_of("mps") == "cpu"


def test_the_product_finds_the_weights_and_says_what_it_used(converted: Path, jfk: Audio) -> None:
    manifest = manifests.named("faster-whisper-tiny")
    there = place(manifest, converted)
    tokens = json.loads((there / "vocabulary.json").read_text(encoding="utf-8"))
    (there / "vocabulary.txt").write_text("\n".join(tokens) + "\n", encoding="utf-8")
    (there / "vocabulary.json").unlink()
    place(manifest)
    try:
        engines = Engines(device="cpu")
        with pytest.raises(Unavailable, match="not clear"):
            engines["speech-to-text"].transcribe(jfk, SPANS)
        used = engines.used("speech-to-text")
        assert (used.id, used.precision, used.device) == ("faster-whisper-tiny", "int8", "cpu") and used.weights
    finally:
        store.remove(manifest)


def test_openai_whisper_runs_without_word_times(tmp_path: Path, jfk: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    tiny_whisper.for_openai(tmp_path / "small.pt")
    engine = openai_whisper.load(small("openai-whisper-small", "sample_len"), Runtime(tmp_path, "cpu"))
    assert (engine.device, engine.precision) == ("cpu", "float32")
    found = engine.transcribe(jfk, SPANS)
    assert found.segments and all(segment.words == () for segment in found.segments)
    assert all(0.0 <= one.start_s <= one.end_s <= jfk.duration_s for one in everything(found))


def test_openai_whisper_reads_weights_and_nothing_else(tmp_path: Path) -> None:
    import pickle

    import torch

    torch.save({"dims": {}, "model_state_dict": Path("/")}, tmp_path / "small.pt")
    with pytest.raises(pickle.UnpicklingError, match="Weights only"):
        openai_whisper.load(manifests.named("openai-whisper-small"), Runtime(tmp_path, "cpu"))


def test_the_sources_are_those_of_the_library() -> None:
    for manifest in manifests.serving("speech-to-text"):
        if manifest.source == "openai-whisper":
            url, digest = openai_whisper.source_of(manifest.repository)
            assert url.endswith(f"{digest}/{manifest.files[0]}") and len(digest) == 64


def test_the_limits_hold_for_what_real_models_give() -> None:
    """The patterns compile and the table is whole: nothing else reads it."""
    limits = speech_text._lexicon()["limits"]
    assert limits["compression_ratio"] == 2.4 and speech_text._credits().search("amara.org")
