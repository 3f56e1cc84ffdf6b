"""Sound events with an audio classifier of transformers, that is torch: what is heard in each window, many things at once.

It hears windows of the model's own length over the whole sound. Digital silence is not given to the model, so it names nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.engines.runtime import (
    Runtime,
    batch_of,
    in_batches,
    is_out_of_memory,
    precision_of,
    release_unused,
    torch_device,
)
from analyzer.nouns.media import SPEECH_RATE, Audio
from analyzer.weights.manifests import Manifest

SILENT = 10 ** (-60 / 20)
"""Peak below which a window is silent: -60 dBFS, as in the signal sound."""
Window = tuple[float, float]


def load(manifest: Manifest, runtime: Runtime) -> AudioClassifier:
    """The classifier of a manifest, on the best device that torch finds."""
    return AudioClassifier(manifest, runtime.weights(), torch_device(runtime.device), runtime.exact)


class AudioClassifier:
    """Says what is heard in windows of a sound."""

    def __init__(self, manifest: Manifest, folder: Path, device: str, exact: bool) -> None:
        import transformers

        self._manifest, self._folder, self._exact = manifest, folder, exact
        extractor: Any = transformers.AutoFeatureExtractor
        with warnings.catch_warnings():
            # 128 bands of 257 bins leave the lowest bands empty: the model was trained so.
            warnings.filterwarnings("ignore", message="At least one mel filter has all zero values")
            self._features: Any = extractor.from_pretrained(folder, local_files_only=True)
        self._window_s: float = manifest.settings["window_s"]
        self._open(device)

    def classify(self, audio: Audio) -> list[tuple[float, float, dict[str, float]]]:
        """Start and end in seconds and the probability of each class, for windows that overlap."""
        windows = self._windows(audio.duration_s)
        done: list[dict[str, float]] = []
        try:
            for found in in_batches(windows, batch_of(self._manifest, self.device), lambda batch: self._run(audio, batch)):
                done.append(found)
        except Exception as error:
            if self.device == "cpu" or not is_out_of_memory(error):
                raise
            del self._model
            release_unused()
            self._open("cpu")
            done += in_batches(windows[len(done) :], batch_of(self._manifest, "cpu"), lambda batch: self._run(audio, batch))
        return [(start_s, end_s, found) for (start_s, end_s), found in zip(windows, done, strict=True)]

    def _open(self, device: str) -> None:
        import torch
        from transformers import AutoModelForAudioClassification

        self.device, self.precision = device, precision_of(self._manifest, device, self._exact)
        model = AutoModelForAudioClassification.from_pretrained(
            self._folder, local_files_only=True, use_safetensors=True, dtype=getattr(torch, self.precision)
        )
        self._model: Any = model.to(device).eval()

    def _windows(self, duration_s: float) -> list[Window]:
        """Windows of the model's length, the last one up to the end; a shorter sound is one window."""
        last_s = max(0.0, duration_s - self._window_s)
        starts = [*np.arange(0.0, last_s, self._manifest.settings["hop_s"]).tolist(), last_s]
        return [(start_s, min(duration_s, start_s + self._window_s)) for start_s in starts]

    def _run(self, audio: Audio, windows: Sequence[Window]) -> list[dict[str, float]]:
        """The probability of each class in each window; none in silence."""
        import torch

        sounds = [audio.read(start_s, end_s) for start_s, end_s in windows]
        heard = [place for place, sound in enumerate(sounds) if len(sound) and np.abs(sound).max() >= SILENT]
        found: list[dict[str, float]] = [{} for _ in windows]
        if not heard:
            return found
        shortest = int(self._manifest.settings["shortest_s"] * SPEECH_RATE)
        padded = [np.pad(sounds[place], (0, max(0, shortest - len(sounds[place])))) for place in heard]
        inputs = self._features(padded, sampling_rate=SPEECH_RATE, return_tensors="pt")["input_values"]
        with torch.inference_mode():
            logits = self._model(inputs.to(self.device, self._model.dtype)).logits.float()
        names = self._model.config.id2label
        for place, row in zip(heard, torch.sigmoid(logits).tolist(), strict=True):
            found[place] = {names[index]: round(value, 4) for index, value in enumerate(row)}
        return found
