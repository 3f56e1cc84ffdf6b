"""One pass over a video: every frame leaves a thumbnail, some are kept, the sound is measured, subtitles are collected."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, BinaryIO

import av
import cv2
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from analyzer.decode import colour, pixels
from analyzer.decode.isobmff import layout_of
from analyzer.decode.limits import Limits
from analyzer.decode.metadata import leaks_of, shown_tags
from analyzer.decode.sound import SoundMeter
from analyzer.decode.spool import Refused, Spool, check_pixels, note
from analyzer.decode.subtitles import cues_of_packet
from analyzer.sampling import GREY_SIDE, HOOK_S, Sampler

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,"
    "mp3,wav,flac,aac,aiff,caf,amr,h264,hevc,av1,obu,ivf"
)
"""Demuxers that may be tried; none of them opens other files or addresses, as hls, dash, concat, sdp and image sequences do."""
THUMBNAIL_SIDE = 64
KEPT_SIDE = 1920
"""Long side of a kept frame at most."""
SOON_S = 0.1
"""What is drawn over a picture stands still for a tenth of a second, what is filmed hardly ever does."""
SOON_SIDE = 640
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 92]
MAX_ERRORS_IN_A_ROW = 60


def read_video(file: BinaryIO, size: int, spool: Spool, limits: Limits, show_location: bool) -> dict[str, Any]:
    """Decode the best video and audio streams once; returns the container's facts. Raises `Refused`."""
    layout = layout_of(file, size)
    file.seek(0)
    try:
        container = av.open(
            file,
            options={"protocol_whitelist": "none", "format_whitelist": FORMATS},
            metadata_errors="replace",
        )
    except av.error.MemoryError as error:
        raise Refused("too_large", "The file asks for more memory than is allowed for reading it.") from error
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise Refused(
            "not_media", "This is not a video or image that can be read; it may be damaged or of another type."
        ) from error
    with container:
        return _Pass(container, spool, limits, show_location).run() | dict(layout)


