"""Voice activity: the model run as it was trained, and ends of speech where the sound shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.engines import silero
from analyzer.engines.runtime import Runtime
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.media import SPEECH_RATE, Audio, Samples
from analyzer.weights import manifests
from tests.make import tone

RNG = np.random.default_rng(0)


def audio(sound: NDArray[np.float32]) -> Audio:
    return Audio(Samples(np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)))


@pytest.fixture(scope="module")
def engine() -> silero.Silero:
    manifest = manifests.named("silero-vad")
    return silero.load(manifest, Runtime())


@pytest.fixture(scope="module")
def speech(test_data: Path) -> NDArray[np.float32]:
    """President Kennedy, 11 s."""
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=SPEECH_RATE)
    with av.open(str(test_data / "audio" / "jfk.flac")) as container:
        frames = [piece for frame in [*container.decode(audio=0), None] for piece in resampler.resample(frame)]
    return np.concatenate([frame.to_ndarray()[0] for frame in frames])


def test_silence_noise_and_a_tone_are_no_speech(engine: silero.Silero) -> None:
    noise = RNG.normal(0, 0.1, 3 * SPEECH_RATE).astype(np.float32)
    for sound in (np.zeros(0, np.float32), np.zeros(100, np.float32), np.zeros(SPEECH_RATE, np.float32), noise, tone(3.0)):
        assert engine.speech_spans(audio(sound)) == []


def test_speech_is_found_where_it_is(engine: silero.Silero, speech: NDArray[np.float32]) -> None:
    spans = engine.speech_spans(audio(speech))
    expected = [(0.3, 2.2), (3.3, 4.4), (5.4, 7.6), (8.2, 10.5)]
    assert np.abs(np.array(spans) - np.array(expected)).max() < 0.2


def test_the_file_of_the_other_package_is_run_as_well(test_data: Path, speech: NDArray[np.float32]) -> None:
    """It takes one chunk a call and one state, and hears nearly the same."""
    settings = {"begin": 0.5, "hold": 0.3, "shortest_s": 0.25, "bridge_s": 0.3}
    other = silero.Silero(test_data / "weights" / "silero_vad.onnx", **settings)
    expected = [(0.3, 2.2), (3.3, 4.4), (5.4, 7.6), (8.2, 10.5)]
    assert np.abs(np.array(other.speech_spans(audio(speech))[:4]) - np.array(expected)).max() < 0.2


def test_an_onset_after_silence_is_exact(engine: silero.Silero, speech: NDArray[np.float32]) -> None:
    onset_s = 1.234
    words = speech[int(5.42 * SPEECH_RATE) :]
    silence = RNG.normal(0, 1e-4, int(onset_s * SPEECH_RATE)).astype(np.float32)
    assert engine.speech_spans(audio(np.concatenate([silence, words])))[0][0] == pytest.approx(onset_s, abs=0.08)


def test_pieces_make_no_difference(engine: silero.Silero, speech: NDArray[np.float32], monkeypatch: pytest.MonkeyPatch) -> None:
    whole = engine.speech_spans(audio(speech))
    monkeypatch.setattr(silero, "BLOCK", 45)
    assert engine.speech_spans(audio(speech)) == whole


def test_runs_need_to_rise_above_the_first_bound_and_last_while_above_the_second() -> None:
    values = np.array([0.4, 0.4, 0.1, 0.4, 0.9, 0.4, 0.1, 0.8], np.float32)
    assert silero._runs(values, 0.5, 0.3) == [(3, 6), (7, 8)]


def test_short_pauses_are_bridged() -> None:
    assert silero._bridged([(0.0, 1.0), (1.2, 2.0), (2.5, 3.0)], 0.3) == [(0.0, 2.0), (2.5, 3.0)]


@pytest.mark.parametrize(("found_s", "outward", "end_s"), [(1.1, -1, 1.0), (0.97, -1, 1.0), (1.9, 1, 2.0), (2.03, 1, 2.0)])
def test_an_end_moves_to_where_the_sound_rises(found_s: float, outward: int, end_s: float) -> None:
    levels = np.full(300, -80, np.float32)
    levels[100:200] = -20
    assert silero._edge(levels, found_s, outward) == pytest.approx(end_s, abs=1e-6)


def test_an_end_stays_where_the_surroundings_are_loud() -> None:
    levels = np.full(300, -30, np.float32)
    levels[100:200] = -20
    assert silero._edge(levels, 1.1, -1) == 1.1


def test_a_missing_file_is_unavailable() -> None:
    manifest = manifests.named("silero-vad")
    with pytest.raises(Unavailable, match="not in the installed package"):
        silero.load(
            manifest.model_copy(update={"settings": {"files": ["numpy/no.onnx", "no_such_package/x.onnx"], "speech": {}}}),
            Runtime(),
        )
