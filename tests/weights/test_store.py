"""Weights on this machine: locked, verified at every load, taken from other folders, and removed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from analyzer import engines
from analyzer.engines import Engines
from analyzer.nouns.errors import Unavailable, UsageError
from analyzer.weights import manifests, store
from analyzer.weights.manifests import Manifest
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
    assert store.root() == Path.home() / "somewhere"
    monkeypatch.delenv("ANALYZER_MODELS_DIR")
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert store.root() == tmp_path / "content-analyzer"
    monkeypatch.delenv("HF_HOME")
    assert store.root().name == "models" and "content-analyzer" in store.root().parts


def test_files_that_are_as_they_were_pulled_are_verified(placed: Manifest) -> None:
    assert store.verify(placed) == []
    assert store.verified_folder(placed) == store.folder_of(placed)


@pytest.mark.parametrize("damage", [b"weighty", b"weight", b""])
def test_a_damaged_file_is_found_when_its_engine_is_loaded(
    placed: Manifest, damage: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.folder_of(placed) / "model.txt").write_bytes(damage)
    monkeypatch.setattr(manifests, "load", lambda: (placed,))
    monkeypatch.setattr(engines, "import_module", lambda name: pytest.fail("damaged weights were loaded"))
    with pytest.raises(Unavailable) as error:
        Engines()["ocr"]
    assert error.value.code == "damaged_weights" and "model.txt" in str(error.value)
    assert str(error.value.remedy) == "analyzer models pull some-model"


def test_a_missing_file_is_named(placed: Manifest) -> None:
    (store.folder_of(placed) / "model.txt").unlink()
    assert store.verify(placed) == ["model.txt is missing."]


@pytest.mark.parametrize("text", ["", "{}", '{"model": "another", "repository": "a/b", "revision": "c", "files": {}}'])
def test_a_lock_that_is_not_of_this_model_is_none(placed: Manifest, text: str) -> None:
    (store.folder_of(placed) / store.LOCK).write_text(text)
    assert store.lock_of(placed) is None
    assert "--from" in store.verify(placed)[0]


def test_a_lock_without_a_file_of_the_manifest_is_none(placed: Manifest) -> None:
    assert store.lock_of(made_up(files=["model.txt", "config.json"])) is None


def test_a_folder_that_cannot_be_written_serves_for_loading(placed: Manifest, root: Path) -> None:
    before = sorted(root.rglob("*"))
    for path in (root, *before):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert store.verified_folder(placed).is_dir() and store.lock_of(placed) is not None
        assert sorted(root.rglob("*")) == before
    finally:
        for path in (root, *before):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_own_files_are_taken_and_called_local(root: Path, source: Path) -> None:
    lock = store.adopt(made_up(), source)
    assert lock.revision == store.LOCAL and lock == store.lock_of(made_up())
    folder = store.verified_folder(made_up())
    assert sorted(path.name for path in folder.iterdir()) == [store.LOCK, "model.txt"]
    assert (source / "model.txt").is_file()


def test_the_only_file_of_a_model_may_have_another_name(root: Path, source: Path) -> None:
    (source / "model.txt").rename(source / "mine.onnx")
    store.adopt(made_up(), source / "mine.onnx")
    assert (store.verified_folder(made_up()) / "model.txt").read_bytes() == b"weights"


def test_a_folder_copied_from_another_machine_keeps_its_commit(placed: Manifest, tmp_path: Path) -> None:
    copied = shutil.copytree(store.folder_of(placed), tmp_path / "stick")
    store.remove(placed)
    assert store.adopt(placed, copied).revision == COMMIT
    store.remove(placed)
    (copied / "model.txt").write_bytes(b"weighty")
    with pytest.raises(UsageError, match="damaged"):
        store.adopt(placed, copied)
    assert not store.folder_of(placed).exists() and not store.staging_of(placed).exists()


def test_a_folder_in_place_without_a_lock_can_be_taken_where_it_lies(root: Path, source: Path) -> None:
    folder = store.folder_of(made_up())
    root.mkdir()
    source.rename(folder)
    assert store.verify(made_up()) == [f"{folder} has no lock of some-model: analyzer models pull some-model --from {folder}"]
    store.adopt(made_up(), folder)
    assert store.verify(made_up()) == []


def test_files_that_lack_are_named(root: Path, source: Path) -> None:
    with pytest.raises(UsageError, match="lacks a.json, b.json"):
        store.adopt(made_up(files=["model.txt", "a.json", "b.json"]), source)
    assert not root.exists()


def test_removing_frees_what_an_interrupted_pull_left_and_what_an_engine_made_too(placed: Manifest) -> None:
    staged, made = store.staging_of(placed), store.root() / store.EXPORTED / placed.id
    assert store.stage(placed) == staged
    made.mkdir(parents=True)
    (staged / f"model.txt.{'0' * 12}.part").write_bytes(b"half")
    (made / f"{'0' * 16}-{'1' * 16}.onnx").write_bytes(b"graph")
    expected = store.bytes_in(store.folder_of(placed)) + 4 + 5
    assert store.remove(placed) == expected
    assert not staged.exists() and not store.folder_of(placed).exists() and not made.exists()
    with pytest.raises(UsageError, match="is not on this machine"):
        store.remove(placed)


def test_the_digest_changes_with_a_file_and_not_with_the_order(placed: Manifest) -> None:
    lock = store.lock_of(placed)
    assert lock is not None
    one, two = store.LockedFile(sha256="0" * 64, bytes=1), store.LockedFile(sha256="1" * 64, bytes=1)
    digests = [
        lock.model_copy(update={"files": files}).digest
        for files in ({"a": one, "b": two}, {"b": two, "a": one}, {"a": two, "b": one})
    ]
    assert digests[0] == digests[1] != digests[2]


NAMES = (".some-model.old", ".some-model.part.mine", ".some-model.former", "some-model.part", ".other-model.part", "notes.txt")


def theirs(root: Path) -> dict[Path, bytes]:
    """Put files of a person among the models, under names that are nearly ours; returns what they hold."""
    placed = {}
    for name in NAMES:
        file = root / name / "model.txt" if name != "notes.txt" else root / name
        placed[file] = f"mine, in {name}".encode()
    for name in ("README.md", "captions-mine.npy", "sub/model.txt.part", "model.txt.0123456789ab.part"):
        placed[root / "some-model" / name] = f"mine, {name}".encode()
    placed[root / store.EXPORTED / "some-model" / "mine.onnx"] = b"mine"
    placed[root / store.EXPORTED / "another" / "graph.onnx"] = b"mine"
    for path, data in placed.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return placed


def state(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_files_that_nobody_pulled_survive_every_cleanup(root: Path, source: Path) -> None:
    (source / ".some-model.part").mkdir()
    (source / ".some-model.part" / "model.txt").write_bytes(b"mine")
    before = state(source)
    store.adopt(made_up(), source)
    placed = theirs(root)

    def untouched() -> bool:
        return {path: path.read_bytes() for path in placed if path.is_file()} == placed and state(source) == before

    store.adopt(made_up(), source)
    assert untouched() and store.verify(made_up()) == []
    store.adopt(made_up(), store.folder_of(made_up()))
    assert untouched()
    store.stage(made_up())
    (store.staging_of(made_up()) / "model.txt").write_bytes(b"half")
    (store.staging_of(made_up()) / "mine.txt").write_bytes(b"mine")
    store.clear_exports(root / store.EXPORTED / "some-model")
    store.remove(made_up())
    assert untouched() and store.lock_of(made_up()) is None
    assert state(store.staging_of(made_up())) == {store.STAGING: b"", "mine.txt": b"mine"}


def test_a_folder_in_the_way_is_left_as_it_is(root: Path, source: Path) -> None:
    staged = store.staging_of(made_up())
    staged.mkdir(parents=True)
    (staged / "model.txt").write_bytes(b"mine")
    with pytest.raises(UsageError, match="is in the way"):
        store.adopt(made_up(), source)
    assert state(staged) == {"model.txt": b"mine"}
    shutil.rmtree(staged)
    staged.symlink_to(source)
    with pytest.raises(UsageError, match="is in the way"):
        store.adopt(made_up(), source)
    assert (source / "unasked.bin").read_bytes() == b"pickle"


def test_weights_that_no_pull_brought_are_neither_overwritten_nor_deleted(root: Path, source: Path) -> None:
    mine = store.folder_of(made_up()) / "model.txt"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    for step in (lambda: store.adopt(made_up(), source), lambda: store.remove(made_up())):
        with pytest.raises(UsageError, match="no pull brought"):
            step()
    assert mine.read_bytes() == b"mine"


def test_a_link_in_the_source_is_copied_as_the_file_that_it_leads_to(root: Path, source: Path, tmp_path: Path) -> None:
    (source / "model.txt").rename(tmp_path / "blob")
    (source / "model.txt").symlink_to(tmp_path / "blob")
    store.adopt(made_up(), source)
    copied = store.verified_folder(made_up()) / "model.txt"
    assert not copied.is_symlink() and copied.read_bytes() == b"weights" == (tmp_path / "blob").read_bytes()
    os.unlink(source / "model.txt")
    (source / "model.txt").symlink_to("/dev/zero")
    with pytest.raises(UsageError, match="lacks model.txt"):
        store.adopt(made_up(), source)


def test_own_files_that_are_far_too_large_are_another_model(root: Path, source: Path) -> None:
    with (source / "model.txt").open("r+b") as file:
        file.truncate(70_000_000)
    with pytest.raises(UsageError, match="this is another model"):
        store.adopt(made_up(), source)


def test_own_files_that_no_library_may_be_given_are_refused_and_not_kept(root: Path, source: Path) -> None:
    (source / "model.onnx").write_bytes(b"\x80\x04.")
    with pytest.raises(UsageError, match=r"is refused: model.onnx is not an ONNX graph"):
        store.adopt(made_up(files=["model.onnx"]), source)
    assert not store.folder_of(made_up()).exists() and not store.staging_of(made_up()).exists()


def test_what_lies_beside_the_files_of_a_model_is_not_given_to_a_library(placed: Manifest) -> None:
    folder = store.folder_of(placed)
    (folder / "README.md").write_text("read me")
    (folder / ".DS_Store").write_text("")
    store.verified_folder(placed)
    (folder / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(Unavailable, match="no pull brought it") as error:
        store.verified_folder(placed)
    assert error.value.code == "unfit_weights"


def test_a_copied_lock_does_not_vouch_for_what_no_library_may_be_given(root: Path) -> None:
    manifest = made_up(files=["config.json"])
    store.folder_of(manifest).mkdir(parents=True)
    (store.folder_of(manifest) / "config.json").write_text("[" * 100_000)
    place(manifest)
    assert store.verify(manifest) == []
    with pytest.raises(Unavailable, match="config.json has lists in lists"):
        store.verified_folder(manifest)


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "a/../../b", "", "..\\b", "C:b"])
def test_a_lock_that_names_files_elsewhere_is_none(placed: Manifest, name: str) -> None:
    lock = store.lock_of(placed)
    assert lock is not None
    told = json.loads(lock.model_dump_json())
    told["files"][name] = told["files"]["model.txt"]
    (store.folder_of(placed) / store.LOCK).write_text(json.dumps(told))
    assert store.lock_of(placed) is None


def test_a_lock_of_gigabytes_is_none(placed: Manifest) -> None:
    with (store.folder_of(placed) / store.LOCK).open("r+b") as file:
        file.truncate(5_000_000_000)
    assert store.lock_of(placed) is None


def test_what_a_library_says_against_weights_is_one_sentence(placed: Manifest, monkeypatch: pytest.MonkeyPatch) -> None:
    class Engine:
        @staticmethod
        def load(manifest: Manifest, runtime: object) -> None:
            raise RuntimeError("Protobuf parsing failed.\n  at line 3")

    monkeypatch.setattr(manifests, "load", lambda: (placed,))
    monkeypatch.setattr(engines, "import_module", lambda name: Engine)
    with pytest.raises(Unavailable, match="cannot be loaded: Protobuf parsing failed. at line 3") as error:
        Engines()["ocr"]
    assert error.value.code == "unloadable_weights"
