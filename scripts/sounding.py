"""A voice by espeak-ng, a soft bed of music, and the writing of a clip, for the drawn samples and the benchmark clip."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import wave
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray
from PIL import Image

RATE = 48_000
CEILING = 10 ** (-2.0 / 20)
"""Sample peak that is left for the encoder's overshoot."""

Sound = NDArray[np.float32]


def say(words: str, *, voice: str = "en-us+f3", words_per_minute: int = 165) -> Sound:
    """Speech at 48 kHz, silence at both ends cut off; exits with a sentence where espeak-ng is not installed."""
    if shutil.which("espeak-ng") is None:
        raise SystemExit("espeak-ng speaks the samples and is not installed: apt install espeak-ng.")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "voice.wav"
        subprocess.run(["espeak-ng", "-v", voice, "-s", str(words_per_minute), "-w", str(path), words], check=True)
        with wave.open(str(path)) as file:
            rate, data = file.getframerate(), file.readframes(file.getnframes())
    raw = np.frombuffer(data, "<i2").astype(np.float32) / 32768
    places = np.arange(round(len(raw) * RATE / rate)) * rate / RATE
    sound = np.interp(places, np.arange(len(raw)), raw).astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > 0.01)
    return np.asarray(sound[loud[0] : loud[-1]], np.float32)


def music(seconds: float, *, level: float = 0.06) -> Sound:
    """Four slow chords and a plucked figure above them."""
    time = np.arange(round(seconds * RATE)) / RATE
    out = np.zeros(len(time))
    chords = ((220.0, 277.2, 329.6), (185.0, 220.0, 277.2), (146.8, 220.0, 293.7), (164.8, 246.9, 329.6))
    for index in range(int(seconds / 2) + 1):
        inside = (time >= 2 * index) & (time < 2 * index + 2.2)
        local = time[inside] - 2 * index
        swell = np.minimum(1, local / 0.25) * np.minimum(1, (2.2 - local) / 0.3)
        for hertz in chords[index % 4]:
            out[inside] += swell * (np.sin(2 * np.pi * hertz * local) + 0.3 * np.sin(4 * np.pi * hertz * local)) / 4
    for index in range(int(seconds / 0.5)):
        inside = (time >= 0.5 * index) & (time < 0.5 * index + 0.6)
        local = time[inside] - 0.5 * index
        hertz = 2 * chords[(index // 4) % 4][(0, 2, 1, 2)[index % 4]]
        out[inside] += 0.7 * np.exp(-7 * local) * np.sin(2 * np.pi * hertz * local)
    return np.asarray(level * out, np.float32)


def loudness(sound: Sound) -> float:
    """Integrated loudness in LUFS by libav's ebur128, as the two equal channels that are written."""
    graph = Graph()
    source = graph.add_abuffer(sample_rate=RATE, format="fltp", layout="stereo", time_base=Fraction(1, RATE))
    meter, sink = graph.add("ebur128", "metadata=1"), graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    graph.push(_audio_frame(sound, 0))
    graph.push(None)
    found = -70.0
    while True:
        try:
            found = float(graph.pull().metadata.get("lavfi.r128.I", found))
        except (BlockingIOError, EOFError):
            return found


def levelled(sound: Sound, lufs: float) -> Sound:
    """The sound at a loudness, its peaks rounded off below the ceiling."""
    for _ in range(4):
        sound = sound * np.float32(10 ** ((lufs - loudness(sound)) / 20))
        sound = np.asarray(CEILING * np.tanh(sound / CEILING), np.float32)
    return sound


def mixed(seconds: float, voices: Iterable[tuple[float, Sound]], bed: Sound | None = None) -> Sound:
    """Voices at their times over a bed."""
    out = np.zeros(round(seconds * RATE), np.float32)
    for start_s, voice in voices:
        first = round(start_s * RATE)
        out[first : first + len(voice)] += voice[: max(0, len(out) - first)]
    if bed is not None:
        out[: len(bed)] += bed[: len(out)]
    return out


def write_clip(
    path: Path, pictures: Iterable[Image.Image], size: tuple[int, int], *, fps: int = 30, sound: Sound | None = None,
    crf: int = 24, preset: str = "slow", audio_kbps: int = 96, metadata: Mapping[str, str] | None = None,
    fast_start: bool = True,
) -> None:  # fmt: skip
    """Write H.264 and AAC into an MP4."""
    options = {"movflags": "+faststart"} if fast_start else {}
    with av.open(str(path), "w", options=options) as container:
        container.metadata.update(metadata or {})
        video = container.add_stream("libx264", rate=fps, options={"crf": str(crf), "preset": preset, "threads": "2"})
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        video.codec_context.gop_size = 2 * fps
        audio = None
        if sound is not None:
            audio = container.add_stream("aac", rate=RATE, layout="stereo")
            audio.bit_rate = 1000 * audio_kbps
        written = 0
        for index, picture in enumerate(pictures):
            container.mux(video.encode(av.VideoFrame.from_ndarray(np.asarray(picture), "rgb24")))
            if audio is not None and sound is not None:
                until = min(len(sound), round((index + 1) / fps * RATE))
                while until - written >= 1024:
                    container.mux(audio.encode(_audio_frame(sound[written : written + 1024], written)))
                    written += 1024
        if audio is not None and sound is not None:
            container.mux(audio.encode(_audio_frame(sound[written:], written)) if written < len(sound) else [])
            container.mux(audio.encode(None))
        container.mux(video.encode(None))


def _audio_frame(piece: Sound, start: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(np.stack([piece, piece])), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
    return frame
