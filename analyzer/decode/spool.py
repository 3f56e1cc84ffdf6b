"""The folder in which the decoding process leaves what it read, and the names of the files in it."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.decode.limits import Limits

THUMBNAILS = "thumbnails.u1"
TIMES = "times.f8"
AUDIO = "audio.i2"
MOMENTARY = "momentary.f4"
LEVELS = "levels.f4"
FACTS = "facts.json"

REPORT_EVERY_S = 0.25


class Refused(Exception):
    """The asset cannot be read: a stable code, a sentence, and its parameters."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


def note(text: str, **params: Any) -> dict[str, Any]:
    """A sentence for the report, as `analyzer.evidence.Message` takes it; its text is translated like that of `message`."""
    return {"text": text, "params": params}


def check_pixels(width: int, height: int, limits: Limits) -> None:
    """Raise `Refused` for a picture without pixels, or with more than are read."""
    if not width or not height:
        raise Refused("no_picture", "The file has no picture.")
    if width * height > limits.picture_pixels:
        most = limits.picture_pixels // 10**6
        raise Refused("too_many_pixels", f"The picture has {width} x {height} pixels; at most {most} million are read.")


class Spool:
    """Writes the arrays of one asset and tells the parent how far it is."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._thumbnails = (folder / THUMBNAILS).open("wb")
        self._audio = (folder / AUDIO).open("wb")
        self._times: list[float] = []
        self.kept: list[tuple[int, float, str, str | None]] = []
        """(index, time, file, file of the grey copy a moment later) of each kept frame."""
        self._told = 0.0

    @property
    def frames(self) -> int:
        return len(self._times)

    def add_thumbnail(self, time_s: float, pixels: NDArray[np.uint8]) -> None:
        self._times.append(time_s)
        self._thumbnails.write(pixels.tobytes())

    def add_audio(self, samples: NDArray[np.int16]) -> None:
        self._audio.write(samples.tobytes())

    def keep(self, time_s: float, data: bytes, suffix: str) -> None:
        """Keep the frame whose thumbnail was added last."""
        name = f"frame-{self.frames - 1:06d}{suffix}"
        (self.folder / name).write_bytes(data)
        self.kept.append((self.frames - 1, time_s, name, None))

    def keep_soon(self, grey: NDArray[np.uint8]) -> None:
        """Keep the grey copy that goes with the frame that was kept last; its name tells its size."""
        index, time_s, name, _ = self.kept[-1]
        soon = f"soon-{index:06d}.{grey.shape[1]}x{grey.shape[0]}"
        (self.folder / soon).write_bytes(grey.tobytes())
        self.kept[-1] = (index, time_s, name, soon)

    def thin(self, before_s: float) -> None:
        """Give up every second kept frame after `before_s`."""
        survivors = []
        for place, entry in enumerate(self.kept):
            if entry[1] < before_s or place % 2 == 0:
                survivors.append(entry)
            else:
                for name in entry[2:]:
                    if name is not None:
                        (self.folder / name).unlink()
        self.kept = survivors

    def progress(self, done: float, total: float | None) -> None:
        """Tell the parent, now and then, how many seconds of how many are read."""
        now = time.monotonic()
        if now - self._told >= REPORT_EVERY_S:
            self._told = now
            print(json.dumps({"done": round(done, 2), "total": total}), flush=True)

    def curves(self, momentary: NDArray[np.float32], levels: NDArray[np.float32]) -> None:
        (self.folder / MOMENTARY).write_bytes(momentary.astype("<f4").tobytes())
        (self.folder / LEVELS).write_bytes(levels.astype("<f4").tobytes())

    def close(self, facts: dict[str, Any]) -> None:
        self._thumbnails.close()
        self._audio.close()
        (self.folder / TIMES).write_bytes(np.asarray(self._times, "<f8").tobytes())
        (self.folder / FACTS).write_text(json.dumps(facts | {"kept": self.kept}), encoding="utf-8")
        print(json.dumps({"finished": True}), flush=True)


def refuse(error: Refused) -> None:
    """Tell the parent that the asset cannot be read."""
    print(json.dumps({"error": {"code": error.code, "sentence": str(error)}}), flush=True)
    sys.stdout.flush()
