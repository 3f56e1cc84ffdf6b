"""What a speech model wrote: what is believed, what is left out and why, and filler words."""

from __future__ import annotations

import pytest

from analyzer.methods.speech_text import Heard, HeardWord, believed, fillers
from analyzer.methods.speech_windows import Piece, Window
from analyzer.nouns.evidence import TranscriptSegment, Word

SPANS = [(1.0, 4.0), (10.0, 14.0)]
WINDOW = Window((Piece(0.0, 1.0, 4.0), Piece(3.0, 10.0, 14.0)))


def heard(text: str, step_s: float = 0.4, confidence: float = 0.9, timed: bool = True, **fields: float) -> Heard:
    """A window in which a word begins every `step_s` seconds."""
    parts = text.split()
    words = tuple(HeardWord(n * step_s, n * step_s + 0.3, f" {part}", confidence) for n, part in enumerate(parts))
    numbers = {"start_s": 0.0, "end_s": len(parts) * step_s, "mean_logprob": -0.2, "no_speech": 0.01} | fields
    return Heard(window=WINDOW, text=text, words=words if timed else (), **numbers)


def reasons(one: Heard) -> list[str]:
    return [dropped.reason for dropped in believed([one], SPANS)[1]]


def test_sentences_and_pauses_part_segments_and_words_keep_their_times() -> None:
    segments, dropped = believed([heard("We begin. Then we go on to something else")], SPANS)
    assert [segment.text for segment in segments] == ["We begin.", "Then we go on to something", "else"]
    assert [(word.text, word.start_s) for word in segments[0].words] == [("We", 1.0), ("begin.", 1.4)]
    assert segments[2].start_s == pytest.approx(10.2), "the word behind the seam is in the second stretch"
    assert segments[0].confidence == 0.9 and dropped == []


def test_without_word_times_a_segment_has_no_words() -> None:
    (segment,), _ = believed([heard("Something was said", timed=False, start_s=0.5, end_s=3.5)], SPANS)
    assert (segment.start_s, segment.end_s, segment.words) == (1.5, 10.5, ())
    assert segment.confidence == pytest.approx(0.8187)


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (heard("you you you you you you you you you you you you you you you you you you you"), "repetitive"),
        (heard("and then we go and then we go and then we go and then we go"), "repetitive"),
        (heard("Thank you. Thank you. Thank you. Thank you. Thank you."), "repetitive"),
        (heard("It was nothing", no_speech=0.8, mean_logprob=-1.2), "no_speech"),
        (heard("Wqx tbn rkl", mean_logprob=-1.7), "guessed"),
        (heard("Sous-titres réalisés par la communauté d'Amara.org"), "credit"),
        (heard("Subtitles by the community"), "credit"),
        (heard("字幕由志愿者提供"), "credit"),
        (heard("Thanks for watching!", no_speech=0.4), "closing"),
        (heard("Merci d’avoir regardé cette vidéo !", confidence=0.2), "closing"),
        (heard("Thank you.", start_s=8.0, end_s=9.0, timed=False, no_speech=0.0), "outside"),
    ],
)
def test_words_that_nobody_said_are_left_out_with_their_reason(one: Heard, reason: str) -> None:
    assert set(reasons(one)) == {reason}


@pytest.mark.parametrize(
    "one",
    [
        heard("Thanks for watching!"),
        heard("It was nothing", no_speech=0.8),
        heard("I always add the subtitles by hand", step_s=0.2),
        heard("No, no, no, that is wrong"),
        heard("Very, very good"),
    ],
)
def test_what_people_do_say_is_kept(one: Heard) -> None:
    assert reasons(one) == []


def test_what_lies_behind_the_sound_of_the_window_is_left_out() -> None:
    one = Heard(WINDOW, 0.0, 30.0, " Bye", -0.2, 0.0, (HeardWord(28.0, 28.5, " Bye", 0.9),))
    assert reasons(one) == ["outside"]


def test_segments_come_in_order_of_time() -> None:
    late, early = heard("later", start_s=4.0, end_s=5.0, timed=False), heard("sooner", start_s=0.0, end_s=1.0, timed=False)
    assert [segment.text for segment in believed([late, early], SPANS)[0]] == ["sooner", "later"]


def test_fillers_are_found_with_their_times() -> None:
    texts = ["Um,", "so", "you", "know,", "it", "is,", "UH,", "umbrella", "like", "you"]
    words = tuple(Word(start_s=float(n), end_s=n + 0.5, text=text) for n, text in enumerate(texts))
    segment = TranscriptSegment(start_s=0.0, end_s=10.0, text=" ".join(texts), words=words)
    assert fillers([segment], "en") == [(0.0, "um"), (2.0, "you know"), (6.0, "uh")]


def test_fillers_without_word_times_have_that_of_the_segment() -> None:
    segment = TranscriptSegment(start_s=3.0, end_s=5.0, text="Euh, c’est ça")
    assert fillers([segment], "fr") == [(3.0, "euh")] and fillers([segment], "en") == []


def test_a_language_without_a_list_is_not_counted() -> None:
    assert fillers([], "fi") is None
