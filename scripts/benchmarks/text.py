"""Cost of text classification at real size with random weights: ours against the plain call of transformers, as ratios.

    python scripts/benchmark.py text [--rounds N] [--comments N]

The network is a multilingual DistilBERT as that of the manifests (six layers of 768, 119,547 tokens) with random weights;
comments are tweets of `../shared/data`, whose lengths are real. The figure is processor seconds without those of loading. The
chain is `transformers.pipeline`, one comment at a time as it does by default, and with the batch that people set. The int8
graph is quantised here, by onnxruntime, from the same weights.
"""

from __future__ import annotations

import statistics
import time
import warnings
from typing import Any

from analyzer.engines.runtime import Runtime
from analyzer.weights.manifests import Manifest, named
from benchmarks.arms import CACHE, DATA, answer, in_turns, options, spread

FOLDER = CACHE / "text"
TWEETS = DATA / "text" / "tweets_GroundTruth.txt"
TORCH, LIGHT = "distilbert-multilingual-sentiments", "distilbert-multilingual-sentiments-int8"
OURS = ("ours, torch", "ours, ONNX", "ours, ONNX int8")
CHAINS = ("pipeline", "pipeline, batches of 16")


def comments(count: int) -> list[str]:
    lines = TWEETS.read_text(encoding="utf-8", errors="replace").splitlines()[:count]
    return [line.split("\t", 2)[2] for line in lines]


def build() -> None:
    """Write a network of real size with random weights, a tokenizer of real size over the tweets, and both ONNX graphs."""
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import DistilBertConfig, DistilBertForSequenceClassification, PreTrainedTokenizerFast

    (FOLDER / "onnx").mkdir(parents=True, exist_ok=True)
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    words: Any = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    words.train_from_iterator(comments(4000), trainers.WordPieceTrainer(vocab_size=12_000, special_tokens=special))
    words.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    names = {"pad_token": "[PAD]", "unk_token": "[UNK]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_object=words, model_max_length=512, **names).save_pretrained(FOLDER)
    torch.manual_seed(0)
    labels = dict(enumerate(("positive", "neutral", "negative")))
    config = DistilBertConfig(vocab_size=119_547, id2label=labels, label2id={name: n for n, name in labels.items()})
    network = DistilBertForSequenceClassification(config).eval()
    network.save_pretrained(FOLDER)

    class Plain(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, input_ids: Any, attention_mask: Any) -> Any:
            return self.network(input_ids=input_ids, attention_mask=attention_mask).logits

    example = torch.ones((2, 8), dtype=torch.int64)
    axes = {name: {0: "batch", 1: "tokens"} for name in ("input_ids", "attention_mask")}
    graph = FOLDER / "onnx" / "model.onnx"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Plain(), (example, example), str(graph), input_names=list(axes), output_names=["logits"],
            dynamic_axes=axes | {"logits": {0: "batch"}}, dynamo=False,
        )  # fmt: skip
    quantize_dynamic(graph, FOLDER / "onnx" / "model_quantized.onnx", weight_type=QuantType.QInt8)


def engine(arm: str) -> Any:
    """The product's engine of an arm, with the settings of the manifest that it stands for."""
    from analyzer.engines import onnx_text, text_classifier

    if arm == "ours, torch":
        return text_classifier.load(named(TORCH), Runtime(FOLDER, "cpu"))
    manifest: Manifest = named(LIGHT)
    if arm == "ours, ONNX":
        manifest = manifest.model_copy(update={"files": ("config.json", "tokenizer.json", "onnx/model.onnx")})
    return onnx_text.load(manifest, Runtime(FOLDER, "cpu"))


def run_arm(arm: str, count: int) -> dict[str, Any]:
    """Processor seconds of one pass over the comments, and the polarities."""
    texts = comments(count)
    if arm in OURS:
        model = engine(arm)
        began = time.process_time()
        polarities = [answer.polarity for answer in model.score(texts)]
    else:
        import torch
        from transformers import pipeline

        torch.set_grad_enabled(False)
        chain: Any = pipeline("text-classification", model=str(FOLDER), device="cpu", top_k=None)
        began = time.process_time()
        answers = chain(texts, **({"batch_size": 16} if "16" in arm else {}))
        found = [{entry["label"]: entry["score"] for entry in answer} for answer in answers]
        polarities = [round(answer["positive"] - answer["negative"], 4) for answer in found]
    return {"cpu": time.process_time() - began, "polarities": polarities}


def main(words: list[str]) -> None:
    parser = options(__doc__)
    parser.add_argument("--comments", type=int, default=300)
    chosen = parser.parse_args(words)
    if chosen.arm:
        answer(run_arm(chosen.arm, chosen.comments))
        return
    if not (FOLDER / "onnx" / "model_quantized.onnx").is_file():
        build()
    found = in_turns("text", (*OURS, *CHAINS), chosen.rounds, "--comments", str(chosen.comments))
    cpu = {arm: statistics.median(one.answer["cpu"] for one in runs) for arm, runs in found.items()}
    reference = found["pipeline"][0].answer["polarities"]
    print(f"{chosen.comments} comments, median of {chosen.rounds}: processor seconds (spread), largest difference of polarity")
    for arm, runs in found.items():
        differs = max(abs(a - b) for a, b in zip(runs[0].answer["polarities"], reference, strict=True))
        ratios = ", ".join(f"{cpu[arm] / cpu[chain]:.2f} x {chain}" for chain in CHAINS) if arm in OURS else ""
        print(f"  {arm:26} {cpu[arm]:7.2f} ({spread(one.answer['cpu'] for one in runs)})  {differs:.4f}  {ratios}")
