"""Voice activity with Silero VAD, run by onnxruntime alone: when somebody speaks, not who or what.

The model comes inside another package, which is found but never imported, since importing it would load torch or ctranslate2.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from analyzer.engines.runtime import Runtime, onnx_session
from analyzer.nouns.errors import Unavailable
from analyzer.nouns.evidence import message
from analyzer.nouns.media import SPEECH_RATE, Audio
from analyzer.weights.manifests import Manifest

CHUNK = 512
"""Samples that get one probability (https://github.com/snakers4/silero-vad/wiki/Quality-Metrics)."""
CONTEXT = 64
"""Samples before a chunk that the model takes with it (https://github.com/snakers4/silero-vad/wiki/Version-history-and-Available-Models)."""
BLOCK = 512
"""Chunks a call, 16 s: 4096 take 120 MB more and are no faster (measured)."""
LEVEL = 160
"""Samples of a level, 10 ms: the grid on which ends of speech are looked for (project choice)."""

QUIETEST = 1e-9
"""Mean square that is added, so that silence is -90 dBFS."""
SURROUNDINGS = 60
"""Levels, 0.6 s, on both sides of an end of speech that tell speech from what surrounds it (project choice)."""
STANDS_OUT_DB = 20.0
"""Speech must be this much louder than its surroundings for its level to show where it ends (project choice)."""
DEPTH_DB = 30.0
"""How far below the level of speech its faint ends may lie (project choice)."""
ABOVE_FLOOR_DB = 10.0
"""How far they must lie above the surroundings (project choice)."""
REACH = 20
"""Levels, 0.2 s, by which an end may move outward: how late the model was at most on clean speech (measured)."""
GRID = 4
"""Levels, 0.04 s, by which it may move inward: one chunk of the model."""

Floats = NDArray[np.float32]


def load(manifest: Manifest, runtime: Runtime) -> Silero:
    """The detector of a manifest; raises `Unavailable` where none of its files is on this machine."""
    for file in manifest.settings["files"]:
        folder_name, _, inside = file.partition("/")
        spec = find_spec(folder_name)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            if (Path(folder) / inside).is_file():
                return Silero(Path(folder) / inside, **manifest.settings["speech"])
    package = manifest.package
    raise Unavailable(
        "missing_file",
        message("The file of the model {model} is not in the installed package {package}.", model=manifest.id, package=package),
        message("pip install --force-reinstall {package}", package=package),
    )


class Silero:
    """Finds the stretches of a sound in which somebody speaks."""

    def __init__(self, path: Path, *, begin: float, hold: float, shortest_s: float, bridge_s: float) -> None:
        """Speech begins at probability `begin` and lasts while it stays above `hold`; times are seconds."""
        self._session: Any = onnx_session(path)
        self._in_sequence = "h" in {tensor.name for tensor in self._session.get_inputs()}
        self._begin, self._hold, self._shortest_s, self._bridge_s = begin, hold, shortest_s, bridge_s

    def speech_spans(self, audio: Audio) -> list[tuple[float, float]]:
        """Stretches of speech as (start, end) in seconds, in order, apart from each other."""
        probabilities, levels = self._curves(audio)
        step = CHUNK / SPEECH_RATE
        spans = [(first * step, last * step) for first, last in _runs(probabilities, self._begin, self._hold)]
        spans = [(_edge(levels, start, -1), _edge(levels, end, +1)) for start, end in spans]
        return [
            (round(start, 3), round(min(end, audio.duration_s), 3))
            for start, end in _bridged(spans, self._bridge_s)
            if end - start >= self._shortest_s
        ]

    def _curves(self, audio: Audio) -> tuple[Floats, Floats]:
        """Probability of speech of each chunk, and level in dBFS of each 10 ms."""
        probabilities, levels = [], []
        state = None
        context = np.zeros(CONTEXT, np.float32)
        for piece in audio.chunks(BLOCK * CHUNK / SPEECH_RATE):
            levels.append(_levels(piece))
            chunks = np.pad(piece, (0, -len(piece) % CHUNK)).reshape(-1, CHUNK)
            before = np.vstack([context, chunks[:-1, -CONTEXT:]])
            found, state = self._run(np.hstack([before, chunks]), state)
            context = chunks[-1, -CONTEXT:]
            probabilities.append(found)
        nothing = [np.zeros(0, np.float32)]
        return np.concatenate(probabilities or nothing), np.concatenate(levels or nothing)

    def _run(self, chunks: Floats, state: Any) -> tuple[Floats, Any]:
        """Probabilities of chunks (n, context + chunk) in a row, and the state to go on from."""
        if self._in_sequence:
            h, c = state or (np.zeros((1, 1, 128), np.float32),) * 2
            found, h, c = self._session.run(None, {"input": chunks, "h": h, "c": c})
            return found.ravel(), (h, c)
        state = np.zeros((2, 1, 128), np.float32) if state is None else state
        rate, found = np.array(SPEECH_RATE, np.int64), np.zeros(len(chunks), np.float32)
        for index, chunk in enumerate(chunks):
            value, state = self._session.run(None, {"input": chunk[None], "state": state, "sr": rate})
            found[index] = value[0, 0]
        return found, state


def _levels(piece: Floats) -> Floats:
    """Level in dBFS of each whole `LEVEL` samples."""
    squares = np.square(piece[: len(piece) // LEVEL * LEVEL].reshape(-1, LEVEL)).mean(axis=1)
    return np.asarray(10 * np.log10(squares + QUIETEST), np.float32)


def _runs(probabilities: Floats, begin: float, hold: float) -> list[tuple[int, int]]:
    """Runs [first, last) of chunks above `hold` that rise above `begin` somewhere."""
    edges = np.diff(np.concatenate([[0], probabilities > hold, [0]]).astype(np.int8))
    runs = zip(np.flatnonzero(edges > 0).tolist(), np.flatnonzero(edges < 0).tolist(), strict=True)
    return [(first, last) for first, last in runs if probabilities[first:last].max() > begin]


def _bridged(spans: list[tuple[float, float]], bridge_s: float) -> list[tuple[float, float]]:
    """Spans, those less than `bridge_s` apart made one."""
    joined: list[tuple[float, float]] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < bridge_s:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined


def _edge(levels: Floats, time_s: float, outward: int) -> float:
    """Move an end of speech to where the sound rises out of what surrounds it, where that can be told.

    The model is late on a breathy beginning and its grid is 32 ms; against music the level tells nothing and the end stays.
    `outward` is -1 at a beginning and +1 at an end.
    """
    step_s = LEVEL / SPEECH_RATE
    place = min(round(time_s / step_s), len(levels))
    before, after = levels[:place][::-1], levels[place:]
    outside, inside = (before, after) if outward < 0 else (after, before)
    if not len(outside) or not len(inside):
        return time_s
    floor = float(np.percentile(outside[:SURROUNDINGS], 10))
    speech = float(np.percentile(inside[:SURROUNDINGS], 75))
    if speech - floor < STANDS_OUT_DB:
        return time_s
    bound = max(speech - DEPTH_DB, floor + ABOVE_FLOOR_DB)
    loud, quiet = outside[:REACH] >= bound, inside[:GRID] < bound
    steps = int(np.argmin([*loud, False])) or -int(np.argmin([*quiet, False]))
    return (place + outward * steps) * step_s
