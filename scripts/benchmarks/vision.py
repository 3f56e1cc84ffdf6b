"""Cost of captions and zero-shot labels at real size with random weights: ours against the plain calls of transformers.

    python scripts/benchmark.py vision [--rounds N] [--seconds N] [--clip FILE]

The networks are a BLIP base (384 px) and a CLIP ViT-B/32, built from their configurations; what they say means nothing, what
they cost is real. The plain arms do what a person would script: two frames a second, one at a time, in 32-bit floats. Ours
captions one keyframe a shot and looks at frames by change, exactly (32-bit floats) and fast (what the manifests recommend).
Every arm runs on one thread, as threads that wait for each other on a busy machine count as work; the figure is processor
seconds without loading and decoding.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.engines import captioning, image_text
from analyzer.engines.runtime import Runtime
from analyzer.measure import catalog
from analyzer.nouns.signal import Engines
from analyzer.read.open_media import read_media
from analyzer.weights import manifests
from benchmarks.arms import CACHE, answer, generated, in_turns, options, sampled
from tests import tiny_pictures

FOLDER = CACHE / "vision"
BLIP = manifests.named("blip-base")
CLIP = manifests.named("siglip2-base").model_copy(
    update={"settings": manifests.named("siglip2-base").settings | {"padding": "longest"}}
)
"""CLIP goes through the engine of SigLIP."""
LONGEST: int = BLIP.settings["longest_tokens"]


def build() -> None:
    """Write both networks at real size, once."""
    import torch

    for name, write in (("blip", tiny_pictures.blip), ("clip", tiny_pictures.clip)):
        if not (FOLDER / name / "model.safetensors").exists():
            (FOLDER / name).mkdir(parents=True, exist_ok=True)
            torch.manual_seed(0)
            write(FOLDER / name, tiny=False)


def plain_captions(clip: Path) -> tuple[int, float]:
    """Frames and processor seconds: BLIP by its documented call."""
    import torch
    from transformers import BlipForConditionalGeneration, BlipProcessor

    processor: Any = BlipProcessor.from_pretrained(FOLDER / "blip", backend="pil")
    network: Any = BlipForConditionalGeneration.from_pretrained(FOLDER / "blip").eval()
    frames = _frames(clip)

    def caption(frame: Any) -> None:
        with torch.no_grad():
            processor.decode(network.generate(**processor(frame, return_tensors="pt"), max_new_tokens=LONGEST)[0])

    return _each(frames, caption)


def plain_labels(clip: Path) -> tuple[int, float]:
    """Frames and processor seconds: CLIP embeds each sampled frame."""
    import torch
    from transformers import CLIPImageProcessorPil, CLIPModel

    processor: Any = CLIPImageProcessorPil.from_pretrained(FOLDER / "clip")
    network: Any = CLIPModel.from_pretrained(FOLDER / "clip").eval()

    def embed(frame: Any) -> None:
        with torch.no_grad():
            network.get_image_features(**processor(frame, return_tensors="pt"))

    return _each(_frames(clip), embed)


def _each(frames: list[Any], call: Callable[[Any], None]) -> tuple[int, float]:
    began = time.process_time()
    for frame in frames:
        call(frame)
    return len(frames), time.process_time() - began


def _frames(clip: Path) -> list[Any]:
    return [frame[:, :, ::-1].copy() for frame in sampled(clip)]


class Counted:
    """An engine that counts the pictures it is given."""

    def __init__(self, engine: Any) -> None:
        self.engine, self.count = engine, 0

    def _counted(self, images: Iterable[Any]) -> Iterable[Any]:
        for image in images:
            self.count += 1
            yield image

    def caption(self, images: Iterable[Any]) -> Any:
        return self.engine.caption(self._counted(images))

    def embed(self, images: Iterable[Any]) -> Any:
        return self.engine.embed(self._counted(images))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.engine, name)


def ours(clip: Path, task: str, exact: bool) -> tuple[int, float]:
    """Pictures and processor seconds of our signal; what labels mean was read and kept before, as it is on a machine."""
    if task == "scene-captioning":
        engine = Counted(captioning.load(BLIP, Runtime(FOLDER / "blip", exact=exact)))
    else:
        engine = Counted(image_text.load(CLIP, Runtime(FOLDER / "clip", exact=exact)))
        for group in engine.labels:
            engine.probabilities(np.zeros((1, 512), np.float32), group)
    engines: Engines = {task: engine}
    signals = {signal.id: signal for signal in catalog.signals()}
    with read_media(clip, asset_id="0") as media:
        results = {"shots": catalog.run(signals["shots"], media, {}, {})}
        began = time.process_time()
        name = "scenes" if task == "scene-captioning" else "content"
        result = catalog.run(signals[name], media, engines, results)
        seconds = time.process_time() - began
    assert result.status == "ok", result.reason
    return engine.count, seconds


ARMS: dict[str, Callable[[Path], tuple[int, float]]] = {
    "captions, plain": plain_captions,
    "captions, ours exact": lambda clip: ours(clip, "scene-captioning", True),
    "captions, ours fast": lambda clip: ours(clip, "scene-captioning", False),
    "labels, plain": plain_labels,
    "labels, ours exact": lambda clip: ours(clip, "image-text-matching", True),
    "labels, ours fast": lambda clip: ours(clip, "image-text-matching", False),
}


def main(words: list[str]) -> None:
    parser = options(__doc__, rounds=2)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--clip", type=Path)
    chosen = parser.parse_args(words)
    if chosen.arm:
        answer(ARMS[chosen.arm](chosen.clip))
        return
    clip = chosen.clip or generated(chosen.seconds)
    build()
    found = in_turns("vision", ARMS, chosen.rounds, "--clip", str(clip), threads=1)
    print(f"{clip.name}: median of {chosen.rounds}, processor seconds, and what a picture costs")
    for arm, runs in found.items():
        seconds, pictures = statistics.median(one.answer[1] for one in runs), runs[0].answer[0]
        other = statistics.median(one.answer[1] for one in found[f"{arm.split(',')[0]}, plain"])
        each = f"{seconds / pictures:6.3f} each"
        print(f"  {arm:22} {seconds:8.2f}  {pictures:4} pictures  {each}  {seconds / other:.3f} x plain")
