"""Video that changes midway, lies about its times or is too large: a report and a note, or one true cause."""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.sidedata.sidedata import Type
from numpy.typing import NDArray

from analyzer.nouns.media import Media
from analyzer.read.decode import geometry
from analyzer.read.decode.limits import Limits
from analyzer.read.open_media import read_media
from tests.clips import RATE, encode, plain, quadrants, tone
from tests.read.decode.refusals import refused


def said(media: Media) -> str:
    return " ".join(note.text.format(**note.params) for note in media.notes)


def joined(path: Path, *parts: Path) -> Path:
    """Streams one after the other, as a camera writes that is turned while it records."""
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    return path


def rewritten(path: Path, to: Path, shift: Any) -> Path:
    """A copy whose packets have other time stamps, without encoding anew."""
    with av.open(str(path)) as source, av.open(str(to), "w") as target:
        streams = {stream.index: target.add_stream_from_template(stream) for stream in source.streams}
        for packet in source.demux():
            if packet.dts is not None and packet.pts is not None:
                kind = packet.stream.type
                moved = shift(kind, float(packet.pts * packet.time_base)) / float(packet.time_base)
                packet.pts, packet.dts = round(moved), round(moved)
                packet.stream = streams[packet.stream.index]
                target.mux(packet)
    return to


def test_a_picture_that_changes_its_size_is_fitted_into_the_first(tmp_path: Path) -> None:
    wide = encode(tmp_path / "wide.h264", [quadrants(128, 96)] * 10)
    high = encode(tmp_path / "high.h264", [quadrants(96, 160)] * 10)
    with read_media(joined(tmp_path / "turned.h264", wide, high), asset_id="x") as media:
        assert (media.asset.width, media.asset.height, len(media.thumbnails)) == (128, 96, 20)
        assert "changes its shape at 0.4 s" in said(media)
        thumbnail = media.thumbnails.read(19, 20)[0]
        assert thumbnail[:, :15].max() < 12 and thumbnail[:, -15:].max() < 12, "bars"
        assert thumbnail[10, 24, 0] > 180 and thumbnail[40, 24, 2] > 180, "red above blue"
        assert {frame.load().shape for frame in media.frames} == {(96, 128, 3)}


def test_a_pixel_format_that_changes_is_read_on(tmp_path: Path) -> None:
    parts = [
        encode(tmp_path / f"{form}.h264", plain(colour, 6), pixel_format=form)
        for form, colour in (("yuv420p", (200, 60, 30)), ("yuv444p", (30, 60, 200)), ("yuv422p10le", (60, 200, 30)))
    ]
    with read_media(joined(tmp_path / "mixed.h264", *parts), asset_id="x") as media:
        means = media.thumbnails.read(0, 18).reshape(18, -1, 3).mean(1)
    assert len(means) == 18
    for index, colour in ((2, (200, 60, 30)), (8, (30, 60, 200)), (14, (60, 200, 30))):
        assert means[index] == pytest.approx(colour, abs=6)


def test_a_sample_aspect_that_changes_is_followed(tmp_path: Path) -> None:
    parts = [
        encode(tmp_path / f"{name}.h264", plain((240, 240, 240), 10), options={"crf": "18", "x264-params": f"sar={sar}"})
        for name, sar in (("square", "1/1"), ("wide", "2/1"))
    ]
    with read_media(joined(tmp_path / "aspect.h264", *parts), asset_id="x") as media:
        assert "changes its shape" in said(media)
        thumbnail = media.thumbnails.read(19, 20)[0]
    assert thumbnail[:8].max() < 12 and thumbnail[24].min() > 200, "bars above and below"


def test_side_data_without_a_name_hide_nothing() -> None:
    unnamed = Type(31337)
    assert unnamed.value == 31337 and Type(6) is Type.DISPLAYMATRIX and unnamed not in list(Type)


def test_fitting_keeps_shapes() -> None:
    assert geometry.inside((640, 360), (640, 360), (64, 36)) == (64, 36)
    assert geometry.inside((360, 640), (640, 360), (64, 36)) == (20, 36)
    assert geometry.inside((1, 60_000), (640, 360), (64, 36)) == (1, 36)
    assert geometry.barred(np.ones((36, 20), np.uint8), (64, 36)).shape == (36, 64)
    assert geometry.aspect_of(Fraction(1, 1000)) == geometry.aspect_of(None) == 1.0


