"""Speech to text with faster-whisper, that is CTranslate2: int8 on a CPU, float16 on a GPU, no torch.

It hears only what voice activity calls speech, packed into full windows, without the library's own voice activity, without
sampling (the same sound gives the same words) and without earlier text as context, which is what makes Whisper run in circles.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.engines.listening import Sound, listen
from analyzer.engines.runtime import Device, Runtime, batch_of, in_batches, is_out_of_memory, precision_of
from analyzer.methods.speech_text import Heard, HeardWord, is_repetitive
from analyzer.methods.speech_windows import Window
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import message
from analyzer.nouns.media import SPEECH_RATE, Audio
from analyzer.nouns.signal import Transcribed
from analyzer.weights.manifests import Manifest

MOST_THREADS = 4
"""Threads at most, the library's own default; on more cores several files at once are faster (project choice)."""


def load(manifest: Manifest, runtime: Runtime) -> FasterWhisper:
    """The engine of a manifest, on a GPU where CTranslate2 finds one."""
    return FasterWhisper(manifest, runtime.weights(), device_of(runtime.device), runtime.exact)


def device_of(wanted: Device) -> str:
    """cuda or cpu, CTranslate2 knows no other; raises `Unavailable` for a GPU that was asked for and is not there."""
    import ctranslate2

    if wanted in ("auto", "cuda") and ctranslate2.get_cuda_device_count():
        return "cuda"
    if wanted == "cuda":
        raise Unavailable(
            "no_device", message("There is no {device} device on this machine.", device=wanted), message("--device auto")
        )
    return "cpu"


class FasterWhisper:
    """Writes down what is said in a sound."""

    def __init__(self, manifest: Manifest, folder: Path, device: str, exact: bool) -> None:
        self._manifest, self._folder, self._exact = manifest, folder, exact
        self._open(device)

    def transcribe(self, audio: Audio, spans: Sequence[tuple[float, float]], language: str | None = None) -> Transcribed:
        """What is said within the spans; raises `Unavailable` where the language is not clear enough to be written down."""
        return listen(
            audio, spans, language, window_s=self._window_s, settings=self._manifest.settings, detect=self._detect,
            hear=lambda windows, spoken: self._hear(audio, windows, spoken),
        )  # fmt: skip

    def _open(self, device: str) -> None:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        self.device, self.precision = device, precision_of(self._manifest, device, self._exact)
        threads = 0 if "OMP_NUM_THREADS" in os.environ else min(MOST_THREADS, os.cpu_count() or 1)
        self._model: Any = WhisperModel(
            str(self._folder), device=device, compute_type=self.precision, cpu_threads=threads, local_files_only=True
        )
        self._model.encode = _Remembered(self._model.encode)
        self._pipeline: Any = BatchedInferencePipeline(self._model)
        self._window_s = float(self._model.feature_extractor.chunk_length)

    def _detect(self, sound: Sound) -> tuple[str, float]:
        if not self._model.model.is_multilingual:
            return "en", 1.0
        features = self._model.feature_extractor(sound)[..., :-1]  # as the pipeline makes them
        language, probability, _ = self._model.detect_language(features=features)
        return language, probability

    def _hear(self, audio: Audio, windows: Sequence[Window], language: str) -> Iterator[Heard]:
        """What is heard in each window; a GPU without memory for a single one leaves it and the rest to the CPU."""

        def together(batch: Sequence[Window]) -> list[Heard]:
            return self._decode_again(self._decode(audio, batch, language), audio, language)

        done = 0
        try:
            for heard in in_batches(windows, batch_of(self._manifest, self.device), together):
                done += 1
                yield heard
        except Exception as error:
            if self.device == "cpu" or not is_out_of_memory(error):
                raise
            self._open("cpu")
            yield from in_batches(windows[done:], batch_of(self._manifest, "cpu"), together)

    def _decode_again(self, heard: Sequence[Heard], audio: Audio, language: str) -> list[Heard]:
        """What came out repetitive is heard once more, forbidden to repeat itself."""
        again = self._manifest.settings["again"]
        return [self._decode(audio, [h.window], language, **again)[0] if is_repetitive(h.text) else h for h in heard]

    def _decode(self, audio: Audio, windows: Sequence[Window], language: str, **options: Any) -> list[Heard]:
        """What is heard in windows together: they lie one behind the other in one array, and the library is told where."""
        sounds = [window.read(audio) for window in windows]
        ends = (np.cumsum([len(sound) for sound in sounds]) / SPEECH_RATE).tolist()
        clips = [{"start": start, "end": end} for start, end in zip([0.0, *ends], ends, strict=False)]
        segments, _ = self._pipeline.transcribe(
            np.concatenate(sounds), language=language, clip_timestamps=clips, batch_size=len(windows), vad_filter=False,
            without_timestamps=True, word_timestamps=True, temperature=0.0, **(self._manifest.settings["decoding"] | options),
        )  # fmt: skip
        starts = np.array([clip["start"] for clip in clips])
        by_window: list[list[Any]] = [[] for _ in windows]
        for segment in segments:
            by_window[int(np.argmin(np.abs(starts - segment.seek / self._model.frames_per_second)))].append(segment)
        return [
            _heard(window, found[0].seek / self._model.frames_per_second, found)
            for window, found in zip(windows, by_window, strict=True)
        ]


class _Remembered:
    """An encoder that does not encode the same window twice in a row: the window that told the language is decoded next."""

    def __init__(self, encode: Callable[[Sound], Any]) -> None:
        self._encode, self._features, self._encoded = encode, np.empty(0, np.float32), None

    def __call__(self, features: Sound) -> Any:
        if not np.array_equal(features.ravel(), self._features):
            self._encoded = self._encode(features)
            self._features = features.ravel()
        return self._encoded


def _heard(window: Window, offset_s: float, segments: Sequence[Any]) -> Heard:
    """One window's segments as one: its tokens were decoded in one go and share their probabilities."""
    words = tuple(
        HeardWord(word.start - offset_s, word.end - offset_s, word.word, word.probability)
        for segment in segments
        for word in segment.words or ()
    )
    text = "".join(segment.text for segment in segments)
    return Heard(window, 0.0, window.duration_s, text, segments[0].avg_logprob, segments[0].no_speech_prob, words)
