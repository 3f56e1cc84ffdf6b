"""Fixtures: the real material, and folders of reports and models that no test shares with the user."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def _heed_signals() -> None:
    """Programs under test inherit what is ignored: under nohup they would never see SIGHUP, in the background no SIGINT."""
    for name in ("SIGHUP", "SIGINT", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if name == "SIGINT" else signal.SIG_DFL)


_heed_signals()


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real clips and images; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("ANALYZER_TEST_DATA") or ROOT.parent / "shared" / "data")
    if not (folder / "MANIFEST.md").is_file():
        pytest.skip(f"no real material in {folder}; set ANALYZER_TEST_DATA")
    return folder


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANALYZER_CACHE_DIR", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path_factory.getbasetemp() / "models"))
