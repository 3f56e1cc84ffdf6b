"""Speech to text as ratios within one run: this product against `whisper.transcribe` and the pipeline of transformers.

    python scripts/benchmark.py speech [--rounds N] [--tokens N]

The weights are random, at the size of whisper-base, so nothing is said about accuracy: each window is forced to the same number
of tokens, greedy, on one thread, without a second attempt anywhere, and every arm detects the language. Ours includes voice
activity and word times, the others have neither. The figure is processor seconds less those of loading.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.arms import CACHE, DATA, answer, in_turns, options, spread

MODELS = CACHE / "whisper-base-random"
END, SYMBOLS = 50257, -1
"""The token that would end a window early, and what stands for the symbols that every library suppresses."""
WINDOW_S = 30
SCALE = 3.0
"""How much larger the random weights are than a fresh model's."""
SPEECH_S = 60


def sound_of(clip: str) -> Any:
    """A minute of speech, or the same with every other ten seconds silent: float32, 16 kHz."""
    import av

    resampler = av.AudioResampler(format="flt", layout="mono", rate=16_000)
    with av.open(str(DATA / "audio" / "curator_audio_1.opus")) as container:
        frames = [piece for frame in [*container.decode(audio=0), None] for piece in resampler.resample(frame)]
    sound = np.concatenate([frame.to_ndarray()[0] for frame in frames])[: SPEECH_S * 16_000]
    if clip == "half":
        seconds = np.arange(len(sound)) // 16_000
        sound = np.where(seconds // 10 % 2 == 0, sound, 0.0).astype(np.float32)
    return sound


def ours(sound: Any, tokens: int, exact: bool, batch: int) -> Callable[[], Any]:
    from analyzer.engines import faster_whisper, silero
    from analyzer.engines.runtime import Runtime
    from analyzer.nouns.media import Audio, Samples
    from analyzer.weights import manifests

    faster_whisper.is_repetitive = lambda text: False  # type: ignore[assignment]
    base = manifests.named("faster-whisper-base")
    decoding = {"beam_size": 1, "max_new_tokens": tokens, "suppress_tokens": [SYMBOLS, END]}
    settings = base.settings | {"least_language_probability": 0.0, "language_windows": 1, "decoding": decoding}
    manifest = base.model_copy(update={"settings": settings, "batch": {"cpu": batch}})
    engine = faster_whisper.load(manifest, Runtime(MODELS / "ct2", "cpu", exact))
    activity = silero.load(manifests.named("silero-vad"), Runtime())
    audio = Audio(Samples(np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)))
    return lambda: engine.transcribe(audio, activity.speech_spans(audio))


def whisper_transcribe(sound: Any, tokens: int) -> Callable[[], Any]:
    import whisper

    model = whisper.load_model(str(MODELS / "base.pt"), device="cpu")
    return lambda: model.transcribe(
        sound, temperature=0.0, sample_len=tokens, suppress_tokens=[SYMBOLS, END], without_timestamps=True, fp16=False,
        compression_ratio_threshold=None, logprob_threshold=None, no_speech_threshold=None, condition_on_previous_text=False,
    )  # fmt: skip


def pipeline(sound: Any, tokens: int) -> Callable[[], Any]:
    from transformers import pipeline

    recognise: Any = pipeline("automatic-speech-recognition", model=str(MODELS / "hf"), device="cpu", chunk_length_s=WINDOW_S)
    options = {"max_new_tokens": tokens, "min_new_tokens": tokens, "task": "transcribe"}
    return lambda: recognise({"raw": sound, "sampling_rate": 16_000}, generate_kwargs=options)


ARMS: dict[str, Callable[[Any, int], Callable[[], Any]]] = {
    "ours, int8": lambda sound, tokens: ours(sound, tokens, exact=False, batch=1),
    "ours, int8, four together": lambda sound, tokens: ours(sound, tokens, exact=False, batch=4),
    "ours, exact": lambda sound, tokens: ours(sound, tokens, exact=True, batch=1),
    "whisper.transcribe": whisper_transcribe,
    "transformers.pipeline": pipeline,
}


def make_models() -> None:
    """The same random weights in the three forms."""
    from tests import tiny_whisper

    if (MODELS / "base.pt").exists():
        return
    tiny_whisper.for_transformers(MODELS / "hf", tiny_whisper.BASE, scale=SCALE)
    tiny_whisper.for_ctranslate2(MODELS / "hf", MODELS / "ct2")
    tiny_whisper.for_openai(MODELS / "base.pt", tiny_whisper.BASE)


def agreement(tokens: int) -> dict[str, tuple[float, int]]:
    """Share of the tokens of transformers' greedy decoding that CTranslate2 gives too, and how many of them differ.

    Both have the same weights, windows and earlier tokens.
    """
    import torch
    from ctranslate2 import StorageView
    from faster_whisper import WhisperModel
    from transformers import WhisperForConditionalGeneration

    reference = WhisperForConditionalGeneration.from_pretrained(MODELS / "hf", local_files_only=True).eval()
    prompt = [50258, 50259, 50359, 50363]
    found: dict[str, tuple[float, int]] = {}
    for precision in ("float32", "int8"):
        model = WhisperModel(str(MODELS / "ct2"), device="cpu", compute_type=precision, local_files_only=True)
        sound = sound_of("full")
        same = total = 0
        said: set[int] = set()
        for start in (0, 15, 30):
            window = model.feature_extractor(sound[start * 16_000 : (start + 30) * 16_000])[:, :3000]
            result = model.model.generate(
                StorageView.from_array(window[None].astype(np.float32)), [prompt], beam_size=1, max_length=tokens + 4,
                suppress_tokens=[END], suppress_blank=False,
            )[0].sequences_ids[0]  # fmt: skip
            with torch.inference_mode():
                encoded = reference.model.encoder(torch.from_numpy(window[None])).last_hidden_state
                ids = torch.tensor([prompt + result])
                logits = reference(encoder_outputs=(encoded,), decoder_input_ids=ids).logits[0, 3:-1]
                logits[:, END] = -torch.inf
            expected = logits.argmax(-1).tolist()
            same += sum(a == b for a, b in zip(expected, result, strict=True))
            total += len(result)
            said |= set(result)
        found[precision] = same / total, len(said)
    return found


def main(words: list[str]) -> None:
    parser = options(__doc__)
    parser.add_argument("--tokens", type=int, default=100)
    parser.add_argument("--clip", choices=["full", "half"], help="a minute of speech, or one that is half silent; both")
    chosen = parser.parse_args(words)
    if chosen.arm:
        work = ARMS[chosen.arm](sound_of(chosen.clip), chosen.tokens)
        began = time.process_time()
        work()
        answer(time.process_time() - began)
        return
    make_models()
    for clip in [chosen.clip] if chosen.clip else ["full", "half"]:
        given = ("--clip", clip, "--tokens", str(chosen.tokens))
        found = in_turns("speech", ARMS, chosen.rounds, *given, threads=1)
        cpu = {arm: statistics.median(one.answer for one in runs) for arm, runs in found.items()}
        print(f"\n{clip}: {SPEECH_S} s, median of {chosen.rounds}, processor seconds (spread)")
        for arm, runs in found.items():
            ratios = ", ".join(f"{cpu[other] / cpu[arm]:.2f} x {other}" for other in list(ARMS)[-2:])
            print(f"  {arm:24} {cpu[arm]:7.2f} ({spread(one.answer for one in runs)})  {ratios}")
    print()
    for precision, (share, kinds) in agreement(chosen.tokens).items():
        print(f"{precision}: {share:.1%} of the tokens are those of transformers, given the same before; {kinds} kinds")
