"""The parent believes nothing: a decoder that lies, floods, hangs or dies ends in one sentence."""

from __future__ import annotations

import itertools
import json
import os
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from analyzer.nouns.errors import MediaError
from analyzer.read.decode.limits import Limits
from analyzer.read.decoder import death, environment
from analyzer.read.open_media import read_media
from analyzer.read.opening import opened
from tests.clips import encode, plain, tone

LIAR = """
import json, os, sys
sys.path[:] = {path!r}
job = json.loads(sys.stdin.readline())
def say(**event):
    print(json.dumps(event), flush=True)
def leave(name, data):
    os.write(job["spool"][name], data)
say(confinement={{"kept_from": [], "not_kept_from": [], "failed": []}})
"""
HONEST = {
    "kind": "video", "container": "mp4", "width": 64, "height": 48, "end_s": 0.2, "thumbnail": [3, 4],
    "kept": [[0, 0.0, False]], "video": {"codec": "h264", "frame_rate": "10/1"}, "audio": None, "image": None,
    "loudness": None, "subtitles": [], "notes": [], "leaks": [], "tags": {},
}  # fmt: skip
TIMES = (0.0, 0.1)
LOUDNESS = {
    "integrated_lufs": -14.0, "range_lu": 1.0, "true_peak_dbtp": -1.0, "sample_peak_dbfs": -1.0, "clipped_runs": 0,
    "step_s": 0.1,
}  # fmt: skip


@pytest.fixture
def lied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., MediaError | None]:
    """What reading says of a decoder that does what the code says once it was told its job."""
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"anything")

    def outcome(code: str, **limits: float) -> MediaError | None:
        monkeypatch.setattr("analyzer.read.decoder.CHILD", LIAR + code.replace("{", "{{").replace("}", "}}"))
        try:
            with read_media(clip, asset_id="x", limits=Limits(stall_s=5.0) if not limits else Limits(**limits)) as media:  # type: ignore[arg-type]
                for frame in media.frames:
                    frame.load()
        except MediaError as error:
            assert str(error).endswith(".") and len(str(error)) < 400
            return error
        return None

    return outcome


SERVED = "sys.stdin.readline(); say(shape=[48, 64, 3]); os.write(1, bytes(48 * 64 * 3))"


def left(facts: Any, times: tuple[float, ...] = TIMES, thumbnails: int = 2 * 36, rest: str = "", frame: str = SERVED) -> str:
    """What a decoder leaves and says, as code."""
    text = facts if isinstance(facts, str) else json.dumps(facts)
    packed = struct.pack(f"<{len(times)}d", *times)
    return f"""
import struct
leave('facts.json', {text!r}.encode())
leave('times.f8', {packed!r})
leave('thumbnails.u1', bytes({thumbnails}))
{rest}
say(finished=True)
{frame}
sys.stdin.readline()
"""


def test_what_is_in_order_is_taken(lied: Callable[..., MediaError | None]) -> None:
    assert lied(left(HONEST)) is None


@pytest.mark.parametrize(
    "facts",
    [
        "", "[]", "null", "{", "[" * 5_000, '"\\ud800"',
        json.dumps(HONEST | {"end_s": None}).replace("null", "NaN", 1),
        HONEST | {"width": 0}, HONEST | {"width": "64"}, HONEST | {"width": 10**9}, HONEST | {"kind": "audio"},
        HONEST | {"thumbnail": [10**6, 10**6]}, HONEST | {"thumbnail": [3]}, HONEST | {"video": None},
        HONEST | {"end_s": -1.0}, HONEST | {"end_s": 1e300}, HONEST | {"container": ["mp4"]}, HONEST | {"container": "x" * 999},
        HONEST | {"kept": [[0, 0.0, "../../etc/passwd"]]}, HONEST | {"kept": [[5, 0.0, False]]},
        HONEST | {"kept": [[0, 0.0, False]] * 2}, HONEST | {"kept": [[0, 0.05, False]]},
        HONEST | {"notes": [{"text": "{x:>99999999999}", "params": {"x": 1}}]},
        HONEST | {"notes": [{"text": "{x.__class__}", "params": {"x": 1}}]},
        HONEST | {"notes": [{"text": "{gone}", "params": {"x": 1}}]},
        HONEST | {"tags": {"a": {"b": {"c": {"d": {"e": {"f": {"g": 1}}}}}}}}, HONEST | {"leaks": ["x"]},
        HONEST | {"more": [0] * 30_000}, HONEST | {"more": "x" * 30_000}, HONEST | {"more": 10**30},
        HONEST | {"subtitles": [{"origin": "elsewhere", "name": "x", "language": None, "cues": []}]},
        HONEST | {"video": {"codec": "h264", "frame_rate": "1/0"}},
    ],
    ids=map(str, itertools.count()),
)  # fmt: skip
def test_facts_that_no_decoder_leaves_are_refused(lied: Callable[..., MediaError | None], facts: Any) -> None:
    error = lied(left(facts))
    assert error is not None and error.code == "untrusted"


