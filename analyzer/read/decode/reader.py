"""Reads one asset whose files are open, then hands back its kept frames one by one.

All that reading may ever need is imported here: once the process is locked, nothing more can be.
"""

from __future__ import annotations

import encodings.latin_1
import encodings.utf_8_sig
import encodings.utf_16
import errno
import gc
import json
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO

import av.subtitles.codeccontext
import av.subtitles.stream
import cv2
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    GifImagePlugin,
    IcoImagePlugin,
    ImageColor,
    ImagePalette,
    Jpeg2KImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    PpmImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from analyzer.read.decode.image import read_image
from analyzer.read.decode.kinds import is_heic, looks_like_image
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.spool import NO_SPACE, Kept, Refused, Spool, refuse
from analyzer.read.decode.subtitles import read_sidecar
from analyzer.read.decode.video import read_video

NEEDED_LATER = (
    encodings.latin_1, encodings.utf_16, encodings.utf_8_sig, av.subtitles,
    AvifImagePlugin, BmpImagePlugin, GifImagePlugin,
    IcoImagePlugin, ImageColor, ImagePalette, Jpeg2KImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin,
    PpmImagePlugin, TiffImagePlugin, WebPImagePlugin,
)  # fmt: skip
"""Modules that others import only when they come upon something."""

cv2.setNumThreads(1)


def read_asset(
    asset: BinaryIO,
    sidecars: Sequence[tuple[str, BinaryIO | None]],
    files: Mapping[str, BinaryIO],
    limits: Limits,
    show_location: bool,
) -> Kept | None:
    """Leave what the asset holds in the files of the spool, and tell the parent; None where it was refused."""
    try:
        spool = Spool(files)
        facts = _facts(asset, spool, limits, show_location)
        asset.close()
        for name, file in sidecars:
            track, notes = read_sidecar(name, _start_of(file, limits), limits)
            facts["subtitles"].append(track)
            facts["notes"] += notes
        spool.close(facts)
        return spool.kept
    except Refused as error:
        refuse(error)
    except MemoryError:
        refuse(Refused("too_large", "The file asks for more memory than is allowed for reading it."))
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        refuse(Refused("no_space", NO_SPACE) if full else Refused("io", f"Reading failed: {error.strerror or error}."))
    return None


def _start_of(file: BinaryIO | None, limits: Limits) -> bytes | None:
    try:
        return file.read(limits.text_bytes + 1) if file is not None and not file.seek(0) else None
    except OSError:
        return None


def _facts(file: BinaryIO, spool: Spool, limits: Limits, show_location: bool) -> dict[str, Any]:
    file.seek(0)
    head = file.read(64)
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    if is_heic(head):
        raise Refused("heic", "HEIC pictures cannot be read; export it as JPEG or PNG first.")
    if looks_like_image(head):
        return read_image(file, spool, limits, show_location)
    return read_video(file, size, spool, limits, show_location)


def serve(kept: Kept) -> None:
    """Answer `frame PLACE` and `soon PLACE` with a line that tells the shape, and the bytes; ends when the parent is gone."""
    gc.collect()
    for request in sys.stdin:
        what, place = request.split()
        picture = kept.picture(int(place)) if what == "frame" else kept.grey(int(place))
        print(json.dumps({"shape": picture.shape}), flush=True)
        sys.stdout.buffer.write(picture.data)
        sys.stdout.buffer.flush()
