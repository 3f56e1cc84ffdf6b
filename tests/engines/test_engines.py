"""Engines by task: loaded late, once, and honest about what is missing."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from analyzer import engines
from analyzer.engines import Engines, _sources
from analyzer.engines.runtime import Runtime
from analyzer.nouns.errors import Unavailable, UsageError
from analyzer.weights import manifests, store
from analyzer.weights.manifests import Manifest
from tests.tiny import place
from tests.weights.test_manifests import FIELDS


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One model for `ocr` whose package is numpy; returns the ids of the models that were loaded."""
    manifest = Manifest.model_validate(FIELDS | {"package": "numpy"})
    calls: list[str] = []

    def load(given: Manifest, runtime: Runtime) -> Any:
        calls.append(given.id)
        return SimpleNamespace(name=given.id)

    monkeypatch.setattr(manifests, "load", lambda: (manifest,))
    monkeypatch.setattr(engines, "import_module", lambda name: SimpleNamespace(load=load, name=name))
    return calls


def test_an_engine_is_loaded_when_asked_for_and_once(loaded: list[str]) -> None:
    found = Engines()
    assert loaded == []
    assert found["ocr"] is found["ocr"]
    assert loaded == ["some-model"]
    found.release("ocr")
    assert found["ocr"].name == "some-model"
    assert loaded == ["some-model"] * 2


def test_the_report_learns_model_version_and_licence(loaded: list[str]) -> None:
    used = Engines().used("ocr")
    assert (used.id, used.task, used.licence) == ("some-model", "ocr", "MIT")
    assert used.version.startswith("numpy ")
    assert loaded == []


def test_a_task_that_no_model_serves(loaded: list[str]) -> None:
    with pytest.raises(Unavailable) as error:
        Engines()["speech-to-text"]
    assert error.value.code == "no_engine" and "speech-to-text" in str(error.value.sentence)


def test_a_package_that_is_missing_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manifests, "load", lambda: (Manifest.model_validate(FIELDS),))
    with pytest.raises(Unavailable) as error:
        Engines()["ocr"]
    assert error.value.code == "missing_package"
    assert str(error.value.remedy) == "pip install no-such-package"


FROM_HUB = FIELDS | {"source": "hub", "repository": "someone/model", "files": ["model.txt"], "package": "numpy"}


@pytest.fixture
def three(loaded: list[str], monkeypatch: pytest.MonkeyPatch) -> tuple[Manifest, ...]:
    """Models for `ocr`: one that is embedded, a light one and a better one from the hub."""
    found = (
        Manifest.model_validate(FIELDS | {"package": "numpy", "memory_mb": 10}),
        Manifest.model_validate(FROM_HUB | {"id": "light-model", "presets": ["light"]}),
        Manifest.model_validate(FROM_HUB | {"id": "better-model", "presets": ["standard"], "licence": "Apache-2.0"}),
    )
    monkeypatch.setattr(manifests, "load", lambda: found)
    return found


def pulled(manifest: Manifest) -> None:
    folder = store.folder_of(manifest)
    folder.mkdir(parents=True)
    (folder / "model.txt").write_bytes(b"weights")
    place(manifest)


@pytest.fixture(autouse=True)
def _no_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "models"))


def test_the_best_model_that_is_here_is_used_without_being_told(three: tuple[Manifest, ...], loaded: list[str]) -> None:
    embedded, light, better = three
    assert Engines()["ocr"].name == embedded.id
    pulled(light)
    assert Engines()["ocr"].name == light.id
    pulled(better)
    assert Engines()["ocr"].name == better.id
    used = Engines().used("ocr")
    lock = store.lock_of(better)
    assert lock is not None and (used.revision, used.weights) == (lock.revision, lock.digest)


def test_a_model_can_be_named(three: tuple[Manifest, ...]) -> None:
    pulled(three[2])
    assert Engines({"ocr": "some-model"})["ocr"].name == "some-model"
    with pytest.raises(Unavailable) as error:
        Engines({"ocr": "light-model"})["ocr"]
    assert str(error.value.remedy) == "analyzer models pull light-model"
    with pytest.raises(UsageError, match="no model 'none'"):
        Engines({"ocr": "none"})
    with pytest.raises(UsageError, match="not for speech"):
        Engines({"speech": "light-model"})


def test_weights_that_changed_are_not_loaded(three: tuple[Manifest, ...], loaded: list[str]) -> None:
    pulled(three[1])
    (store.folder_of(three[1]) / "model.txt").write_bytes(b"weightZ")
    with pytest.raises(Unavailable) as error:
        Engines()["ocr"]
    assert error.value.code == "damaged_weights" and loaded == []


def test_the_fingerprint_changes_with_what_would_run(three: tuple[Manifest, ...]) -> None:
    before = Engines().fingerprint("ocr")
    assert before == Engines().fingerprint("ocr") != Engines(exact=True).fingerprint("ocr")
    pulled(three[1])
    assert before != Engines().fingerprint("ocr")
    assert before == Engines({"ocr": "some-model"}).fingerprint("ocr")
    assert Engines().fingerprint("no-such-task") == ""


def test_a_fingerprint_holds_the_code_that_engines_share() -> None:
    names = {path.name for path in _sources("transformers_detection")}
    assert {"__init__.py", "runtime.py", "transformers_detection.py", "picture_network.py", "graphs.py"} <= names
    assert "vader.py" not in names


def test_engines_make_room_for_each_other(
    three: tuple[Manifest, ...], loaded: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Manifest.model_validate(FIELDS | {"id": "vad", "task": "voice-activity", "package": "numpy", "memory_mb": 800})
    monkeypatch.setattr(manifests, "load", lambda: (three[0], other))
    found = Engines()
    monkeypatch.setattr(engines, "free_memory_mb", lambda device: 10_000.0)
    first = found["ocr"]
    found["voice-activity"]
    assert found["ocr"] is first
    found.release("voice-activity")
    monkeypatch.setattr(engines, "free_memory_mb", lambda device: 1_000.0)
    found["voice-activity"]
    found["ocr"]
    assert loaded == ["some-model", "vad", "vad", "some-model"]
