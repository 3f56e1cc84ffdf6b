"""The files in which the decoding process leaves what it read, and what it tells its parent on the way."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import math
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from analyzer.read.decode.limits import Limits

THUMBNAILS = "thumbnails.u1"
TIMES = "times.f8"
AUDIO = "audio.i2"
MOMENTARY = "momentary.f4"
LEVELS = "levels.f4"
FACTS = "facts.json"
FRAMES = "frames"
FILES = (THUMBNAILS, TIMES, AUDIO, MOMENTARY, LEVELS, FACTS, FRAMES)

MOST_CHARACTERS, MOST_ENTRIES, MOST_FACTS_BYTES = 20_000, 20_000, 64_000_000
"""Of one text, of one list, and of all facts together; no file that a person made comes near."""
LOWEST_DB, HIGHEST_DB = -120.0, 200.0
"""Levels beyond are of samples that are no numbers."""

REPORT_EVERY_S = 0.25


NO_SPACE = "There is no space left for temporary files; make room, or name another folder with TMPDIR."


class Refused(Exception):
    """The asset cannot be read: a stable code, a sentence, and its parameters."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def note(text: str, **params: Any) -> dict[str, Any]:
    """A sentence for the report, as `nouns.evidence.Message` takes it; its text is translated like that of `message`."""
    return {"text": text, "params": params}


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Raise `Refused` for a picture without pixels, or with more than are read."""
    if not width or not height:
        raise Refused("no_picture", "The file has no picture.")
    if width * height > limits.picture_pixels:
        most = limits.picture_pixels // 10**6
        raise Refused("too_many_pixels", f"The picture has {width} x {height} pixels; at most {most} million are read.")


@dataclass(frozen=True)
class Piece:
    """Where bytes lie in a file."""

    start: int
    length: int


@dataclass
class KeptFrame:
    index: int
    time_s: float
    picture: Piece
    soon: tuple[Piece, tuple[int, int]] | None = None
    """The grey copy a moment later, and its height and width."""

    def pieces(self) -> Iterator[Piece]:
        yield self.picture
        if self.soon is not None:
            yield self.soon[0]


class Kept:
    """Kept frames, compressed, in one file; the room of one that is given up is used again."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._end = file, 0
        self._free: list[Piece] = []
        self._frames: list[KeptFrame] = []

    def __len__(self) -> int:
        return len(self._frames)

    def add(self, index: int, time_s: float, data: bytes) -> None:
        self._frames.append(KeptFrame(index, time_s, self._put(data)))

    def add_soon(self, grey: NDArray[np.uint8]) -> None:
        height, width = grey.shape
        self._frames[-1].soon = (self._put(grey.tobytes()), (height, width))

    def thin(self, before_s: float) -> None:
        """Give up every second frame after `before_s`."""
        survivors = []
        for place, frame in enumerate(self._frames):
            if frame.time_s < before_s or place % 2 == 0:
                survivors.append(frame)
            else:
                self._free += frame.pieces()
        self._frames = survivors

    def listed(self) -> list[tuple[int, float, bool]]:
        """(index, time, whether there is a grey copy a moment later) of each."""
        return [(frame.index, frame.time_s, frame.soon is not None) for frame in self._frames]

    def picture(self, place: int) -> NDArray[np.uint8]:
        """RGB (height, width, 3)."""
        data = np.frombuffer(self._get(self._frames[place].picture), np.uint8)
        return np.asarray(cv2.cvtColor(cv2.imdecode(data, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB), np.uint8)

    def grey(self, place: int) -> NDArray[np.uint8]:
        """The copy a moment later (height, width)."""
        soon = self._frames[place].soon
        if soon is None:
            raise IndexError(place)
        return np.frombuffer(self._get(soon[0]), np.uint8).reshape(soon[1])

    def _put(self, data: bytes) -> Piece:
        room = next((piece for piece in self._free if piece.length >= len(data)), None)
        if room is None:
            room = Piece(self._end, len(data))
            self._end += len(data)
        else:
            self._free.remove(room)
            if rest := room.length - len(data):
                self._free.append(Piece(room.start + len(data), rest))
        self._file.seek(room.start)
        self._file.write(data)
        return Piece(room.start, len(data))

    def _get(self, piece: Piece) -> bytes:
        self._file.seek(piece.start)
        return self._file.read(piece.length)


@contextlib.contextmanager
def _room() -> Iterator[None]:
    """Write to the spool; where the disk or a limit on files ends it, that is no fault of the asset."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise Refused("no_space", NO_SPACE) from error
        raise Refused("io", f"Temporary files cannot be written: {error.strerror or error}.") from error


class Spool:
    """Writes what one asset leaves, into open files by their names, and tells the parent how far it is.

    Given a folder, as tests do, it makes the files there, and keeps frames in memory.
    """

    def __init__(self, files: Mapping[str, BinaryIO] | Path) -> None:
        if isinstance(files, Path):
            files = {name: (files / name).open("w+b") for name in FILES if name != FRAMES} | {FRAMES: io.BytesIO()}
        self._files = files
        self._times: list[float] = []
        self.kept = Kept(self._files[FRAMES])
        self._told = 0.0

    @property
    def frames(self) -> int:
        return len(self._times)

    def add_thumbnail(self, time_s: float, pixels: NDArray[np.uint8]) -> None:
        self._times.append(time_s)
        with _room():
            self._files[THUMBNAILS].write(pixels.tobytes())

    def add_audio(self, samples: NDArray[np.int16]) -> None:
        with _room():
            self._files[AUDIO].write(samples.tobytes())

    def keep(self, time_s: float, data: bytes) -> None:
        """Keep the frame whose thumbnail was added last, as JPEG or PNG."""
        with _room():
            self.kept.add(self.frames - 1, time_s, data)

    def keep_soon(self, grey: NDArray[np.uint8]) -> None:
        """Keep the grey copy that goes with the frame that was kept last."""
        with _room():
            self.kept.add_soon(grey)

    def thin(self, before_s: float) -> None:
        """Give up every second kept frame after `before_s`."""
        self.kept.thin(before_s)

    def progress(self, done: float, total: float | None) -> None:
        """Tell the parent, now and then, how many seconds of how many are read."""
        now = time.monotonic()
        if now - self._told >= REPORT_EVERY_S:
            self._told = now
            print(json.dumps({"done": round(done, 2), "total": total}), flush=True)

    def curves(self, momentary: NDArray[np.float32], levels: NDArray[np.float32]) -> None:
        for name, curve in ((MOMENTARY, momentary), (LEVELS, levels)):
            finite = np.clip(np.nan_to_num(curve, nan=LOWEST_DB), LOWEST_DB, HIGHEST_DB)
            with _room():
                self._files[name].write(finite.astype("<f4").tobytes())

    def close(self, facts: dict[str, Any]) -> None:
        text = json.dumps(_bounded(facts | {"kept": self.kept.listed()})).encode()
        if len(text) > MOST_FACTS_BYTES:
            raise Refused("too_large", "The file asks for more memory than is allowed for reading it.")
        with _room():
            self._files[TIMES].write(np.asarray(self._times, "<f8").tobytes())
            self._files[FACTS].write(text)
            for name, file in self._files.items():
                file.close() if name != FRAMES else file.flush()
        print(json.dumps({"finished": True}), flush=True)


def refuse(error: Refused) -> None:
    """Tell the parent that the asset cannot be read."""
    print(json.dumps({"error": {"code": error.code, "sentence": str(error)[:1_000]}}), flush=True)


def _bounded(value: Any) -> Any:
    """Facts as the parent takes them: texts and lists cut to their bounds, null for what is no number."""
    if isinstance(value, str):
        return value[:MOST_CHARACTERS]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(key)[:MOST_CHARACTERS]: _bounded(entry) for key, entry in list(value.items())[:MOST_ENTRIES]}
    if isinstance(value, list | tuple):
        return [_bounded(entry) for entry in value[:MOST_ENTRIES]]
    return value