def test_a_picture_with_more_pixels_than_are_read_is_refused_whatever_the_container_says(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3, 1024, 1024))
    limits = Limits(picture_pixels=500_000)
    assert refused(clip, limits=limits).code == "too_many_pixels"
    lying = clip.read_bytes().replace(b"avc1" + bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HH", 1024, 1024),
                                      b"avc1" + bytes(6) + b"\0\1" + bytes(16) + struct.pack(">HH", 64, 64))  # fmt: skip
    assert lying != clip.read_bytes()
    clip.write_bytes(lying)
    assert refused(clip, limits=limits).code == "too_many_pixels"


def test_a_picture_that_grows_beyond_the_bound_leaves_the_rest(tmp_path: Path) -> None:
    small = encode(tmp_path / "small.h264", plain((9, 9, 9), 10))
    large = encode(tmp_path / "large.h264", plain((9, 9, 9), 10, 1024, 1024))
    with read_media(
        joined(tmp_path / "grown.h264", small, large), asset_id="x", limits=Limits(picture_pixels=500_000)
    ) as media:
        assert 8 <= len(media.thumbnails) <= 10 and "were left out" in said(media)


@pytest.mark.parametrize("start_s", [1e6, -4000.0])
def test_time_stamps_from_nowhere_count_from_the_first_frame(tmp_path: Path, start_s: float) -> None:
    clip = encode(tmp_path / "clip.mkv", plain((9, 9, 9), 30), sound=tone(1.0))
    moved = rewritten(clip, tmp_path / "moved.mkv", lambda kind, time_s: time_s + (start_s if kind == "video" else 0))
    with read_media(moved, asset_id="x") as media:
        assert len(media.thumbnails) >= 29 and media.duration_s == pytest.approx(1.0, abs=0.1)
        assert media.audio is None or media.audio.duration_s < 3


def test_a_jump_of_years_ends_the_reading(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mkv", plain((9, 9, 9), 100), sound=tone(3.3))
    jumped = rewritten(clip, tmp_path / "jump.mkv", lambda _, time_s: time_s + (1e8 if time_s > 1 else 0))
    with read_media(jumped, asset_id="x") as media:
        assert 25 <= len(media.thumbnails) <= 40 and media.duration_s < 12 and media.audio is not None
        assert media.audio.duration_s < 3


def test_a_clock_that_starts_again_is_said(tmp_path: Path) -> None:
    part = encode(tmp_path / "part.ts", plain((9, 9, 9), 90))
    with read_media(joined(tmp_path / "again.ts", part, part), asset_id="x") as media:
        assert 85 <= len(media.thumbnails) <= 95 and "go back" in said(media)


@pytest.mark.parametrize("fps", [1, 1000])
def test_odd_frame_rates_are_read(tmp_path: Path, fps: int) -> None:
    with read_media(encode(tmp_path / "odd.mkv", plain((9, 9, 9), 5), fps=fps), asset_id="x") as media:
        assert len(media.thumbnails) == 5 and 0 < media.duration_s < 20


def test_many_streams_and_tags_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "many.mkv"
    with av.open(str(path), "w") as container:
        container.metadata.update({f"tag{n}": "x" * 5000 for n in range(300)} | {f"artist{n}": "y" * 5000 for n in range(300)})
        streams = [container.add_stream("mpeg4", rate=10) for _ in range(40)]
        for stream in streams:
            stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"  # type: ignore[attr-defined]
        for index in range(3):
            for stream in streams:
                frame = av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), "rgb24")
                frame.pts = index
                container.mux(stream.encode(frame))  # type: ignore[attr-defined]
        for stream in streams:
            container.mux(stream.encode(None))  # type: ignore[attr-defined]
    with read_media(path, asset_id="x") as media:
        assert media.facts["video"]["streams"] == 40 and len(media.thumbnails) == 3
        assert len(media.facts["tags"]) <= 60 and len(media.facts["leaks"]) <= 60
        assert max(len(value) for value in media.facts["tags"].values()) <= 500


def test_sound_that_changes_its_format_is_read_on(tmp_path: Path) -> None:
    """Two streams of AAC in one transport stream, as a broadcaster switches from mono to stereo."""
    first = encode(tmp_path / "mono.ts", plain((9, 9, 9), 30), sound=tone(1.0, channels=1))
    second = encode(tmp_path / "stereo.ts", plain((9, 9, 9), 30), sound=tone(1.0, channels=2))
    data = first.read_bytes() + rewritten(second, tmp_path / "later.ts", lambda _, time_s: time_s + 1.0).read_bytes()
    (tmp_path / "switch.ts").write_bytes(data)
    with read_media(tmp_path / "switch.ts", asset_id="x") as media:
        assert media.audio is not None and media.audio.duration_s == pytest.approx(2.0, abs=0.2)
        late: NDArray[np.float32] = media.audio.read(1.3, 1.9)
        assert np.abs(late).max() > 0.02 and "sound changes its format" in said(media)
    assert RATE == 48_000
