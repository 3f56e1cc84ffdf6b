"""What this machine has of what the product can use; `analyzer doctor` prints it. Asks no network."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from collections.abc import Callable
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from analyzer import quiet
from analyzer.weights import store

PACKAGES = (
    "av",
    "opencv-python-headless",
    "onnxruntime",
    "rapidocr",
    "faster-whisper",
    "vaderSentiment",
    "py3langid",
    "pillow",
    "huggingface_hub",
)
SCRATCH_BYTES = 2_000_000_000
"""Free space that an hour of video may need while it is read."""
STANDARD_MEMORY_MB = 6_000
"""Free memory from which the preset `standard` is suggested: its largest model takes half of it (project choice)."""
PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
HUB_SETTINGS = ("ANALYZER_MODELS_DIR", "HF_HOME", "HF_ENDPOINT", "HF_HUB_OFFLINE")

Finding = tuple[bool, str]


def findings() -> list[Finding]:
    """(whether it is well, a sentence) for each thing that was looked at; a model that was not pulled is no fault.

    What cannot be looked at is a finding as well: on a broken machine the rest is wanted all the more.
    """
    return [finding for look in LOOKS for finding in _looked(look)]


def _looked(look: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return look()
    except Exception as error:
        what = look.__name__.strip("_").replace("_", " ")
        return [(False, f"{what}: cannot be looked at ({type(error).__name__}: {error})")]


def _python() -> list[Finding]:
    return [(True, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores")]


def _packages() -> list[Finding]:
    return [*map(_package, PACKAGES), _one_cv2()]


def _embedded() -> list[Finding]:
    """The models that come with packages."""
    from analyzer.weights import manifests

    lines = []
    for manifest in manifests.of_preset("embedded"):
        version = manifests.version_of(manifest)
        wanting = "" if version else f" needs pip install {manifest.package}"
        lines.append((version is not None, f"{manifest.task}: {manifest.id}{wanting}"))
    return lines


def _room_for_reading() -> list[Finding]:
    free = shutil.disk_usage(tempfile.gettempdir()).free
    return [(free > SCRATCH_BYTES, f"{free / 1e9:.1f} GB free for reading in {tempfile.gettempdir()}")]


def _memory_of_reports() -> list[Finding]:
    from analyzer.measure import cache

    return [(True, f"reports are remembered in {cache.folder()}")]


def suggested_preset() -> str:
    """The preset that suits this machine: `best` beside a GPU, `standard` where there is memory, `light` without torch."""
    from analyzer.engines.runtime import free_memory_mb

    if find_spec("torch") is None or find_spec("transformers") is None:
        return "light"
    apple = platform.system() == "Darwin" and platform.machine() == "arm64"
    if apple or Path("/dev/nvidia0").exists() or shutil.which("nvidia-smi"):
        return "best"
    return "standard" if free_memory_mb("cpu") >= STANDARD_MEMORY_MB else "light"


def _package(name: str) -> Finding:
    try:
        return True, f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return False, f"{name} is missing: pip install {name}"


def _one_cv2() -> Finding:
    """Several OpenCV distributions share one folder; the one installed last wins, and removing any breaks it."""
    names = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
    present = [name for name in names if _package(name)[0]]
    return len(present) == 1, f"one OpenCV ({', '.join(present)})" if len(
        present
    ) == 1 else f"several OpenCV packages: {present}"


def _devices() -> list[Finding]:
    return [_device()]


def _device() -> Finding:
    """Where models would run."""
    from analyzer.engines.runtime import torch_device

    if find_spec("torch") is None:
        return True, "models run on the CPU (torch is not installed)"
    try:
        return True, f"models that use torch run on {torch_device('auto')}"
    except (ImportError, OSError) as error:
        return False, f"torch is installed and cannot be loaded: {error}"


def _decoder() -> list[Finding]:
    """What the decoder, which handles the bytes of strangers, is kept from here."""
    from analyzer.nouns.errors import MediaError
    from analyzer.read.decoder import confinement

    try:
        found = confinement()
    except MediaError as error:
        return [(False, f"the decoder does not start: {error}")]
    lines = [(True, f"the decoder is kept from {', '.join(found.kept_from)}")]
    if found.not_kept_from:
        why = "; ".join(found.failed) or f"nothing is known for {platform.system()}"
        lines.append((True, f"the decoder is not kept from {', '.join(found.not_kept_from)} ({why})"))
    elif found.failed:
        lines.append((True, f"a second lock of the decoder is not in force ({'; '.join(found.failed)})"))
    return lines


def _extras() -> list[Finding]:
    """The packages of each extra that models name."""
    from analyzer.weights import manifests

    lines = []
    for extra in sorted({manifest.extra for manifest in manifests.load() if manifest.extra}):
        packages = sorted({manifest.package for manifest in manifests.load() if manifest.extra == extra})
        here = [sentence for package in packages for good, sentence in (_package(package),) if good]
        missing = "" if len(here) == len(packages) else f"; all of it: pip install 'content-analyzer[{extra}]'"
        lines.append((True, f"extra {extra}: {', '.join(here) or 'not installed'}{missing}"))
    return lines


def _presets() -> list[Finding]:
    """How many models of each preset are here; `analyzer models verify` checks their bytes."""
    from analyzer.weights import manifests

    lines = []
    for preset in manifests.PRESETS[1:]:
        models = manifests.of_preset(preset)
        here = sum(store.lock_of(manifest) is not None for manifest in models)
        how = f" (analyzer models pull {preset})" if here < len(models) else ""
        suits = ", suits this machine" if preset == suggested_preset() else ""
        lines.append((True, f"preset {preset}{suits}: {here} of {len(models)} models are here{how}"))
    return lines


def _models_folder() -> list[Finding]:
    """Where models lie, the room there, and folders that no lock vouches for."""
    from analyzer.weights import manifests

    root = store.root()
    above = next(folder for folder in (root, *root.absolute().parents) if folder.exists())
    lines = [(True, f"models lie in {root}, {shutil.disk_usage(above).free / 1e9:.1f} GB free")]
    for manifest in manifests.load():
        if store.folder_of(manifest).exists() and store.lock_of(manifest) is None:
            lines.append((False, store.verify(manifest)[0]))
    return lines


def _switched_off() -> list[Finding]:
    """What no library sends from this machine."""
    return [(True, line) for line in quiet.lines()]


def _settings() -> list[Finding]:
    """What the environment says of the hub and the way to it; passwords and tokens are not shown."""
    set_by_person = [name for name in HUB_SETTINGS if os.environ.get(name) and name not in quiet.set_here]
    lines = [(True, f"{name} is {os.environ[name]}") for name in set_by_person]
    if os.environ.get("HF_TOKEN"):
        lines.append((True, "HF_TOKEN is set"))
    for name in PROXIES:
        if os.environ.get(name):
            address = urlsplit(os.environ[name])
            lines.append((bool(address.hostname), f"{name} names {address.hostname or 'no host: it must be http://HOST:PORT'}"))
    return lines


LOOKS: tuple[Callable[[], list[Finding]], ...] = (
    _python, _packages, _embedded, _devices, _extras, _presets, _models_folder, _settings, _switched_off, _decoder,
    _room_for_reading,
    _memory_of_reports,
)  # fmt: skip
