"""A tiny text classifier made from a configuration: a tokenizer of a few words, two layers of BERT or RoBERTa, and ONNX."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing

from analyzer.weights.manifests import Manifest
from tests.weights.test_manifests import FIELDS

WORDS = (
    "i", "love", "hate", "this", "is", "great", "bad", "film", "you", "are", "a", "good", "day", "not", ".", ",", "!", "and",
    "the", "more",
)  # fmt: skip
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]")
MOODS = ("positive", "neutral", "negative")


def tokenizer(folder: Path) -> None:
    """Write a `tokenizer.json` that knows `WORDS`, and truncates and pads as those of the hub may."""
    vocabulary = {word: number for number, word in enumerate((*SPECIAL, *WORDS))}
    made: Any = Tokenizer(WordLevel(vocabulary, unk_token="[UNK]"))
    made.pre_tokenizer = BertPreTokenizer()
    made.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    made.enable_truncation(max_length=8)
    made.enable_padding(length=8, pad_token="[PAD]", pad_id=0)
    made.save(str(folder / "tokenizer.json"))


def model(folder: Path, kind: str = "bert", labels: tuple[str, ...] = MOODS) -> Any:
    """Save a classifier with random weights and its tokenizer into a folder; returns the network."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, RobertaConfig, RobertaForSequenceClassification

    torch.manual_seed(7)
    kinds: Any = {
        "bert": (BertConfig, BertForSequenceClassification), "roberta": (RobertaConfig, RobertaForSequenceClassification),
    }  # fmt: skip
    config_type, network_type = kinds[kind]
    config = config_type(
        vocab_size=len(SPECIAL) + len(WORDS), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
        max_position_embeddings=40, pad_token_id=0, initializer_range=0.6, id2label=dict(enumerate(labels)),
        label2id={name: number for number, name in enumerate(labels)},
    )  # fmt: skip
    network = network_type(config).eval()
    folder.mkdir(parents=True, exist_ok=True)
    network.save_pretrained(folder)
    tokenizer(folder)
    return network


def export(network: Any, folder: Path) -> None:
    """Write the network as `onnx/model.onnx`, with inputs of any size and named as on the hub."""
    import torch

    (folder / "onnx").mkdir(exist_ok=True)
    example = torch.ones((2, 6), dtype=torch.int64)
    names = {"input_ids": {0: "batch", 1: "tokens"}, "attention_mask": {0: "batch", 1: "tokens"}}

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).logits

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Plain(), (example, example), str(folder / "onnx" / "model.onnx"), input_names=list(names),
            output_names=["logits"], dynamic_axes=names | {"logits": {0: "batch"}}, dynamo=False,
        )  # fmt: skip


def manifest(**more: Any) -> Manifest:
    """A manifest of such a model for sentiment; `settings` are added to those that it needs."""
    base = FIELDS | {
        "id": "tiny-text", "task": "sentiment", "engine": "text_classifier", "presets": ["standard"], "package": "tokenizers",
        "source": "hub", "repository": "nobody/tiny-text", "files": ["config.json", "model.safetensors", "tokenizer.json"],
        "languages": ["en"], "batch": {"cpu": 4},
    }  # fmt: skip
    needed = {
        "unknown_token": "[UNK]", "padding_token": "[PAD]", "longest_tokens": 16, "independent_labels": False,
        "least_confidence": 0.0,
    }  # fmt: skip
    return Manifest.model_validate(base | more | {"settings": needed | more.get("settings", {})})