class _Pass:
    """The state of one pass."""

    def __init__(self, container: InputContainer, spool: Spool, limits: Limits, show_location: bool) -> None:
        self.container, self.spool, self.limits, self.show_location = container, spool, limits, show_location
        self.video = self._pick_video()
        audio = container.streams.best("audio")
        self.audio = audio if audio is not None and audio.codec_context is not None else None
        self.subtitles = [s for s in container.streams.subtitles if s.codec_context is not None][:8]
        check_pixels(self.video.codec_context.width, self.video.codec_context.height, limits)
        starts = [
            _seconds(s.start_time, s.time_base) for s in (self.video, self.audio) if s is not None and s.start_time is not None
        ]
        self.zero_s = min(starts, default=0.0)
        self.sampler = Sampler()
        self.errors = 0
        self.errors_in_a_row = 0
        self.notes: list[dict[str, Any]] = []
        self.cues: dict[int, list[dict[str, Any]]] = {}
        self.keyframes: list[float] = []
        self.first: VideoFrame | None = None
        self.interlaced = 0
        self.turn: NDArray[np.int32] | None = None
        self.last_s = -1.0
        self.soon_s: float | None = None

    def _pick_video(self) -> VideoStream:
        pictures = [s for s in self.container.streams.video if not s.disposition & s.disposition.attached_pic]
        readable = [s for s in pictures if s.codec_context is not None]
        best = self.container.streams.best("video")
        if not readable:
            if pictures:
                raise Refused("no_decoder", "The video is in a codec that cannot be decoded here.")
            if self.container.streams.audio:
                raise Refused("audio_only", "The file has sound but no picture; a video or an image is needed.")
            raise Refused("no_picture", "The file has no picture.")
        return best if best in readable else readable[0]

    def run(self) -> dict[str, Any]:
        duration = self.container.duration
        total_s = duration / av.time_base if duration and duration > 0 else None
        self.video.thread_type = "AUTO"
        meter = SoundMeter(self.spool, self.zero_s, self.limits.duration_s) if self.audio is not None else None
        deadline = time.monotonic() + self.limits.decode_s
        streams = [s for s in (self.video, self.audio, *self.subtitles) if s is not None]
        for packet in self._packets(streams):
            if packet.stream is self.video:
                if packet.is_keyframe and packet.pts is not None:
                    self.keyframes.append(float(packet.pts * packet.time_base) - self.zero_s)
                for frame in self._decoded(packet):
                    self._frame(frame)
            elif meter is not None and packet.stream is self.audio:
                for frame in self._decoded(packet):
                    try:
                        meter.add(frame)
                    except (av.error.FFmpegError, ValueError):
                        self.errors += 1
            else:
                cues = self.cues.setdefault(packet.stream.index, [])
                if len(cues) < self.limits.subtitle_cues:
                    cues.extend(cues_of_packet(packet, self.zero_s))
            self.spool.progress(self.last_s, total_s)
            if self._full(deadline):
                break
        if not self.spool.frames:
            raise Refused("no_frames", "Not one frame of the video could be decoded; the file is damaged or cut off.")
        return self._facts(total_s, meter)

    def _packets(self, streams: list[Any]) -> Iterator[Any]:
        """Packets in file order; damage ends the pass with a note instead of an exception."""
        packets = self.container.demux(streams)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except (av.error.FFmpegError, ValueError):
                self.errors += 1
                self.notes.append(
                    note("The file is damaged: reading stopped after {seconds:.1f} s.", seconds=max(0.0, self.last_s))
                )
                return
            yield packet

    def _decoded(self, packet: Any) -> list[Any]:
        try:
            frames = packet.decode()
            self.errors_in_a_row = 0
            return frames
        except av.error.EOFError:
            return []
        except (av.error.FFmpegError, ValueError):
            self.errors += 1
            self.errors_in_a_row += 1
            return []

    def _full(self, deadline: float) -> bool:
        seconds = max(0.0, self.last_s)
        if self.errors_in_a_row > MAX_ERRORS_IN_A_ROW:
            self.notes.append(note("The file is damaged: reading stopped after {seconds:.1f} s.", seconds=seconds))
        elif seconds >= self.limits.duration_s or self.spool.frames >= self.limits.frames:
            self.notes.append(
                note("Only the first {seconds:.0f} s were looked at: that is the bound on length.", seconds=seconds)
            )
        elif time.monotonic() > deadline:
            self.notes.append(note("Only the first {seconds:.0f} s were looked at: decoding took too long.", seconds=seconds))
        else:
            return False
        return True

    def _frame(self, frame: VideoFrame) -> None:
        if frame.pts is None:
            rate = float(self.video.average_rate or 25)
            time_s = self.last_s + 1 / rate if self.last_s >= 0 else 0.0
        else:
            time_s = _seconds(frame.pts, frame.time_base) - self.zero_s
        if time_s <= self.last_s or time_s < -0.001 or time_s > self.limits.duration_s + 1:
            return
        if self.first is None:
            self._first(frame)
        elif frame.width * frame.height > self.limits.picture_pixels:
            return
        self.last_s = max(0.0, time_s)
        self.interlaced += frame.interlaced_frame
        thumbnail = self._upright(self._small(frame, *self.coded_thumbnail))
        self.spool.add_thumbnail(self.last_s, thumbnail)
        if self.sampler.wants(self.last_s, thumbnail) and self.sampler.differs(self._sample_grey(frame)):
            self._keep(frame)
        elif self.soon_s is not None and self.last_s >= self.soon_s:
            self._keep_soon(frame)

    def _first(self, frame: VideoFrame) -> None:
        """Fix sizes and orientation by the first frame."""
        self.first = frame
        side: Any
        for side in frame.side_data:
            if side.type.name == "DISPLAYMATRIX":
                self.turn = np.frombuffer(bytes(side), np.int32)[[0, 1, 3, 4]] >> 16
        aspect = self.video.sample_aspect_ratio
        self.aspect = float(aspect) if aspect and 0.1 < aspect < 10 else 1.0
        wide, high = frame.width * max(1.0, self.aspect), frame.height / min(1.0, self.aspect)
        self.display = (max(1, round(wide)), max(1, round(high)))
        scale = THUMBNAIL_SIDE / max(self.display)
        self.coded_thumbnail = tuple(max(1, round(side * scale)) for side in self.display)

    @property
    def transposed(self) -> bool:
        return self.turn is not None and bool(self.turn[0] == 0 and self.turn[1] != 0)

    def _upright(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Apply the display matrix: rows and columns as a player shows them."""
        if self.turn is None:
            return picture
        a, b, c, d = (int(value) for value in self.turn)
        if self.transposed:
            picture = np.swapaxes(picture, 0, 1)
            flip_x, flip_y = c < 0, b < 0
        else:
            flip_x, flip_y = a < 0, d < 0
        picture = picture[:, ::-1] if flip_x else picture
        picture = picture[::-1] if flip_y else picture
        return np.ascontiguousarray(picture)

    def _small(self, frame: VideoFrame, width: int, height: int) -> NDArray[np.uint8]:
        """A small RGB copy. Planes of 8-bit YUV are reduced directly: converting the whole frame costs three times that."""
        if frame.format.name in ("yuv420p", "yuvj420p", "yuv422p", "yuvj422p", "yuv444p", "yuvj444p"):
            planes = [pixels.reduced(plane, width, height) for plane in frame.planes]
            full = frame.format.name.startswith("yuvj") or frame.color_range == 2
            matrix = colour.matrix_of(int(frame.colorspace), frame.height)
            rgb = colour.yuv_to_rgb(np.dstack(planes), matrix, full)
        else:
            rgb = cv2.resize(pixels.rgb(frame, 8 * width, 8 * height), (width, height), interpolation=cv2.INTER_AREA)
        return colour.hdr_to_srgb(rgb, int(frame.color_trc), int(frame.color_primaries))

    def _sample_grey(self, frame: VideoFrame) -> NDArray[np.uint8]:
        """The copy by which the sampler tells whether anything changed; its levels need no particular scale."""
        scale = min(1.0, GREY_SIDE / max(frame.width, frame.height))
        width, height = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
        return (
            pixels.reduced(frame.planes[0], width, height)
            if pixels.has_luma_bytes(frame)
            else pixels.grey(frame, width, height)
        )

    def _keep(self, frame: VideoFrame) -> None:
        scale = min(1.0, KEPT_SIDE / max(self.display))
        width, height = (max(1, round(side * scale)) for side in self.display)
        if colour.is_hdr(int(frame.color_trc)):
            shown = colour.hdr_to_srgb(pixels.rgb(frame, width, height), int(frame.color_trc), int(frame.color_primaries))
            picture = cv2.cvtColor(shown, cv2.COLOR_RGB2BGR)
        else:
            picture = pixels.bgr(frame, width, height)
        ok, data = cv2.imencode(".jpg", self._upright(picture), JPEG)
        if ok:
            self.spool.keep(self.last_s, data.tobytes())
            self.soon_s = self.last_s + SOON_S
        if len(self.spool.kept) >= self.limits.kept_frames:
            self.spool.thin(before_s=2 * HOOK_S)
            self.sampler.slow_down()

    def _keep_soon(self, frame: VideoFrame) -> None:
        self.soon_s = None
        scale = min(1.0, SOON_SIDE / max(self.display))
        width, height = (max(1, round(side * scale)) for side in self.display)
        self.spool.keep_soon(self._upright(pixels.grey(frame, width, height)))

    def _facts(self, total_s: float | None, meter: SoundMeter | None) -> dict[str, Any]:
        assert self.first is not None
        first, codec = self.first, self.video.codec_context
        rate = self.video.average_rate or self.video.guessed_rate
        frame_s = 1 / float(rate) if rate else 0.04
        end_s = self.last_s + frame_s
        if self.sampler.step_s > Sampler().step_s:
            self.notes.append(
                note(
                    "The clip is long: after {hook:.0f} s a frame was read every {step:.1f} s, so shorter text may be missed.",
                    hook=2 * HOOK_S,
                    step=self.sampler.step_s,
                )
            )
        if self.errors:
            self.notes.append(
                note("{errors} packets could not be decoded; what they held is not in this report.", errors=self.errors)
            )
        if total_s and end_s < min(total_s, self.limits.duration_s) * 0.9 - 1 and not self.notes:
            self.notes.append(
                note("The file says {total:.1f} s but ends after {end:.1f} s: it may be cut off.", total=total_s, end=end_s)
            )
        loudness = meter.close() if meter is not None else None
        metadata = dict(self.container.metadata) | dict(self.video.metadata)
        width, height = self.display[::-1] if self.transposed else self.display
        components = first.format.components
        longest_gap_s = float(np.max(np.diff([*self.keyframes, end_s]))) if self.keyframes else None
        return {
            "kind": "video",
            "container": self.container.format.name,
            "brand": self.container.metadata.get("major_brand"),
            "start_s": self.zero_s,
            "duration_s": total_s,
            "end_s": end_s,
            "bit_rate": self.container.bit_rate or None,
            "width": width,
            "height": height,
            "thumbnail": self.coded_thumbnail if self.transposed else self.coded_thumbnail[::-1],
            "video": {
                "codec": codec.codec.canonical_name,
                "profile": codec.profile,
                "pixel_format": first.format.name,
                "bit_depth": max((component.bits for component in components), default=8),
                "chroma": "RGB" if first.format.is_rgb else pixels.chroma(first),
                "coded_width": first.width,
                "coded_height": first.height,
                "rotation": self._rotation(),
                "sample_aspect": self.aspect,
                "frame_rate": str(rate) if rate else None,
                "frames": self.spool.frames,
                "bit_rate": codec.bit_rate or None,
                "primaries": int(first.color_primaries),
                "transfer": int(first.color_trc),
                "matrix": int(first.colorspace),
                "range": "full" if first.color_range == 2 else "limited",
                "hdr": colour.is_hdr(int(first.color_trc)),
                "interlaced": self.interlaced > self.spool.frames / 2,
                "keyframe_interval_s": longest_gap_s,
                "alpha": any(component.is_alpha for component in components),
                "streams": len(self.container.streams.video),
            },
            "audio": self._audio_facts(loudness is not None, meter),
            "loudness": loudness,
            "image": None,
            "tags": shown_tags(metadata),
            "leaks": leaks_of(metadata, self.show_location),
            "subtitles": self._subtitle_facts(),
            "decode_errors": self.errors,
            "notes": self.notes,
        }

    def _rotation(self) -> int:
        """Degrees clockwise that a player turns the picture."""
        if self.turn is None:
            return 0
        a, b, _, _ = (int(value) for value in self.turn)
        return {(0, 1): 90, (-1, 0): 180, (0, -1): 270}.get((a, b), 0)

    def _audio_facts(self, heard: bool, meter: SoundMeter | None) -> dict[str, Any] | None:
        if self.audio is None:
            return None
        codec = self.audio.codec_context
        return {
            "codec": codec.codec.canonical_name,
            "profile": codec.profile,
            "sample_rate": codec.sample_rate,
            "channels": codec.layout.nb_channels,
            "layout": codec.layout.name,
            "bit_rate": codec.bit_rate or None,
            "start_s": _seconds(self.audio.start_time or 0, self.audio.time_base) - self.zero_s,
            "duration_s": meter.seconds if meter is not None else None,
            "streams": len(self.container.streams.audio),
            "decoded": heard,
        }

    def _subtitle_facts(self) -> list[dict[str, Any]]:
        tracks = []
        for stream in self.subtitles:
            language = stream.metadata.get("language")
            tracks.append(
                {
                    "origin": "embedded",
                    "name": stream.codec_context.name,
                    "language": None if language in (None, "und") else language,
                    "cues": self.cues.get(stream.index, []),
                }
            )
        return tracks


def _seconds(ticks: int, time_base: Any) -> float:
    return float(ticks * time_base)
