"""Detectors of transformers at their smallest, with random weights, saved as the hub keeps them."""

from __future__ import annotations

import json
from pathlib import Path

LABELS = {0: "cup", 1: "plate", 2: "spoon"}
PREPARATION = {
    "do_normalize": False, "do_pad": False, "do_rescale": True, "do_resize": True, "image_mean": [0.485, 0.456, 0.406],
    "image_std": [0.229, 0.224, 0.225], "image_processor_type": "RTDetrImageProcessor", "resample": 2,
    "rescale_factor": 1 / 255, "size": {"height": 64, "width": 64},
}  # fmt: skip


def d_fine(folder: Path) -> Path:
    """D-FINE for three kinds of objects in pictures of 64 pixels."""
    import torch
    from transformers import DFineConfig, DFineForObjectDetection

    torch.manual_seed(0)
    backbone = {
        "model_type": "hgnet_v2", "depths": [1, 1], "embedding_size": 8, "hidden_sizes": [16, 32], "stem_channels": [3, 8, 8],
        "stage_in_channels": [8, 16], "stage_mid_channels": [8, 8], "stage_out_channels": [16, 32], "stage_num_blocks": [1, 1],
        "stage_downsample": [False, True], "stage_light_block": [False, False], "stage_kernel_size": [3, 3],
        "stage_numb_of_layers": [1, 1], "out_features": ["stage1", "stage2"],
    }  # fmt: skip
    config = DFineConfig(
        backbone_config=backbone, encoder_in_channels=[16, 32], feat_strides=[4, 8], encoder_hidden_dim=16,
        encoder_attention_heads=2, encoder_ffn_dim=16, encode_proj_layers=[1], d_model=16, decoder_in_channels=[16, 16],
        decoder_ffn_dim=16, decoder_attention_heads=2, num_feature_levels=2, decoder_n_points=[2, 2], decoder_layers=2,
        num_queries=5, num_denoising=0, max_num_bins=4, lqe_hidden_dim=8, depth_mult=0.34, hidden_expansion=0.5,
        id2label=LABELS, label2id={name: number for number, name in LABELS.items()},
    )  # fmt: skip
    DFineForObjectDetection(config).eval().save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PREPARATION), encoding="utf-8")
    return folder


def owlv2(folder: Path) -> Path:
    """OWLv2 for pictures of 64 pixels, with a tokenizer that knows letters alone."""
    import torch
    from transformers import Owlv2Config, Owlv2ForObjectDetection

    torch.manual_seed(0)
    letters = "abcdefghijklmnopqrstuvwxyz"
    tokens = ["<|startoftext|>", "<|endoftext|>", *letters, *(f"{letter}</w>" for letter in letters)]
    sides = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    config = Owlv2Config(
        text_config=sides | {"vocab_size": len(tokens), "bos_token_id": 0, "eos_token_id": 1, "pad_token_id": 1},
        vision_config=sides | {"image_size": 64, "patch_size": 16},
        projection_dim=16,
    )
    Owlv2ForObjectDetection(config).eval().save_pretrained(folder)
    files = {
        "vocab.json": {token: number for number, token in enumerate(tokens)},
        "tokenizer_config.json": {
            "tokenizer_class": "CLIPTokenizer", "bos_token": tokens[0], "eos_token": tokens[1], "unk_token": tokens[1],
            "pad_token": tokens[1], "model_max_length": 16,
        },
        "special_tokens_map.json": {"bos_token": tokens[0], "eos_token": tokens[1], "pad_token": tokens[1]},
        "added_tokens.json": {},
        "preprocessor_config.json": PREPARATION,
    }  # fmt: skip
    for name, content in files.items():
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    (folder / "merges.txt").write_text("#version: 0.2\n", encoding="utf-8")
    return folder
