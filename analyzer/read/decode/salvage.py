"""What can be saved of a damaged picture, and how much of it is missing."""

from __future__ import annotations

from typing import Any, BinaryIO

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from analyzer.read.decode.limits import Limits
from analyzer.read.decode.spool import note

BLANK_SHARE = 0.995
"""Share of pixels of one colour from which nothing counts as decoded: the first block of a cut JPEG is often noise."""


def is_blank(rgb: NDArray[np.uint8]) -> bool:
    """Whether a picture has one colour, as a decoder leaves it that could decode nothing."""
    return any(float((rgb == corner).all(axis=2).mean()) > BLANK_SHARE for corner in (rgb[0, 0], rgb[-1, -1]))


def damage_note(rgb: NDArray[np.uint8]) -> dict[str, Any]:
    """The note on a picture of which a part was decoded; what is missing has one colour, from one side on."""
    share = max(_blank_rows(np.rot90(rgb, turns)) / rgb.shape[turns % 2] for turns in range(4))
    if share < 0.01:
        return note("The picture is damaged: what could be decoded is shown and measured.")
    return note("The picture is cut off: about {percent:.0f} % of it is missing.", percent=100 * share)


def _blank_rows(rgb: NDArray[np.uint8]) -> int:
    """Rows at the end that have the colour of the last pixel."""
    differs = np.flatnonzero((rgb != rgb[-1, -1]).any(axis=(1, 2)))
    return len(rgb) - 1 - int(differs[-1]) if len(differs) else len(rgb)


def by_libav(file: BinaryIO, limits: Limits) -> Image.Image | None:
    """What libav decodes of a WebP or TIFF picture that Pillow gives up; None where that is nothing."""
    file.seek(0)
    data = file.read(limits.picture_pixels)
    codec = "webp" if data[:4] == b"RIFF" else "tiff" if data[:4] in (b"II*\0", b"MM\0*") else None
    if codec is None:
        return None
    try:
        context: Any = av.CodecContext.create(codec, "r")
        context.options = {"max_pixels": str(limits.picture_pixels)}
        context.thread_type = "NONE"
        frames = context.decode(av.Packet(_whole_webp(data) if codec == "webp" else data))
        picture = Image.fromarray(frames[0].to_ndarray(format="rgb24"))
        picture.format = codec.upper()
        return picture
    except Exception:  # PyAV raises almost any type on damaged input
        return None


def _whole_webp(data: bytes) -> bytes:
    """The first lossy picture of a WebP file as a file of its own, whose sizes are those of what is there."""
    start = data.find(b"VP8 ", 12)
    if start < 0:
        return data
    length = int.from_bytes(data[start + 4 : start + 8], "little")
    body = data[start + 8 : start + 8 + length]
    body += b"\0" * (len(body) % 2)
    return b"RIFF" + (12 + len(body)).to_bytes(4, "little") + b"WEBPVP8 " + len(body).to_bytes(4, "little") + body
