"""Packs what is said into windows of a model's length, and maps times in a window back to the clip.

A speech model pays for its whole window whatever is in it, so silence and music between stretches of speech are left out. A
window ends in a pause, or where the sound is quietest when nobody pauses. Nothing here knows what is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.media import SPEECH_RATE, Audio

MARGIN_S = 0.3
"""Sound that is kept on both sides of speech: voice activity is late by up to 0.17 s under noise (measured), and words that
follow each other without any pause are heard wrong (project choice)."""
LAST_PART = 0.25
"""Part at the end of a full window in which a place to cut is looked for (project choice)."""
STEP_S = 0.02
"""Times of Whisper are multiples of this: what ends less behind a seam ends at it
(https://github.com/openai/whisper/blob/main/whisper/audio.py, TOKENS_PER_SECOND)."""
QUIET_S = 0.1
"""Length of the quietest place at which speech without pauses is cut (project choice)."""


@dataclass(frozen=True)
class Piece:
    """A stretch of the clip, [start_s, end_s), that begins at `at_s` in its window."""

    at_s: float
    start_s: float
    end_s: float


@dataclass(frozen=True)
class Window:
    """Stretches of the clip that are heard as one."""

    pieces: tuple[Piece, ...]

    @property
    def duration_s(self) -> float:
        last = self.pieces[-1]
        return last.at_s + last.end_s - last.start_s

    def read(self, audio: Audio) -> NDArray[np.float32]:
        """Its sound, 16 kHz, one channel."""
        return np.concatenate([audio.read(piece.start_s, piece.end_s) for piece in self.pieces])

    def in_clip(self, start_s: float, end_s: float) -> tuple[float, float]:
        """A stretch of the window as a stretch of the clip: both ends within the pieces, what spans several spans them."""
        first, last = self._piece_at(start_s), self._piece_at(end_s, ending=True)
        start_s = first.start_s + min(max(0.0, start_s - first.at_s), first.end_s - first.start_s)
        end_s = last.start_s + min(max(0.0, end_s - last.at_s), last.end_s - last.start_s)
        return round(start_s, 3), round(max(start_s, end_s), 3)

    def word_in_clip(self, start_s: float, end_s: float) -> tuple[float, float]:
        """A word's stretch of the window as one of the clip, within the one piece in which its middle lies."""
        piece = self._piece_at((start_s + end_s) / 2)
        start_s, end_s = (min(max(time_s - piece.at_s, 0.0), piece.end_s - piece.start_s) for time_s in (start_s, end_s))
        return round(piece.start_s + start_s, 3), round(piece.start_s + end_s, 3)

    def _piece_at(self, at_s: float, ending: bool = False) -> Piece:
        """The piece at a time in the window; what ends where a piece begins belongs to the one before."""
        begun = [piece for piece in self.pieces if piece.at_s <= (at_s - STEP_S if ending else at_s)]
        return begun[-1] if begun else self.pieces[0]


def packed(audio: Audio, spans: Iterable[tuple[float, float]], longest_s: float) -> list[Window]:
    """Windows of at most `longest_s` seconds that hold all speech, in order, with a margin of sound around each stretch."""
    windows: list[Window] = []
    waiting = _widened(spans, audio.duration_s)
    while waiting:
        taken, waiting = _filled(audio, waiting, longest_s)
        windows.append(Window(_placed(taken)))
    return windows


def _widened(spans: Iterable[tuple[float, float]], duration_s: float) -> list[tuple[float, float]]:
    """Spans with their margins; what touches then is one stretch."""
    wide: list[tuple[float, float]] = []
    for start_s, end_s in spans:
        start_s, end_s = max(0.0, start_s - MARGIN_S), min(duration_s, end_s + MARGIN_S)
        if wide and start_s <= wide[-1][1]:
            start_s = wide.pop()[0]
        if end_s > start_s:
            wide.append((start_s, end_s))
    return wide


def _filled(
    audio: Audio, spans: Sequence[tuple[float, float]], room_s: float
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """The first spans that fit into a window, and the rest; what does not fit is cut, unless the window is nearly full."""
    taken: list[tuple[float, float]] = []
    left_s = room_s
    for number, (start_s, end_s) in enumerate(spans):
        if end_s - start_s > left_s:
            if taken and left_s < LAST_PART * room_s:
                return taken, list(spans[number:])
            cut_s = _quietest(audio, max(start_s, start_s + left_s - LAST_PART * room_s), start_s + left_s)
            return [*taken, (start_s, cut_s)], [(cut_s, end_s), *spans[number + 1 :]]
        taken.append((start_s, end_s))
        left_s -= end_s - start_s
    return taken, []


def _quietest(audio: Audio, start_s: float, end_s: float) -> float:
    """The middle of the quietest place between two times."""
    size = int(QUIET_S * SPEECH_RATE)
    sound = audio.read(start_s, end_s)
    steps = len(sound) // size
    if not steps:
        return end_s
    levels = np.square(sound[: steps * size].reshape(steps, size)).mean(axis=1)
    return start_s + (int(np.argmin(levels)) + 0.5) * QUIET_S


def _placed(spans: Iterable[tuple[float, float]]) -> tuple[Piece, ...]:
    """Spans one behind the other."""
    pieces: list[Piece] = []
    at_s = 0.0
    for start_s, end_s in spans:
        pieces.append(Piece(at_s, start_s, end_s))
        at_s += end_s - start_s
    return tuple(pieces)
