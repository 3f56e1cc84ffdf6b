"""One pass over a video: every frame leaves a thumbnail, some are kept, the sound is measured, subtitles are collected."""

from __future__ import annotations

import contextlib
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

from analyzer.read.decode import causes, facts
from analyzer.read.decode.canvas import Canvas
from analyzer.read.decode.isobmff import Track, layout_of
from analyzer.read.decode.kinds import refuse_other
from analyzer.read.decode.limits import Limits
from analyzer.read.decode.metadata import MAX_CHARACTERS, clean, leaks_of, shown_tags
from analyzer.read.decode.sound import SoundMeter
from analyzer.read.decode.spool import Refused, Spool, check_pixels, note
from analyzer.read.decode.subtitles import cues_of_packet
from analyzer.read.sampling import HOOK_S, Sampler

FORMATS = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,ogg,asf,mxf,"
    "mp3,wav,flac,aac,aiff,caf,amr,h264,hevc,av1,obu,ivf"
)
"""Demuxers that may be tried; none of them opens other files or addresses, as hls, dash, concat, sdp and image sequences do."""
SOON_S = 0.1
"""What is drawn over a picture stands still for a tenth of a second, what is filmed hardly ever does."""
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 92]
MAX_ERRORS_IN_A_ROW = 60
STRAY_S = 600.0
"""A stream whose start lies further from the other's than this has wrong time stamps."""
BACK_S = 1.0
"""Frames whose time lies further back than this belong to a second clock, and are counted."""
MOST_S = 1e9
"""Times beyond thirty years are damage."""
LONGEST_FRAME_S = 10.0
"""How long the last frame is shown at most, where the file's length does not say that it is longer."""
NOT_MEDIA = "This is not a video or image that can be read; it may be damaged or of another type."
TOO_LARGE = "The file asks for more memory than is allowed for reading it."


def read_video(file: BinaryIO, size: int, spool: Spool, limits: Limits, show_location: bool) -> dict[str, Any]:
    """Decode the best video and audio streams once; returns the container's facts. Raises `Refused`."""
    deadline = time.monotonic() + limits.decode_s
    refuse_other(file)
    layout = layout_of(file, size)
    file.seek(0)
    tracks = causes.tracks_of(file, size, file.read(64))
    causes.refuse_encrypted(tracks)
    file.seek(0)
    try:
        container = av.open(
            file,
            options={"protocol_whitelist": "none", "format_whitelist": FORMATS, "max_pixels": str(_most_pixels(limits))},
            metadata_errors="replace",
        )
    except Exception as error:  # PyAV raises almost any type on damaged input
        if lacks_memory(error):
            raise Refused("too_large", TOO_LARGE) from error
        causes.refuse_absent(tracks)
        raise Refused("not_media", NOT_MEDIA) from error
    with container:
        return _Pass(container, spool, limits, show_location, tracks).run(deadline) | dict(layout)


def _most_pixels(limits: Limits) -> int:
    """What libav may allocate for one picture: coded sizes are padded."""
    return limits.picture_pixels * 5 // 4


