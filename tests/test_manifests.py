"""The manifests in models/: each is valid and honest in form, and none needs what it describes."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest
from pydantic import ValidationError

from analyzer import manifests
from analyzer.manifests import Manifest

FIELDS = {
    "id": "some-model", "task": "ocr", "engine": "some_engine", "preset": "embedded", "package": "no-such-package",
    "licence": "MIT", "licence_url": "https://example.com/l", "commercial_use": True, "source_url": "https://example.com",
    "size_mb": 1, "memory_mb": 1, "languages": [], "quality": "On 10 pictures of the project it found 9 of 10 things.",
    "limits": "Finds nothing in the dark.", "checked_on": "2026-11-24",
}  # fmt: skip


def test_there_is_one_for_each_embedded_task() -> None:
    tasks = [manifest.task for manifest in manifests.load()]
    assert sorted(tasks) == ["face-detection", "language-identification", "ocr", "sentiment", "voice-activity"]


@pytest.mark.parametrize("manifest", manifests.load(), ids=lambda manifest: manifest.id)
def test_each_says_how_good_it_is_with_a_figure_and_names_an_engine(manifest: Manifest) -> None:
    assert any(map(str.isdigit, manifest.quality)) and "TODO" not in manifest.quality
    assert manifest.limits.endswith(".") and manifest.quality.endswith(".")
    assert find_spec(f"analyzer.engines.{manifest.engine}"), manifest.engine


def test_an_unknown_or_missing_field_is_refused() -> None:
    Manifest.model_validate(FIELDS)
    with pytest.raises(ValidationError, match="colour"):
        Manifest.model_validate(FIELDS | {"colour": "red"})
    with pytest.raises(ValidationError, match="limits"):
        Manifest.model_validate({name: value for name, value in FIELDS.items() if name != "limits"})
    with pytest.raises(ValidationError, match="engine"):
        Manifest.model_validate(FIELDS | {"engine": "os.path"})


def test_the_version_is_that_of_the_first_package_that_is_here() -> None:
    assert manifests.version_of(Manifest.model_validate(FIELDS)) is None
    found = manifests.version_of(Manifest.model_validate(FIELDS | {"also_in": ["neither", "numpy"]}))
    assert found is not None and found.startswith("numpy ")


def test_the_default_is_one_that_can_run_here(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = Manifest.model_validate(FIELDS)
    present = Manifest.model_validate(FIELDS | {"id": "z", "package": "numpy"})
    monkeypatch.setattr(manifests, "load", lambda: (absent, present))
    assert manifests.default_for("ocr") is present
    assert manifests.default_for("voice-activity") is None
    monkeypatch.setattr(manifests, "load", lambda: (absent,))
    assert manifests.default_for("ocr") is absent


def test_reading_them_imports_no_engine() -> None:
    code = (
        "import sys; from analyzer import manifests; [manifests.version_of(m) for m in manifests.load()];"
        "heavy = 'cv2 onnxruntime rapidocr faster_whisper py3langid vaderSentiment'.split();"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
