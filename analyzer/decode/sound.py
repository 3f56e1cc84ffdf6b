"""The sound of one asset while it is decoded: one 16 kHz channel into the spool, loudness and levels of the original channels.

Loudness, range and true peak come from libav's `ebur128` filter (EBU R128, ITU-R BS.1770-4).
"""

from __future__ import annotations

import math
from typing import Any

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.filter import Graph
from numpy.typing import NDArray

from analyzer.decode.spool import Spool
from analyzer.media import SPEECH_RATE

STEP_S = 0.1
"""The ebur128 filter gives a value each 100 ms."""
DIGITAL_SILENCE_DB = -120.0
FULL_SCALE = 32_767 / 32_768
CLIPPED_RUN = 3
"""Samples in a row at full scale that count as clipping: project choice, as single peaks are legitimate."""
GAP_S = 0.05
"""Holes in the time stamps that are filled with silence; smaller ones are jitter."""


def _decibel(value: float) -> float:
    return max(DIGITAL_SILENCE_DB, 20 * math.log10(value)) if value > 0 else DIGITAL_SILENCE_DB


def _array(frame: AudioFrame) -> NDArray[Any]:
    """Samples of shape (channels, samples), or (1, samples x channels) where they are packed."""
    return frame.to_ndarray()


class SoundMeter:
    """Takes the decoded frames of one audio stream in order."""

    def __init__(self, spool: Spool, zero_s: float, end_s: float) -> None:
        self._spool, self._zero_s, self._end_s = spool, zero_s, end_s
        self._graph: Graph | None = None
        self._format: tuple[Any, ...] = ()
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
        layout = (frame.format.name, frame.layout.name, frame.sample_rate)
        if self._graph is None or layout != self._format:
            self._open(frame, layout)
        start_s = self._next_s if frame.pts is None else float(frame.pts * (frame.time_base or 0)) - self._zero_s
        if start_s >= self._end_s:
            return
        gap_s = min(start_s, self._end_s) - self._next_s
        if gap_s > GAP_S:
            self._silence(gap_s)
        frame.pts = None
        for piece in self._planar.resample(frame):
            self._measure(piece)
        for piece in self._mono.resample(frame):
            self._spool.add_audio(_array(piece).reshape(-1))
        self._next_s += frame.samples / frame.sample_rate
        self.seconds = self._next_s

    def close(self) -> dict[str, Any] | None:
        """Flush, write the curves and return the figures; None when there was no sound."""
        if self._graph is None:
            return None
        for piece in self._mono.resample(None):
            self._spool.add_audio(_array(piece).reshape(-1))
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
        if self._graph is not None:
            raise av.error.InvalidDataError(0, "the sound changes its format midway")
        self._format = layout
        self._planar = AudioResampler(format="fltp", layout=frame.layout.name, rate=frame.sample_rate)
        self._mono = AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE)
        self._graph = Graph()
        source = self._graph.add_abuffer(
            sample_rate=frame.sample_rate, format="fltp", layout=frame.layout.name, time_base=frame.time_base
        )
        meter = self._graph.add("ebur128", "metadata=1:peak=true")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()

    def _silence(self, seconds: float) -> None:
        """Put silence where the stream has nothing: before a late start, or in a hole."""
        self._spool.add_audio(np.zeros(round(seconds * SPEECH_RATE), np.int16))
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
