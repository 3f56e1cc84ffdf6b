"""What the text engines share: text in pieces that fit a model, pieces of like length together, answers put together again.

Nothing is cut off: a text longer than a model takes is divided where a sentence ends, else between words, and the answers
about its parts are weighed by their lengths. A text whose signs a model mostly does not know gets no answer.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import batch_of, in_batches
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import Message, message
from analyzer.weights.manifests import Manifest

Mood = Literal["positive", "neutral", "negative"]
MOODS: tuple[Mood, ...] = get_args(Mood)
Ids = NDArray[np.int64]
Run = Callable[[Ids, Ids], NDArray[np.float32]]
"""Token ids and their mask, both (texts, tokens), to logits (texts, classes)."""

SENTENCE_END = re.compile(r"[.!?…。！？]\s+|\n+")
MOST_UNKNOWN = 0.5
"""Share of a text's tokens that a model may not know and still speak of it (project choice)."""
LONGER_THAN_ANY = 100_000
"""Characters above which a piece of text is divided before it is made into tokens, so that no input is slow."""


@dataclass(frozen=True)
class Sentiment:
    """What a model reads out of a text, or why it abstains."""

    label: Mood | None
    """None where it is not sure."""
    polarity: float
    """-1 against to 1 for."""
    confidence: float
    """0..1."""
    words: tuple[tuple[str, float], ...] = ()
    """Words and emoji that count with their weights, where the model knows them."""
    unsure: Message | None = None
    """Why there is no label."""


