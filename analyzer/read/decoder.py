"""The decoding process as its parent sees it: started with open files and few words, followed, asked for frames, ended.

It may crash, hang or lie. Whatever it does becomes one `MediaError`; `analyzer.read.returned` checks what it says.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from analyzer.nouns.errors import MediaError
from analyzer.nouns.media import Confinement
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.spool import FILES
from analyzer.read.opening import OpenAsset, opened, printable
from analyzer.read.returned import MOST_LINE_BYTES, Event, event_of

CHILD = "import sys; sys.path[:] = {path!r}; from analyzer.read.decode.child import main; main()"
KEPT_VARIABLES = (
    "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
    "DYLD_FALLBACK_LIBRARY_PATH", "PYTHONHOME", "PYTHONPLATLIBDIR", "PYTHONHASHSEED", "PYTHONUTF8", "PYTHONNOUSERSITE",
    "PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX",
)  # fmt: skip
KEPT_PREFIXES = ("LC_", "OPENBLAS_", "OMP_", "OPENCV_")
SET_VARIABLES = {
    "OPENCV_OPENCL_RUNTIME": "disabled", "PYTHONIOENCODING": "utf-8",
    "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1",
}  # fmt: skip
"""Nothing that decodes uses BLAS, and a thread that runs before the process is locked would stay outside."""
PIPE_BYTES = 1_048_576
"""A frame of 1080 x 1920 in six turns instead of a hundred."""
SET_PIPE_SIZE = 1031
"""F_SETPIPE_SZ of Linux."""
LONGEST_SIDE = 32_768
FROM_OUTSIDE = ("SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGQUIT")
"""Signals that a process gets from others, and none that its own fault brings."""
NO_PROGRESS = "Reading made no progress for {seconds:.0f} s and was stopped."
TOO_LONG = "Reading took longer than is allowed and was stopped."
UNTRUSTED = "What the decoder made of this file cannot be trusted ({why}); it is damaged or hostile."

Progress = Callable[[float, float | None], None]


class Decoder:
    """One decoding process. Threads may ask for frames at the same time."""

    def __init__(self, asset: OpenAsset, spool: Mapping[str, BinaryIO], limits: Limits, show_location: bool) -> None:
        self._limits, self._asking = limits, threading.Lock()
        self._stopped: str | None = None
        self._kills = _kills()
        files: list[Any] = [asset.file, *spool.values(), *(file.file for _, file in asset.sidecars if file is not None)]
        handle, options = _inherited(files)
        self._process = subprocess.Popen(
            [sys.executable, "-c", CHILD.format(path=[entry or os.getcwd() for entry in sys.path])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment(os.environ),
            **options,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self._in, self._out = self._process.stdin, self._process.stdout
        self._widen()
        self._job = {
            "parent": os.getpid(),
            "asset": handle(asset.file),
            "name": os.fsencode(asset.path.name).hex(),
            "sidecars": [(printable(name), file and handle(file.file)) for name, file in asset.sidecars],
            "spool": {name: handle(file) for name, file in spool.items()},
            "limits": dataclasses.asdict(limits),
            "show_location": show_location,
        }

    def follow(self, on_progress: Progress | None = None) -> Confinement:
        """Wait until the asset is read, and say what the process was kept from; raises `MediaError`."""
        with self._within(self._limits.decode_s + self._limits.stall_s, TOO_LONG):
            self._say(json.dumps(self._job))
            confinement = None
            while True:
                event = self._event()
                if (event.confinement is None) != (confinement is not None):
                    raise untrusted(ValueError("it speaks out of turn"))
                if event.confinement is not None:
                    told = event.confinement
                    confinement = Confinement(tuple(told.kept_from), tuple(told.not_kept_from), tuple(told.failed))
                elif event.error is not None:
                    raise MediaError(event.error.code, event.error.sentence)
                elif event.finished and confinement is not None:
                    return confinement
                elif event.done is None:
                    raise untrusted(ValueError("it speaks out of turn"))
                elif on_progress is not None:
                    on_progress(event.done, event.total)

    def picture(self, place: int) -> NDArray[np.uint8]:
        """A kept frame, RGB (height, width, 3); raises `MediaError`."""
        return self._asked(f"frame {place}", 3)

    def grey(self, place: int) -> NDArray[np.uint8]:
        """The grey copy (height, width) that goes with a kept frame; raises `MediaError`."""
        return self._asked(f"soon {place}", 2)

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        with self._asking:
            for pipe in (self._in, self._out):
                with contextlib.suppress(OSError):
                    pipe.close()

    def _asked(self, request: str, axes: int) -> NDArray[np.uint8]:
        with self._asking:
            self._say(request)
            shape = tuple(self._event().shape or ())
            pixels = math.prod(shape[:2])
            if len(shape) != axes or shape[2:] not in ((), (3,)) or pixels > self._limits.picture_pixels:
                raise untrusted(ValueError("a frame has no shape of a frame"))
            picture = np.empty(shape, np.uint8)
            with self._within(self._limits.stall_s):
                count = self._out.readinto(picture.reshape(-1).data)  # type: ignore[attr-defined]
            if count != picture.size:
                raise self._ended()
            return picture

    def _say(self, text: str) -> None:
        try:
            with self._within(self._limits.stall_s):
                self._in.write(text.encode() + b"\n")
                self._in.flush()
        except (OSError, ValueError) as error:  # it has ended, or was closed
            raise self._ended() from error

    def _event(self) -> Event:
        try:
            with self._within(self._limits.stall_s):
                line = self._out.readline(MOST_LINE_BYTES)
        except ValueError as error:
            raise self._ended() from error
        if not line:
            raise self._ended()
        try:
            return event_of(line)
        except ValueError as error:
            raise untrusted(error) from error

    @contextlib.contextmanager
    def _within(self, seconds: float, sentence: str = NO_PROGRESS) -> Iterator[None]:
        """Kill the process if the block takes longer, so that no pipe is waited for in vain."""
        timer = threading.Timer(seconds, self._stop, [sentence])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _stop(self, sentence: str) -> None:
        self._stopped = sentence.format(seconds=self._limits.stall_s)
        self._process.kill()

    def _ended(self) -> MediaError:
        self._process.kill()
        code = self._process.wait()
        if self._stopped is not None:
            return MediaError("stalled", self._stopped)
        return death(code, memory_ran_out=_kills() > self._kills)

    def _widen(self) -> None:
        with contextlib.suppress(ImportError, OSError):
            import fcntl

            if sys.platform == "linux":
                fcntl.fcntl(self._out.fileno(), SET_PIPE_SIZE, PIPE_BYTES)


def confinement() -> Confinement:
    """What a decoder is kept from on this machine; raises `MediaError` where none can be started."""
    with contextlib.ExitStack() as stack:
        probe = stack.enter_context(tempfile.NamedTemporaryFile(prefix="analyzer-", suffix=".pgm"))
        probe.write(b"P5 1 1 255\n\0")
        probe.flush()
        asset = stack.enter_context(opened(Path(probe.name)))
        spool = {name: stack.enter_context(nameless()) for name in FILES}
        decoder = Decoder(asset, spool, Limits(), False)
        stack.callback(decoder.close)
        return decoder.follow()


def nameless() -> Any:
    """A temporary file that nobody else can open, and that is gone when it is closed or this process ends."""
    return tempfile.TemporaryFile(prefix="analyzer-", buffering=0)


def untrusted(error: Exception) -> MediaError:
    """What is said where the process handed back what it could not have made in good order."""
    found = error.errors()[0]["msg"] if hasattr(error, "errors") else str(error)
    return MediaError("untrusted", UNTRUSTED.format(why=found.removeprefix("Value error, ")[:200]))


def environment(ours: Mapping[str, str]) -> dict[str, str]:
    """Of the variables of this process those that a decoder needs; none of them is a secret."""
    kept = {*KEPT_VARIABLES, "PATH"} if sys.platform == "win32" else {*KEPT_VARIABLES}
    return {name: value for name, value in ours.items() if name in kept or name.startswith(KEPT_PREFIXES)} | SET_VARIABLES


def _inherited(files: list[Any]) -> tuple[Callable[[Any], int], dict[str, Any]]:
    """How a child knows an open file, and the options of `Popen` that hand it over."""
    if sys.platform != "win32":
        return (lambda file: file.fileno()), {"pass_fds": [file.fileno() for file in files]}
    import msvcrt

    def handle(file: Any) -> int:
        return msvcrt.get_osfhandle(file.fileno())

    for file in files:
        os.set_handle_inheritable(handle(file), True)
    startup = subprocess.STARTUPINFO()
    startup.lpAttributeList = {"handle_list": [handle(file) for file in files]}
    return handle, {"startupinfo": startup}


def death(code: int, memory_ran_out: bool) -> MediaError:
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
