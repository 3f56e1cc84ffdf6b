"""Where the weights of a model lie on this machine, what its lock file says of them, and whether they still are what it says.

Asks no network: `analyzer.weights.hub` brings weights, and `adopt` takes those that lie in another folder. A model's folder is
`<root>/<id>` with its files and `LOCK`, so that it can be copied to another machine as it is. It is gathered under another
name (`staging_of`) and appears whole, in one rename (`seal`).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import platformdirs

from analyzer.disk.files import PART
from analyzer.nouns.errors import Unavailable, UsageError
from analyzer.nouns.evidence import message
from analyzer.weights import formats
from analyzer.weights.locks import LOCK as LOCK
from analyzer.weights.locks import Lock as Lock
from analyzer.weights.locks import LockedFile as LockedFile
from analyzer.weights.locks import lock_in
from analyzer.weights.manifests import Manifest

EXPORTED = ".exported"
"""Folder, beside those of the models, of what engines make of their weights."""
STAGING = ".analyzer-staging"
"""File that marks a folder as one in which a pull gathers; no other is emptied."""
LOCAL = "local"
"""Revision of weights that were not pulled but taken from a folder without a lock."""
SPARE_BYTES = 200_000_000
"""Free space that is left on the disk when weights are brought (project choice)."""


OWN_FILES_FACTOR = 8
"""How many times the size of a manifest a person's own files may have: 8 bits against 64 (project choice)."""
MADE_BESIDE = re.compile(r"captions-[0-9a-f]{16}\.npy")
"""What an engine keeps beside the weights (`engines.zero_shot`)."""
EXPORTING = "analyzer-export-"
"""Start of the name of the folder into which an engine exports."""
EXPORT = re.compile(rf"[0-9a-f]{{16}}-[0-9a-f]{{16}}(\.onnx|-openvino-[\w.+-]*)|{EXPORTING}[^/]*/.*|{re.escape(PART)}[\w-]*")
"""What an engine keeps of an export, or was making when it was interrupted (`engines.graphs`)."""


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
    lock = lock_in(folder_of(manifest))
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
    if fault := unfit(manifest):
        raise Unavailable(
            "unfit_weights",
            message("The model {model} is not loaded: {fault}", model=manifest.id, fault=fault),
            message("Take out what does not belong there, or: analyzer models remove {model}", model=manifest.id),
        )
    return folder_of(manifest)


def unfit(manifest: Manifest) -> str | None:
    """Why no library is given the files of a model that is here, in a sentence; None where nothing speaks against it."""
    lock = lock_of(manifest)
    return _unfit(folder_of(manifest), lock.files if lock else ())


def _unfit(folder: Path, files: Collection[str]) -> str | None:
    for name in files:
        try:
            formats.check(folder, name, files)
        except formats.Malformed as error:
            return f"{name} {error}."
        except OSError as error:
            return f"{name} cannot be read: {error.strerror}."
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        loadable = path.suffix in (*formats.kinds(), ".py", ".jinja", ".pickle", ".pkl")
        if loadable and name not in (*files, LOCK) and path.is_file():
            return f"{name} lies beside its files, and no pull brought it."
    return None


def remove(manifest: Manifest) -> int:
    """Delete a model's files, those of a pull that did not end and what was made of them; returns the bytes freed.

    What no pull and no engine brought stays where it is.
    """
    folder, staged, made = folder_of(manifest), staging_of(manifest), root() / EXPORTED / manifest.id
    if not any(place.is_dir() for place in (folder, staged, made)):
        raise UsageError(f"{manifest.id} is not on this machine.")
    lock = lock_in(folder)
    if folder.is_dir() and (lock is None or lock.model != manifest.id):
        raise UsageError(f"{folder} has no lock of {manifest.id}, so no pull brought what is in it. Delete it yourself.")
    with held(manifest):
        try:
            freed = _delete(folder, _brought(lock.files)) if lock else 0
            return freed + clear_staging(manifest) + clear_exports(made)
        except OSError as error:
            raise UsageError(f"The files of {manifest.id} cannot be deleted: {error.strerror or error}.") from error


def adopt(manifest: Manifest, source: Path) -> Lock:
    """Take a model's files from a folder (or its only file, of any name), and lock them; raises `UsageError` where one lacks.

    A lock that lies beside them is held to and its revision kept; without one the revision is `LOCAL`. The source is only read;
    of a link in it, what it leads to is copied.
    """
    given = {manifest.files[0]: source} if len(manifest.files) == 1 and source.is_file() else None
    given = given or {name: source / name for name in manifest.files}
    if missing := [name for name, path in given.items() if not path.is_file()]:
        raise UsageError(f"{source} lacks {', '.join(missing)}; {manifest.id} needs {', '.join(manifest.files)}.")
    beside = lock_in(source)
    known = beside if beside is not None and beside.model == manifest.id else None
    try:
        with held(manifest):
            size = sum(path.stat().st_size for path in given.values())
            check_size(manifest, size, OWN_FILES_FACTOR)
            in_place = os.path.realpath(source) == os.path.realpath(folder_of(manifest))
            if not in_place:
                check_way(manifest)
            stage(manifest)
            clear_staging(manifest)
            staged = stage(manifest)
            check_space(size)
            taken = {name: _taken(path, staged / name) for name, path in given.items()}
            if known and any(known.files.get(name) != locked for name, locked in taken.items()):
                clear_staging(manifest)
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


