"""Why a file with media in it cannot be read: encrypted, elsewhere, cut off. Each cause has a code and a sentence."""

from __future__ import annotations

from typing import BinaryIO

from analyzer.read.decode import ebml, isobmff
from analyzer.read.decode.isobmff import Track
from analyzer.read.decode.spool import Refused

ASF = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
ASF_ENCRYPTION = {
    bytes.fromhex("fbb31122 23bd d211 b4b700a0c955fc6e"),
    bytes.fromhex("14e68a29 2226 174c b935dae07ee9289c"),
    bytes.fromhex("33850543 8169 e649 9b74ad12cb86d58c"),
}
"""Objects of content encryption: plain, extended and advanced (Advanced Systems Format specification, 3.14 ff)."""
TS_PACKETS = 2_000
"""Packets of a transport stream that are looked at for scrambling."""

SENTENCES = {
    "encrypted": "The video is encrypted (protected by DRM) and cannot be read; use a copy without protection.",
    "elsewhere": "The file only refers to a video in another file; name that file, or export it as one self-contained file.",
    "truncated": "The file is cut off: its index is missing, so that nothing in it can be found. Copy or export it again.",
}


def tracks_of(file: BinaryIO, size: int, head: bytes) -> list[Track] | None:
    """What the container says of its tracks; None where their list is missing, empty for formats that are not looked into."""
    if head[4:8] in isobmff.TOP:
        return isobmff.tracks_of(file, size)
    if head.startswith(ebml.SIGNATURE):
        return ebml.tracks_of(file, size)
    if head.startswith(ASF):
        return [Track("video", encrypted=True)] if _asf_encrypted(file, size) else []
    if head[:1] == b"G":
        return [Track("video", encrypted=True)] if _ts_scrambled(file) else []
    return []


def refuse_encrypted(tracks: list[Track] | None) -> None:
    """Raise `Refused` where every video track is encrypted: what would be decoded is noise."""
    videos = _videos(tracks)
    if videos and all(track.encrypted for track in videos):
        raise Refused("encrypted", SENTENCES["encrypted"])


def refuse_absent(tracks: list[Track] | None) -> None:
    """Raise `Refused` where the container explains why nothing was found: its index is missing, or its media are elsewhere."""
    if tracks is None:
        raise Refused("truncated", SENTENCES["truncated"])
    videos = _videos(tracks)
    if videos and all(track.elsewhere for track in videos):
        raise Refused("elsewhere", SENTENCES["elsewhere"])


def refuse_codec(tracks: list[Track] | None) -> None:
    """Raise `Refused` for a video whose codec has no decoder."""
    name = next((track.codec for track in _videos(tracks) if track.codec), "")
    if name:
        raise Refused("no_decoder", f"The video is in the codec {name}, which cannot be decoded here.")
    raise Refused("no_decoder", "The video is in a codec that cannot be decoded here.")


def _videos(tracks: list[Track] | None) -> list[Track]:
    return [track for track in tracks or [] if track.kind == "video"]


def _asf_encrypted(file: BinaryIO, size: int) -> bool:
    """Whether the header of an ASF file (WMV) has an object of content encryption."""
    file.seek(16)
    end = min(size, int.from_bytes(file.read(8), "little"))
    start = 30
    for _ in range(isobmff.MAX_BOXES):
        if start + 24 > end:
            break
        file.seek(start)
        identity, length = file.read(16), int.from_bytes(file.read(8), "little")
        if identity in ASF_ENCRYPTION:
            return True
        if length < 24:
            break
        start += length
    return False


def _ts_scrambled(file: BinaryIO) -> bool:
    """Whether most packets of elementary streams in a transport stream are scrambled (ISO/IEC 13818-1, 2.4.3.3)."""
    file.seek(0)
    data = file.read(188 * TS_PACKETS)
    packets = [data[start : start + 4] for start in range(0, len(data) - 3, 188) if data[start] == 0x47]
    media = [packet for packet in packets if 32 <= (packet[1] & 31) << 8 | packet[2] < 8191]
    return len(media) > 8 and 2 * sum(packet[3] >= 0x80 for packet in media) > len(media)
