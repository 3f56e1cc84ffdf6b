"""The decoding process: one job on standard input, progress and the outcome as JSON lines on standard output.

It gives up what it does not need before it touches the file: memory, file size and processor limits, and, where the
system allows it, the network. It writes nowhere but in its spool.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import sys
from pathlib import Path
from typing import Any

from analyzer.decode.limits import Limits
from analyzer.decode.spool import Refused, Spool, refuse

NO_SPACE = "There is no space left for temporary files; make room, or name another folder with TMPDIR."
CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000


def main() -> None:
    job = json.loads(sys.stdin.readline())
    limits = Limits(**job["limits"])
    _confine(limits)
    try:
        _read(job, limits)
    except Refused as error:
        refuse(error)
    except MemoryError:
        refuse(Refused("too_large", "The file asks for more memory than is allowed for reading it."))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        refuse(Refused("no_space", NO_SPACE) if full else Refused("io", f"Reading failed: {error.strerror or error}."))
    sys.stdout.flush()
    os._exit(0)


def _read(job: dict[str, Any], limits: Limits) -> None:
    import cv2

    from analyzer.decode.image import is_heic, looks_like_image, read_image
    from analyzer.decode.subtitles import read_sidecar
    from analyzer.decode.video import read_video
    from analyzer.sidecars import start_of

    cv2.setNumThreads(1)
    path = Path(os.fsdecode(bytes.fromhex(job["path"])))
    spool = Spool(Path(job["spool"]))
    with path.open("rb") as file:
        head = file.read(64)
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        if is_heic(head):
            raise Refused("heic", "HEIC pictures cannot be read; export it as JPEG or PNG first.")
        if looks_like_image(head):
            facts = read_image(file, spool, limits, job["show_location"])
        else:
            facts = read_video(file, size, spool, limits, job["show_location"])
    for sidecar in job["sidecars"]:
        beside = Path(os.fsdecode(bytes.fromhex(sidecar)))
        track, notes = read_sidecar(beside.name, start_of(beside, limits.text_bytes), limits)
        facts["subtitles"].append(track)
        facts["notes"] += notes
    spool.close(facts)


def _confine(limits: Limits) -> None:
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.spool_bytes, limits.spool_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            import ctypes

            libc = ctypes.CDLL(None, use_errno=True)
            if libc.unshare(CLONE_NEWNET) != 0:
                libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)


if __name__ == "__main__":
    main()
