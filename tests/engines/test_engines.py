"""Engines by task: loaded late, once, and honest about what is missing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from analyzer import engines, manifests
from analyzer.engines import Engines
from analyzer.errors import Unavailable
from analyzer.manifests import Manifest
from tests.test_manifests import FIELDS


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """One model for `ocr` whose package is numpy; returns the ids of the models that were loaded."""
    manifest = Manifest.model_validate(FIELDS | {"package": "numpy"})
    calls: list[str] = []

    def load(given: Manifest) -> Any:
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
