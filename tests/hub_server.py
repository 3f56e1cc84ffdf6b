"""A hub on loopback that speaks the protocol of Hugging Face, and misbehaves as it is told: for `tests/weights/test_hub.py`."""

from __future__ import annotations

import gzip
import hashlib
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

FIRST_COMMIT = "a" * 40
LARGE_BYTES = 10_000
"""Files from this size on are stated with a SHA-256, as files in git-lfs are; others with a git blob id."""


@dataclass
class Hub:
    """What the server has, how it misbehaves, and what it was asked."""

    commits: dict[str, dict[str, bytes]]
    """Files by commit."""
    head: str = FIRST_COMMIT
    repository: str = "someone/model"
    refuse: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    """Status and headers for addresses that contain a word."""
    break_after: list[int] = field(default_factory=list)
    """Bytes of a file's answer after which the connection is cut, one number an answer, in order."""
    corrupt: list[int] = field(default_factory=list)
    """Place of a byte that is turned over, one number an answer, in order."""
    pause_s: float = 0.0
    """Before each kilobyte of a file."""
    ignore_range: bool = False
    elsewhere: str = ""
    """Another server to which requests for files are sent on, as the hub does with large ones."""
    compress: bool = False
    """Whether files are compressed for those who take it, as the hub does with text."""
    page: bytes | None = None
    """Answered to everything, as a login page of a network is."""
    state_hashes: bool = True
    asked: list[str] = field(default_factory=list)
    """`METHOD path` and the range, in order."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """Headers of each request, their names in lower case."""
    sent_bytes: int = 0
    """Bytes of files that went out."""
    address: str = ""

    def info(self, commit: str) -> dict[str, Any]:
        """What /api/models/{repository}/revision/{revision}?blobs=true answers."""
        return {
            "_id": "0", "id": self.repository, "modelId": self.repository, "sha": commit, "tags": ["license:mit"],
            "private": False, "downloads": 0, "likes": 0,
            "siblings": [self._sibling(*file) for file in self.commits[commit].items()],
        }  # fmt: skip

    def _sibling(self, name: str, data: bytes) -> dict[str, Any]:
        stated: dict[str, Any] = {"rfilename": name, "size": len(data)}
        if self.state_hashes:
            stated["blobId"] = hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
            if len(data) >= LARGE_BYTES:
                stated["lfs"] = {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
        return stated


@contextmanager
def serving(hub: Hub, certificate: Path | None = None) -> Iterator[Hub]:
    """Serve a hub on a free port of loopback, over https where a file with a key and a certificate is given."""

    class Handler(_Handler):
        the_hub = hub

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda request, client: None  # type: ignore[method-assign,assignment]
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    hub.address = f"{'https' if certificate else 'http'}://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    the_hub: Hub

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        hub, address = self.the_hub, urlsplit(self.path)
        path = unquote(address.path)
        hub.asked.append(f"{self.command} {path} {self.headers.get('range', '')}".rstrip())
        hub.headers.append({name.lower(): value for name, value in self.headers.items()})
        for word, (status, headers) in hub.refuse.items():
            if word in path:
                return self._send(status, b'{"error": "no"}', headers, body)
        if hub.elsewhere and "/resolve/" in path:
            return self._send(302, b"", {"Location": hub.elsewhere + self.path}, body)
        if hub.page is not None:
            return self._send(200, hub.page, {}, body)
        api, files = f"/api/models/{hub.repository}/revision/", f"/{hub.repository}/resolve/"
        if path.startswith(api) and parse_qs(address.query).get("blobs") == ["true"]:
            commit = self._commit(path.removeprefix(api))
            if commit is None:
                return self._send(404, b"{}", {"X-Error-Code": "RevisionNotFound"}, body)
            return self._send(200, json.dumps(hub.info(commit)).encode(), {}, body)
        revision, _, name = path.removeprefix(files).partition("/")
        commit = self._commit(revision) if path.startswith(files) else None
        if commit is None or name not in hub.commits[commit]:
            return self._send(404, b"{}", {"X-Error-Code": "EntryNotFound" if commit else "RepoNotFound"}, body)
        self._send_file(hub.commits[commit][name], {"X-Repo-Commit": commit, "ETag": '"0"'}, body)

    def _commit(self, revision: str) -> str | None:
        revision = self.the_hub.head if revision == "main" else revision
        return revision if revision in self.the_hub.commits else None

    def _send_file(self, data: bytes, headers: dict[str, str], body: bool) -> None:
        hub, status = self.the_hub, 200
        asked = self.headers.get("range", "")
        if hub.compress and "gzip" in self.headers.get("accept-encoding", ""):
            return self._send(200, gzip.compress(data), headers | {"Content-Encoding": "gzip"}, body)
        if asked and not hub.ignore_range:
            start = int(asked.removeprefix("bytes=").partition("-")[0])
            if start >= len(data):
                return self._send(416, b"", headers, body)
            headers["Content-Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
            data, status = data[start:], 206
        if body and hub.corrupt:
            place = hub.corrupt.pop(0)
            data = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        self._send(status, data, headers, body, cut=hub.break_after.pop(0) if body and hub.break_after else None)

    def _send(self, status: int, data: bytes, headers: dict[str, str], body: bool, cut: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if not body:
            return
        going = data if cut is None else data[:cut]
        for start in range(0, len(going), 1024 if self.the_hub.pause_s else 1 << 16):
            time.sleep(self.the_hub.pause_s)
            piece = going[start : start + (1024 if self.the_hub.pause_s else 1 << 16)]
            self.wfile.write(piece)
            self.wfile.flush()
            if "resolve" in self.path:
                self.the_hub.sent_bytes += len(piece)
        if cut is not None:
            self.close_connection = True
