"""What the file is made of: container, codecs, sizes, rates, layout, and the data that it would give away.

Only arranges the facts that reading left in `Media.facts` and `Asset`; it opens nothing and guesses nothing. What a
file does not tell is unmeasured.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from analyzer.nouns.evidence import Scalar, Table, message
from analyzer.nouns.media import Media
from analyzer.nouns.report import Asset, Reason, SignalResult
from analyzer.nouns.signal import Engines, Metric, Reading, Signal

MOV_FAMILY = "mov,mp4,m4a,3gp,3g2,mj2"
"""What libav calls every ISO base media file, whatever its brand (https://ffmpeg.org/ffmpeg-formats.html#mov_002fmp4)."""
BY_SUFFIX = {"mov": "mov", "qt": "mov", "3gp": "3gp", "3g2": "3gp"}
WEBM_CODECS = {None, "vp8", "vp9", "av1", "vorbis", "opus"}
"""Codecs that a WebM may hold (https://www.webmproject.org/docs/container/); other Matroska files are no WebM."""
CONTAINERS = {"matroska,webm": "matroska", "mpegts": "mpeg-ts", "mpo": "jpeg"}
TURNS = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}
"""Degrees clockwise of an EXIF orientation (https://www.cipa.jp/std/documents/download_e.html?CIPA_DC-008-2024-E)."""

METRICS = {
    "container": Metric("text", "Kind of file"),
    "video_codec": Metric("text", "Codec of the picture"),
    "audio_codec": Metric("text", "Codec of the sound"),
    "width": Metric("px", "Width of the displayed picture"),
    "height": Metric("px", "Height of the displayed picture"),
    "aspect_ratio": Metric("ratio", "Width to height of the displayed picture"),
    "duration_s": Metric("s", "Length"),
    "frame_rate": Metric("fps", "Average frames a second"),
    "constant_frame_rate": Metric("flag", "All frames stand for the same time"),
    "bytes": Metric("bytes", "Size of the file"),
    "bit_rate_kbps": Metric("kbps", "Bit rate of the file"),
    "video_bit_rate_kbps": Metric("kbps", "Bit rate of the picture"),
    "audio_bit_rate_kbps": Metric("kbps", "Bit rate of the sound"),
    "pixel_format": Metric("text", "How pixels are stored"),
    "bit_depth": Metric("bit", "Bits for each channel of a pixel"),
    "chroma": Metric("text", "Resolution of colour against brightness"),
    "hdr": Metric("flag", "High dynamic range"),
    "rotation": Metric("deg", "Turn that a player applies, clockwise"),
    "interlaced": Metric("flag", "Frames are stored as two fields"),
    "moov_first": Metric("flag", "The index stands before the data"),
    "edit_list": Metric("flag", "An edit list shifts or cuts a track"),
    "fragmented": Metric("flag", "The file is made of fragments"),
    "keyframe_interval_s": Metric("s", "Longest stretch between key frames"),
    "audio_channels": Metric("count", "Channels of the sound"),
    "audio_sample_rate": Metric("Hz", "Samples a second of the sound"),
    "has_audio": Metric("flag", "There is a sound track"),
    "video_streams": Metric("count", "Video streams in the file"),
    "audio_streams": Metric("count", "Audio streams in the file"),
    "has_location": Metric("flag", "The file holds coordinates"),
    "leaks": Metric("count", "Entries that name a place, a person or a device"),
    "has_alpha": Metric("flag", "The picture has transparent parts"),
    "animated": Metric("flag", "A picture with more than one frame"),
    "decode_errors": Metric("count", "Pieces that could not be decoded"),
}

STANDARD_RATES = (24_000 / 1001, 24.0, 25.0, 30_000 / 1001, 30.0, 48.0, 50.0, 60_000 / 1001, 60.0, 120.0)
RATE_SLACK = 0.003
"""Share by which the average of a recording strays from the rate that it was set to."""

NOT_STATED = Reason(code="not_stated", sentence=message("The file does not say."))


def measure(media: Media, engines: Engines, needed: Mapping[str, SignalResult]) -> Reading:
    """Arrange the facts of the container as metrics and two tables."""
    asset, facts = media.asset, media.facts
    video, audio, image = facts.get("video"), facts.get("audio"), facts.get("image")
    known: dict[str, Scalar] = {
        "container": container_name(facts.get("container") or asset.container, asset, facts.get("brand")),
        "video_codec": asset.video_codec or (image or {}).get("format", "").lower() or None,
        "audio_codec": asset.audio_codec,
        "width": asset.width,
        "height": asset.height,
        "aspect_ratio": asset.width / asset.height if asset.height else None,
        "duration_s": asset.duration_s,
        "frame_rate": nominal_rate(float(Fraction(asset.frame_rate))) if asset.frame_rate else None,
        "bytes": asset.bytes,
        "has_audio": asset.has_audio,
        "bit_rate_kbps": _bit_rate(asset, facts),
        "moov_first": facts.get("moov_first"),
        "edit_list": facts.get("edit_list"),
        "fragmented": facts.get("fragmented"),
        "decode_errors": facts.get("decode_errors"),
        "animated": None if image is None and video is None else (image or {}).get("frames", 1) > 1,
        **_leaks(facts),
        **_of_video(video),
        **_of_audio(audio, asset),
    }
    if image is not None:
        known |= _of_image(image)
    nullable = {"audio_codec", "moov_first"}
    if asset.kind == "image":
        nullable |= {"duration_s", "bit_rate_kbps"}
    if video is None and image is not None:
        nullable |= {"frame_rate", "constant_frame_rate", "video_bit_rate_kbps", "keyframe_interval_s", "chroma", "hdr"}
    if not asset.has_audio:
        nullable |= {"audio_bit_rate_kbps", "audio_channels", "audio_sample_rate"}
    if "moov_first" not in facts:
        nullable.discard("moov_first")
    metrics = {name: known.get(name) for name in METRICS if known.get(name) is not None or name in nullable}
    unmeasured = {name: NOT_STATED for name in METRICS if name not in metrics}
    return Reading(metrics=metrics, unmeasured=unmeasured, evidence=_tables(facts))


