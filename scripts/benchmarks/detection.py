"""Cost of object detection on clips, at real size with random weights: ours against the plain call of transformers, as ratios.

    python scripts/benchmark.py detection [--rounds N] [--clip FILE ...]

The network is D-FINE-s (10 million parameters, pictures of 640 pixels) with random weights, in float32 and on one thread in
every arm but `ours, fast`. The plain call is `transformers.pipeline` on torch, once on two frames a second, as scripts take
them, and once on the frames that ours looks at, those in which the picture has changed. Reading the clip costs all the same
and is left out, as is the export, which is made once; imports and loading are in, but not in `a look`. What the arms find is
compared by `scripts/evaluate_objects.py`, with trained weights; what the choice of frames loses, by
`scripts/evaluate_tracks.py`.
"""

from __future__ import annotations

import json
import statistics
import time
from pathlib import Path
from typing import Any

import numpy as np

from analyzer.engines.runtime import Runtime
from analyzer.methods.looks import looks_of
from analyzer.read.open_media import read_media
from analyzer.weights.manifests import named
from benchmarks.arms import CACHE, DATA, FRAMES_PER_SECOND, answer, in_turns, options, run

FOLDER = CACHE / "detection"
MANIFEST = named("dfine-small-coco")
CLIPS = "intel_car-detection.mp4", "remotion_tiktok_sample.mp4", "docling_sample_10s.mp4"
"""Moving cars before a still camera, a man who talks, and a still picture with sound."""
EVERY, CHANGED, EXACT, FAST = "pipeline, 2 frames a second", "pipeline, our frames", "ours, exact", "ours, fast"
ARMS = EVERY, CHANGED, EXACT, FAST


def build() -> int:
    """Write D-FINE-s with random weights, as its repository on the hub keeps it; returns how many parameters it has."""
    import torch
    from transformers import DFineConfig, DFineForObjectDetection

    torch.manual_seed(0)
    backbone = {
        "model_type": "hgnet_v2", "depths": [1, 1, 2, 1], "embedding_size": 16, "hidden_sizes": [64, 256, 512, 1024],
        "stem_channels": [3, 16, 16], "stage_in_channels": [16, 64, 256, 512], "stage_mid_channels": [16, 32, 64, 128],
        "stage_out_channels": [64, 256, 512, 1024], "stage_num_blocks": [1, 1, 2, 1],
        "stage_downsample": [False, True, True, True], "stage_light_block": [False, False, True, True],
        "stage_kernel_size": [3, 3, 5, 5], "stage_numb_of_layers": [3, 3, 3, 3], "use_learnable_affine_block": True,
        "out_features": ["stage2", "stage3", "stage4"],
    }  # fmt: skip
    config = DFineConfig(
        backbone_config=backbone, encoder_in_channels=[256, 512, 1024], feat_strides=[8, 16, 32], encoder_hidden_dim=256,
        encoder_ffn_dim=1024, encode_proj_layers=[2], d_model=256, decoder_in_channels=[256, 256, 256],
        decoder_ffn_dim=1024, num_feature_levels=3, decoder_n_points=[3, 6, 3], decoder_layers=3, depth_mult=0.34,
        hidden_expansion=0.5, id2label={n: f"kind {n}" for n in range(80)}, label2id={f"kind {n}": n for n in range(80)},
    )  # fmt: skip
    network = DFineForObjectDetection(config).eval()
    network.save_pretrained(FOLDER)
    preparation = {
        "do_normalize": False, "do_pad": False, "do_rescale": True, "do_resize": True, "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225], "image_processor_type": "RTDetrImageProcessor", "resample": 2,
        "rescale_factor": 1 / 255, "size": {"height": 640, "width": 640},
    }  # fmt: skip
    (FOLDER / "preprocessor_config.json").write_text(json.dumps(preparation), encoding="utf-8")
    return sum(parameter.numel() for parameter in network.parameters())


def frames(clip: Path) -> float:
    """Decode the clip once and leave what each arm looks at, so that no arm pays for reading; returns its duration in s."""
    with read_media(clip, asset_id="0" * 64) as media:
        looks = [look.load() for look in looks_of(media)]
        times = np.arange(0, media.duration_s, 1 / FRAMES_PER_SECOND)
        kept = [frame.time_s for frame in media.frames]
        sampled = [media.frames[max(0, int(np.searchsorted(kept, t, side="right")) - 1)].load() for t in times]
        np.savez(FOLDER / f"{clip.name}.npz", looks=np.stack(looks), sampled=np.stack(sampled))
        return media.duration_s


def arm(name: str, clip: str) -> dict[str, Any]:
    """Processor seconds of one arm, all of it and a look."""
    with np.load(FOLDER / f"{clip}.npz") as stored:
        pictures = stored["sampled" if name == EVERY else "looks"]
    precision = "float32"
    began = time.process_time()
    if name in (EVERY, CHANGED):
        import torch
        from PIL import Image
        from transformers import pipeline

        torch.set_num_threads(1)
        detect: Any = pipeline("object-detection", model=str(FOLDER), device="cpu")
        ready = time.process_time()
        for picture in pictures:
            detect(Image.fromarray(picture), threshold=0.5)
    else:
        from analyzer.engines import transformers_detection

        engine = transformers_detection.load(MANIFEST, Runtime(FOLDER, "cpu", exact=name == EXACT))
        ready, precision = time.process_time(), engine.precision
        list(engine.detect(pictures))
    ended = time.process_time()
    look = (ended - ready) / len(pictures)
    return {"clip": ended - began, "look": look, "looks": len(pictures), "precision": precision}


def main(words: list[str]) -> None:
    parser = options(__doc__)
    parser.add_argument("--clip", type=Path, nargs="+", help="measure these clips instead of three of the real material")
    chosen = parser.parse_args(words)
    if chosen.arm:
        answer(arm(chosen.arm, chosen.clip[0].name))
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    clips = chosen.clip or [DATA / "video" / name for name in CLIPS]
    print(f"D-FINE-s with random weights, {build() / 1e6:.1f} million parameters; processor s, median of {chosen.rounds}\n")
    seconds = {clip: frames(clip) for clip in clips}
    for name in (EXACT, FAST):
        run("detection", name, "--clip", str(clips[-1]), threads=1)
    print("| clip | arm | looks | CPU s, clip | a look | peak MiB | less than the pipeline | on the same frames |")
    print("|---|---|---|---|---|---|---|---|")
    for clip in clips:
        found = in_turns("detection", ARMS, chosen.rounds, "--clip", str(clip), threads=1)
        figures = {
            name: {key: statistics.median(one.answer[key] for one in runs) for key in ("clip", "look", "looks")}
            for name, runs in found.items()
        }
        for name, figure in figures.items():
            whole = figures[EVERY]["clip"] / figure["clip"]
            ratios = [figures[CHANGED][key] / figure[key] for key in ("clip", "look")]
            same = f"{ratios[0]:.1f} x, a look {ratios[1]:.1f} x" if name in (EXACT, FAST) else ""
            last = found[name][-1]
            print(
                f"| {clip.name}, {seconds[clip]:.0f} s | {name} ({last.answer['precision']}) | {figure['looks']:.0f} "
                f"| {figure['clip']:.1f} | {figure['look']:.3f} | {last.peak_mib:.0f} | {whole:.1f} x | {same} |",
                flush=True,
            )
