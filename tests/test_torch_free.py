"""The plain installation: no torch among what it brings, and an analysis that neither imports it nor opens a connection."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from tests.clips import encode, plain, tone

ROOT = Path(__file__).parent.parent
FORBIDDEN = ("torch", "torchvision", "transformers", "whisper", "openvino")

GUARD = f"""
import os, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {FORBIDDEN!r}:
            raise ModuleNotFoundError(f"{{name}} is not part of the plain installation", name=name)

def watch(event, args):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(f"{{event}} {{args[1:]}}\\n")
        raise OSError("no connection is allowed here")

sys.meta_path.insert(0, Refuse())
sys.addaudithook(watch)
"""
"""Run by Python in every process before anything else: the analysis and the decoder that it starts."""


def closure(distribution: str) -> set[str]:
    """Names of what a distribution needs without extras, and of what that needs, as it is installed here."""
    from packaging.requirements import Requirement

    found: set[str] = set()
    waiting = [distribution]
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name in found:
            continue
        found.add(name)
        for line in metadata.requires(name) or ():
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(requirement.name)
    return found


def test_the_plain_installation_brings_no_torch() -> None:
    brought = closure("content-analyzer")
    assert "numpy" in brought and "onnxruntime" in brought
    assert not brought & {"torch", "torchvision", "transformers", "openai-whisper", "openvino"}


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that may import nothing of `FORBIDDEN` and open no connection."""
    (tmp_path / "guard").mkdir()
    (tmp_path / "guard" / "sitecustomize.py").write_text(GUARD)
    return os.environ | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "guard"), str(ROOT)]), "GUARD_LOG": str(tmp_path / "log"),
        "CI": "true", "ANALYZER_CACHE_DIR": str(tmp_path / "cache"), "ANALYZER_MODELS_DIR": str(tmp_path / "none"),
    }  # fmt: skip


def test_the_guard_guards(guarded: dict[str, str]) -> None:
    for code in ("import torch", "import socket; socket.create_connection(('127.0.0.1', 9))"):
        done = subprocess.run([sys.executable, "-c", code], env=guarded, capture_output=True, text=True, check=False)
        assert done.returncode == 1 and ("plain installation" in done.stderr or "no connection" in done.stderr)


@pytest.mark.slow
def test_an_analysis_without_torch_and_network_finds_the_same(guarded: dict[str, str], tmp_path: Path) -> None:
    frames = [*plain((200, 30, 30), 45, 360, 640), *plain((30, 160, 200), 45, 360, 640)]
    clip = encode(tmp_path / "clip.mp4", frames, sound=np.asarray(tone(3.0, level=0.2)))
    found = {}
    for name, environment in (("guarded", guarded), ("free", guarded | {"PYTHONPATH": str(ROOT)})):
        command = [
            sys.executable,
            "-m",
            "analyzer",
            "check",
            str(clip),
            "--find",
            "a red box",
            "--format",
            "json",
            "--no-cache",
        ]
        done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode in (0, 1), done.stderr
        found[name] = [
            {key: value for key, value in signal.items() if key != "seconds"} for signal in json.loads(done.stdout)["signals"]
        ]
    assert {signal["id"] for signal in found["guarded"] if signal["status"] == "ok"} >= {"technical", "shots", "onscreen_text"}
    assert not [signal["id"] for signal in found["guarded"] if signal["status"] == "failed"]
    assert found["guarded"] == found["free"]
    assert not (tmp_path / "log").exists(), (tmp_path / "log").read_text()
