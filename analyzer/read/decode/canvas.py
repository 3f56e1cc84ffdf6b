"""The display that the first frame of a video fixes, and the copies that each frame leaves on it."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from analyzer.read.decode import colour, geometry, pixels
from analyzer.read.decode.geometry import Size
from analyzer.read.sampling import GREY_SIDE

THUMBNAIL_SIDE = 64
KEPT_SIDE = 1920
"""Long side of a kept frame at most."""
SOON_SIDE = 640


class Canvas:
    """Frames of any size as pictures of one size each, upright, with square pixels."""

    def __init__(self, video: Any, first: VideoFrame) -> None:
        self._video = video
        self._stated = video.codec_context.sample_aspect_ratio
        self.turn = geometry.turn_of(first)
        self.aspect = geometry.aspect_of(video.sample_aspect_ratio)
        self.display = geometry.displayed(first.width, first.height, self.aspect)
        """Size on the screen before it is turned."""
        self._thumbnail = _scaled(self.display, THUMBNAIL_SIDE / max(self.display))
        self._grey = _scaled((first.width, first.height), min(1.0, GREY_SIDE / max(first.width, first.height)))
        self._kept = _scaled(self.display, min(1.0, KEPT_SIDE / max(self.display)))
        self._soon = _scaled(self.display, min(1.0, SOON_SIDE / max(self.display)))

    @property
    def upright_size(self) -> Size:
        return self.display[::-1] if geometry.swaps_sides(self.turn) else self.display

    @property
    def upright_thumbnail(self) -> Size:
        return self._thumbnail[::-1] if geometry.swaps_sides(self.turn) else self._thumbnail

    def shown(self, frame: VideoFrame) -> Size:
        """Size of this frame on the screen before it is turned; it may change midway, as may the sample aspect."""
        stated = self._video.codec_context.sample_aspect_ratio
        aspect = self.aspect if stated == self._stated else geometry.aspect_of(stated)
        return geometry.displayed(frame.width, frame.height, aspect)

    def thumbnail(self, frame: VideoFrame, shown: Size) -> NDArray[np.uint8]:
        """A small RGB copy. Planes of 8-bit YUV are reduced directly: converting the whole frame costs three times that."""
        width, height = geometry.inside(shown, self.display, self._thumbnail)
        if pixels.has_luma_bytes(frame) and frame.format.name.startswith(("yuv4", "yuvj4")):
            planes = [pixels.reduced(plane, width, height) for plane in frame.planes]
            full = frame.format.name.startswith("yuvj") or frame.color_range == 2
            matrix = colour.matrix_of(int(frame.colorspace), frame.height)
            rgb = colour.yuv_to_rgb(np.dstack(planes), matrix, full)
        else:
            rgb = cv2.resize(pixels.rgb(frame, 8 * width, 8 * height), (width, height), interpolation=cv2.INTER_AREA)
        rgb = colour.hdr_to_srgb(rgb, int(frame.color_trc), int(frame.color_primaries))
        return self._placed(rgb, self._thumbnail)

    def grey(self, frame: VideoFrame, shown: Size) -> NDArray[np.uint8]:
        """The copy by which the sampler tells whether anything changed; its levels need no particular scale."""
        width, height = geometry.inside(shown, self.display, self._grey)
        luma = pixels.has_luma_bytes(frame)
        small = pixels.reduced(frame.planes[0], width, height) if luma else pixels.grey(frame, width, height)
        return geometry.barred(small, self._grey)

    def kept(self, frame: VideoFrame, shown: Size) -> NDArray[np.uint8]:
        """The copy that is kept in full, BGR."""
        width, height = geometry.inside(shown, self.display, self._kept)
        if colour.is_hdr(int(frame.color_trc)):
            rgb = colour.hdr_to_srgb(pixels.rgb(frame, width, height), int(frame.color_trc), int(frame.color_primaries))
            return self._placed(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), self._kept)
        return self._placed(pixels.bgr(frame, width, height), self._kept)

    def soon(self, frame: VideoFrame, shown: Size) -> NDArray[np.uint8]:
        """The grey copy that goes with a kept frame."""
        return self._placed(pixels.grey(frame, *geometry.inside(shown, self.display, self._soon)), self._soon)

    def _placed(self, picture: NDArray[np.uint8], box: Size) -> NDArray[np.uint8]:
        return geometry.upright(geometry.barred(picture, box), self.turn)


def _scaled(size: Size, scale: float) -> Size:
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))
