"""Pulling weights: from a hub on loopback that breaks off, corrupts, slows down and refuses."""

from __future__ import annotations

import ast
import errno
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from analyzer.engines import openai_whisper
from analyzer.nouns.errors import UsageError
from analyzer.weights import hub, store
from analyzer.weights.manifests import Manifest
from tests.hub_server import FIRST_COMMIT, Hub, serving
from tests.tiny import made_up

ROOT = Path(__file__).parents[2]
SECOND_COMMIT = "b" * 40
LARGE = random.Random(0).randbytes(300_000)
SMALL = b'{"a": 1}'
MANIFEST = made_up(files=["onnx/model.txt", "config.json"])


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with one model of a large and a small file; models go to a folder of this test, and nobody waits."""
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_TOKEN", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(hub, "sleep", lambda seconds: None)
    files = {"onnx/model.txt": LARGE, "config.json": SMALL, "pytorch_model.bin": b"never asked for"}
    with serving(Hub({FIRST_COMMIT: files})) as found:
        monkeypatch.setenv("HF_ENDPOINT", found.address)
        monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "models"))
        yield found


def pull(update: bool = False) -> store.Lock:
    return hub.pull(hub.offer(MANIFEST, update))


def refused(server: Hub) -> str:
    """The sentence of a pull that fails; nothing that looks like a model may be left."""
    with pytest.raises(UsageError) as error:
        pull()
    assert store.lock_of(MANIFEST) is None and not store.folder_of(MANIFEST).exists()
    assert "\n" not in str(error.value)
    return str(error.value)


def test_an_offer_states_sizes_commit_and_licence_and_brings_nothing(server: Hub) -> None:
    offered = hub.offer(MANIFEST)
    assert (offered.revision, offered.bytes, offered.stated_licence) == (FIRST_COMMIT, len(LARGE) + len(SMALL), "mit")
    assert server.sent_bytes == 0 and not store.root().exists()


def test_a_pull_brings_the_files_of_the_manifest_and_a_lock(server: Hub) -> None:
    told: dict[str, int] = {}
    lock = hub.pull(hub.offer(MANIFEST), told.__setitem__)
    folder = store.verified_folder(MANIFEST)
    assert (folder / "onnx" / "model.txt").read_bytes() == LARGE and (folder / "config.json").read_bytes() == SMALL
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == [store.LOCK, "config.json", "model.txt"]
    assert lock == store.lock_of(MANIFEST) and lock.revision == FIRST_COMMIT and lock.repository == "someone/model"
    assert told == {"onnx/model.txt": len(LARGE), "config.json": len(SMALL)}
    assert not store.staging_of(MANIFEST).exists()


def test_files_are_asked_for_by_commit_so_a_branch_that_moves_changes_nothing(server: Hub) -> None:
    offered = hub.offer(MANIFEST)
    server.commits[SECOND_COMMIT] = {"onnx/model.txt": LARGE[::-1], "config.json": SMALL}
    server.head = SECOND_COMMIT
    assert hub.pull(offered).revision == FIRST_COMMIT
    assert (store.folder_of(MANIFEST) / "onnx" / "model.txt").read_bytes() == LARGE
    assert any(f"resolve/{FIRST_COMMIT}/" in asked for asked in server.asked)


def test_an_update_brings_what_changed_and_only_that(server: Hub) -> None:
    pull()
    server.commits[SECOND_COMMIT] = {"onnx/model.txt": LARGE, "config.json": b'{"a": 2}'}
    server.head, server.sent_bytes = SECOND_COMMIT, 0
    assert pull().revision == FIRST_COMMIT and server.sent_bytes == 0
    assert pull(update=True).revision == SECOND_COMMIT
    assert server.sent_bytes == len(SMALL)
    assert (store.folder_of(MANIFEST) / "config.json").read_bytes() == b'{"a": 2}' and not store.verify(MANIFEST)


def test_damaged_weights_are_mended_at_the_commit_of_their_lock(server: Hub) -> None:
    pull()
    (store.folder_of(MANIFEST) / "onnx" / "model.txt").write_bytes(LARGE[:-1] + b"?")
    server.commits[SECOND_COMMIT] = {"onnx/model.txt": LARGE[::-1], "config.json": SMALL}
    server.head, server.sent_bytes = SECOND_COMMIT, 0
    assert pull().revision == FIRST_COMMIT and server.sent_bytes == len(LARGE) and not store.verify(MANIFEST)


def test_a_connection_that_breaks_goes_on_where_it_broke(server: Hub) -> None:
    server.break_after = [100_000, 100_000]
    pull()
    assert server.sent_bytes == len(LARGE) + len(SMALL)
    assert [asked.partition("bytes=")[2] for asked in server.asked if "model.txt" in asked] == ["", "100000-", "200000-"]


def test_a_server_that_brings_nothing_is_given_up_and_what_came_is_kept(server: Hub) -> None:
    server.break_after = [100_000] + [0] * 20
    assert "goes on where it stopped" in refused(server)
    assert len(server.asked) == 1 + 1 + hub.PATIENCE + 1
    server.break_after, server.sent_bytes = [], 0
    pull()
    assert server.sent_bytes == len(LARGE) - 100_000 + len(SMALL)


def test_a_server_that_ignores_ranges_is_read_from_the_start(server: Hub) -> None:
    server.break_after, server.ignore_range = [100_000], True
    pull()
    assert server.sent_bytes == 100_000 + len(LARGE) + len(SMALL) and not store.verify(MANIFEST)


def test_a_server_that_ignores_ranges_and_always_breaks_off_is_given_up(server: Hub) -> None:
    server.break_after, server.ignore_range = [100_000] * 50, True
    refused(server)
    assert len(server.asked) < 10


def test_a_byte_turned_over_on_the_way_is_found_and_brought_again(server: Hub) -> None:
    server.corrupt = [1234]
    pull()
    assert server.sent_bytes == 2 * len(LARGE) + len(SMALL) and not store.verify(MANIFEST)


def test_a_file_that_is_always_damaged_is_refused_and_never_installed(server: Hub) -> None:
    server.corrupt = [1234] * 9
    assert "damaged twice" in refused(server)


def test_small_files_are_checked_by_their_git_blob_id(server: Hub) -> None:
    server.commits[FIRST_COMMIT] = {"onnx/model.txt": b"tiny", "config.json": SMALL}
    server.corrupt = [0] * 9
    assert "model.txt arrived damaged" in refused(server)


def test_compressed_answers_are_not_asked_for(server: Hub) -> None:
    server.compress = True
    pull()
    assert not store.verify(MANIFEST)


def test_a_slow_server_is_waited_for_as_long_as_bytes_come(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "0.5")
    server.commits[FIRST_COMMIT]["onnx/model.txt"] = LARGE[:12_000]
    server.pause_s = 0.1
    pull()
    assert not store.verify(MANIFEST)


@pytest.mark.parametrize(
    ("word", "status", "headers", "says"),
    [
        ("api", 401, {}, "HF_TOKEN"),
        ("api", 403, {"X-Error-Code": "GatedRepo"}, "accept its terms at http"),
        ("api", 404, {"X-Error-Code": "RepoNotFound"}, "does not have someone/model"),
        ("api", 404, {"X-Error-Code": "RevisionNotFound"}, "--update"),
        ("api", 429, {"Retry-After": "120"}, "in 120 s"),
        ("api", 500, {}, "answers 500"),
        ("resolve", 403, {}, "HF_TOKEN"),
        ("resolve", 404, {"X-Error-Code": "EntryNotFound"}, "does not have"),
        ("resolve", 429, {"Retry-After": "120"}, "too many requests"),
        ("resolve", 503, {}, "answers 503"),
    ],
)
def test_a_refusal_is_one_sentence_that_says_what_to_do(
    server: Hub, word: str, status: int, headers: dict[str, str], says: str
) -> None:
    server.refuse = {word: (status, headers)}
    assert says in refused(server)


def test_a_server_that_is_busy_for_a_moment_is_asked_again(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    server.refuse = {"config.json": (503, {"Retry-After": "7"})}
    waits: list[float] = []

    def wait(seconds: float) -> None:
        waits.append(seconds)
        server.refuse = {}

    monkeypatch.setattr(hub, "sleep", wait)
    pull()
    assert waits == [7.0]


def test_no_network_is_one_sentence(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "Check the network" in refused(server)
    monkeypatch.setenv("HF_ENDPOINT", "nonsense")
    assert "HF_ENDPOINT" in refused(server)


def test_a_proxy_is_used_and_one_that_is_not_there_is_named(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import close_session

    close_session()
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.invalid")
    monkeypatch.setenv("HTTP_PROXY", server.address)
    hub.offer(MANIFEST)
    assert server.headers[-1]["host"] == "hub.invalid"
    close_session()
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    assert "HTTPS_PROXY" in refused(server)
    close_session()


def test_a_login_page_is_no_hub(server: Hub) -> None:
    server.page = b"<html>Please log in</html>"
    assert "want a login" in refused(server)


def test_a_mirror_that_states_no_hashes_is_refused(server: Hub) -> None:
    server.state_hashes = False
    assert "could not be checked" in refused(server)


def test_a_file_that_the_repository_no_longer_holds_is_named(server: Hub) -> None:
    del server.commits[FIRST_COMMIT]["config.json"]
    assert "no longer holds config.json" in refused(server)


def test_offline_asks_nobody(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE" in refused(server)
    assert server.asked == []


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A key and a certificate of this test for 127.0.0.1, which the client trusts."""
    from huggingface_hub import close_session

    if shutil.which("openssl") is None:
        pytest.skip("openssl, which makes the certificate of the test, is not installed")
    made = tmp_path / "certificate.pem"
    words = f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout {made}"
    done = subprocess.run(["openssl", *words.split(), "-out", "-"], capture_output=True, text=True, check=True)
    made.write_text(made.read_text() + done.stdout)
    monkeypatch.setenv("SSL_CERT_FILE", str(made))
    close_session()
    yield made
    close_session()


