"""Where the weights of a model lie on this machine, what its lock file says of them, and whether they still are what it says.

Asks no network: `analyzer.hub` brings weights and writes the lock. A model's folder is `<root>/<id>` with its files and
`LOCK`, so that it can be copied to another machine as it is.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import platformdirs
from pydantic import BaseModel, ConfigDict, ValidationError

from analyzer.errors import Unavailable, UsageError
from analyzer.evidence import message
from analyzer.manifests import Manifest

LOCK = "analyzer.lock.json"


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
    """Commit of the hub repository; for openai-whisper the hash in the checkpoint's address."""
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


def lock_of(manifest: Manifest) -> Lock | None:
    """The lock of a model that was pulled; None where it was not, or where the lock is not of this model."""
    try:
        lock = Lock.model_validate_json((folder_of(manifest) / LOCK).read_bytes())
    except (OSError, ValidationError):
        return None
    return lock if lock.model == manifest.id and set(manifest.files) <= set(lock.files) else None


def verify(manifest: Manifest) -> list[str]:
    """What is wrong with a model's files, one sentence a file; nothing where all are as they were pulled."""
    lock = lock_of(manifest)
    if lock is None:
        return [f"{manifest.id} is not on this machine."]
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
    """Delete a model's files; returns the bytes that were freed, raises `UsageError` where there is nothing to delete."""
    folder = folder_of(manifest)
    if not folder.is_dir():
        raise UsageError(f"{manifest.id} is not on this machine.")
    freed = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return freed


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes, hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