@pytest.mark.parametrize(
    "code",
    [
        left(HONEST, times=(0.1, 0.0)), left(HONEST, times=(-1.0, 0.0)), left(HONEST, times=(0.0, float("nan"))),
        left(HONEST, times=(0.0, 9.0)), left(HONEST, times=()), left(HONEST, thumbnails=35),
        left(HONEST | {"loudness": LOUDNESS}, rest="leave('audio.i2', b'odd')"),
        left(HONEST | {"loudness": LOUDNESS}, rest="leave('levels.f4', struct.pack('<f', float('inf')))"),
        left(HONEST | {"loudness": LOUDNESS}, rest="os.ftruncate(job['spool']['momentary.f4'], 10**9)"),
        left(HONEST, rest="os.ftruncate(job['spool']['facts.json'], 10**10)"),
        left(HONEST, frame="sys.stdin.readline(); say(shape=[30000, 30000, 3])\n"),
        left(HONEST, frame="sys.stdin.readline(); say(shape=[48, 64])\n"),
        left(HONEST, frame="sys.stdin.readline(); say(done=1.0)\n"),
        "say(done=float('nan'))", "say(done=1.0, finished=True)", "say(odd=1)", "say()", "print('no JSON', flush=True)",
        "say(confinement={'kept_from': [], 'not_kept_from': [], 'failed': []})",
        "say(error={'code': '../x', 'sentence': 'x.'})", "say(error={'code': 'x', 'sentence': 'a\\x1b[2J.'})",
        "say(error={'code': 'x', 'sentence': 'x' * 5000})", "os.write(1, b'x' * 1_000_000)", "os.write(1, b'\\xff\\xfe\\n')",
    ],
    ids=map(str, itertools.count()),
)  # fmt: skip
def test_what_cannot_be_is_refused(lied: Callable[..., MediaError | None], code: str) -> None:
    error = lied(code + "\nsys.stdin.readline()")
    assert error is not None and error.code == "untrusted"


def test_a_decoder_that_dies_or_hangs_while_it_serves_is_outlived(lied: Callable[..., MediaError | None]) -> None:
    for frame, code in (("os._exit(3)\n", "crashed"), ("import time; time.sleep(60)\n", "stalled")):
        began = time.monotonic()
        error = lied(left(HONEST, frame="sys.stdin.readline(); " + frame), stall_s=3.0)
        assert error is not None and error.code == code
        assert time.monotonic() - began < 20
    error = lied("while True: say(done=1.0)", decode_s=1.0, stall_s=1.0)
    assert error is not None and error.code == "stalled", "progress without an end"


def test_threads_may_load_frames_at_the_same_time(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mp4", [*plain((200, 0, 0), 20), *plain((0, 0, 200), 20)], sound=tone(1.0))
    wrong: list[int] = []
    with read_media(clip, asset_id="x") as media:
        once = [frame.load() for frame in media.frames]

        def look() -> None:
            for place in [*range(len(once))] * 20:
                if not np.array_equal(media.frames[place].load(), once[place]):
                    wrong.append(place)

        threads = [threading.Thread(target=look) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(once) >= 2 and not wrong


def test_a_file_that_changes_while_it_is_read_is_noticed(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3))
    with opened(clip) as asset:
        before = asset.sha256
        os.replace(encode(tmp_path / "other.mp4", plain((250, 9, 9), 3)), clip)
        with read_media(asset, asset_id=before) as media:
            assert media.thumbnails.read(0, 1).max() < 30, "what was hashed is decoded, whatever has its name now"
        with clip.open("ab") as file:
            file.write(b"more")
    with opened(clip) as asset:
        with clip.open("ab") as file:
            file.write(b"more")
        with pytest.raises(MediaError, match="changed while it was read"), read_media(asset, asset_id="x"):
            pass


def test_secrets_stay_out_of_the_environment() -> None:
    given = {"HF_TOKEN": "s", "AWS_SECRET_ACCESS_KEY": "s", "PATH": "s", "HOME": "s", "LC_ALL": "C.UTF-8", "TMPDIR": "/x"}
    kept = environment(given)
    assert "s" not in kept.values() and kept["LC_ALL"] == "C.UTF-8" and kept["TMPDIR"] == "/x"


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ends a child with its parent")
def test_the_decoder_dies_with_its_parent_and_leaves_nothing(tmp_path: Path) -> None:
    clip = encode(tmp_path / "clip.mp4", plain((9, 9, 9), 3))
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    code = """
import sys, time
from pathlib import Path
from analyzer.read.open_media import read_media
with read_media(Path(sys.argv[1]), asset_id="x") as media:
    print(media.frames[0].load.func.__self__._process.pid, flush=True)
    time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", code, str(clip)], stdout=subprocess.PIPE, env=os.environ | {"TMPDIR": str(scratch)}
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.terminate()
    deadline = time.monotonic() + 10
    while Path(f"/proc/{child}/cmdline").exists() and Path(f"/proc/{child}/cmdline").read_bytes():
        assert time.monotonic() < deadline, "the decoder lives on"
        time.sleep(0.05)
    assert not list(scratch.iterdir())


@pytest.mark.parametrize(
    ("code", "memory_ran_out", "kind", "says"),
    [
        (1, False, "crashed", "exit code 1"),
        (-signal.SIGKILL, True, "out_of_memory", "because memory ran out"),
        (-signal.SIGKILL, False, "killed", "killed from outside (signal 9, SIGKILL)"),
        (-signal.SIGTERM, False, "killed", "killed from outside (signal 15, SIGTERM)"),
        (-signal.SIGSEGV, True, "crashed", "crashed on this file (signal 11, SIGSEGV)"),
        (-64, False, "crashed", "signal 64"),
    ],
)
def test_the_end_of_a_decoder_is_called_what_it_was(code: int, memory_ran_out: bool, kind: str, says: str) -> None:
    error = death(code, memory_ran_out)
    assert error.code == kind and says in str(error)
