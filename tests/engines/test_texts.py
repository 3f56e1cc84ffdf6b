"""What text engines share: nothing cut off, little padding, answers weighed by length, and silence where signs are unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.engines.texts import Classifier, Ids
from analyzer.nouns.errors import Unavailable
from tests.engines import tiny_text


class Network:
    """Speaks for the first label by the count of `love`, for the last by that of `hate`; remembers what it was given."""

    def __init__(self, room: int = 100) -> None:
        self.given: list[tuple[Ids, Ids]] = []
        self.room = room

    def run(self, ids: Ids, mask: Ids) -> Any:
        if len(ids) > self.room:
            raise MemoryError
        self.given.append((ids, mask))
        love, hate = (((ids == 4 + tiny_text.WORDS.index(word)) * mask).sum(axis=1) for word in ("love", "hate"))
        return np.stack([4.0 * love, np.zeros(len(ids)), 4.0 * hate], axis=1).astype(np.float32)


def made(folder: Path, network: Network, labels: tuple[str, ...] = tiny_text.MOODS, **settings: Any) -> Classifier:
    tiny_text.tokenizer(folder)
    (folder / "config.json").write_text(json.dumps({"id2label": dict(enumerate(labels))}), encoding="utf-8")
    return Classifier(tiny_text.manifest(settings=settings), folder, network.run, "cpu", "float32")


def test_a_text_gets_the_mood_of_its_likeliest_label(tmp_path: Path) -> None:
    found = made(tmp_path, Network()).score(["I love this film", "i hate this", "this is a film"])
    assert [answer.label for answer in found] == ["positive", "negative", "positive"]
    assert found[0].polarity > 0.9 and found[1].polarity < -0.9 and found[2].confidence == pytest.approx(1 / 3, abs=1e-4)


def test_an_answer_below_the_least_confidence_is_none(tmp_path: Path) -> None:
    (found,) = made(tmp_path, Network(), least_confidence=0.6).score(["this is a film"])
    assert found.label is None and "not sure: 33%" in str(found.unsure)


def test_a_text_that_is_too_long_is_divided_and_nothing_is_cut_off(tmp_path: Path) -> None:
    network = Network()
    words = [tiny_text.WORDS[number] for number in np.random.default_rng(1).integers(0, 20, 200)]
    made(tmp_path, network).score([" ".join(words)])
    pieces = [row[kept == 1][1:-1] for ids, mask in network.given for row, kept in zip(ids, mask, strict=True)]
    assert max(map(len, pieces)) <= 14 and len(set(map(tuple, pieces))) == len(pieces)
    read = sorted(int(token) - 4 for piece in pieces for token in piece)
    assert read == sorted(map(tiny_text.WORDS.index, words))


def test_pieces_are_weighed_by_their_lengths(tmp_path: Path) -> None:
    engine = made(tmp_path, Network())
    for_it, long_text = "i love this film and love this day . ", "the day is a day and a day is the day . "
    (one,), (other,) = engine.score([for_it]), engine.score([long_text])
    (both,) = engine.score([for_it + long_text])
    assert both.polarity == pytest.approx((one.polarity * 11 + other.polarity * 14) / 25, abs=1e-3)


def test_texts_of_like_length_run_together_and_each_different_one_once(tmp_path: Path) -> None:
    network = Network()
    texts = ["love", "i love this film and you", "hate", "i hate this film and you", "love", "love !"] * 3
    found = made(tmp_path, network).score(texts)
    assert [ids.shape for ids, _ in network.given] == [(4, 8), (1, 3)]
    assert [answer.label for answer in found] == ["positive", "positive", "negative", "negative", "positive", "positive"] * 3


def test_when_memory_runs_out_smaller_batches_give_the_same(tmp_path: Path) -> None:
    texts = ["love", "i love this", "hate this", "the film", "a day", "i love you and the day"]
    small = Network(room=1)
    assert made(tmp_path, small).score(texts) == made(tmp_path, Network()).score(texts)
    assert all(len(ids) == 1 for ids, _ in small.given)


def test_a_text_of_unknown_signs_gets_no_answer(tmp_path: Path) -> None:
    engine = made(tmp_path, Network(), thresholds={"positive": 0.5})
    assert engine.classify(["🔥 🔥", "qqq zzz love", "", "love this qqq"])[:3] == [{}, {}, {}]
    assert engine.classify(["love this qqq"])[0]["positive"] > 0.9
    (found,) = engine.score(["🔥 🔥"])
    assert found.label is None and "signs" in str(found.unsure)


def test_only_labels_with_a_threshold_are_spoken_of(tmp_path: Path) -> None:
    engine = made(tmp_path, Network(), thresholds={"insult": 0.5}, labels=("insult", "female", "threat"))
    assert engine.classify(["i love you"]) == [{"insult": pytest.approx(0.9647, abs=1e-3)}]


def test_labels_that_do_not_exclude_each_other_have_probabilities_of_their_own(tmp_path: Path) -> None:
    thresholds = {"a": 0.5, "b": 0.5, "c": 0.5}
    engine = made(tmp_path, Network(), labels=("a", "b", "c"), thresholds=thresholds, independent_labels=True)
    (found,) = engine.classify(["love hate"])
    assert found == {"a": pytest.approx(0.982, abs=1e-3), "b": 0.5, "c": pytest.approx(0.982, abs=1e-3)}


def test_weights_with_other_labels_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="tiny-text have other labels: LABEL_0, LABEL_1"):
        made(tmp_path, Network(), labels=("LABEL_0", "LABEL_1"))


def test_a_text_without_end_is_divided_before_it_is_read(tmp_path: Path) -> None:
    (found,) = made(tmp_path, Network()).score(["love" * 60_000])
    assert found.label is None
