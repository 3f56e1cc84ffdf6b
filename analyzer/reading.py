"""A file becomes a `Media`: stat, hash, sidecars, and a decoding process that may crash or hang without harm.

This side trusts nothing that it has not checked: the file must be a regular one, the process is killed when it makes no
progress, and whatever happens to it becomes one clear `MediaError`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import json
import os
import queue
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer import folders
from analyzer.decode import spool as names
from analyzer.decode.limits import Limits
from analyzer.errors import MediaError
from analyzer.evidence import Cue, Message
from analyzer.media import Audio, Frame, Loudness, Media, Samples, SubtitleTrack, Thumbnails
from analyzer.report import Asset
from analyzer.sidecars import sidecars_of

CHILD = "import sys; sys.path[:] = {path!r}; from analyzer.decode.child import main; main()"
FROM_OUTSIDE = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")
"""Signals that a process gets from others, and none that its own fault brings."""

Progress = Callable[[float, float | None], None]


def check_regular(path: Path) -> int:
    """Size of a regular file in bytes; raises `MediaError` for anything else, without opening it."""
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise MediaError("not_found", f"The file cannot be opened: {reason}.") from error
    if stat.S_ISDIR(found.st_mode) and not os.access(path, os.R_OK | os.X_OK):
        raise MediaError("not_readable", "This folder cannot be read, so what is in it was not analysed: Permission denied.")
    if not stat.S_ISREG(found.st_mode):
        raise MediaError("not_a_file", "This is not a regular file; name a video or an image.")
    if not found.st_size:
        raise MediaError("empty", "The file is empty.")
    return found.st_size


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError("not_readable", f"The file cannot be read: {error.strerror}.") from error


@contextlib.contextmanager
def read_media(
    path: Path,
    *,
    asset_id: str,
    post_text: str | None = None,
    find: tuple[str, ...] = (),
    comments: tuple[str, ...] | None = None,
    limits: Limits | None = None,
    show_location: bool = False,
    on_progress: Progress | None = None,
) -> Iterator[Media]:
    """Read an asset once. The `Media` lives as long as the context: its arrays are files that are deleted at the end.

    Raises `MediaError` with one sentence when the file cannot be read at all.
    """
    limits = limits or Limits()
    size = check_regular(path)
    with folders.own() as folder:
        _decode(path, folder, limits, show_location, on_progress)
        media = _media(path, asset_id, size, folder)
        yield dataclasses.replace(media, post_text=post_text, find=find, comments=comments)


def _decode(path: Path, folder: Path, limits: Limits, show_location: bool, on_progress: Progress | None) -> None:
    job = {
        "path": os.fsencode(path.absolute()).hex(),
        "sidecars": [os.fsencode(sidecar.absolute()).hex() for sidecar in sidecars_of(path)],
        "spool": str(folder),
        "limits": dataclasses.asdict(limits),
        "show_location": show_location,
    }
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD.format(path=[entry or os.getcwd() for entry in sys.path])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
        errors="replace",
        env=os.environ | {"OPENCV_OPENCL_RUNTIME": "disabled", "PYTHONIOENCODING": "utf-8"},
    )
    assert child.stdin is not None and child.stdout is not None
    lines: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        for line in child.stdout or ():
            lines.put(line)
        lines.put(None)

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    try:
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps(job) + "\n")
            child.stdin.close()
        _follow(child, lines, limits, on_progress)
    finally:
        child.kill()
        child.wait()
        listener.join()
        child.stdout.close()


def _follow(child: Any, lines: queue.Queue[str | None], limits: Limits, on_progress: Progress | None) -> None:
    """Wait for the outcome; raises `MediaError` unless the process says that it has finished."""
    kills = _kills()
    while True:
        try:
            line = lines.get(timeout=limits.stall_s)
        except queue.Empty:
            raise MediaError("stalled", f"Reading made no progress for {limits.stall_s:.0f} s and was stopped.") from None
        if line is None:
            raise _death(child.wait(), memory_ran_out=_kills() > kills)
        event = json.loads(line)
        if "error" in event:
            raise MediaError(event["error"]["code"], event["error"]["sentence"])
        if event.get("finished"):
            return
        if on_progress is not None:
            on_progress(event["done"], event["total"])


def _death(code: int, memory_ran_out: bool) -> MediaError:
    """What it says of a file that its decoder ended with an exit code; a negative one is that of a signal."""
    if code >= 0:
        return MediaError("crashed", f"The decoder gave up on this file (exit code {code}); it is damaged or hostile.")
    name = signal.Signals(-code).name if -code in {*signal.Signals} else "unknown"
    if name == "SIGKILL" and memory_ran_out:
        return MediaError("out_of_memory", "The system killed the decoder because memory ran out; close other programs first.")
    if name in FROM_OUTSIDE:
        return MediaError("killed", f"The decoder was killed from outside (signal {-code}, {name}); try again.")
    return MediaError("crashed", f"The decoder crashed on this file (signal {-code}, {name}); it is damaged or hostile.")


def _kills() -> int:
    """Processes that this system has killed for memory since it started; 0 where it does not tell."""
    try:
        counts = dict(line.split() for line in Path("/proc/vmstat").read_text(encoding="ascii").splitlines())
    except (OSError, ValueError):
        return 0
    return int(counts.get("oom_kill", 0))


def _media(path: Path, asset_id: str, size: int, folder: Path) -> Media:
    facts = json.loads((folder / names.FACTS).read_text(encoding="utf-8"))
    times_s = np.fromfile(folder / names.TIMES, "<f8")
    video, audio, image = facts["video"], facts["audio"], facts["image"]
    heard = facts["loudness"] is not None
    still = facts["kind"] == "image"
    asset = Asset(
        id=asset_id,
        name=_printable(path.name),
        kind=facts["kind"],
        bytes=size,
        width=facts["width"],
        height=facts["height"],
        duration_s=None if still else facts["end_s"],
        frame_rate=video["frame_rate"] if video else None,
        has_audio=heard,
        container=facts["container"],
        video_codec=video["codec"] if video else image["format"].lower(),
        audio_codec=audio["codec"] if audio else None,
    )
    if video:
        steps = np.diff(times_s)
        video["constant_frame_rate"] = bool(np.ptp(steps) < 0.0025) if len(steps) > 1 else None
    return Media(
        asset=asset,
        thumbnails=Thumbnails(times_s, Samples(folder / names.THUMBNAILS, "u1", (*facts["thumbnail"], 3)), facts["end_s"]),
        frames=tuple(
            Frame(index, time_s, _loader(folder / name), _grey_loader(folder / soon) if soon else None)
            for index, time_s, name, soon in facts["kept"]
        ),
        audio=Audio(Samples(folder / names.AUDIO, "<i2")) if heard else None,
        loudness=_loudness(facts["loudness"], folder) if heard else None,
        subtitles=tuple(_subtitles(track) for track in facts["subtitles"]),
        facts=facts,
        notes=tuple(Message(**note) for note in facts["notes"]),
    )


def _loudness(figures: dict[str, Any], folder: Path) -> Loudness:
    return Loudness(
        **figures,
        momentary_lufs=np.fromfile(folder / names.MOMENTARY, "<f4"),
        rms_dbfs=np.fromfile(folder / names.LEVELS, "<f4"),
    )


def _subtitles(track: dict[str, Any]) -> SubtitleTrack:
    cues = tuple(
        Cue(**cue, cps=round(len(cue["text"]) / max(0.001, cue["end_s"] - cue["start_s"]), 2)) for cue in track["cues"]
    )
    note = Message(**track["note"]) if "note" in track else None
    return SubtitleTrack(track["origin"], track["name"], track["language"], cues, note)


def _loader(path: Path) -> Callable[[], NDArray[np.uint8]]:
    def load() -> NDArray[np.uint8]:
        import cv2

        picture: NDArray[np.uint8] = cv2.cvtColor(cv2.imread(str(path), cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)
        return picture

    return load


def _grey_loader(path: Path) -> Callable[[], NDArray[np.uint8]]:
    width, height = (int(side) for side in path.suffix[1:].split("x"))
    return lambda: np.fromfile(path, np.uint8).reshape(height, width)


def _printable(name: str) -> str:
    """A file name that is valid text: undecodable bytes become the replacement character."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
