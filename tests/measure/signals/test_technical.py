"""The file's facts as metrics: names that platforms use, null against unmeasured, and what leaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from analyzer.measure.signals.technical import METRICS, SIGNAL, container_name
from analyzer.nouns.evidence import Table
from analyzer.nouns.signal import Reading
from tests.make import Engines, asset, image, media, tone

VIDEO = {
    "codec": "h264", "profile": "High", "pixel_format": "yuv420p10le", "bit_depth": 10, "chroma": "4:2:0",
    "frame_rate": "30000/1001", "constant_frame_rate": True, "bit_rate": 4_000_000, "hdr": True, "interlaced": False,
    "keyframe_interval_s": 2.0, "alpha": False, "rotation": 90, "streams": 1,
}  # fmt: skip
AUDIO = {"codec": "aac", "sample_rate": 48000, "channels": 2, "layout": "stereo", "bit_rate": 128_000, "streams": 2}
FACTS = {
    "container": "mov,mp4,m4a,3gp,3g2,mj2", "bit_rate": 4_200_000, "moov_first": False, "edit_list": True,
    "fragmented": False, "video": VIDEO, "audio": AUDIO, "image": None, "tags": {"encoder": "Lavf"}, "leaks": [],
    "decode_errors": 3,
}  # fmt: skip
MOV = "mov,mp4,m4a,3gp,3g2,mj2"


def read(facts: dict[str, Any] | None, **fields: Any) -> Reading:
    with_sound = None if facts and facts.get("audio") is None else tone(2)
    reading = SIGNAL.measure(media(sound=with_sound, facts=facts, **fields), Engines(), {})
    assert set(reading.metrics) | set(reading.unmeasured) == set(METRICS)
    assert not set(reading.metrics) & set(reading.unmeasured)
    return reading


def test_a_clip_with_all_its_facts() -> None:
    reading = read(FACTS, frame_rate="30000/1001")
    assert reading.unmeasured == {}
    expected = {
        "container": "mp4", "video_codec": "h264", "audio_codec": "aac", "width": 1080, "height": 1920,
        "frame_rate": pytest.approx(29.97, abs=0.001), "bytes": 1_000_000, "bit_rate_kbps": 4200.0,
        "video_bit_rate_kbps": 4000.0,
        "audio_bit_rate_kbps": 128.0, "bit_depth": 10, "chroma": "4:2:0", "hdr": True, "rotation": 90, "moov_first": False,
        "edit_list": True, "fragmented": False, "keyframe_interval_s": 2.0, "audio_channels": 2, "audio_sample_rate": 48000,
        "has_audio": True, "video_streams": 1, "audio_streams": 2, "has_location": False, "leaks": 0, "animated": False,
        "decode_errors": 3, "aspect_ratio": 0.5625,
    }  # fmt: skip
    assert {name: reading.metrics[name] for name in expected} == expected


def test_no_sound_is_null_and_not_unknown() -> None:
    reading = read(FACTS | {"audio": None})
    assert reading.metrics["has_audio"] is False and reading.metrics["audio_streams"] == 0
    for name in ("audio_codec", "audio_channels", "audio_sample_rate", "audio_bit_rate_kbps"):
        assert reading.metrics[name] is None


def test_what_the_file_does_not_say_is_unmeasured() -> None:
    gaps = {name: value for name, value in VIDEO.items() if name not in ("bit_rate", "keyframe_interval_s", "hdr")}
    reading = read(FACTS | {"video": gaps | {"constant_frame_rate": None}}, frame_rate=None)
    missing = {"video_bit_rate_kbps", "keyframe_interval_s", "hdr", "constant_frame_rate", "frame_rate"}
    assert set(reading.unmeasured) == missing
    assert {reason.code for reason in reading.unmeasured.values()} == {"not_stated"}


def test_without_facts_only_the_asset_is_known() -> None:
    reading = read(None)
    assert reading.metrics["width"] == 1080 and reading.metrics["container"] == "mp4"
    assert {"moov_first", "leaks", "has_location", "decode_errors", "edit_list", "audio_channels"} <= set(reading.unmeasured)


def test_bit_rate_follows_from_bytes_and_length() -> None:
    reading = read(FACTS | {"bit_rate": None}, duration_s=8.0)
    assert reading.metrics["bit_rate_kbps"] == pytest.approx(1000.0)


def test_a_file_without_moov_has_null() -> None:
    assert read(FACTS | {"container": "avi", "moov_first": None}).metrics["moov_first"] is None


@pytest.mark.parametrize(
    ("name", "file", "codecs", "brand", "expected"),
    [
        (MOV, "a.mp4", ("h264", "aac"), None, "mp4"),
        (MOV, "a.MOV", ("h264", "aac"), None, "mov"),
        (MOV, "a.mov", ("h264", "aac"), "isom", "mp4"),
        (MOV, "a.mp4", ("h264", "aac"), "qt  ", "mov"),
        (MOV, "a.mp4", ("h264", "aac"), "3gp5", "3gp"),
        ("matroska,webm", "a.webm", ("vp9", "opus"), None, "webm"),
        ("matroska,webm", "a.mkv", ("vp9", "opus"), None, "matroska"),
        ("matroska,webm", "a.webm", ("h264", "aac"), None, "matroska"),
        ("avi", "a.avi", ("mpeg4", "mp3"), None, "avi"),
        ("mpo", "a.jpg", (None, None), None, "jpeg"),
    ],
)
def test_containers_have_the_names_that_platforms_use(
    name: str, file: str, codecs: tuple[str | None, str | None], brand: str | None, expected: str
) -> None:
    given = asset(name=file, video_codec=codecs[0], audio_codec=codecs[1])
    assert container_name(name, given, brand) == expected


def test_an_image() -> None:
    facts: dict[str, Any] = {
        "container": "jpeg", "bit_rate": None, "moov_first": None, "edit_list": False, "fragmented": False, "video": None,
        "audio": None, "decode_errors": 0, "tags": {}, "leaks": [],
        "image": {
            "format": "JPEG", "mode": "RGB", "bit_depth": 8, "icc": None, "exif_orientation": 6, "frames": 1, "alpha": False,
        },
    }  # fmt: skip
    picture = image(np.zeros((100, 50, 3), np.uint8), facts=facts, video_codec=None)
    reading = SIGNAL.measure(picture, Engines(), {})
    got = reading.metrics
    assert (got["container"], got["video_codec"], got["rotation"], got["animated"]) == ("jpeg", "jpeg", 90, False)
    assert (got["duration_s"], got["frame_rate"], got["moov_first"], got["keyframe_interval_s"]) == (None, None, None, None)
    assert (got["aspect_ratio"], got["video_streams"], got["pixel_format"]) == (0.5, 0, "RGB")
    assert not reading.unmeasured and got["chroma"] is None


def test_an_animation_has_more_than_one_frame() -> None:
    moving = {"format": "GIF", "mode": "P", "bit_depth": 8, "exif_orientation": 1, "frames": 12, "alpha": True}
    reading = read(FACTS | {"container": "gif", "video": None, "audio": None, "image": moving}, video_codec=None)
    assert reading.metrics["animated"] is True and reading.metrics["has_alpha"] is True
    assert reading.metrics["container"] == "gif"


def test_leaks_are_counted_and_coordinates_stay_as_reading_left_them() -> None:
    leaks = [{"field": "location", "value": "(hidden)"}, {"field": "artist", "value": "A. Person"}]
    reading = read(FACTS | {"leaks": leaks})
    assert reading.metrics["has_location"] is True and reading.metrics["leaks"] == 2
    table = reading.evidence["leaks"]
    assert isinstance(table, Table) and table.rows == (("location", "(hidden)"), ("artist", "A. Person"))
    assert "leaks" not in read(FACTS).evidence


def test_the_table_of_facts_lists_what_was_read() -> None:
    table = read(FACTS).evidence["facts"]
    assert isinstance(table, Table)
    assert ("video", "codec", "h264") in table.rows and ("tags", "encoder", "Lavf") in table.rows
    assert all(len(row) == len(table.columns) for row in table.rows)
