"""Cost of object detection on a clip, at real size with random weights: ours against the plain call of transformers, as ratios.

    python scripts/benchmark_detection.py [--rounds N] [--clip FILE]

The network is D-FINE-n (3.8 million parameters, pictures of 640 pixels) with random weights. Ours looks at frames chosen by
change and runs the exported graph; the chain is `transformers.pipeline` over two frames a second, as scripts do, in float32.
Every arm runs in a process of its own, arms take turns, and the figure is processor seconds. Reading the clip costs both the
same and is left out, as is the export, which is made once; imports and loading are in. `a look` leaves them out as well.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import benchmark
import numpy as np

from analyzer.engines.runtime import Runtime
from analyzer.manifests import named
from analyzer.measures.looks import looks_of
from analyzer.reading import read_media

FOLDER = benchmark.CACHE / "detection"
MANIFEST = named("dfine-small-coco")
FRAMES_PER_SECOND = 2
ARMS = ("ours, fast", "ours, exact", "pipeline")


def build() -> None:
    """Write D-FINE-n with random weights, as its repository on the hub keeps it."""
    import torch
    from transformers import DFineConfig, DFineForObjectDetection

    torch.manual_seed(0)
    backbone = {
        "model_type": "hgnet_v2", "depths": [1, 1, 2, 1], "embedding_size": 16, "hidden_sizes": [64, 256, 512, 1024],
        "stem_channels": [3, 16, 16], "stage_in_channels": [16, 64, 256, 512], "stage_mid_channels": [16, 32, 64, 128],
        "stage_out_channels": [64, 256, 512, 1024], "stage_num_blocks": [1, 1, 2, 1],
        "stage_downsample": [False, True, True, True], "stage_light_block": [False, False, True, True],
        "stage_kernel_size": [3, 3, 5, 5], "stage_numb_of_layers": [3, 3, 3, 3], "use_learnable_affine_block": True,
        "out_features": ["stage3", "stage4"],
    }  # fmt: skip
    config = DFineConfig(
        backbone_config=backbone, encoder_in_channels=[512, 1024], feat_strides=[16, 32], encoder_hidden_dim=128,
        encoder_ffn_dim=512, encode_proj_layers=[1], d_model=128, decoder_in_channels=[128, 128], decoder_ffn_dim=512,
        num_feature_levels=2, decoder_n_points=[6, 6], decoder_layers=3, depth_mult=0.5, hidden_expansion=0.34,
        id2label={number: f"kind {number}" for number in range(80)}, label2id={f"kind {n}": n for n in range(80)},
    )  # fmt: skip
    DFineForObjectDetection(config).eval().save_pretrained(FOLDER)
    preparation = {
        "do_normalize": False, "do_pad": False, "do_rescale": True, "do_resize": True, "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225], "image_processor_type": "RTDetrImageProcessor", "resample": 2,
        "rescale_factor": 1 / 255, "size": {"height": 640, "width": 640},
    }  # fmt: skip
    (FOLDER / "preprocessor_config.json").write_text(json.dumps(preparation), encoding="utf-8")


def frames(clip: Path) -> None:
    """Decode the clip once and leave what each arm looks at, so that no arm pays for reading."""
    with read_media(clip, asset_id="0" * 64) as media:
        looks = [look.load() for look in looks_of(media)]
        times = np.arange(0, media.duration_s, 1 / FRAMES_PER_SECOND)
        kept = [frame.time_s for frame in media.frames]
        sampled = [media.frames[max(0, int(np.searchsorted(kept, t, side="right")) - 1)].load() for t in times]
    np.savez(FOLDER / "frames.npz", looks=np.stack(looks), sampled=np.stack(sampled))


def arm(name: str) -> dict[str, float]:
    """Processor seconds of one arm: all of it, and a look."""
    with np.load(FOLDER / "frames.npz") as stored:
        pictures = stored["sampled" if name == "pipeline" else "looks"]
    began = time.process_time()
    if name == "pipeline":
        from PIL import Image
        from transformers import pipeline

        detect: Any = pipeline("object-detection", model=str(FOLDER), device="cpu")
        ready = time.process_time()
        for picture in pictures:
            detect(Image.fromarray(picture), threshold=0.5)
    else:
        from analyzer.engines import transformers_detection

        engine = transformers_detection.load(MANIFEST, Runtime(FOLDER, "cpu", exact=name == "ours, exact"))
        ready = time.process_time()
        list(engine.detect(pictures))
    ended = time.process_time()
    return {"clip": ended - began, "look": (ended - ready) / len(pictures), "looks": len(pictures)}


def run(name: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--arm", name]
    environment = os.environ | {"PYTHONPATH": str(benchmark.ROOT)}
    answer = subprocess.run(command, env=environment, capture_output=True, text=True)
    if answer.returncode:
        raise SystemExit(f"{name} failed:\n{answer.stderr}")
    return dict(json.loads(answer.stdout.splitlines()[-1]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--clip", type=Path, help="measure this clip instead of the generated minute")
    parser.add_argument("--arm", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.arm:
        print(json.dumps(arm(options.arm)))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    build()
    clip = options.clip or benchmark.generated(60)
    frames(clip)
    for name in ARMS:
        run(name)
    found: dict[str, list[dict[str, float]]] = {name: [] for name in ARMS}
    for _ in range(options.rounds):
        for name, runs in found.items():
            runs.append(run(name))
    figures = {name: {key: statistics.median(one[key] for one in runs) for key in runs[0]} for name, runs in found.items()}
    print(f"{clip.name}: median of {options.rounds}, processor seconds")
    for name, figure in figures.items():
        spread = f"{min(one['clip'] for one in found[name]):.1f}-{max(one['clip'] for one in found[name]):.1f}"
        print(f"  {name:12} {figure['clip']:7.2f} ({spread})  {figure['looks']:4.0f} looks of {figure['look']:.3f}")
    for name in ARMS[:-1]:
        ratios = [figures["pipeline"][key] / figures[name][key] for key in ("clip", "look")]
        print(f"  {name}: {ratios[0]:.1f} x less than the pipeline for the clip, {ratios[1]:.1f} x for a look")


if __name__ == "__main__":
    main()
