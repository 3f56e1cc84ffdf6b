"""What every speech-to-text engine does around its model, with a model that knows its words: gating, language, times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pytest

from analyzer.engines.listening import Sound, listen
from analyzer.methods.speech_text import Heard, HeardWord
from analyzer.methods.speech_windows import Window
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.media import SPEECH_RATE, Audio, Samples
from analyzer.nouns.signal import Transcribed

SETTINGS = {"least_language_probability": 0.5, "language_windows": 3}
WORDS = {"alpha": 2.0, "bravo": 10.0, "charlie": 10.6, "delta": 40.0}
"""Words and when they are said; each is a burst of its own level, so that the model below can hear which one it is."""
SPANS = [(1.9, 2.5), (9.9, 11.2), (39.9, 40.5)]


def audio() -> Audio:
    sound = np.zeros(45 * SPEECH_RATE, np.int16)
    for number, start_s in enumerate(WORDS.values(), 1):
        sound[int(start_s * SPEECH_RATE) : int((start_s + 0.4) * SPEECH_RATE)] = number * 5000
    return Audio(Samples(sound))


def hearing(window: Window) -> Heard:
    """What the model hears in a window: the bursts in its sound, at their times in the window."""
    sound = np.round(window.read(audio()) * 32768 / 5000).astype(int)
    words = []
    for number, name in enumerate(WORDS, 1):
        places = np.flatnonzero(sound == number)
        if len(places):
            words.append(HeardWord(places[0] / SPEECH_RATE, (places[-1] + 1) / SPEECH_RATE, f" {name}", 0.9))
    words.sort(key=lambda word: word.start_s)
    return Heard(window, 0.0, window.duration_s, "".join(word.text for word in words), -0.1, 0.0, tuple(words))


def run(window_s: float = 30.0, language: str | None = None, languages: Sequence[tuple[str, float]] = (("en", 0.9),)) -> Any:
    """What is transcribed, how many windows were heard, and how often the language was asked for."""
    heard: list[Window] = []
    detected: list[int] = []

    def detect(sound: Sound) -> tuple[str, float]:
        detected.append(len(sound))
        return languages[min(len(detected), len(languages)) - 1]

    def hear(windows: Sequence[Window], spoken: str) -> Iterator[Heard]:
        for window in windows:
            heard.append(window)
            yield hearing(window)

    found: Transcribed = listen(audio(), SPANS, language, window_s=window_s, settings=SETTINGS, detect=detect, hear=hear)
    return found, heard, detected


@pytest.mark.parametrize("window_s", [30.0, 3.0, 2.0])
def test_words_are_where_they_were_said_however_they_were_packed(window_s: float) -> None:
    found, heard, _ = run(window_s)
    words = [(word.text, word.start_s) for segment in found.segments for word in segment.words]
    assert [text for text, _ in words] == list(WORDS)
    assert [start_s for _, start_s in words] == pytest.approx(list(WORDS.values()), abs=0.002)
    assert sum(window.duration_s for window in heard) == pytest.approx(2.5 + 6 * 0.3, abs=0.01), "3 of 45 s are speech"


def test_a_pause_parts_segments() -> None:
    assert [segment.text for segment in run()[0].segments] == ["alpha", "bravo charlie", "delta"]


def test_the_language_is_that_of_the_first_clear_window() -> None:
    found, _, detected = run(1.3, languages=[("la", 0.2), ("fr", 0.8), ("en", 0.99)])
    assert (found.language, found.language_probability, len(detected)) == ("fr", 0.8, 2)


def test_a_language_that_was_given_is_not_asked_for() -> None:
    found, _, detected = run(language="de")
    assert (found.language, found.language_probability, detected) == ("de", 1.0, [])


def test_words_in_an_unclear_language_are_not_written_down() -> None:
    with pytest.raises(Unavailable, match="language of what is said is not clear: la at 30%") as error:
        run(1.3, languages=[("la", 0.3), ("fr", 0.2), ("en", 0.1)])
    assert error.value.code == "unclear_language"
