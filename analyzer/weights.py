"""Where the weights of a model lie on this machine, what its lock file says of them, and whether they still are what it says.

Asks no network: `analyzer.hub` brings weights, and `adopt` takes those that lie in another folder. A model's folder is
`<root>/<id>` with its files and `LOCK`, so that it can be copied to another machine as it is. It is gathered under another
name (`staging_of`) and appears whole, in one rename (`seal`).
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import Unavailable, UsageError
from analyzer.evidence import message
from analyzer.manifests import Manifest

LOCK = "analyzer.lock.json"
EXPORTED = ".exported"
"""Folder, beside those of the models, of what engines make of their weights."""
LOCAL = "local"
"""Revision of weights that were not pulled but taken from a folder without a lock."""
SPARE_BYTES = 200_000_000
"""Free space that is left on the disk when weights are brought (project choice)."""


class LockedFile(BaseModel):
    """Size and SHA-256 of one file as it was pulled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    bytes: int


class Lock(BaseModel):
    """What `pull` brought: never invented, always resolved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    repository: str
    revision: str
    """Commit of the hub repository; for openai-whisper the hash in the checkpoint's address; `LOCAL` for own files."""
    files: dict[str, LockedFile]

    @property
    def digest(self) -> str:
        """One hash over all files, hexadecimal."""
        return hashlib.sha256(repr(sorted((name, file.sha256) for name, file in self.files.items())).encode()).hexdigest()


def root() -> Path:
    """The folder of all models: `$ANALYZER_MODELS_DIR`, else inside `$HF_HOME`, else in the user's data folder."""
    if named := os.environ.get("ANALYZER_MODELS_DIR"):
        return Path(named).expanduser()
    if home := os.environ.get("HF_HOME"):
        return Path(home).expanduser() / "content-analyzer"
    return Path(platformdirs.user_data_dir("content-analyzer", appauthor=False)) / "models"


def folder_of(manifest: Manifest) -> Path:
    """The folder of a model, whether it is there or not."""
    return root() / manifest.id


def staging_of(manifest: Manifest) -> Path:
    """The folder in which a model's files are gathered until all of them are there."""
    return root() / f".{manifest.id}.part"


def lock_of(manifest: Manifest) -> Lock | None:
    """The lock of a model that is here; None where it is not, or where the lock is not of this model."""
    lock = _lock_in(folder_of(manifest))
    return lock if lock is not None and lock.model == manifest.id and set(manifest.files) <= set(lock.files) else None


def verify(manifest: Manifest) -> list[str]:
    """What is wrong with a model's files, one sentence a file; nothing where all are as they were pulled."""
    lock = lock_of(manifest)
    if lock is None:
        folder = folder_of(manifest)
        if not folder.exists():
            return [f"{manifest.id} is not on this machine."]
        return [f"{folder} has no lock of {manifest.id}: analyzer models pull {manifest.id} --from {folder}"]
    faults = []
    for name, locked in lock.files.items():
        path = folder_of(manifest) / name
        if not path.is_file():
            faults.append(f"{name} is missing.")
        elif path.stat().st_size != locked.bytes or sha256_of(path) != locked.sha256:
            faults.append(f"{name} is not what was pulled: it has changed or is damaged.")
    return faults


def verified_folder(manifest: Manifest) -> Path:
    """The folder of a model whose files were checked against its lock; raises `Unavailable` where they do not match."""
    faults = verify(manifest)
    if faults:
        raise Unavailable(
            "damaged_weights",
            message("The files of the model {model} are not as they were pulled: {fault}", model=manifest.id, fault=faults[0]),
            message("analyzer models pull {model}", model=manifest.id),
        )
    return folder_of(manifest)


def remove(manifest: Manifest) -> int:
    """Delete a model's files, those of a pull that did not end and what was made of them; returns the bytes freed."""
    places = folder_of(manifest), staging_of(manifest), root() / EXPORTED / manifest.id
    folders = [folder for folder in places if folder.is_dir()]
    if not folders:
        raise UsageError(f"{manifest.id} is not on this machine.")
    with held(manifest):
        freed = sum(bytes_in(folder) for folder in folders)
        for folder in folders:
            try:
                shutil.rmtree(folder)
            except OSError as error:
                raise UsageError(f"{folder} cannot be deleted: {error.strerror}.") from error
    return freed


