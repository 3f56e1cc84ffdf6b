"""The manifests in models/: each is valid and honest in form, and none needs what it describes."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest
from pydantic import ValidationError

from analyzer.nouns.errors import UsageError
from analyzer.weights import manifests
from analyzer.weights.manifests import Manifest

FIELDS = {
    "id": "some-model", "task": "ocr", "engine": "some_engine", "presets": ["embedded"], "package": "no-such-package",
    "licence": "MIT", "licence_url": "https://example.com/l", "commercial_use": True, "source_url": "https://example.com",
    "size_mb": 1, "memory_mb": 1, "languages": [], "quality": "On 10 pictures of the project it found 9 of 10 things.",
    "limits": "Finds nothing in the dark.", "checked_on": "2026-11-24",
}  # fmt: skip


def test_there_is_one_for_each_embedded_task() -> None:
    tasks = [manifest.task for manifest in manifests.of_preset("embedded")]
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


def test_the_models_of_a_task_come_in_order_of_their_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    from_hub = FIELDS | {"source": "hub", "repository": "someone/model", "files": ["model.onnx"]}
    embedded, light, best, none = (
        Manifest.model_validate(fields | {"id": name, "presets": presets})
        for name, fields, presets in (
            ("a", FIELDS, ["embedded"]), ("b", from_hub, ["light", "standard"]), ("c", from_hub, ["best"]), ("d", from_hub, []),
        )
    )  # fmt: skip
    monkeypatch.setattr(manifests, "load", lambda: (embedded, light, best, none))
    assert manifests.serving("ocr") == (best, light, embedded, none)
    assert manifests.serving("voice-activity") == ()
    assert manifests.of_preset("standard") == (light,)


@pytest.mark.parametrize(
    "change",
    [
        {"repository": "someone/model"},
        {"source": "hub"},
        {"source": "hub", "repository": "someone/model", "presets": []},
        {"source": "hub", "repository": "someone/model", "files": ["model.onnx"]},
        {"source": "hub", "repository": "../../etc", "files": ["model.onnx"], "presets": []},
    ],
)
def test_where_a_model_comes_from_is_stated_whole(change: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Manifest.model_validate(FIELDS | change)


def test_reading_them_imports_no_engine() -> None:
    code = (
        "import sys; from analyzer.weights import manifests; [manifests.version_of(m) for m in manifests.load()];"
        "heavy = 'cv2 onnxruntime rapidocr faster_whisper py3langid vaderSentiment'.split();"
        "print([m for m in heavy if m in sys.modules])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"


def test_a_model_is_chosen_for_its_task() -> None:
    assert manifests.chosen(["ocr=some-model", "sentiment=vader"]) == {"ocr": "some-model", "sentiment": "vader"}
    for word in ("ocr", "ocr=", "=vader"):
        with pytest.raises(UsageError, match="names no model"):
            manifests.chosen([word])
