"""Windows of speech: full, cut where nobody speaks, and every time maps back to where it was."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from analyzer.methods.speech_windows import MARGIN_S, Piece, Window, packed
from analyzer.nouns.media import SPEECH_RATE, Audio, Samples


def audio(sound: NDArray[np.float32]) -> Audio:
    return Audio(Samples(np.round(np.clip(sound, -1, 1) * 32767).astype(np.int16)))


def ramp(seconds: float) -> Audio:
    """A sound whose samples tell their time: 1 ms a step, so that what was read can be traced."""
    return Audio(Samples((np.arange(int(seconds * SPEECH_RATE)) // (SPEECH_RATE // 1000)).astype(np.int16)))


def test_only_speech_is_packed_and_its_sound_is_that_of_its_place() -> None:
    clip = ramp(30.0)
    (window,) = packed(clip, [(1.0, 2.0), (10.0, 11.0), (25.0, 26.0)], 30.0)
    assert window.duration_s == pytest.approx(3 * (1 + 2 * MARGIN_S))
    heard_ms = np.round(window.read(clip) * 32768).astype(int)
    for at_s, clip_s in ((0.0, 0.7), (1.0, 1.7), (1.7, 9.8), (3.3, 24.8)):
        assert heard_ms[int(at_s * SPEECH_RATE)] == pytest.approx(clip_s * 1000, abs=2)


def test_every_time_maps_back() -> None:
    (window,) = packed(ramp(30.0), [(1.0, 2.0), (10.0, 11.0)], 30.0)
    assert window.word_in_clip(0.3, 0.6) == (1.0, 1.3)
    assert window.word_in_clip(1.9, 2.4) == (10.0, 10.5)
    assert window.word_in_clip(1.5, 1.8) == pytest.approx((9.7, 9.9)), "a word over a seam is where its middle is"
    assert window.in_clip(0.3, 2.4) == (1.0, 10.5)
    assert window.in_clip(0.0, 1.6) == (0.7, 2.3), "what ends at a seam ends before it"
    assert window.word_in_clip(2.9, 29.0)[1] == 11.3, "nothing lies behind the sound"


def test_speech_that_nearly_touches_is_not_cut_out() -> None:
    (window,) = packed(ramp(10.0), [(1.0, 2.0), (2.5, 3.0)], 30.0)
    assert window.pieces == (Piece(0.0, 0.7, 3.3),)


def test_margins_end_with_the_clip() -> None:
    (window,) = packed(ramp(2.0), [(0.1, 1.9)], 30.0)
    assert window.pieces == (Piece(0.0, 0.0, 2.0),)


def test_a_window_is_never_longer_than_it_may_be_and_nothing_is_lost() -> None:
    spans = [(5.0 * n, 5.0 * n + 3.1) for n in range(40)]
    windows = packed(ramp(210.0), spans, 30.0)
    assert all(window.duration_s <= 30.0 + 1e-6 for window in windows)
    with_margins = sum(end - start + 2 * MARGIN_S for start, end in spans) - MARGIN_S
    assert sum(window.duration_s for window in windows) == pytest.approx(with_margins), "only the first has no margin before it"
    assert len(windows) <= 6, "148 s of sound fit into five windows, six where they are cut in pauses"
    pieces = [piece for window in windows for piece in window.pieces]
    assert all(a.end_s <= b.start_s for a, b in zip(pieces, pieces[1:], strict=False))


def test_speech_without_a_pause_is_cut_where_it_is_quietest() -> None:
    sound = np.full(50 * SPEECH_RATE, 0.5, np.float32)
    sound[int(26.0 * SPEECH_RATE) : int(26.2 * SPEECH_RATE)] = 0.01
    first, second = packed(audio(sound), [(0.0, 50.0)], 30.0)
    assert 26.0 <= first.pieces[0].end_s <= 26.2
    assert second.pieces[0].start_s == first.pieces[0].end_s and second.pieces[0].end_s == 50.0


def test_no_speech_gives_no_window() -> None:
    assert packed(ramp(3.0), [], 30.0) == []


def test_a_window_of_one_piece_maps_by_its_offset() -> None:
    assert Window((Piece(0.0, 4.0, 6.0),)).in_clip(0.5, 1.5) == (4.5, 5.5)
