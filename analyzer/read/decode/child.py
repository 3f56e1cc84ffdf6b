"""The decoding process: one job on standard input, then progress, the outcome and kept frames on standard output.

It gives up what it does not need before it reads the first byte of the asset, and says so: see `analyzer.read.decode.confine`.
Nothing that starts threads is imported at the top of this file. All files come open, as descriptors; it knows the path of none.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import BinaryIO

from analyzer.read.decode.confine import Confinement
from analyzer.read.decode.limits import Limits


def main() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever pressed Ctrl-C is answered by the parent
    job = json.loads(sys.stdin.readline())
    limits = Limits(**job["limits"])
    confinement = Confinement()
    confinement.enter(limits, job["parent"])

    from analyzer.read.decode import subtitles
    from analyzer.read.decode.reader import read_asset, serve

    spool = {name: opened(handle, "r+b") for name, handle in job["spool"].items()}
    asset = opened(job["asset"], "rb", job["name"])
    sidecars = [(name, None if handle is None else opened(handle, "rb")) for name, handle in job["sidecars"]]
    if sidecars:
        subtitles.ready()
    confinement.lock()
    print(json.dumps({"confinement": confinement.told()}), flush=True)
    kept = read_asset(asset, sidecars, spool, limits, job["show_location"])
    if kept is not None:
        serve(kept)
    sys.stdout.flush()
    os._exit(0)


def opened(handle: int, mode: str, name: str | None = None) -> BinaryIO:
    """A file of the parent's; libav weighs the ending of its name where the bytes leave several formats possible."""
    descriptor = handle
    if sys.platform == "win32":
        import msvcrt

        descriptor = msvcrt.open_osfhandle(handle, os.O_RDONLY if mode == "rb" else os.O_RDWR)
    if name is None:
        return os.fdopen(descriptor, mode)  # type: ignore[return-value]
    return open(os.fsdecode(bytes.fromhex(name)), mode, opener=lambda path, flags: descriptor)  # type: ignore[return-value]


if __name__ == "__main__":
    main()