def check_size(manifest: Manifest, size: int, factor: float) -> None:
    """Raise `UsageError` where files are so much larger than the manifest says that they are not of its model."""
    most = manifest.size_mb * 1e6 * factor + 50e6
    if size > most:
        raise UsageError(
            f"The files have {size / 1e6:,.0f} MB, and {manifest.id} has {manifest.size_mb:g} MB: this is another model."
        )


def check_way(manifest: Manifest) -> None:
    """Raise `UsageError` where a folder of the model's name holds files that no pull brought, so that none is overwritten."""
    folder = folder_of(manifest)
    lock = lock_in(folder)
    if lock is None and (held_there := [name for name in (*manifest.files, LOCK) if (folder / name).exists()]):
        raise UsageError(
            f"{folder} holds {held_there[0]}, which no pull brought. Move it, or take it: "
            f"analyzer models pull {manifest.id} --from {folder}"
        )


def stage(manifest: Manifest) -> Path:
    """The folder in which the model's files are gathered, made where it is not there.

    Raises `UsageError` where something else has its name.
    """
    staged = staging_of(manifest)
    if not _is_staging(manifest) and os.path.lexists(staged):
        raise UsageError(f"{staged} is in the way, and no pull made it. Move it to another place.")
    staged.mkdir(exist_ok=True)
    (staged / STAGING).touch()
    return staged


def clear_staging(manifest: Manifest) -> int:
    """Delete what a pull that did not end has gathered; returns the bytes freed."""
    staged = staging_of(manifest)
    if not _is_staging(manifest):
        return 0
    part = re.compile("|".join(rf"{re.escape(name)}(\.[0-9a-f]{{12}}\.part)?" for name in (*manifest.files, LOCK)))
    freed = _delete(staged, part.fullmatch)
    if [path.name for path in staged.iterdir()] == [STAGING]:
        _delete(staged, STAGING.__eq__)
    return freed


def seal(manifest: Manifest, revision: str, files: Mapping[str, LockedFile]) -> Lock:
    """Make the staged files the model's folder: the lock is written last, and what lay there before is deleted.

    Of what lay there, only what a pull brought or an engine made is deleted; the rest is moved into the new folder. Raises
    `UsageError` for files that no library may be given.
    """
    staged, folder, former = staging_of(manifest), folder_of(manifest), root() / f".{manifest.id}.{secrets.token_hex(6)}.former"
    part = re.compile("|".join(rf"{re.escape(name)}\.[0-9a-f]{{12}}\.part" for name in manifest.files))
    _delete(staged, lambda name: bool(part.fullmatch(name)) or (name in manifest.files and name not in files))
    if fault := _unfit(staged, files):
        clear_staging(manifest)
        raise UsageError(f"{manifest.id} is refused: {fault}")
    lock = Lock(model=manifest.id, repository=manifest.repository, revision=revision, files=dict(files))
    (staged / LOCK).write_text(lock.model_dump_json(indent=1) + "\n", encoding="utf-8")
    sync(staged / LOCK)
    (staged / STAGING).unlink(missing_ok=True)
    sync(staged)
    if folder.exists():
        folder.replace(former)
    staged.replace(folder)
    sync(root())
    _put_away(former, folder, files)
    return lock


def clear_exports(folder: Path) -> int:
    """Delete what engines made of a model's weights; returns the bytes freed."""
    return _delete(folder, EXPORT.fullmatch)


def _put_away(former: Path, folder: Path, files: Collection[str]) -> None:
    """Delete of a former folder what is not a person's, and move the rest to where it lay; nothing is overwritten."""
    lock = lock_in(former)
    _delete(former, _brought((*files, *(lock.files if lock else ()))))
    for path in sorted(former.rglob("*")):
        there = folder / path.relative_to(former)
        if not path.is_dir() and not os.path.lexists(there):
            there.parent.mkdir(parents=True, exist_ok=True)
            path.replace(there)
    with suppress(OSError):
        for path in sorted(former.rglob("*"), reverse=True):
            path.rmdir()
        former.rmdir()


def _brought(files: Collection[str]) -> Callable[[str], object]:
    """Whether a name in the folder of a model is of a pull or of an engine."""
    return lambda name: name in files or name == LOCK or MADE_BESIDE.fullmatch(name)


def _is_staging(manifest: Manifest) -> bool:
    """Whether a pull of this model made the folder of that name."""
    staged = staging_of(manifest)
    lock = lock_in(staged)
    return not staged.is_symlink() and ((staged / STAGING).is_file() or (lock is not None and lock.model == manifest.id))


def _delete(folder: Path, is_ours: Callable[[str], object]) -> int:
    """Delete the files whose names within the folder are ours, and folders that are empty then; returns the bytes freed."""
    freed = 0
    for path in [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]:
        if is_ours(path.relative_to(folder).as_posix()):
            freed += path.lstat().st_size
            path.unlink()
            for above in path.parents[: len(path.relative_to(folder).parts)]:
                with suppress(OSError):
                    above.rmdir()
    return freed


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


def _taken(source: Path, copy: Path) -> LockedFile:
    """Copy a file, and say what the copy is."""
    copy.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, copy)
    sync(copy)
    return LockedFile(sha256=sha256_of(copy), bytes=copy.stat().st_size)
