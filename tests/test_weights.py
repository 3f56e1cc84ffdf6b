"""Weights on this machine: locked, verified at every load, taken from other folders, and removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from analyzer import engines, manifests, weights
from analyzer.engines import Engines
from analyzer.errors import Unavailable, UsageError
from analyzer.manifests import Manifest
from tests.tiny import COMMIT, made_up, place


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "models"))
    return tmp_path / "models"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A folder of somebody's files."""
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "model.txt").write_bytes(b"weights")
    (folder / "unasked.bin").write_bytes(b"pickle")
    return folder


@pytest.fixture
def placed(root: Path, source: Path) -> Manifest:
    (source / "unasked.bin").unlink()
    manifest = made_up()
    place(manifest, source)
    return manifest


def test_the_folder_of_models_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ANALYZER_MODELS_DIR", "~/somewhere")
    assert weights.root() == Path.home() / "somewhere"
    monkeypatch.delenv("ANALYZER_MODELS_DIR")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert weights.root() == tmp_path / "content-analyzer"
    monkeypatch.delenv("HF_HOME")
    assert weights.root().name == "models" and "content-analyzer" in weights.root().parts


def test_files_that_are_as_they_were_pulled_are_verified(placed: Manifest) -> None:
    assert weights.verify(placed) == []
    assert weights.verified_folder(placed) == weights.folder_of(placed)


@pytest.mark.parametrize("damage", [b"weighty", b"weight", b""])
def test_a_damaged_file_is_found_when_its_engine_is_loaded(
    placed: Manifest, damage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (weights.folder_of(placed) / "model.txt").write_bytes(damage)
    monkeypatch.setattr(manifests, "load", lambda: (placed,))
    monkeypatch.setattr(engines, "import_module", lambda name: pytest.fail("damaged weights were loaded"))
    with pytest.raises(Unavailable) as error:
        Engines()["ocr"]
    assert error.value.code == "damaged_weights" and "model.txt" in str(error.value)
    assert str(error.value.remedy) == "analyzer models pull some-model"


def test_a_missing_file_is_named(placed: Manifest) -> None:
    (weights.folder_of(placed) / "model.txt").unlink()
    assert weights.verify(placed) == ["model.txt is missing."]


@pytest.mark.parametrize("text", ["", "{}", '{"model": "another", "repository": "a/b", "revision": "c", "files": {}}'])
def test_a_lock_that_is_not_of_this_model_is_none(placed: Manifest, text: str) -> None:
    (weights.folder_of(placed) / weights.LOCK).write_text(text)
    assert weights.lock_of(placed) is None
    assert "--from" in weights.verify(placed)[0]


def test_a_lock_without_a_file_of_the_manifest_is_none(placed: Manifest) -> None:
    assert weights.lock_of(made_up(files=["model.txt", "config.json"])) is None


def test_a_folder_that_cannot_be_written_serves_for_loading(placed: Manifest, root: Path) -> None:
    before = sorted(root.rglob("*"))
    for path in (root, *before):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert weights.verified_folder(placed).is_dir() and weights.lock_of(placed) is not None
        assert sorted(root.rglob("*")) == before
    finally:
        for path in (root, *before):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_own_files_are_taken_and_called_local(root: Path, source: Path) -> None:
    lock = weights.adopt(made_up(), source)
    assert lock.revision == weights.LOCAL and lock == weights.lock_of(made_up())
    folder = weights.verified_folder(made_up())
    assert sorted(path.name for path in folder.iterdir()) == [weights.LOCK, "model.txt"]
    assert (source / "model.txt").is_file()


def test_the_only_file_of_a_model_may_have_another_name(root: Path, source: Path) -> None:
    (source / "model.txt").rename(source / "mine.onnx")
    weights.adopt(made_up(), source / "mine.onnx")
    assert (weights.verified_folder(made_up()) / "model.txt").read_bytes() == b"weights"


def test_a_folder_copied_from_another_machine_keeps_its_commit(placed: Manifest, tmp_path: Path) -> None:
    copied = shutil.copytree(weights.folder_of(placed), tmp_path / "stick")
    weights.remove(placed)
    assert weights.adopt(placed, copied).revision == COMMIT
    weights.remove(placed)
    (copied / "model.txt").write_bytes(b"weighty")
    with pytest.raises(UsageError, match="damaged"):
        weights.adopt(placed, copied)
    assert not weights.folder_of(placed).exists() and not weights.staging_of(placed).exists()


def test_a_folder_in_place_without_a_lock_can_be_taken_where_it_lies(root: Path, source: Path) -> None:
    folder = weights.folder_of(made_up())
    root.mkdir()
    source.rename(folder)
    assert weights.verify(made_up()) == [f"{folder} has no lock of some-model: analyzer models pull some-model --from {folder}"]
    weights.adopt(made_up(), folder)
    assert weights.verify(made_up()) == []


def test_files_that_lack_are_named(root: Path, source: Path) -> None:
    with pytest.raises(UsageError, match="lacks a.json, b.json"):
        weights.adopt(made_up(files=["model.txt", "a.json", "b.json"]), source)
    assert not root.exists()


def test_removing_frees_what_an_interrupted_pull_left_and_what_an_engine_made_too(placed: Manifest) -> None:
    staged, made = weights.staging_of(placed), weights.root() / weights.EXPORTED / placed.id
    assert weights.stage(placed) == staged
    made.mkdir(parents=True)
    (staged / f"model.txt.{'0' * 12}.part").write_bytes(b"half")
    (made / f"{'0' * 16}-{'1' * 16}.onnx").write_bytes(b"graph")
    expected = weights.bytes_in(weights.folder_of(placed)) + 4 + 5
    assert weights.remove(placed) == expected
    assert not staged.exists() and not weights.folder_of(placed).exists() and not made.exists()
    with pytest.raises(UsageError, match="is not on this machine"):
        weights.remove(placed)


def test_the_digest_changes_with_a_file_and_not_with_the_order(placed: Manifest) -> None:
    lock = weights.lock_of(placed)
    assert lock is not None
    one, two = weights.LockedFile(sha256="0" * 64, bytes=1), weights.LockedFile(sha256="1" * 64, bytes=1)
    digests = [
        lock.model_copy(update={"files": files}).digest
        for files in ({"a": one, "b": two}, {"b": two, "a": one}, {"a": two, "b": one})
    ]
    assert digests[0] == digests[1] != digests[2]
