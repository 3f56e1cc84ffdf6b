"""Sound with known truth: test signals of loudness and true peak, and phrases of real speech placed over known sound.

The signals are after EBU Tech 3341, cases 1 to 5 and 15 to 18: stereo sines of 1 kHz at known levels and lengths, and
sines at phases that put their peaks between samples. A phrase is a stretch of a recording between two silences, found by its
level and, where words are timed, by a word; it is placed after digital silence, clean or over a drawn bed of music whose level
lies 10, 5 and 0 dB below the phrase.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from sounding import RATE, Sound, mixed, music

from analyzer import Analyzer
from analyzer.engines import Engines
from analyzer.nouns.media import Audio, Samples
from evaluation.figures import Figure, Setup, quantiles

RECORDINGS = (
    "librivox_sas_0870.wav", "librivox_sas_0880.wav", "librivox_sas_0890.wav", "curator_audio_1.opus", "curator_audio_2.opus",
    "silero_test.wav",
)  # fmt: skip
"""English read and spoken by several people; the licences are in the MANIFEST of the real material."""
SHORTEST_S, LONGEST_S = 0.7, 6.0
SILENCE_S = 0.25
"""Least silence before and after a phrase."""
WORD_S = 0.2
"""Where words are timed, one begins this close to the phrase, so that a breath or a chime is none."""
SIGNALS: dict[str, tuple[list[tuple[float, float]], float]] = {
    "case 1: -23 dBFS": ([(-23, 20)], -23.0),
    "case 2: -33 dBFS": ([(-33, 20)], -33.0),
    "case 3: -36, -23, -36": ([(-36, 10), (-23, 60), (-36, 10)], -23.0),
    "case 4: -72, -36, -23, -36, -72": ([(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23.0),
    "case 5: -26, -20, -26": ([(-26, 20), (-20, 20.1), (-26, 20)], -23.0),
}
"""Levels in dBFS with their seconds, and the integrated loudness in LUFS (tolerance of the standard: 0.1 LU)."""
PEAKS = {"15: 0 deg": (4, 0.0, 0.5), "16: 45 deg": (4, 45.0, 0.5), "17: 60 deg": (6, 60.0, 0.5), "18: 67.5 deg": (8, 67.5, 0.5)}
"""A period in samples, a phase, and the amplitude, whose true peak is -6.0 dBTP (tolerance +0.2 and -0.4 dB)."""


def measure(setup: Setup) -> list[Figure]:
    """Errors of loudness and true peak, and of the time of first speech where there is real speech."""
    table = [loudness(setup), true_peak(setup)]
    found = phrases(setup.data)
    return table + (first_speech(setup, found) if found else [])


def loudness(setup: Setup) -> Figure:
    errors = []
    for name, (parts, wanted) in SIGNALS.items():
        sine = np.concatenate([tone(level, seconds) for level, seconds in parts])
        value = integrated(np.stack([sine, sine]))[0]
        errors.append(abs((value if value is not None else -99.0) - wanted))
        setup.tell(f"{name}: {value} for {wanted} LUFS")
    worst = max(errors)
    return Figure(
        "loudness", "largest error on EBU Tech 3341 cases 1-5", f"{worst:.2f} LU", "<= 0.1 LU", worst <= 0.1 + 1e-9, "5"
    )


def true_peak(setup: Setup) -> Figure:
    errors = []
    for name, (period, phase, amplitude) in PEAKS.items():
        at = 2 * np.pi * np.arange(5 * RATE) / period + np.radians(phase)
        ramp = np.minimum(1, np.arange(len(at)) / (0.1 * RATE))
        sine = (amplitude * np.sin(at) * ramp * ramp[::-1]).astype(np.float32)
        value = integrated(np.stack([sine, sine]))[1]
        errors.append(abs((value if value is not None else -99.0) - 20 * np.log10(amplitude)))
        setup.tell(f"case {name}: {value} for {20 * np.log10(amplitude):.2f} dBTP")
    worst = max(errors)
    return Figure("true peak", "largest error on EBU Tech 3341 cases 15-18", f"{worst:.2f} dB", "<= 0.3 dB", worst <= 0.3, "4")


def tone(level_dbfs: float, seconds: float) -> Sound:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.asarray(10 ** (level_dbfs / 20) * np.sin(2 * np.pi * 1000 * time), np.float32)


def integrated(sound: NDArray[np.float32]) -> tuple[float | None, float | None]:
    """Loudness in LUFS and true peak in dBTP that the product finds in a film of one grey picture with this sound, uncoded."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signal.mkv"
        with av.open(str(path), "w") as container:
            video = container.add_stream("libx264", rate=1, options={"preset": "ultrafast"})
            video.width = video.height = 64
            video.pix_fmt = "yuv420p"
            audio = container.add_stream("pcm_f32le", rate=RATE, layout="stereo")
            grey = np.full((64, 64, 3), 128, np.uint8)
            for _ in range(1 + sound.shape[1] // RATE):
                container.mux(video.encode(av.VideoFrame.from_ndarray(grey, "rgb24")))
            container.mux(video.encode(None))
            for start in range(0, sound.shape[1], 4096):
                piece = np.ascontiguousarray(sound[:, start : start + 4096].T).reshape(1, -1)
                frame = av.AudioFrame.from_ndarray(piece, "flt", "stereo")
                frame.sample_rate, frame.pts = RATE, start
                container.mux(audio.encode(frame))
            container.mux(audio.encode(None))
        report = Analyzer(only=["sound"], use_cache=False).analyze(path)
    return report.metric("sound.integrated_lufs"), report.metric("sound.true_peak_dbtp")  # type: ignore[return-value]


@cache
def phrases(data: Path) -> list[Sound]:
    """Phrases at 48 kHz, each beginning with its first sound and ending with its last, peak at -6 dBFS."""
    found = []
    for name in RECORDINGS:
        if not (data / "audio" / name).is_file():
            continue
        sound, words = recorded(data / "audio" / name), word_starts(data / "audio", name)
        step = RATE // 100
        squares = np.square(sound[: len(sound) // step * step].reshape(-1, step)).mean(axis=1)
        level = 10 * np.log10(squares + 1e-10)
        loud = level > max(np.percentile(level, 5) + 12, np.percentile(level, 95) - 38)
        edges = np.flatnonzero(np.diff(np.r_[0, loud, 0]))
        runs = [[int(a), int(b)] for a, b in edges.reshape(-1, 2)]
        joined: list[list[int]] = []
        for run in runs:
            if joined and run[0] - joined[-1][1] < 100 * SILENCE_S:
                joined[-1][1] = run[1]
            else:
                joined.append(run)
        for first, last in joined:
            whole = first > 10 and last < len(level) - 10 and SHORTEST_S <= (last - first) / 100 <= LONGEST_S
            if whole and (words is None or any(abs(word - first / 100) <= WORD_S for word in words)):
                piece = sound[first * step : last * step]
                found.append(np.asarray(0.5 * piece / np.abs(piece).max(), np.float32))
    return found


def word_starts(folder: Path, name: str) -> list[float] | None:
    """When the words of a recording begin, in seconds; None for one that has no timed words."""
    reference = folder / "curator_asr_reference.jsonl"
    for line in reference.read_text(encoding="utf-8").splitlines() if reference.is_file() else ():
        entry = json.loads(line)
        if Path(entry["audio_filepath"]).name == name.removeprefix("curator_"):
            return [word["start"] for segment in entry["segments"] for word in segment.get("words", ())]
    return None


def recorded(path: Path) -> Sound:
    """A recording as one channel at 48 kHz."""
    resampler = av.AudioResampler("flt", "mono", RATE)
    with av.open(str(path)) as container:
        parts = [out.to_ndarray()[0] for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(parts)


def placed(phrase: Sound, at_s: float, bed_db: float | None) -> Sound:
    """A phrase at a time, over music that is so many dB below it by root mean square, or over silence."""
    total_s = at_s + len(phrase) / RATE + 1.0
    bed = None
    if bed_db is not None:
        bed = music(total_s)
        wanted = float(np.sqrt(np.square(phrase).mean())) / 10 ** (bed_db / 20)
        bed = np.asarray(bed * wanted / float(np.sqrt(np.square(bed).mean())), np.float32)
    return np.clip(mixed(total_s, [(at_s, phrase)], bed), -1, 1)


def heard(sound: Sound) -> Audio:
    """The sound as the reader leaves it: one channel at 16 kHz."""
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None], np.float32), "flt", "mono")
    frame.sample_rate = RATE
    resampler = av.AudioResampler("s16", "mono", 16_000)
    parts = [out.to_ndarray()[0] for piece in (frame, None) for out in resampler.resample(piece)]
    return Audio(Samples(np.concatenate(parts)))


def first_speech(setup: Setup, found: list[Sound]) -> list[Figure]:
    """Error of the first onset; a phrase that is not found at all counts as missed."""
    rng = np.random.default_rng(setup.seed)
    engine = Engines()["voice-activity"]
    chosen = [found[place] for place in rng.permutation(len(found))[:40]]
    table = []
    for name, bed, aim in (("clean", None, 0.15), ("music -10 dB", 10, None), ("music -5 dB", 5, None), ("music 0 dB", 0, 0.3)):
        errors, missed = [], 0
        for phrase in chosen:
            at_s = float(rng.uniform(0.8, 2.5))
            spans = engine.speech_spans(heard(placed(phrase, at_s, bed)))
            if spans:
                errors.append(abs(spans[0][0] - at_s))
                if errors[-1] > 0.3:
                    setup.tell(f"{name}: placed at {at_s:.2f}, found {spans}")
            else:
                missed += 1
        worst = float(np.quantile(errors, 0.95)) if errors else 9.0
        table.append(
            Figure(
                "first speech", f"error, {name}: median / p95; missed", f"{quantiles(errors, ' s')}; {missed}",
                f"p95 <= {aim} s" if aim else "", worst <= aim if aim else None, f"{len(chosen)} phrases",
            )
        )  # fmt: skip
    return table