class _Pass:
    """The state of one pass."""

    def __init__(
        self, container: InputContainer, spool: Spool, limits: Limits, show_location: bool, tracks: list[Track] | None
    ) -> None:
        self.container, self.spool, self.limits, self.show_location = container, spool, limits, show_location
        self.tracks = tracks
        self.video = self._pick_video()
        self.notes: list[dict[str, Any]] = []
        self.changes: list[dict[str, Any]] = []
        """Notes on what is odd about the file, and no loss."""
        self.audio = self._pick_audio()
        self.subtitles = [s for s in container.streams.subtitles if s.codec_context is not None][:8]
        self.zero_s = self._zero_s()
        self.meter = SoundMeter(spool, self.zero_s, limits.duration_s) if self.audio is not None else None
        self.sampler = Sampler()
        self.errors = 0
        self.errors_in_a_row = 0
        self.out_of_memory = False
        self.oversized = 0
        self.beyond = 0
        self.back = 0
        self.cues: dict[int, list[dict[str, Any]]] = {}
        self.keyframes: list[float] = []
        self.first: VideoFrame | None = None
        self.canvas: Canvas | None = None
        self.interlaced = 0
        self.last_s = -1.0
        self.soon_s: float | None = None
        self.reshaped_s: float | None = None

    def _pick_video(self) -> VideoStream:
        pictures = [s for s in self.container.streams.video if not s.disposition & s.disposition.attached_pic]
        readable = [s for s in pictures if s.codec_context is not None]
        best = self.container.streams.best("video")
        if not readable:
            if pictures:
                causes.refuse_codec(self.tracks)
            causes.refuse_absent(self.tracks)
            if self.container.streams.audio:
                raise Refused("audio_only", "The file has sound but no picture; a video or an image is needed.")
            raise Refused("no_picture", "The file has no picture.")
        picked = best if best in readable else readable[0]
        context = picked.codec_context
        if context.width and context.height:
            check_pixels(context.width, context.height, self.limits)
        context.options = {"max_pixels": str(_most_pixels(self.limits))}
        picked.thread_type = "AUTO"
        return picked

    def _pick_audio(self) -> Any:
        audio = self.container.streams.best("audio")
        if audio is None or audio.codec_context is None:
            return None
        heard = [track for track in self.tracks or [] if track.kind == "audio"]
        if heard and all(track.encrypted for track in heard):
            self.changes.append(note("The sound is encrypted and was not measured."))
            return None
        return audio

    def _zero_s(self) -> float:
        """Where time 0 lies on the clock of the streams: the earlier of the two starts, unless one of them has strayed."""
        video, audio = (
            _seconds(s.start_time, s.time_base) if s is not None and s.start_time is not None else None
            for s in (self.video, self.audio)
        )
        if video is None or audio is None:
            return video or audio or 0.0
        return min(video, audio) if abs(video - audio) < STRAY_S else video

    def run(self, deadline: float) -> dict[str, Any]:
        duration = self.container.duration
        total_s = duration / av.time_base if duration and 0 < duration < MOST_S * av.time_base else None
        streams = [s for s in (self.video, self.audio, *self.subtitles) if s is not None]
        for packet in self._packets(streams):
            if packet.stream is self.video:
                if packet.is_keyframe and packet.pts is not None:
                    self.keyframes.append(_seconds(packet.pts, packet.time_base) - self.zero_s)
                for frame in self._decoded(packet):
                    with self._damage():
                        self._frame(frame)
            elif self.meter is not None and packet.stream is self.audio:
                for frame in self._decoded(packet):
                    with self._damage():
                        self.meter.add(frame)
            else:
                cues = self.cues.setdefault(packet.stream.index, [])
                if len(cues) < self.limits.subtitle_cues:
                    with self._damage():
                        cues.extend(cues_of_packet(packet, self.zero_s))
            self.spool.progress(self.last_s, total_s)
            if self._full(deadline):
                break
        if not self.spool.frames:
            self._refuse()
        return self._facts(total_s)

    def _refuse(self) -> None:
        """Say why there is not one frame."""
        context = self.video.codec_context
        check_pixels(context.width or 1, context.height or 1, self.limits)
        causes.refuse_absent(self.tracks)
        if self.out_of_memory:
            raise Refused("too_large", TOO_LARGE)
        raise Refused("no_frames", "Not one frame of the video could be decoded; the file is damaged or cut off.")

    @contextlib.contextmanager
    def _damage(self) -> Iterator[None]:
        """Count what cannot be decoded, and go on; only what concerns the spool or the whole asset is raised."""
        try:
            yield
        except av.error.FFmpegError as error:
            self._count(error)
        except (Refused, OSError):
            raise
        except Exception as error:  # PyAV and numpy raise almost any type on damaged input
            self._count(error)

    def _count(self, error: Exception) -> None:
        self.errors += 1
        self.out_of_memory |= lacks_memory(error)

    def _packets(self, streams: list[Any]) -> Iterator[Any]:
        """Packets in file order; damage ends the pass with a note instead of an exception."""
        packets = self.container.demux(streams)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except Exception as error:  # as above; nothing of the spool is touched here
                self._count(error)
                self.notes.append(
                    note("The file is damaged: reading stopped after {seconds:.1f} s.", seconds=max(0.0, self.last_s))
                )
                return
            yield packet

    def _decoded(self, packet: Any) -> list[Any]:
        try:
            frames: list[Any] = packet.decode()
            self.errors_in_a_row = 0
            return frames
        except av.error.EOFError:
            return []
        except Exception as error:  # as above
            self._count(error)
            self.errors_in_a_row += 1
            context = self.video.codec_context
            self.oversized += packet.stream is self.video and context.width * context.height > self.limits.picture_pixels
            return []

    def _full(self, deadline: float) -> bool:
        seconds = max(0.0, self.last_s)
        if self.errors_in_a_row > MAX_ERRORS_IN_A_ROW:
            self.notes.append(note("The file is damaged: reading stopped after {seconds:.1f} s.", seconds=seconds))
        elif seconds >= self.limits.duration_s or self.spool.frames >= self.limits.frames or self.beyond > MAX_ERRORS_IN_A_ROW:
            self.notes.append(
                note("Only the first {seconds:.0f} s were looked at: that is the bound on length.", seconds=seconds)
            )
        elif time.monotonic() > deadline:
            self.notes.append(note("Only the first {seconds:.0f} s were looked at: decoding took too long.", seconds=seconds))
        else:
            return False
        return True

    def _time_of(self, frame: VideoFrame) -> float:
        """Seconds from the start of the asset; a first frame that lies nowhere near it is taken for the start."""
        if frame.pts is None:
            rate = float(facts.rate_of(self.video) or 25)
            return self.last_s + 1 / rate if self.last_s >= 0 else 0.0
        time_s = _seconds(frame.pts, frame.time_base) - self.zero_s
        if self.first is None and abs(time_s) > STRAY_S:
            self.zero_s += time_s
            self.changes.append(note("The time stamps of the picture are damaged: it is taken to begin at 0 s."))
            return 0.0
        return time_s

    def _frame(self, frame: VideoFrame) -> None:
        time_s = self._time_of(frame)
        self.beyond = self.beyond + 1 if time_s > self.limits.duration_s + 1 else 0
        if time_s <= self.last_s or time_s < -0.001 or self.beyond:
            self.back += self.last_s - time_s > BACK_S
            return
        if self.canvas is None:
            check_pixels(frame.width, frame.height, self.limits)
            self.first, self.canvas = frame, Canvas(self.video, frame)
        elif frame.width * frame.height > self.limits.picture_pixels:
            self.oversized += 1
            return
        shown = self.canvas.shown(frame)
        if shown != self.canvas.display and self.reshaped_s is None:
            self.reshaped_s = time_s
        thumbnail = self.canvas.thumbnail(frame, shown)
        self.last_s = max(0.0, time_s)
        self.interlaced += frame.interlaced_frame
        self.spool.add_thumbnail(self.last_s, thumbnail)
        if self.sampler.wants(self.last_s, thumbnail) and self.sampler.differs(self.canvas.grey(frame, shown)):
            self._keep(self.canvas.kept(frame, shown))
        elif self.soon_s is not None and self.last_s >= self.soon_s:
            self.soon_s = None
            self.spool.keep_soon(self.canvas.soon(frame, shown))

    def _keep(self, picture: NDArray[np.uint8]) -> None:
        ok, data = cv2.imencode(".jpg", picture, JPEG)
        if ok:
            self.spool.keep(self.last_s, data.tobytes())
            self.soon_s = self.last_s + SOON_S
        if len(self.spool.kept) >= self.limits.kept_frames:
            self.spool.thin(before_s=2 * HOOK_S)
            self.sampler.slow_down()

    def _facts(self, total_s: float | None) -> dict[str, Any]:
        assert self.first is not None and self.canvas is not None
        rate = facts.rate_of(self.video)
        longest_s = min(max(LONGEST_FRAME_S, (total_s or 0.0) - self.last_s), self.limits.duration_s)
        end_s = self.last_s + (min(1 / float(rate), longest_s) if rate else 0.04)
        loudness = None
        if self.meter is not None:
            with self._damage():
                loudness = self.meter.close()
        self._note_losses(total_s, end_s)
        metadata = dict(self.container.metadata) | dict(self.video.metadata)
        width, height = self.canvas.upright_size
        keyframes = [time_s for time_s in self.keyframes if -1 < time_s <= end_s]
        return {
            "kind": "video",
            "container": self.container.format.name,
            "brand": clean(self.container.metadata.get("major_brand") or "")[:MAX_CHARACTERS] or None,
            "start_s": _held(self.zero_s),
            "duration_s": total_s,
            "end_s": end_s,
            "bit_rate": max(0, self.container.bit_rate) or None,
            "width": width,
            "height": height,
            "thumbnail": self.canvas.upright_thumbnail[::-1],
            "video": facts.of_picture(self.video, self.first)
            | {
                "sample_aspect": self.canvas.aspect,
                "frames": self.spool.frames,
                "interlaced": self.interlaced > self.spool.frames / 2,
                "keyframe_interval_s": float(np.max(np.diff([*keyframes, end_s]))) if keyframes else None,
                "streams": len(self.container.streams.video),
            },
            "audio": self._audio_facts(loudness is not None),
            "loudness": loudness,
            "image": None,
            "tags": shown_tags(metadata),
            "leaks": leaks_of(metadata, self.show_location),
            "subtitles": [facts.of_subtitles(stream, self.cues.get(stream.index, [])) for stream in self.subtitles],
            "decode_errors": self.errors,
            "notes": self.notes + self.changes,
        }

    def _note_losses(self, total_s: float | None, end_s: float) -> None:
        if self.sampler.step_s > Sampler().step_s:
            self.notes.append(
                note(
                    "The clip is long: after {hook:.0f} s a frame was read every {step:.1f} s, so shorter text may be missed.",
                    hook=2 * HOOK_S,
                    step=self.sampler.step_s,
                )
            )
        if self.oversized:
            self.notes.append(
                note(
                    "Some frames have more than {most} million pixels and were left out.",
                    most=self.limits.picture_pixels // 10**6,
                )
            )
        if self.back:
            self.notes.append(note("The time stamps go back: {frames} frames were left out.", frames=self.back))
        if self.errors:
            self.notes.append(
                note("{errors} packets could not be decoded; what they held is not in this report.", errors=self.errors)
            )
        if total_s and end_s < min(total_s, self.limits.duration_s) * 0.9 - 1 and not self.notes:
            self.notes.append(
                note("The file says {total:.1f} s but ends after {end:.1f} s: it may be cut off.", total=total_s, end=end_s)
            )
        if self.reshaped_s is not None:
            self.changes.append(
                note(
                    "The picture changes its shape at {seconds:.1f} s: from there it is fitted into the first one.",
                    seconds=self.reshaped_s,
                )
            )
        if self.meter is not None:
            self.changes += self.meter.notes

    def _audio_facts(self, heard: bool) -> dict[str, Any] | None:
        if self.audio is None or self.meter is None:
            return None
        return facts.of_sound(self.audio) | {
            "start_s": _held(_seconds(self.audio.start_time or 0, self.audio.time_base) - self.zero_s),
            "duration_s": self.meter.seconds,
            "streams": len(self.container.streams.audio),
            "decoded": heard,
        }


def _held(time_s: float) -> float:
    return max(-MOST_S, min(time_s, MOST_S))


def lacks_memory(error: Exception) -> bool:
    """Whether an error of any library says that memory was refused."""
    return isinstance(error, MemoryError) or getattr(error, "code", None) == cv2.Error.StsNoMem or "memory" in str(error)


def _seconds(ticks: int, time_base: Any) -> float:
    """Seconds of a time stamp; 0 where its unit is missing."""
    return float(ticks * time_base) if time_base else 0.0
