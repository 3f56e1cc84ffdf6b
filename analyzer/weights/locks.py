"""The lock file of a model: what a pull brought, with the size and SHA-256 of every file."""

from __future__ import annotations

import hashlib
from pathlib import Path, PurePosixPath
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from analyzer.disk.files import read_within
from analyzer.nouns.errors import UsageError

LOCK = "analyzer.lock.json"
LARGEST_LOCK_BYTES = 1_000_000


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise ValueError("a file of a model lies in its folder")
    return name


class LockedFile(BaseModel):
    """Size and SHA-256 of one file as it was pulled."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    bytes: int = Field(ge=0)


class Lock(BaseModel):
    """What `pull` brought: never invented, always resolved."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    model: str
    repository: str
    revision: str
    """Commit of the hub repository; for openai-whisper the hash in the checkpoint's address; `LOCAL` for own files."""
    files: dict[Annotated[str, AfterValidator(_inside)], LockedFile]

    @property
    def digest(self) -> str:
        """One hash over all files, hexadecimal."""
        return hashlib.sha256(repr(sorted((name, file.sha256) for name, file in self.files.items())).encode()).hexdigest()


def lock_in(folder: Path) -> Lock | None:
    """The lock in a folder; None where there is none, or none that can be read."""
    try:
        return Lock.model_validate_json(read_within(folder / LOCK, LARGEST_LOCK_BYTES, "The lock"))
    except (UsageError, ValidationError):
        return None
