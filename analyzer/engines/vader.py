"""Sentiment of a text by VADER's lexicon and rules, with their known faults mended: of its words, not of a person.

Emoji are taken out first and have valences of their own, for VADER scores the words of their names. Praise that looks like
a negation ("can't recommend it enough"), British spelling, slang and drawn-out words are put into a form that it knows.
Praise beside trouble that is not over, or in a turn that mocks, is not believed. The tables are data beside this file.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib import resources
from typing import Any

from analyzer.engines.runtime import Runtime
from analyzer.engines.texts import Sentiment
from analyzer.nouns.evidence import Message, message
from analyzer.weights.manifests import Manifest

ALPHA = 15.0
"""Sum of valences that makes a strong text, squared (the normalisation of VADER, C. J. Hutto and E. Gilbert, ICWSM 2014,
https://ojs.aaai.org/index.php/ICWSM/article/view/14550)."""
EMOJI = re.compile("[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff☀-➿⬀-⯿⌀-⏿〰〽][\ufe0f\u200d\U0001f3fb-\U0001f3ff♀♂]*")
MODIFIERS = str.maketrans("", "", "\ufe0f\u200d\U0001f3fb\U0001f3fc\U0001f3fd\U0001f3fe\U0001f3ff♀♂")
"""Variation selectors, joiners, skin tones and sexes: they change the picture, not the mood."""
NOISE = re.compile(r"https?://\S+|www\.\S+|@\w+")
QUOTES = str.maketrans("‘’“”", "''\"\"")
SENTENCE = re.compile(r"(?<=[.!?…])\s+|\n+")
DRAWN_OUT = re.compile(r"(\w)\1{2,}")
DOUBTED_SHARE = 0.25
"""Share of a text, in characters, that may be ironic from which its praise is not believed (project choice)."""
MOST_REPEATS = 3
"""The same emoji in a row counts for at most so many (project choice)."""


def load(manifest: Manifest, runtime: Runtime) -> Vader:
    """The analyzer of a manifest."""
    return Vader(manifest.languages, **manifest.settings)


class Vader:
    """Scores text of the lexicon's language."""

    note = message("This is the mood of the words as a word list rates them, not of a person; irony is seldom noticed.")

    def __init__(self, languages: Sequence[str], *, lexicon: str, least_confidence: float, fewest_words: int) -> None:
        """`languages` are those that the lexicon knows, `lexicon` names the file of tables beside this module.

        A mood is named from `least_confidence`, and a text without any is neutral from `fewest_words`.
        """
        from vaderSentiment.vaderSentiment import BOOSTER_DICT, SentimentIntensityAnalyzer, SentiText

        self.languages = tuple(languages)
        self._least_confidence, self._fewest_words = least_confidence, fewest_words
        tables = tomllib.loads((resources.files(__package__) / lexicon).read_text(encoding="utf-8"))
        self._vader: Any = SentimentIntensityAnalyzer()
        self._vader.score_valence = lambda sentiments, text: (sentiments, self._vader._punctuation_emphasis(text))
        self._split: Any = SentiText
        self._emoji: dict[str, float] = {key.translate(MODIFIERS): value for key, value in tables["emoji"].items()}
        self._spelling: list[tuple[str, str]] = list(tables["spelling"].items())
        self._idioms: list[tuple[re.Pattern[str], str]] = []
        words: dict[str, float] = tables["slang"]
        for number, idiom in enumerate(tables["idioms"]):
            token = f"idiom{number:03}"
            self._idioms.append((re.compile(rf"\b(?:{idiom['pattern']})(?!\w)", re.IGNORECASE), token))
            words[token] = idiom["valence"]
        self._vader.lexicon.update(words)
        self._doubted, self._mended = (_any_of(tables["irony"][kind]) for kind in ("doubted", "mended"))
        self._known = self._vader.lexicon.keys() | BOOSTER_DICT.keys()

    def score(self, texts: Sequence[str]) -> list[Sentiment]:
        """Score texts of any length, sentence by sentence."""
        return [self._score(text) for text in texts]

    def _score(self, text: str) -> Sentiment:
        found: list[tuple[str, float]] = []
        total = 0.0
        bare, emoji = self._without_emoji(NOISE.sub(" ", text.translate(QUOTES)))
        sentences = [sentence for sentence in SENTENCE.split(bare) if any(map(str.isalnum, sentence)) or ":" in sentence]
        for sentence in sentences:
            weights, boost = self._of_sentence(sentence)
            found += weights
            part = sum(weight for _, weight in weights)
            total += part + math.copysign(boost, part) * bool(part)
        found += emoji
        total += sum(weight for _, weight in emoji)
        strength = sum(abs(weight) for _, weight in found)
        polarity = round(total / math.sqrt(total * total + ALPHA * max(1, len(sentences)) ** 0.5), 4)
        agreement = abs(sum(weight for _, weight in found)) / strength if strength else 0.0
        confidence = round(agreement * abs(polarity) ** 0.5, 4)
        if confidence >= self._least_confidence:
            if polarity > 0 and self._doubted_share(text) >= DOUBTED_SHARE:
                return Sentiment(None, polarity, confidence, tuple(found), message("Its praise may be meant ironically."))
            return Sentiment("positive" if polarity > 0 else "negative", polarity, confidence, tuple(found))
        if not found and sum(any(map(str.isalpha, word)) for word in text.split()) >= self._fewest_words:
            return Sentiment("neutral", 0.0, 0.0)
        return Sentiment(None, polarity, confidence, tuple(found), _abstains([weight for _, weight in found]))

    def _doubted_share(self, text: str) -> float:
        """Share of a text, in characters, in sentences that speak of trouble that is not over, or that mock."""
        sentences = SENTENCE.split(text.translate(QUOTES))
        doubted = (s for s in sentences if self._doubted.search(s) and not self._mended.search(s))
        return sum(map(len, doubted)) / max(1, sum(map(len, sentences)))

    def _without_emoji(self, text: str) -> tuple[str, list[tuple[str, float]]]:
        """The text without emoji, and those of them that carry a mood."""
        found: list[tuple[str, float]] = []
        repeats: dict[str, int] = {}
        for match in EMOJI.finditer(text):
            emoji = match.group().translate(MODIFIERS)
            repeats[emoji] = repeats.get(emoji, 0) + 1
            if self._emoji.get(emoji) and repeats[emoji] <= MOST_REPEATS:
                found.append((match.group(), round(self._emoji[emoji] / repeats[emoji], 3)))
        return EMOJI.sub(" ", text), found

    def _of_sentence(self, sentence: str) -> tuple[list[tuple[str, float]], float]:
        """Words of a sentence that count with their valences, and what its punctuation adds."""
        phrases: dict[str, list[str]] = {}
        for pattern, token in self._idioms:
            if phrase := pattern.findall(sentence):
                phrases[token], sentence = phrase, pattern.sub(f" {token} ", sentence)
        sentence = " ".join(map(self._spelled, sentence.replace("#", " ").split()))
        weights, emphasis = self._vader.polarity_scores(sentence)
        words = self._split(sentence).words_and_emoticons
        named = [phrases[word].pop(0) if phrases.get(word) else word for word in words]
        return [(word, round(weight, 3)) for word, weight in zip(named, weights, strict=True) if weight], emphasis

    def _spelled(self, word: str) -> str:
        """The word as the lexicon spells it: American, and not drawn out; unchanged where that does not help."""
        bare = word.strip(".,;:!?\"'()*_-")
        form = next((form for form in self._forms(bare) if form.lower() in self._known), bare)
        return word.replace(bare, form) if bare else word

    def _forms(self, word: str) -> Iterator[str]:
        yield word
        if DRAWN_OUT.search(word):
            yield DRAWN_OUT.sub(r"\1\1", word)
            yield DRAWN_OUT.sub(r"\1", word)
        for british, american in self._spelling:
            yield re.sub(british, american, word, flags=re.IGNORECASE)


def _abstains(weights: Sequence[float]) -> Message:
    """Why no mood is named of words with these valences."""
    if not weights:
        return message("The text holds no word that speaks for a mood.")
    if min(weights) < 0 < max(weights):
        return message("Its words speak both for and against.")
    return message("Its words hardly speak for a mood.")


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """One pattern, of whole words and without case, for any of these."""
    return re.compile("|".join(rf"(?<!\w)(?:{pattern})(?!\w)" for pattern in patterns), re.IGNORECASE)
