"""The sound of one asset while it is decoded: one 16 kHz channel into the spool, loudness and levels of the original channels.

Loudness, range and true peak come from libav's `ebur128` filter (EBU R128, ITU-R BS.1770-4).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph
from numpy.typing import NDArray

from analyzer.nouns.media import SPEECH_RATE
from analyzer.read.decode.spool import Spool, note

STEP_S = 0.1
"""The ebur128 filter gives a value each 100 ms."""
DIGITAL_SILENCE_DB = -120.0
FULL_SCALE = 32_767 / 32_768
CLIPPED_RUN = 3
"""Samples in a row at full scale that count as clipping: project choice, as single peaks are legitimate."""
GAP_S = 0.05
"""Holes in the time stamps that are filled with silence; smaller ones are jitter."""
SILENCE_S = 60.0
"""Silence is written in pieces of this length."""
STRAY_S = 600.0
"""Sound that begins further from the picture than this has wrong time stamps."""
CHANGED = "The sound changes its format at {seconds:.1f} s: from there it is converted to the first one."
LOUDEST = 64.0
"""Samples are held within this amplitude (36 dB over full scale); what lies beyond is damage."""


def _decibel(value: float) -> float:
    return max(DIGITAL_SILENCE_DB, 20 * math.log10(value)) if value > 0 else DIGITAL_SILENCE_DB


def _array(frame: AudioFrame) -> NDArray[Any]:
    """Samples of shape (channels, samples), or (1, samples x channels) where they are packed."""
    return frame.to_ndarray()


def _sane(frame: AudioFrame) -> AudioFrame:
    """The frame; a copy without the infinite and absurd samples that damaged float sound has."""
    if frame.format.name not in ("flt", "fltp", "dbl", "dblp"):
        return frame
    samples = _array(frame)
    if float(np.abs(samples).max(initial=0.0)) <= LOUDEST:
        return frame
    held = np.clip(np.nan_to_num(samples, posinf=LOUDEST, neginf=-LOUDEST), -LOUDEST, LOUDEST)
    copy = AudioFrame.from_ndarray(held, frame.format.name, frame.layout.name)
    copy.sample_rate, copy.time_base = frame.sample_rate, frame.time_base
    return copy


class SoundMeter:
    """Takes the decoded frames of one audio stream in order."""

    def __init__(self, spool: Spool, zero_s: float, end_s: float) -> None:
        self._spool, self._zero_s, self._end_s = spool, zero_s, end_s
        self._graph: Graph | None = None
        self._format: tuple[Any, ...] = ()
        self._target: tuple[str, int] = ("", 0)
        """Layout and rate of the first frame, in which everything is measured."""
        self.notes: list[dict[str, Any]] = []
        self._next_s = 0.0
        self._momentary: list[float] = []
        self._levels: list[float] = []
        self._rest = np.zeros((1, 0), np.float32)
        self._summary: dict[str, float] = {}
        self._sample_peak = 0.0
        self._run = 0
        self._clipped_runs = 0
        self.seconds = 0.0

    def add(self, frame: AudioFrame) -> None:
        """Measure one frame; its presentation time decides where it lies."""
        if not frame.samples or not frame.sample_rate:
            return
        start_s = self._start_of(frame)
        if max(start_s, self._next_s) >= self._end_s:
            return
        frame.pts = None
        frame = _sane(frame)
        layout = (frame.format.name, frame.layout.name, frame.sample_rate)
        if layout != self._format:
            self._open(frame, layout)
        gap_s = start_s - self._next_s
        if gap_s > GAP_S:
            self._silence(gap_s)
        self._next_s += frame.samples / frame.sample_rate
        self.seconds = self._next_s
        self._take(frame)

    def _start_of(self, frame: AudioFrame) -> float:
        """Seconds from the start of the asset; a first frame that lies nowhere near it is taken for the start."""
        if frame.pts is None or not frame.time_base:
            return self._next_s
        start_s = float(frame.pts * frame.time_base) - self._zero_s
        if self._graph is None and abs(start_s) > STRAY_S:
            self._zero_s += start_s
            self.notes.append(note("The time stamps of the sound are damaged: it is taken to begin at 0 s."))
            return 0.0
        return start_s

    def _take(self, frame: AudioFrame | None) -> None:
        """Pass a frame on to the measurements and the spool; None flushes what the resamplers hold."""
        for piece in filter(None, self._planar.resample(frame)):
            self._measure(piece)
        for piece in filter(None, self._mono.resample(frame)):
            self._spool.add_audio(_array(piece).reshape(-1))

    def close(self) -> dict[str, Any] | None:
        """Flush, write the curves and return the figures; None when there was no sound."""
        if self._graph is None:
            return None
        self._take(None)
        self._graph.push(None)
        self._drain()
        if self._rest.shape[1]:
            self._level(self._rest)
        self._spool.curves(np.asarray(self._momentary, np.float32), np.asarray(self._levels, np.float32))
        integrated = self._summary.get("I")
        loud = integrated is not None and integrated > -69.9 and self.seconds >= 0.4
        return {
            "integrated_lufs": integrated if loud else None,
            "range_lu": self._summary.get("LRA") if loud else None,
            "true_peak_dbtp": _decibel(self._summary["peak"]) if self._summary.get("peak") else None,
            "sample_peak_dbfs": _decibel(self._sample_peak) if self._sample_peak else None,
            "clipped_runs": self._clipped_runs,
            "step_s": STEP_S,
        }

    def _open(self, frame: AudioFrame, layout: tuple[Any, ...]) -> None:
        """Set up for a format; one that comes midway is brought to the first."""
        if self._graph is None:
            self._target = (frame.layout.name, frame.sample_rate)
            graph = self._meter_of(frame)
        else:
            self._take(None)
            graph = self._graph
            if not any(said["text"] == CHANGED for said in self.notes):
                self.notes.append(note(CHANGED, seconds=self._next_s))
        self._planar = AudioResampler(format="fltp", layout=self._target[0], rate=self._target[1])
        self._mono = AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE)
        self._graph, self._format = graph, layout

    @staticmethod
    def _meter_of(frame: AudioFrame) -> Graph:
        graph = Graph()
        source = graph.add_abuffer(
            sample_rate=frame.sample_rate, format="fltp", layout=frame.layout.name, time_base=frame.time_base
        )
        meter = graph.add("ebur128", "metadata=1:peak=true")
        sink = graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        graph.configure()
        return graph

    def _silence(self, seconds: float) -> None:
        """Put silence where the stream has nothing: before a late start, or in a hole."""
        left = round(seconds * SPEECH_RATE)
        while left > 0:
            piece = min(left, int(SILENCE_S * SPEECH_RATE))
            self._spool.add_audio(np.zeros(piece, np.int16))
            left -= piece
        steps = round(seconds / STEP_S)
        self._levels.extend([DIGITAL_SILENCE_DB] * steps)
        self._momentary.extend([DIGITAL_SILENCE_DB] * steps)
        self._next_s += seconds

    def _measure(self, piece: AudioFrame) -> None:
        assert self._graph is not None
        samples = _array(piece)
        self._clipping(samples)
        self._levels_of(samples, piece.sample_rate)
        self._graph.push(piece)
        self._drain()

    def _drain(self) -> None:
        assert self._graph is not None
        while True:
            try:
                frame = self._graph.pull()
            except (BlockingIOError, EOFError):
                return
            facts = frame.metadata
            if "lavfi.r128.M" in facts:
                self._momentary.append(max(DIGITAL_SILENCE_DB, float(facts["lavfi.r128.M"])))
                self._summary = {
                    "I": float(facts.get("lavfi.r128.I", "nan")),
                    "LRA": float(facts.get("lavfi.r128.LRA", "nan")),
                    "peak": max(
                        [self._summary.get("peak", 0.0)]
                        + [float(value) for key, value in facts.items() if key.startswith("lavfi.r128.true_peak")]
                    ),
                }

    def _clipping(self, samples: NDArray[np.float32]) -> None:
        peak = np.abs(samples).max(axis=0)
        self._sample_peak = max(self._sample_peak, float(peak.max()))
        full = peak >= FULL_SCALE
        if not full.any():
            self._run = 0
            return
        edges = np.flatnonzero(np.diff(np.concatenate(([False], full, [False])).astype(np.int8)))
        for start, stop in edges.reshape(-1, 2):
            before = self._run if start == 0 else 0
            length = int(stop - start) + before
            self._clipped_runs += before < CLIPPED_RUN <= length
            self._run = length if stop == len(full) else 0
        if not full[-1]:
            self._run = 0

    def _levels_of(self, samples: NDArray[np.float32], rate: int) -> None:
        step = max(1, round(rate * STEP_S))
        joined = np.concatenate((self._rest, samples), axis=1) if self._rest.shape[1] else samples
        whole = joined.shape[1] // step
        for index in range(whole):
            self._level(joined[:, index * step : (index + 1) * step])
        self._rest = joined[:, whole * step :].copy()

    def _level(self, samples: NDArray[np.float32]) -> None:
        self._levels.append(_decibel(float(np.sqrt((samples**2).mean(axis=1).max()))))
