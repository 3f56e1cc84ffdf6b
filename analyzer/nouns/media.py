"""What one decode pass leaves of an asset: a thumbnail of every frame, the kept frames, the sound, the container's facts.

The arrays of a long clip stay on disk and are read piece by piece, so that memory does not grow with duration. This file
opens nothing itself: `analyzer.read.open_media` makes a `Media` of a file, tests make one of arrays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.evidence import Cue, Message
from analyzer.nouns.report import Asset

SPEECH_RATE = 16_000
"""Samples a second of `Audio`: what voice activity and speech engines take."""


class Samples:
    """An array of equal records, in memory or in an open file of raw bytes, that is read by slices of its first axis.

    Of a file the number of records is given; `read` raises `OSError` where it does not hold them.
    """

    def __init__(
        self, source: NDArray[Any] | BinaryIO, dtype: str = "u1", record: tuple[int, ...] = (), length: int = 0
    ) -> None:
        self._source, self._reading = source, threading.Lock()
        if isinstance(source, np.ndarray):
            self.dtype, self.record, self._length = source.dtype, source.shape[1:], len(source)
        else:
            self.dtype, self.record, self._length = np.dtype(dtype), record, length

    def __len__(self) -> int:
        return self._length

    def read(self, start: int, stop: int) -> NDArray[Any]:
        """Records [start, stop), clipped to what there is."""
        start, stop = max(0, start), min(stop, self._length)
        if isinstance(self._source, np.ndarray):
            return self._source[start:stop]
        records = np.empty((max(0, stop - start), *self.record), self.dtype)
        left = records.reshape(-1).view(np.uint8).data
        with self._reading:
            self._source.seek(start * int(self.dtype.itemsize * np.prod(self.record, dtype=np.int64)))
            while left:
                if not (count := self._source.readinto(left)):  # type: ignore[attr-defined]
                    raise OSError("What was read of the asset is cut off.")
                left = left[count:]
        return records

    def chunks(self, size: int, overlap: int = 0) -> Iterator[tuple[int, NDArray[Any]]]:
        """Yield (index of the first record, records); each chunk begins with the last `overlap` records of the one before."""
        for start in range(0, self._length, size):
            first = max(0, start - overlap)
            yield first, self.read(first, start + size)


@dataclass(frozen=True)
class Thumbnails:
    """Every frame of the asset, tiny: RGB uint8 of shape (frames, height, width, 3), display orientation."""

    times_s: NDArray[np.float64]
    """Presentation time of each frame, increasing."""
    pixels: Samples
    end_s: float
    """Where the last frame ends."""

    def __len__(self) -> int:
        return len(self.times_s)

    def chunks(self, size: int = 512, overlap: int = 0) -> Iterator[tuple[int, NDArray[np.uint8]]]:
        return self.pixels.chunks(size, overlap)

    def read(self, start: int, stop: int) -> NDArray[np.uint8]:
        return self.pixels.read(start, stop)

    def index_at(self, time_s: float) -> int:
        """The frame on screen at a time."""
        return int(np.clip(np.searchsorted(self.times_s, time_s + 1e-6, side="right") - 1, 0, max(0, len(self) - 1)))


@dataclass(frozen=True)
class Frame:
    """A kept frame. `load` decodes it anew each time: RGB uint8 (height, width, 3), display orientation."""

    index: int
    """Its place among the thumbnails."""
    time_s: float
    load: Callable[[], NDArray[np.uint8]] = field(repr=False)
    load_soon: Callable[[], NDArray[np.uint8]] | None = field(default=None, repr=False)
    """A grey copy (long side 640) of the picture a tenth of a second later: what is drawn stands still between the two."""


@dataclass(frozen=True)
class Audio:
    """The sound as one channel at 16 kHz, int16, starting at time 0 of the asset."""

    samples: Samples

    @property
    def duration_s(self) -> float:
        return len(self.samples) / SPEECH_RATE

    def chunks(self, seconds: float = 30.0) -> Iterator[NDArray[np.float32]]:
        """The sound piece by piece as float32 in -1..1."""
        for _, piece in self.samples.chunks(int(seconds * SPEECH_RATE)):
            yield piece.astype(np.float32) / 32768.0

    def read(self, start_s: float, end_s: float) -> NDArray[np.float32]:
        """A stretch as float32 in -1..1."""
        return self.samples.read(int(start_s * SPEECH_RATE), int(end_s * SPEECH_RATE)).astype(np.float32) / 32768.0


@dataclass(frozen=True)
class Loudness:
    """What was measured on the original channels while they were decoded."""

    integrated_lufs: float | None
    """EBU R128; null where the track is silent or shorter than 0.4 s."""
    range_lu: float | None
    true_peak_dbtp: float | None
    sample_peak_dbfs: float | None
    clipped_runs: int
    """Runs of three or more samples in a row at full scale."""
    step_s: float
    """Time between values of the two curves below."""
    momentary_lufs: NDArray[np.float32]
    """400 ms windows; -120 is digital silence."""
    rms_dbfs: NDArray[np.float32]
    """Level of each step, loudest channel; -120 is digital silence."""


@dataclass(frozen=True)
class SubtitleTrack:
    """Subtitles that travel with the asset: a stream inside it, or a file beside it."""

    origin: str
    """`embedded` or `sidecar`."""
    name: str
    language: str | None
    cues: tuple[Cue, ...]
    note: Message | None = None
    """Why it could not be read, where it could not."""


GIVEN = ("post_text", "find", "comments")
"""Fields of `Media` that are given beside the asset, and not read from it."""


@dataclass(frozen=True)
class Confinement:
    """What the decoding process was kept from while it read the asset."""

    kept_from: tuple[str, ...] = ()
    not_kept_from: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()
    """Steps that were tried in vain, each with the reason."""


@dataclass(frozen=True)
class Media:
    """One asset, read once."""

    asset: Asset
    thumbnails: Thumbnails
    frames: Sequence[Frame]
    """The kept frames in order of time. An image has one."""
    audio: Audio | None = None
    loudness: Loudness | None = None
    subtitles: tuple[SubtitleTrack, ...] = ()
    post_text: str | None = None
    find: tuple[str, ...] = ()
    """What the person who asked wants to be looked for in the picture, in words."""
    comments: tuple[str, ...] | None = None
    """Comments on the post, where they were given."""
    facts: dict[str, Any] = field(default_factory=dict)
    """The container's facts as `analyzer.decoding` lists them."""
    notes: tuple[Message, ...] = ()
    """What a bound left out, and what was odd about the file."""
    confinement: Confinement = Confinement()

    @property
    def duration_s(self) -> float:
        """Seconds that were looked at: up to the end of the last frame."""
        return self.thumbnails.end_s