class Classifier:
    """A text classifier of any library: `run` makes logits of token ids, the rest is here."""

    note = message("This is the mood of the words as a model reads them, not of a person; it can take irony at its word.")

    def __init__(self, manifest: Manifest, folder: Path, run: Run, device: str, precision: str) -> None:
        """`device` and `precision` are those of `run`; tokenizer and labels are read from the folder of the weights."""
        from tokenizers import Tokenizer

        self.languages, self.device, self.precision = manifest.languages, device, precision
        self._labels = _labels(manifest, folder)
        self._tokenizer: Any = Tokenizer.from_file(str(_file(folder, manifest, "tokenizer.json")))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        self._unknown = self._tokenizer.token_to_id(manifest.settings["unknown_token"])
        self._padding = self._tokenizer.token_to_id(manifest.settings["padding_token"])
        self._longest: int = manifest.settings["longest_tokens"]
        self._independent: bool = manifest.settings["independent_labels"]
        self._run, self._batch = run, batch_of(manifest, device)
        self.thresholds: dict[str, float] = manifest.settings.get("thresholds", {})
        """From which probability a label counts; what has none is never spoken of."""
        self._least_confidence: float = manifest.settings.get("least_confidence", 0.0)

    def classify(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """The probability of each label that has a threshold, for each text; empty where the model does not know its signs."""
        answers = self._answers(texts)
        return [{name: answer[name] for name in self.thresholds} if answer else {} for answer in answers]

    def score(self, texts: Sequence[str]) -> list[Sentiment]:
        """The sentiment of each text, for a model whose labels are positive, neutral and negative."""
        return [self._sentiment(answer) for answer in self._answers(texts)]

    def _sentiment(self, answer: dict[str, float]) -> Sentiment:
        if not answer:
            return Sentiment(None, 0.0, 0.0, unsure=message("The model does not know the signs of this text."))
        mood = max(MOODS, key=lambda name: answer[name])
        polarity, confidence = round(answer["positive"] - answer["negative"], 4), round(answer[mood], 4)
        if confidence < self._least_confidence:
            sentence = message("The model is not sure: {share:.0%} for its best answer.", share=confidence)
            return Sentiment(None, polarity, confidence, unsure=sentence)
        return Sentiment(mood, polarity, confidence)

    def _answers(self, texts: Sequence[str]) -> list[dict[str, float]]:
        """Probabilities by label for each text, the mean over its pieces weighed by their tokens."""
        pieces = [list(self._pieces(text)) for text in texts]
        known = self._probabilities({ids for parts in pieces for ids in parts if self._knows(ids)})
        return [self._of_pieces([(known[ids], len(ids)) for ids in parts if ids in known]) for parts in pieces]

    def _of_pieces(self, pieces: Sequence[tuple[NDArray[np.float64], int]]) -> dict[str, float]:
        """Probabilities by label of one text, from those of its pieces with their lengths."""
        if not pieces:
            return {}
        mean = np.average([found for found, _ in pieces], axis=0, weights=[length for _, length in pieces])
        return {name: round(float(p), 4) for name, p in zip(self._labels, mean, strict=True)}

    def _pieces(self, text: str) -> Iterator[tuple[int, ...]]:
        """Token ids of the parts of a text that fit the model, special tokens included."""
        if len(text) <= LONGER_THAN_ANY:
            ids = tuple(self._tokenizer.encode(text).ids)
            if len(ids) <= self._longest or len(text) < 2:
                yield ids
                return
        at = _middle(text)
        for part in (text[:at].strip(), text[at:].strip()):
            if part:
                yield from self._pieces(part)

    def _knows(self, ids: tuple[int, ...]) -> bool:
        special = self._tokenizer.num_special_tokens_to_add(False)
        return ids.count(self._unknown) <= MOST_UNKNOWN * (len(ids) - special) and len(ids) > special

    def _probabilities(self, pieces: Iterable[tuple[int, ...]]) -> dict[tuple[int, ...], NDArray[np.float64]]:
        """Probabilities of the labels for each different piece, the longest first, so that a batch wastes little on padding."""
        ordered = sorted(pieces, key=lambda ids: (-len(ids), ids))
        return dict(zip(ordered, in_batches(ordered, self._batch, self._run_batch), strict=True))

    def _run_batch(self, batch: Sequence[tuple[int, ...]]) -> Sequence[NDArray[np.float64]]:
        longest = max(map(len, batch))
        ids = np.full((len(batch), longest), self._padding, np.int64)
        mask = np.zeros_like(ids)
        for row, piece in enumerate(batch):
            ids[row, : len(piece)], mask[row, : len(piece)] = piece, 1
        logits = self._run(ids, mask).astype(np.float64)
        if self._independent:
            return list(1 / (1 + np.exp(-logits)))
        grown = np.exp(logits - logits.max(axis=1, keepdims=True))
        return list(grown / grown.sum(axis=1, keepdims=True))


def _middle(text: str) -> int:
    """Where to divide a text: where a sentence ends in its middle half, else between words there, else in the middle."""
    half, quarter = len(text) // 2, len(text) // 4
    for pattern in (SENTENCE_END, re.compile(r"\s+")):
        ends = [match.end() for match in pattern.finditer(text, quarter, len(text) - quarter)]
        if ends:
            return min(ends, key=lambda end: abs(end - half))
    return half


def _file(folder: Path, manifest: Manifest, name: str) -> Path:
    """The file of that name among those of the manifest, in whatever folder of the repository it lies."""
    return folder / next(file for file in manifest.files if file.rpartition("/")[2] == name)


def _labels(manifest: Manifest, folder: Path) -> tuple[str, ...]:
    """Names of the classes by their number; raises `Unavailable` where they are not those that the manifest speaks of."""
    labels = manifest.labels
    if not labels:
        names: dict[str, str] = json.loads(_file(folder, manifest, "config.json").read_text(encoding="utf-8"))["id2label"]
        labels = tuple(names[number] for number in sorted(names, key=int))
    if not {*manifest.settings.get("thresholds", MOODS)} <= {*labels}:
        sentence = message(
            "The weights of the model {model} have other labels: {labels}.", model=manifest.id, labels=", ".join(labels)
        )
        raise Unavailable("other_labels", sentence)
    return labels