def nominal_rate(average: float) -> float:
    """The standard rate that an average stands for: phones that mean 60 frames a second average 60.06."""
    nearest = min(STANDARD_RATES, key=lambda rate: abs(rate - average))
    return round(nearest if abs(nearest - average) <= RATE_SLACK * nearest else average, 3)


def container_name(name: str, asset: Asset, brand: str | None = None) -> str:
    """The name that platforms use: libav has one for a whole family, so the brand, the codecs or the suffix decide."""
    suffix = asset.name.rpartition(".")[2].lower()
    if name == MOV_FAMILY:
        if brand is not None:
            return "mov" if brand.strip() == "qt" else "3gp" if brand.startswith("3g") else "mp4"
        return BY_SUFFIX.get(suffix, "mp4")
    if name == "matroska,webm" and suffix != "mkv" and {asset.video_codec, asset.audio_codec} <= WEBM_CODECS:
        return "webm"
    return CONTAINERS.get(name, name.partition(",")[0])


def _bit_rate(asset: Asset, facts: Mapping[str, Any]) -> float | None:
    """Kilobits a second of the whole file: as stated, else of its bytes and its length."""
    if facts.get("bit_rate"):
        return float(facts["bit_rate"]) / 1000
    return asset.bytes * 8 / 1000 / asset.duration_s if asset.duration_s else None


def _kilo(bits: Any) -> float | None:
    return bits / 1000 if bits else None


def _of_video(video: Mapping[str, Any] | None) -> dict[str, Scalar]:
    if video is None:
        return {"video_streams": 0}
    names = ("constant_frame_rate", "pixel_format", "bit_depth", "hdr", "rotation", "interlaced", "keyframe_interval_s")
    return {name: video.get(name) for name in names} | {
        "chroma": video.get("chroma") or None,
        "video_bit_rate_kbps": _kilo(video.get("bit_rate")),
        "video_streams": video.get("streams"),
        "has_alpha": video.get("alpha"),
    }


def _of_audio(audio: Mapping[str, Any] | None, asset: Asset) -> dict[str, Scalar]:
    if audio is None:
        return {} if asset.has_audio else {"audio_streams": 0}
    return {
        "audio_bit_rate_kbps": _kilo(audio.get("bit_rate")),
        "audio_channels": audio.get("channels"),
        "audio_sample_rate": audio.get("sample_rate"),
        "audio_streams": audio.get("streams"),
    }


def _of_image(image: Mapping[str, Any]) -> dict[str, Scalar]:
    return {
        "pixel_format": image.get("mode"),
        "bit_depth": image.get("bit_depth"),
        "has_alpha": image.get("alpha"),
        "rotation": TURNS.get(image.get("exif_orientation", 1), 0),
        "interlaced": False,
    }


def _leaks(facts: Mapping[str, Any]) -> dict[str, Scalar]:
    """Counts of what the file gives away; nothing where reading did not look."""
    leaks = facts.get("leaks")
    if leaks is None:
        return {}
    return {"leaks": len(leaks), "has_location": any(leak["field"] == "location" for leak in leaks)}


def _tables(facts: Mapping[str, Any]) -> dict[str, Table]:
    """The facts as they were read, one row each, and the entries that would leak."""
    rows: list[tuple[Scalar, ...]] = []
    for part in ("", "video", "audio", "image", "tags"):
        group = facts if not part else facts.get(part) or {}
        rows += [(part or "file", key, value) for key, value in group.items() if isinstance(value, str | int | float)]
    tables = {"facts": Table(title="Facts of the file", columns=("Part", "Fact", "Value"), rows=tuple(rows))}
    if leaks := facts.get("leaks"):
        entries = tuple((leak["field"], leak["value"]) for leak in leaks)
        tables["leaks"] = Table(title="What the file gives away", columns=("Field", "Value"), rows=entries)
    return tables


SIGNAL = Signal(
    id="technical",
    title="File",
    why="Shows what a platform would refuse or convert, and what the file gives away about its maker.",
    measure=measure,
    metrics=METRICS,
)
