"""Tiny checkpoints of picture models, built from configurations: BLIP, Florence-2, CLIP, SigLIP and ViT with random weights.

They go through the product's own way from files to results; what they say means nothing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

WORDS = ("a", "an", "the", "person", "dog", "kitchen", "photo", "of", "video", "frame", "in", "on", "with", "and", "what")


def _tokenizer(folder: Path, special: dict[str, str], kind: str, **fields: Any) -> int:
    """Write a tokenizer of whole words with the configuration around it; returns the size of its vocabulary."""
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    vocabulary = {token: n for n, token in enumerate([*special.values(), *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token=special["unk_token"]))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(list(special.values()))
    if start := special.get("bos_token") or special.get("cls_token"):
        end = special.get("eos_token") or special["sep_token"]
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{start} $A {end}", special_tokens=[(start, vocabulary[start]), (end, vocabulary[end])]
        )
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {"tokenizer_class": kind, "model_max_length": 64, **special, **fields}
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")
    return len(vocabulary)


def id_of(word: str, folder: Path) -> int:
    """The number of a word in the tokenizer of a tiny checkpoint."""
    vocabulary: dict[str, int] = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return vocabulary[word]


def blip(folder: Path, tiny: bool = True) -> None:
    """A BLIP for captions, in the files of the hub's repository; the base model's size where it is not to be tiny."""
    from transformers import BlipConfig, BlipForConditionalGeneration, BlipImageProcessorPil

    special = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]", "bos_token": "[DEC]"}
    size = _tokenizer(folder, special, "PreTrainedTokenizerFast")
    text = {
        "vocab_size": size, "hidden_size": 32, "encoder_hidden_size": 32, "intermediate_size": 32, "projection_dim": 16,
        "num_hidden_layers": 1, "num_attention_heads": 2, "max_position_embeddings": 64, "bos_token_id": 4, "eos_token_id": 3,
        "pad_token_id": 0, "sep_token_id": 3,
    }  # fmt: skip
    vision = {
        "hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "image_size": 32,
        "patch_size": 16, "projection_dim": 16,
    }  # fmt: skip
    small = BlipConfig(text_config=text, vision_config=vision, projection_dim=16, image_text_hidden_size=16)
    config = small if tiny else BlipConfig()
    BlipForConditionalGeneration(config).save_pretrained(folder)
    side = config.vision_config.image_size
    BlipImageProcessorPil(size={"height": side, "width": side}).save_pretrained(folder)


def florence(folder: Path) -> None:
    """A Florence-2, in the files of the hub's repository."""
    from transformers import CLIPImageProcessorPil, Florence2Config, Florence2ForConditionalGeneration

    special = {
        "bos_token": "<s>", "pad_token": "<pad>", "eos_token": "</s>", "unk_token": "<unk>", "mask_token": "<mask>",
        "image_token": "<image>",
    }  # fmt: skip
    size = _tokenizer(folder, special, "PreTrainedTokenizerFast", extra_special_tokens={"image_token": "<image>"})
    text = {
        "model_type": "bart", "vocab_size": size, "d_model": 32, "encoder_layers": 1, "decoder_layers": 1,
        "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "encoder_attention_heads": 2, "decoder_attention_heads": 2,
        "max_position_embeddings": 128, "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
        "decoder_start_token_id": 2, "forced_eos_token_id": 2,
    }  # fmt: skip
    vision = {
        "embed_dim": [8, 8, 8, 8], "depths": [1, 1, 1, 1], "num_heads": [2, 2, 2, 2], "num_groups": [2, 2, 2, 2],
        "window_size": 4, "projection_dim": 32, "max_temporal_embeddings": 4, "max_position_embeddings": 10,
    }  # fmt: skip
    config = Florence2Config(text_config=text, vision_config=vision, image_token_id=5)
    network = Florence2ForConditionalGeneration(config)
    network.get_input_embeddings().weight.data[:6] = 0.0  # special tokens, which random weights would choose at once
    network.save_pretrained(folder)
    CLIPImageProcessorPil(size={"height": 64, "width": 64}, do_center_crop=False).save_pretrained(folder)
    written = json.loads((folder / "preprocessor_config.json").read_text(encoding="utf-8"))
    written |= {"image_seq_length": 5, "processor_class": "Florence2Processor"}
    (folder / "preprocessor_config.json").write_text(json.dumps(written), encoding="utf-8")


def clip(folder: Path, tiny: bool = True) -> None:
    """A CLIP, in the files of the hub's repositories; a ViT-B/32 where it is not to be tiny."""
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel

    special = {"unk_token": "<unk>", "bos_token": "<|start|>", "eos_token": "<|end|>", "pad_token": "<pad>"}
    size = _tokenizer(folder, special, "PreTrainedTokenizerFast")
    small = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "projection_dim": 16}
    text = small | {"vocab_size": size, "max_position_embeddings": 32, "bos_token_id": 1, "eos_token_id": 2, "pad_token_id": 3}
    little = CLIPConfig(text_config=text, vision_config=small | {"image_size": 32, "patch_size": 16}, projection_dim=16)
    config = little if tiny else CLIPConfig()
    CLIPModel(config).save_pretrained(folder)
    side = config.vision_config.image_size
    CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size={"height": side, "width": side}).save_pretrained(folder)


def siglip(folder: Path) -> None:
    """A SigLIP of fixed size, as SigLIP 2 is saved, in the files of the hub's repository."""
    from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel

    special = {"pad_token": "<pad>", "eos_token": "<eos>", "bos_token": "<bos>", "unk_token": "<unk>"}
    size = _tokenizer(folder, special, "PreTrainedTokenizerFast")
    small = {"hidden_size": 32, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2}
    text = small | {"vocab_size": size, "max_position_embeddings": 32, "projection_size": 32}
    config = SiglipConfig(text_config=text, vision_config=small | {"image_size": 32, "patch_size": 16})
    SiglipModel(config).save_pretrained(folder)
    SiglipImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)


def vit(folder: Path) -> None:
    """A ViT with two classes, in the files of the hub's repository."""
    from transformers import ViTConfig, ViTForImageClassification, ViTImageProcessorPil

    config = ViTConfig(
        hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, image_size=32, patch_size=16,
        id2label={0: "normal", 1: "nsfw"}, label2id={"normal": 0, "nsfw": 1},
    )  # fmt: skip
    ViTForImageClassification(config).save_pretrained(folder)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(folder)