def adopt(manifest: Manifest, source: Path) -> Lock:
    """Take a model's files from a folder (or its only file, of any name), and lock them; raises `UsageError` where one lacks.

    A lock that lies beside them is held to and its revision kept; without one the revision is `LOCAL`.
    """
    given = {manifest.files[0]: source} if len(manifest.files) == 1 and source.is_file() else None
    given = given or {name: source / name for name in manifest.files}
    if missing := [name for name, path in given.items() if not path.is_file()]:
        raise UsageError(f"{source} lacks {', '.join(missing)}; {manifest.id} needs {', '.join(manifest.files)}.")
    beside = _lock_in(source)
    known = beside if beside is not None and beside.model == manifest.id else None
    try:
        with held(manifest):
            staged = staging_of(manifest)
            shutil.rmtree(staged, ignore_errors=True)
            check_space(sum(path.stat().st_size for path in given.values()))
            taken = {name: _taken(path, staged / name) for name, path in given.items()}
            if known and any(known.files.get(name) != locked for name, locked in taken.items()):
                shutil.rmtree(staged)
                raise UsageError(f"The files in {source} are not what its {LOCK} says: they have changed or are damaged.")
            return seal(manifest, known.revision if known else LOCAL, taken)
    except OSError as error:
        raise UsageError(f"{source} cannot be taken into {root()}: {error.strerror}.") from error


@contextmanager
def held(manifest: Manifest, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Keep other processes off a model while its files change; calls `on_wait` before it waits for one."""
    from filelock import FileLock, Timeout

    try:
        root().mkdir(parents=True, exist_ok=True)
        lock = FileLock(root() / f".{manifest.id}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            on_wait()
            lock.acquire()
    except OSError as error:
        raise UsageError(
            f"{root()} cannot be written: {error.strerror}. Name another folder with ANALYZER_MODELS_DIR."
        ) from error
    try:
        yield
    finally:
        lock.release()


def check_space(wanted: int) -> None:
    """Raise `UsageError` where the disk of the models has no room for that many bytes."""
    free = shutil.disk_usage(root()).free
    if wanted + SPARE_BYTES > free:
        raise UsageError(
            f"{wanted / 1e6:.0f} MB are needed and {free / 1e6:.0f} MB are free in {root()}. "
            "Make room, or name another disk with ANALYZER_MODELS_DIR."
        )


def seal(manifest: Manifest, revision: str, files: Mapping[str, LockedFile]) -> Lock:
    """Make the staged files the model's folder: the lock is written last, and what lay there before is deleted."""
    staged, folder, former = staging_of(manifest), folder_of(manifest), root() / f".{manifest.id}.old"
    for path in [path for path in staged.rglob("*") if path.is_file()]:
        if path.relative_to(staged).as_posix() not in files:
            path.unlink()
    lock = Lock(model=manifest.id, repository=manifest.repository, revision=revision, files=dict(files))
    (staged / LOCK).write_text(lock.model_dump_json(indent=1) + "\n", encoding="utf-8")
    sync(staged / LOCK)
    sync(staged)
    shutil.rmtree(former, ignore_errors=True)
    if folder.exists():
        folder.replace(former)
    staged.replace(folder)
    sync(root())
    shutil.rmtree(former, ignore_errors=True)
    return lock


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, on the disk; folders cannot be asked for it on Windows."""
    if os.name == "nt" and path.is_dir():
        return
    number = os.open(path, os.O_RDWR if path.is_file() else os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def bytes_in(folder: Path) -> int:
    """Size of all files in a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _lock_in(folder: Path) -> Lock | None:
    try:
        return Lock.model_validate_json((folder / LOCK).read_bytes())
    except (OSError, ValidationError):
        return None


def _taken(source: Path, copy: Path) -> LockedFile:
    """Copy a file, and say what the copy is."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, copy)
    sync(copy)
    return LockedFile(sha256=sha256_of(copy), bytes=copy.stat().st_size)
