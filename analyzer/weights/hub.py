"""Brings weights to this machine, and only when it is asked to: nothing but `analyzer models pull` calls it.

The library speaks the hub's protocol. What it lacks is here: a download that goes on where another run of the program stopped,
and the check of every byte against the hash that the hub states. Nothing that was brought is read beyond that.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from analyzer.nouns.errors import UsageError
from analyzer.weights import store
from analyzer.weights.manifests import Manifest
from analyzer.weights.store import Lock, LockedFile

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

PATIENCE = 5
"""Attempts in a row that bring no further byte, before it gives up (project choice; huggingface_hub has the same number)."""
LONGEST_WAIT_S = 30.0
"""A server that asks to wait longer is reported instead (project choice)."""
TIMEOUT_S = 10.0
"""Silence of the server after which an attempt ends; `HF_HUB_DOWNLOAD_TIMEOUT` names another (the library's own default)."""
SIZE_FACTOR = 1.5
"""How many times the size of its manifest a model may have at the hub (project choice)."""
MOST_ANSWER_BYTES = 16_000_000
"""What the hub may say of a repository; large ones take 1 MB (project choice)."""
BUSY = (429, 500, 502, 503, 504)
"""Answers after which it is worth asking again."""
FULL = (errno.ENOSPC, errno.EDQUOT)

OnBytes = Callable[[str, int], None]
"""Is told the name of a file and how many bytes of it are here."""


@dataclass(frozen=True)
class Remote:
    """One file as the server states it."""

    name: str
    url: str
    bytes: int
    algorithm: Literal["sha256", "git"]
    """Large files are stated with their SHA-256, others with the id of their git blob."""
    digest: str


@dataclass(frozen=True)
class Offer:
    """What a pull of a model would bring."""

    manifest: Manifest
    revision: str
    """A commit, or the hash of the only file."""
    files: tuple[Remote, ...]
    stated_licence: str = ""
    """Licence that the repository itself names, as the hub spells it; empty where it names none."""
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    @property
    def bytes(self) -> int:
        return sum(remote.bytes for remote in self.files)


class Unreachable(UsageError):
    """No server answers, so asking for another model is no use."""


def is_offline() -> bool:
    """Whether the environment forbids asking the hub."""
    told = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return told.upper() in ("1", "ON", "YES", "TRUE")


def endpoint() -> str:
    """Address of the hub."""
    return (os.environ.get("HF_ENDPOINT") or "https://huggingface.co").rstrip("/")


def offer(manifest: Manifest, update: bool = False) -> Offer:
    """Ask the server what a pull would bring, and bring nothing; raises `UsageError`.

    Weights that are here and damaged are mended at the commit of their lock, unless `update` asks for the newest.
    """
    if is_offline():
        raise UsageError("HF_HUB_OFFLINE is set, so nothing is pulled. Unset it, or bring files with --from FOLDER.")
    with _in_plain_words(manifest):
        offered = _offer_of_openai(manifest) if manifest.source == "openai-whisper" else _offer_of_hub(manifest, update)
    store.check_size(manifest, offered.bytes, SIZE_FACTOR)
    return offered


def pull(offered: Offer, on_bytes: OnBytes = lambda name, done: None, on_wait: Callable[[], None] = lambda: None) -> Lock:
    """Bring what was offered and return its lock; a pull that was interrupted goes on where it stopped.

    `on_wait` is called before waiting for another pull of the model.
    """
    manifest = offered.manifest
    with store.held(manifest, on_wait), _in_plain_words(manifest):
        lock = store.lock_of(manifest)
        if lock is not None and lock.revision == offered.revision and not store.verify(manifest):
            return lock
        store.check_way(manifest)
        staged = store.stage(manifest)
        _reuse(offered, staged)
        store.check_space(max(0, offered.bytes - store.bytes_in(staged)))
        brought = {remote.name: _bring(remote, staged / remote.name, offered.headers, on_bytes) for remote in offered.files}
        return store.seal(manifest, offered.revision, brought)


def _offer_of_hub(manifest: Manifest, update: bool) -> Offer:
    from huggingface_hub import hf_hub_url
    from huggingface_hub.utils import build_hf_headers  # type: ignore[attr-defined]

    here = store.lock_of(manifest)
    wanted = here.revision if here is not None and here.revision != store.LOCAL and not update else manifest.revision
    headers = build_hf_headers(library_name="content-analyzer")
    info = _stated(f"{endpoint()}/api/models/{manifest.repository}/revision/{wanted}?blobs=true", headers)
    commit, listed = info.get("sha"), {each["rfilename"]: each for each in info.get("siblings") or ()}
    if re.fullmatch("[0-9a-f]{40}", wanted) and commit != wanted:
        raise UsageError(f"{endpoint()} answers with commit {commit} where {wanted} was asked for. Use another HF_ENDPOINT.")
    if missing := [name for name in manifest.files if name not in listed]:
        raise UsageError(
            f"{manifest.repository} no longer holds {', '.join(missing)} at {commit}, so {manifest.id} cannot be pulled. "
            "Report it with the output of `analyzer models list`."
        )
    files = []
    for name in manifest.files:
        size, lfs, blob = listed[name].get("size"), listed[name].get("lfs"), listed[name].get("blobId")
        if not commit or not isinstance(size, int) or size < 0 or not (lfs or blob):
            raise UsageError(
                f"{endpoint()} does not state the size and hash of {name}, so it could not be checked. Use another HF_ENDPOINT."
            )
        digest = str(lfs["sha256"] if lfs else blob)
        known = manifest.sha256.get(name) if commit == manifest.revision else None
        if lfs and known not in (None, digest):
            raise UsageError(
                f"{endpoint()} states another hash of {name} than the manifest of {manifest.id}, so it is not brought. "
                "Use another HF_ENDPOINT."
            )
        url = hf_hub_url(manifest.repository, name, revision=commit, endpoint=endpoint())
        if known:
            files.append(Remote(name, url, size, "sha256", known))
        else:
            files.append(Remote(name, url, size, "sha256" if lfs else "git", digest))
    licence = next((tag.partition(":")[2] for tag in info.get("tags") or () if tag.startswith("license:")), "")
    return Offer(manifest, str(commit), tuple(files), licence, headers)


def _stated(url: str, headers: dict[str, str]) -> dict[str, Any]:
    """What the hub says of a repository, which is JSON of a bounded length."""
    with _asked("GET", url, headers) as answer:
        told = bytearray()
        for chunk in answer.iter_bytes():
            told += chunk
            if len(told) > MOST_ANSWER_BYTES:
                raise ValueError("it says too much")
    info = json.loads(told)
    if not isinstance(info, dict):
        raise ValueError("it says no JSON object")
    return info


@contextmanager
def _asked(method: str, url: str, headers: dict[str, str]) -> Iterator[Any]:
    """The answer to a request, not read yet; every request to which a server sends on is looked at before it goes out.

    The token goes to the endpoint alone, and never over plain http. Who is asked over https may not send on to plain http.
    """
    from huggingface_hub import get_session, hf_raise_for_status

    session = get_session()
    before = session.event_hooks
    session.event_hooks = before | {"request": [*before["request"], lambda request: _look(request, url.startswith("https:"))]}
    try:
        with session.stream(method, url, headers=headers, timeout=_timeout_s()) as answer:
            if answer.status_code != 416:
                hf_raise_for_status(answer)
            yield answer
    finally:
        session.event_hooks = before


def _look(request: Any, secure: bool) -> None:
    """Refuse a request that is less safe than the one that led to it, and take the token out where it does not belong."""
    hub = urlsplit(endpoint())
    if secure and request.url.scheme != "https":
        raise UsageError(
            f"{request.url.host} would be asked over plain http, where anybody on the way can read and change what comes. "
            "Nothing is brought; use another HF_ENDPOINT."
        )
    if request.url.scheme != "https" or (request.url.host, request.url.port or 443) != (hub.hostname, hub.port or 443):
        request.headers.pop("authorization", None)


def _offer_of_openai(manifest: Manifest) -> Offer:
    try:
        from analyzer.engines.openai_whisper import source_of

        url, sha256 = source_of(manifest.repository)
    except ImportError as error:
        raise UsageError(
            f"{manifest.id} needs the package {manifest.package}: pip install 'content-analyzer[{manifest.extra}]'"
        ) from error
    except KeyError as error:
        raise UsageError(f"The installed openai-whisper knows no checkpoint {manifest.repository!r}: update it.") from error
    with _asked("HEAD", url, {}) as answer:
        length = int(answer.headers["content-length"])
    return Offer(manifest, sha256, (Remote(manifest.files[0], url, length, "sha256", sha256),))


def _reuse(offered: Offer, staged: Path) -> None:
    """Stage files that an earlier version of the model has unchanged, so that they are not brought twice."""
    for remote in offered.files:
        there, here = store.folder_of(offered.manifest) / remote.name, staged / remote.name
        if not here.exists() and _checked(there, remote) is not None:
            here.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(there, here)
            except OSError:
                shutil.copyfile(there, here)


def _bring(remote: Remote, path: Path, headers: dict[str, str], on_bytes: OnBytes) -> LockedFile:
    """Have one file whole and checked; one that arrives damaged is brought once more from the start."""
    if locked := _checked(path, remote):
        on_bytes(remote.name, remote.bytes)
        return locked
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{remote.digest[:12]}.part")
    for _ in range(2):
        _fetch(remote, part, headers, on_bytes)
        if locked := _checked(part, remote):
            store.sync(part)
            part.replace(path)
            return locked
        part.unlink()
    raise UsageError(
        f"{remote.name} arrived damaged twice: its bytes are not those that {_host(remote.url)} states. "
        "Something on the way changes it (a proxy?); try another network or HF_ENDPOINT."
    )


def _fetch(remote: Remote, part: Path, headers: dict[str, str], on_bytes: OnBytes) -> None:
    """Make `part` as long as the file is, going on where it ends; gives up after `PATIENCE` attempts without a further byte."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    part.touch()
    furthest, failures = part.stat().st_size, 0
    while part.stat().st_size != remote.bytes:
        cause: Exception = UsageError(f"{_host(remote.url)} breaks off in {remote.name}. Pull again: it goes on there.")
        wait_s: float | None = None
        try:
            _stream(remote, part, headers, on_bytes)
        except HfHubHTTPError as error:
            if error.response.status_code not in BUSY:
                raise
            cause, wait_s = error, _wait_asked(error)
        except httpx2.TransportError as error:
            cause = error
        reached = part.stat().st_size
        failures = 0 if reached > furthest else failures + 1
        furthest = max(furthest, reached)
        if failures > PATIENCE or (wait_s or 0) > LONGEST_WAIT_S:
            raise cause
        if failures:
            sleep(min(2.0 ** (failures - 1), LONGEST_WAIT_S) if wait_s is None else wait_s)


def _stream(remote: Remote, part: Path, headers: dict[str, str], on_bytes: OnBytes) -> None:
    """Append what is missing of a file, as far as it comes; starts anew where the server does not go on in the middle."""
    have = part.stat().st_size if part.stat().st_size < remote.bytes else 0
    # Compressed answers have other lengths and cannot be gone on with.
    asked = headers | {"Accept-Encoding": "identity"} | ({"Range": f"bytes={have}-"} if have else {})
    with _asked("GET", remote.url, asked) as answer, part.open("r+b") as file:
        if answer.status_code == 416:
            file.truncate(0)
            return
        file.seek(have if answer.status_code == 206 else 0)
        file.truncate()
        for chunk in answer.iter_bytes():
            file.write(chunk)
            on_bytes(remote.name, file.tell())
            if file.tell() > remote.bytes:
                file.truncate(remote.bytes)
                return


def _checked(path: Path, remote: Remote) -> LockedFile | None:
    """Size and SHA-256 of a file that is what the server states; None where it is not, or is not there."""
    if not path.is_file() or path.stat().st_size != remote.bytes:
        return None
    sha256 = store.sha256_of(path)
    if remote.digest != (sha256 if remote.algorithm == "sha256" else _git_blob_of(path)):
        return None
    return LockedFile(sha256=sha256, bytes=remote.bytes)


def _git_blob_of(path: Path) -> str:
    """The id under which git keeps a file: SHA-1 over a header and its bytes."""
    digest = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def _timeout_s() -> float:
    with contextlib.suppress(ValueError):
        return float(os.environ.get("HF_HUB_DOWNLOAD_TIMEOUT") or TIMEOUT_S)
    return TIMEOUT_S


def _wait_asked(error: HfHubHTTPError) -> float | None:
    """Seconds that a Retry-After header asks for; None where it names a date or is not there."""
    told = error.response.headers.get("retry-after", "")
    return float(told) if told.isdecimal() else None


def _host(url: str) -> str:
    return urlsplit(url).netloc


@contextmanager
def _in_plain_words(manifest: Manifest) -> Iterator[None]:
    """Turn what goes wrong on the way into one sentence that says what to do."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError

    try:
        yield
    except HfHubHTTPError as error:
        raise UsageError(_refusal(manifest, error)) from error
    except httpx2.ProxyError as error:
        raise Unreachable(f"The proxy refuses ({error}). Check HTTPS_PROXY and NO_PROXY.") from error
    except (httpx2.RequestError, httpx2.InvalidURL, ImportError) as error:
        # httpx raises ImportError for a SOCKS proxy without its package.
        raise Unreachable(
            f"{endpoint()} cannot be reached: {str(error) or type(error).__name__}. "
            "Check the network, HTTPS_PROXY and HF_ENDPOINT, and pull again: it goes on where it stopped."
        ) from error
    except OSError as error:
        what = "The disk is full" if error.errno in FULL else f"Weights cannot be written: {error.strerror or error}"
        raise UsageError(f"{what} ({store.root()}). Make room, or name another disk with ANALYZER_MODELS_DIR.") from error
    except (ValueError, KeyError) as error:
        raise UsageError(f"{endpoint()} does not answer as a hub does ({error}). Does the network want a login?") from error


def _refusal(manifest: Manifest, error: HfHubHTTPError) -> str:
    """What the server refuses, and what changes it."""
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    name, status, wait_s = manifest.repository, error.response.status_code, _wait_asked(error)
    if isinstance(error, GatedRepoError):
        return f"{name} asks for consent: accept its terms at {endpoint()}/{name}, and set HF_TOKEN to a token of that account."
    if isinstance(error, RevisionNotFoundError):
        return f"{name} does not have the revision that was asked for. Try: analyzer models pull {manifest.id} --update"
    if status in (401, 403) and "x-error-code" not in error.response.headers:
        plain = "" if endpoint().startswith("https:") else " It is never sent over plain http: HF_ENDPOINT must be https."
        host = _host(str(error.response.url))
        return f"{host} refuses {name} ({status}). HF_TOKEN must be a valid token with access to it.{plain}"
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return f"{_host(str(error.response.url))} does not have {name}, or shows it only with a token (HF_TOKEN)."
    later = f"in {wait_s:.0f} s" if wait_s else "later"
    why = "has had too many requests from here" if status == 429 else f"answers {status}"
    return f"{_host(str(error.response.url))} {why}. Pull again {later}: it goes on where it stopped."