@pytest.fixture
def secure(server: Hub, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """The hub over https, and a token in the environment."""
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")
    with serving(Hub(server.commits), certificate) as found:
        monkeypatch.setenv("HF_ENDPOINT", found.address)
        yield found


def tokens(server: Hub) -> set[str | None]:
    assert server.headers
    return {headers.get("authorization") for headers in server.headers}


def test_the_token_goes_to_the_hub_over_https(secure: Hub) -> None:
    pull()
    assert tokens(secure) == {"Bearer hf_made_up"} and not store.verify(MANIFEST)


def test_the_token_never_goes_over_plain_http_not_even_on_this_machine(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")
    pull()
    assert tokens(server) == {None}
    store.remove(MANIFEST)
    server.refuse = {"api": (401, {})}
    assert "HF_ENDPOINT must be https" in refused(server)


def test_files_on_another_server_are_brought_from_there_without_the_token(secure: Hub, certificate: Path) -> None:
    with serving(Hub(secure.commits, break_after=[1000]), certificate) as other:
        secure.elsewhere = other.address
        pull()
    assert secure.sent_bytes == 0 and other.sent_bytes == len(LARGE) + len(SMALL)
    assert tokens(other) == {None} and any(asked.endswith("bytes=1000-") for asked in other.asked)


def test_a_hub_that_sends_on_from_https_to_http_is_refused(secure: Hub, server: Hub) -> None:
    secure.elsewhere = server.address
    assert "over plain http" in refused(secure)
    assert not server.asked


def test_a_hub_that_answers_without_end_is_refused(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hub, "MOST_ANSWER_BYTES", 100)
    assert "says too much" in refused(server)


def test_files_much_larger_than_the_manifest_says_are_another_model(server: Hub) -> None:
    server.commits[FIRST_COMMIT] |= {"config.json": b"1" * 60_000_000}
    assert "this is another model" in refused(server)
    assert server.sent_bytes == 0


def pinned(data: bytes, name: str = "onnx/model.txt") -> Manifest:
    return MANIFEST.model_copy(update={"revision": FIRST_COMMIT, "sha256": {name: hashlib.sha256(data).hexdigest()}})


def test_a_mirror_that_has_other_bytes_than_the_manifest_is_refused(server: Hub) -> None:
    hub.pull(hub.offer(pinned(LARGE)))
    store.remove(MANIFEST)
    with pytest.raises(UsageError, match="states another hash of onnx/model.txt"):
        hub.offer(pinned(LARGE[::-1]))
    with pytest.raises(UsageError, match="arrived damaged twice"):
        hub.pull(hub.offer(pinned(b"other", "config.json")))
    assert not store.folder_of(MANIFEST).exists()


def test_a_mirror_that_answers_with_another_commit_is_refused(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    told = server.info(FIRST_COMMIT) | {"sha": SECOND_COMMIT}
    monkeypatch.setattr(server, "info", lambda commit: told)
    with pytest.raises(UsageError, match=f"answers with commit {SECOND_COMMIT}"):
        hub.offer(pinned(LARGE))


def test_a_file_that_no_library_may_be_given_is_refused_and_not_kept(server: Hub) -> None:
    server.commits[FIRST_COMMIT]["config.json"] = b"[" * 5_000
    assert "config.json has lists in lists" in refused(server)
    assert not store.staging_of(MANIFEST).exists()


def test_a_disk_without_room_is_found_before_anything_is_brought(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    real = store.shutil.disk_usage
    monkeypatch.setattr(store.shutil, "disk_usage", lambda path: real(path)._replace(free=store.SPARE_BYTES + 200_000))
    assert "are free" in refused(server)
    assert server.sent_bytes == 0


def test_what_is_there_of_an_interrupted_pull_counts_as_room(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    server.break_after = [250_000] + [0] * 20
    refused(server)
    real = store.shutil.disk_usage
    monkeypatch.setattr(store.shutil, "disk_usage", lambda path: real(path)._replace(free=store.SPARE_BYTES + 60_000))
    server.break_after = []
    pull()
    assert not store.verify(MANIFEST)


def test_a_disk_that_fills_on_the_way_is_one_sentence(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(store, "sync", full)
    assert "disk is full" in refused(server)


def test_a_folder_that_cannot_be_written_is_one_sentence(server: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ANALYZER_MODELS_DIR", str(tmp_path / "file" / "models"))
    with pytest.raises(UsageError, match="cannot be written"):
        pull()


def test_openai_whisper_comes_from_the_address_that_the_library_states(server: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    manifest = MANIFEST.model_copy(update={"source": "openai-whisper", "repository": "tiny", "files": ("tiny.txt",)})
    digest = server.info(FIRST_COMMIT)["siblings"][0]["lfs"]["sha256"]
    url = f"{server.address}/someone/model/resolve/main/onnx/model.txt"
    monkeypatch.setattr(openai_whisper, "source_of", {"tiny": (url, digest)}.__getitem__)
    monkeypatch.setenv("HF_TOKEN", "hf_made_up")
    offered = hub.offer(manifest)
    assert (offered.bytes, offered.revision) == (len(LARGE), digest)
    server.break_after = [1000]
    hub.pull(offered)
    assert (store.verified_folder(manifest) / "tiny.txt").read_bytes() == LARGE
    assert not any("authorization" in headers for headers in server.headers)
    with pytest.raises(UsageError, match="knows no checkpoint"):
        hub.offer(manifest.model_copy(update={"repository": "enormous"}))


def test_a_pull_that_ended_before_the_last_rename_is_only_finished(server: Hub) -> None:
    pull()
    store.folder_of(MANIFEST).rename(store.staging_of(MANIFEST))
    server.sent_bytes = 0
    pull()
    assert server.sent_bytes == 0 and not store.verify(MANIFEST)


def test_answers_that_send_in_circles_are_one_sentence(server: Hub) -> None:
    server.elsewhere = server.address
    assert "cannot be reached" in refused(server)


PULL = """
import sys
from analyzer.weights import hub
from analyzer.weights.manifests import Manifest
hub.pull(hub.offer(Manifest.model_validate_json(sys.argv[1])), on_wait=lambda: print("waits", flush=True))
"""


def start_pull() -> subprocess.Popen[str]:
    command = [sys.executable, "-c", PULL, MANIFEST.model_dump_json()]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def until(happens: Any, seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end, "it does not happen"
        time.sleep(0.01)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs kill -9")
def test_a_pull_that_is_killed_goes_on_in_another_process(server: Hub) -> None:
    server.pause_s = 0.005
    part = store.staging_of(MANIFEST) / "onnx"
    killed = start_pull()
    until(lambda: any(path.stat().st_size > 100_000 for path in part.glob("*.part")))
    os.kill(killed.pid, signal.SIGKILL)
    killed.communicate()
    kept = next(part.glob("*.part")).stat().st_size
    time.sleep(0.2)
    server.pause_s, server.sent_bytes = 0.0, 0
    assert store.lock_of(MANIFEST) is None
    pull()
    assert server.sent_bytes == len(LARGE) - kept + len(SMALL) and not store.verify(MANIFEST)


def test_of_two_pulls_of_one_model_the_second_waits_and_finds_it_there(server: Hub) -> None:
    server.pause_s = 0.01
    first = start_pull()
    until(lambda: server.sent_bytes > 0)
    second = start_pull()
    said = [process.communicate(timeout=60) for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], said
    assert [out for out, _ in said] == ["", "waits\n"]
    assert server.sent_bytes == len(LARGE) + len(SMALL) and not store.verify(MANIFEST)


def test_nothing_but_the_command_that_pulls_can_reach_the_hub() -> None:
    for path in (ROOT / "analyzer").rglob("*.py"):
        names: set[str] = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom):
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
            elif isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
        if any(f"{name}.".startswith(("analyzer.weights.hub.", "huggingface_hub", "httpx")) for name in names):
            assert path.relative_to(ROOT / "analyzer").as_posix() in ("weights/hub.py", "cli/models.py"), path


def test_the_lock_is_json_that_says_what_was_brought(server: Hub) -> None:
    pull()
    lock = json.loads((store.folder_of(MANIFEST) / store.LOCK).read_text())
    assert lock["files"]["onnx/model.txt"]["bytes"] == len(LARGE) and lock["revision"] == FIRST_COMMIT
