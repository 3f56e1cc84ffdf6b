"""Nothing phones home: no command but a pull opens a socket or writes anywhere but where it was told to."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from analyzer import quiet
from tests.tracing import Seen, traced

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"


def at_rest(seen: Seen, folder: Path) -> None:
    """The command did its work, opened no socket, and wrote nothing outside the folders that it may write to."""
    assert seen.code in (0, 1), seen.errors
    assert seen.sockets == []
    assert seen.strangers(*(folder / name for name in ("out", "cache", "temporary", "models"))) == []
    assert list((folder / "home").iterdir()) == []


def test_the_tracer_sees_sockets_and_files(tmp_path: Path) -> None:
    program = "import socket, pathlib; socket.socket(); pathlib.Path('here').write_text(''); pathlib.Path('here').unlink()"
    seen = traced(tmp_path, program=program)
    assert len(seen.sockets) == 1 and "AF_INET" in seen.sockets[0]
    assert set(seen.strangers(tmp_path / "cache")) == {str(tmp_path / "work" / "here")}


def test_judging_a_report_asks_nobody(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    page = str(tmp_path / "out" / "page.html")
    at_rest(traced(tmp_path, "judge", str(SAMPLES / "golden.report.json"), "--html", page), tmp_path)


def test_checking_a_picture_asks_nobody(tmp_path: Path) -> None:
    assert cv2.imwrite(str(tmp_path / "picture.png"), np.full((64, 64, 3), 200, np.uint8))
    at_rest(traced(tmp_path, "check", str(tmp_path / "picture.png"), "--out", str(tmp_path / "out")), tmp_path)


def test_listing_and_verifying_models_asks_nobody(tmp_path: Path) -> None:
    at_rest(traced(tmp_path, "models", "list"), tmp_path)
    at_rest(traced(tmp_path, "models", "verify"), tmp_path)


@pytest.mark.slow
def test_clips_batches_and_audits_ask_nobody(tmp_path: Path) -> None:
    out = str(tmp_path / "out")
    at_rest(traced(tmp_path, "check", str(SAMPLES / "weak.mp4"), "--out", out, "--no-cache"), tmp_path)
    at_rest(traced(tmp_path, "batch", str(SAMPLES), "--out", out), tmp_path)
    at_rest(traced(tmp_path, "audit", out, "--out", str(tmp_path / "out" / "audit")), tmp_path)
    at_rest(traced(tmp_path, "doctor"), tmp_path)


@pytest.mark.slow
def test_engines_of_each_library_ask_nobody(tmp_path: Path, test_data: Path) -> None:
    """CTranslate2, OpenCV, and torch and transformers, from which OpenVINO runs a graph where the processor suits it."""
    weights, out = test_data / "weights", str(tmp_path / "out")
    whisper = tmp_path / "whisper"
    whisper.mkdir()
    for name in ("config.json", "model.bin", "tokenizer.json"):
        (whisper / name).symlink_to(weights / "faster-whisper-base" / name)
    words = json.loads((weights / "faster-whisper-base" / "vocabulary.json").read_text(encoding="utf-8"))
    (whisper / "vocabulary.txt").write_text("\n".join(words) + "\n", encoding="utf-8")
    sources = {
        "faster-whisper-base": whisper,
        "yunet-2023mar": weights / "yunet_n_640_640.onnx",
        "dfine-small-coco": weights / "deimv2_atto_transformers",
    }
    for identity, source in sources.items():
        at_rest(traced(tmp_path, "models", "pull", identity, "--from", str(source)), tmp_path)
    at_rest(traced(tmp_path, "models", "verify"), tmp_path)
    clip = str(test_data / "video" / "nasa_13013.mp4")
    wanted = [word for signal in ("speech", "faces", "objects", "onscreen_text") for word in ("--only", signal)]
    seen = traced(tmp_path, "check", clip, "--out", out, *wanted)
    at_rest(seen, tmp_path)
    report = json.loads((tmp_path / "out" / "nasa_13013.mp4.report.json").read_text(encoding="utf-8"))
    ran = {engine["id"] for signal in report["signals"] if signal["status"] == "ok" for engine in signal["engines"]}
    assert set(sources) <= ran


def test_a_setting_to_the_contrary_is_overridden_in_every_process() -> None:
    code = (
        "import os, analyzer, subprocess, sys;"
        "print(subprocess.check_output([sys.executable, '-c', 'import os; print(dict(os.environ))'], text=True))"
    )
    contrary = {switch.name: "loud" for switch in quiet.SWITCHES}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=os.environ | contrary, capture_output=True, text=True, check=True
    )
    found = eval(done.stdout)
    assert {switch.name: found[switch.name] for switch in quiet.SWITCHES} == {s.name: s.value for s in quiet.SWITCHES}


def test_the_hub_is_out_of_reach_of_every_command_but_a_pull(monkeypatch: pytest.MonkeyPatch) -> None:
    for switch in quiet.OFFLINE:
        monkeypatch.setenv(switch.name, "0")
    quiet.stay_offline(["models", "pull", "light"])
    assert {os.environ[switch.name] for switch in quiet.OFFLINE} == {"0"}
    monkeypatch.setattr(quiet, "set_here", set[str]())
    quiet.stay_offline(["check", "clip.mp4"])
    assert quiet.set_here == {switch.name for switch in quiet.OFFLINE}
    assert {os.environ[switch.name] for switch in quiet.OFFLINE} == {"1"}


def test_doctor_says_what_is_switched_off() -> None:
    said = "\n".join(quiet.lines())
    assert all(name in said for name in ("onnxruntime", "ORT_DISABLE_TELEMETRY=1", "openvino_telemetry"))
