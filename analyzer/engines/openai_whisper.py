"""Speech to text with openai-whisper, that is torch: the reference to which others are compared, slower and larger.

It is given arrays, so it needs no ffmpeg; it reads only a checkpoint that was verified, as weights alone; and it hears only
what voice activity calls speech, packed into full windows. Word times need a compiler that takes long on its first use, so they
are made only where the manifest asks for them, and segments carry no words without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from analyzer.engines.listening import Sound, listen
from analyzer.engines.runtime import Runtime, is_out_of_memory, precision_of, release_unused, torch_device
from analyzer.methods.speech_text import Heard, HeardWord
from analyzer.methods.speech_windows import Window
from analyzer.nouns.media import Audio
from analyzer.nouns.signal import Transcribed
from analyzer.weights.manifests import Manifest

WINDOW_S = 30.0
"""Length of a window (whisper.audio.CHUNK_LENGTH)."""


def load(manifest: Manifest, runtime: Runtime) -> OpenaiWhisper:
    """The engine of a manifest, on the best device that torch finds."""
    return OpenaiWhisper(manifest, runtime.weights() / manifest.files[0], torch_device(runtime.device), runtime.exact)


def source_of(name: str) -> tuple[str, str]:
    """Address and SHA-256 of a checkpoint, as the library itself states them; raises `KeyError` for a name that it lacks."""
    import whisper

    url: str = whisper._MODELS[name]
    return url, url.split("/")[-2]


class OpenaiWhisper:
    """Writes down what is said in a sound."""

    def __init__(self, manifest: Manifest, checkpoint: Path, device: str, exact: bool) -> None:
        self._manifest, self._checkpoint, self._exact = manifest, checkpoint, exact
        self._word_times: bool = manifest.settings["word_timestamps"]
        self._open(device)

    def transcribe(self, audio: Audio, spans: Sequence[tuple[float, float]], language: str | None = None) -> Transcribed:
        """What is said within the spans; raises `Unavailable` where the language is not clear enough to be written down."""
        return listen(
            audio, spans, language, window_s=WINDOW_S, settings=self._manifest.settings, detect=self._detect,
            hear=lambda windows, spoken: self._hear(audio, windows, spoken),
        )  # fmt: skip

    def _open(self, device: str) -> None:
        import whisper

        self.device, self.precision = device, precision_of(self._manifest, device, self._exact)
        self._model: Any = whisper.load_model(str(self._checkpoint), device=device)
        heads = whisper._ALIGNMENT_HEADS.get(self._manifest.repository)
        if self._word_times and heads is not None:
            self._model.set_alignment_heads(heads)

    def _detect(self, sound: Sound) -> tuple[str, float]:
        import whisper

        if not self._model.is_multilingual:
            return "en", 1.0
        picture = whisper.log_mel_spectrogram(whisper.pad_or_trim(sound), self._model.dims.n_mels).to(self._model.device)
        probabilities: dict[str, float] = self._model.detect_language(picture)[1]
        return max(probabilities.items(), key=lambda found: found[1])

    def _hear(self, audio: Audio, windows: Sequence[Window], language: str) -> Iterator[Heard]:
        """What is heard in each window; a GPU without memory for one leaves it and the rest to the CPU."""
        for window in windows:
            try:
                heard = self._decode(audio, window, language)
            except Exception as error:
                if self.device == "cpu" or not is_out_of_memory(error):
                    raise
                del self._model
                release_unused()
                self._open("cpu")
                heard = self._decode(audio, window, language)
            yield from heard

    def _decode(self, audio: Audio, window: Window, language: str) -> list[Heard]:
        """The library's own thresholds are off: what is not believed is dropped with its reason, not silently."""
        result: dict[str, Any] = self._model.transcribe(
            window.read(audio), language=language, temperature=0.0, condition_on_previous_text=False,
            word_timestamps=self._word_times, fp16=self.precision == "float16", no_speech_threshold=None,
            logprob_threshold=None, compression_ratio_threshold=None, **self._manifest.settings["decoding"],
        )  # fmt: skip
        return [_heard(window, segment) for segment in result["segments"] if segment["text"].strip()]


def _heard(window: Window, segment: dict[str, Any]) -> Heard:
    words = tuple(HeardWord(word["start"], word["end"], word["word"], word["probability"]) for word in segment.get("words", ()))
    return Heard(
        window, segment["start"], segment["end"], segment["text"], segment["avg_logprob"], segment["no_speech_prob"], words
    )
