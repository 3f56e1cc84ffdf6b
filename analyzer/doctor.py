"""What this machine has of what the product can use; `analyzer doctor` prints it."""

from __future__ import annotations

import os
import platform
import shutil
import tempfile
from importlib import metadata

PACKAGES = (
    "av",
    "opencv-python-headless",
    "onnxruntime",
    "rapidocr",
    "faster-whisper",
    "vaderSentiment",
    "py3langid",
    "pillow",
)
SCRATCH_BYTES = 2_000_000_000
"""Free space that an hour of video may need while it is read."""


def findings() -> list[tuple[bool, str]]:
    """(whether it is well, a sentence) for each thing that was looked at."""
    from analyzer import cache, manifests

    lines = [(True, f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores")]
    lines += [_package(name) for name in PACKAGES]
    lines.append(_one_cv2())
    for manifest in manifests.load():
        version = manifests.version_of(manifest)
        lines.append(
            (
                version is not None,
                f"{manifest.task}: {manifest.id}" + ("" if version else f" needs pip install {manifest.package}"),
            )
        )
    free = shutil.disk_usage(tempfile.gettempdir()).free
    lines.append((free > SCRATCH_BYTES, f"{free / 1e9:.1f} GB free for reading in {tempfile.gettempdir()}"))
    lines.append((True, f"reports are remembered in {cache.folder()}"))
    return lines


def _package(name: str) -> tuple[bool, str]:
    try:
        return True, f"{name} {metadata.version(name)}"
    except metadata.PackageNotFoundError:
        return False, f"{name} is missing: pip install {name}"


def _one_cv2() -> tuple[bool, str]:
    """Several OpenCV distributions share one folder; the one installed last wins, and removing any breaks it."""
    names = ("opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless")
    present = [name for name in names if _package(name)[0]]
    return len(present) == 1, f"one OpenCV ({', '.join(present)})" if len(
        present
    ) == 1 else f"several OpenCV packages: {present}"
