"""Whisper checkpoints with random weights, in the forms that the engines read: they hear nothing and run all the code."""

from __future__ import annotations

from pathlib import Path
from typing import Any

TINY = {"d_model": 64, "layers": 1, "heads": 2, "ffn": 64}
BASE = {"d_model": 512, "layers": 6, "heads": 8, "ffn": 2048}
"""The size of whisper-base, for benchmarks."""


def for_transformers(folder: Path, size: dict[str, int] = TINY, seed: int = 0, scale: float = 1.0) -> Any:
    """Save a Whisper of that size with the tokenizer that openai-whisper carries; returns the model.

    `scale` multiplies its matrices: those of a fresh model are so small that it says one token on and on.
    """
    import torch
    import whisper
    from transformers import WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration, WhisperTokenizer
    from transformers.convert_slow_tokenizer import TikTokenConverter
    from transformers.tokenization_utils_base import AddedToken
    from whisper.tokenizer import get_encoding

    encoding = get_encoding("multilingual")
    special = sorted(encoding._special_tokens, key=encoding._special_tokens.__getitem__)
    ids = encoding._special_tokens
    ranks = Path(whisper.__file__).parent / "assets" / "multilingual.tiktoken"
    vocabulary, merges = TikTokenConverter(str(ranks)).extract_vocab_merges_from_model(str(ranks))
    tokenizer = WhisperTokenizer(vocab=vocabulary, merges=merges)
    tokenizer.add_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    torch.manual_seed(seed)
    shape = {"layers": size["layers"], "attention_heads": size["heads"], "ffn_dim": size["ffn"]}
    both = {f"{part}_{what}": value for part in ("encoder", "decoder") for what, value in shape.items()}
    config = WhisperConfig(vocab_size=encoding.n_vocab, d_model=size["d_model"], **both)
    model = WhisperForConditionalGeneration(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.mul_(scale)
    languages = {token: number for token, number in ids.items() if ids["<|en|>"] <= number < ids["<|translate|>"]}
    stated = {
        "_from_model_config": False, "lang_to_id": languages, "is_multilingual": True, "max_length": 448,
        "task_to_id": {task: ids[f"<|{task}|>"] for task in ("transcribe", "translate")}, "max_initial_timestamp_index": 50,
        "no_timestamps_token_id": ids["<|notimestamps|>"], "decoder_start_token_id": ids["<|startoftranscript|>"],
        "eos_token_id": ids["<|endoftext|>"], "suppress_tokens": [], "begin_suppress_tokens": [],
        "alignment_heads": [[size["layers"] - 1, head] for head in range(size["heads"])],
    }  # fmt: skip
    for name, value in stated.items():
        setattr(model.generation_config, name, value)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    WhisperFeatureExtractor().save_pretrained(folder)
    return model


def for_ctranslate2(source: Path, folder: Path) -> Path:
    """Convert what `for_transformers` saved, as the repositories of faster-whisper were made; returns the folder."""
    from ctranslate2.converters import TransformersConverter

    files = ["tokenizer.json", "preprocessor_config.json"]
    TransformersConverter(str(source), copy_files=files).convert(str(folder), force=True)
    return folder


def for_openai(path: Path, size: dict[str, int] = TINY, seed: int = 0) -> Path:
    """Save a checkpoint as openai-whisper reads it; returns its path."""
    import torch
    from whisper.model import ModelDimensions, Whisper

    torch.manual_seed(seed)
    wide, layers, heads = size["d_model"], size["layers"], size["heads"]
    dims = ModelDimensions(80, 1500, wide, heads, layers, 51865, 448, wide, heads, layers)
    model = Whisper(dims)
    torch.nn.init.normal_(model.decoder.positional_embedding, std=0.02)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save({"dims": dims.__dict__, "model_state_dict": model.state_dict()}, path)
    return path
