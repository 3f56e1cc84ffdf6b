"""What commands print: results on standard output, everything else on standard error, and nothing that steers a terminal.

Names of files, tags, answers of servers and a person's own words can hold escape codes; whatever is printed as a line goes
through `printable`. `guard` makes the streams of the process such that a closed or full one is a fault that can be named.
"""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import Any, TextIO

from analyzer.show.plain_text import encodable, escaped_json, printable


class Unprinted(Exception):
    """Standard output is closed or full, or its reader went away. No `OSError`: libraries answer to those in their own ways."""


def say(*lines: str) -> None:
    """Print lines on standard output."""
    _write(sys.stdout, lines)


def tell(*lines: str) -> None:
    """Print lines on standard error; where it takes none, that is no fault of the command."""
    with contextlib.suppress(OSError, ValueError):
        _write(sys.stderr, lines)


def put(document: str) -> None:
    """Print a whole document, as its renderer made it."""
    sys.stdout.write(document)
    sys.stdout.flush()


def put_json(document: str) -> None:
    """Print JSON: the same values, with escapes for what a terminal would obey or the stream cannot write."""
    put(escaped_json(document, sys.stdout.encoding or "ascii"))


def _write(stream: TextIO, lines: tuple[str, ...]) -> None:
    text = "".join(f"{printable(line)}\n" for line in lines)
    stream.write(encodable(text, stream.encoding or "ascii"))
    stream.flush()


def guard() -> None:
    """Make the standard streams safe to use; to be called once, before anything is printed."""
    closed = sys.stdout is None
    if os.name != "nt":
        _fill_gaps()
    if sys.stdin is None:
        sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115  as long as the process
    sys.stdout = _stream(None if closed else sys.stdout, Unprinted)
    sys.stderr = _stream(sys.stderr, None)


def _fill_gaps() -> None:
    """Open descriptors 0 to 2 where they are closed: else the next file that is opened would be taken for a stream."""
    while (number := os.open(os.devnull, os.O_RDWR)) <= 2:
        os.set_inheritable(number, True)
    os.close(number)


def _stream(former: Any, fault: type[Exception] | None) -> Any:
    """A text stream that writes where `former` did, and says what goes wrong with `fault`, or with nothing."""
    buffer = getattr(former, "buffer", None)
    if former is not None and buffer is None:
        return former
    raw = _Raw(getattr(buffer, "raw", buffer), fault)
    interactive = raw.isatty()
    wrapped = io.TextIOWrapper(
        io.BufferedWriter(raw), encoding=getattr(former, "encoding", "utf-8"), errors="replace", line_buffering=interactive
    )
    try:
        ("~" * 80 + "\u00e9..").encode(wrapped.encoding, "replace")
    except (UnicodeError, LookupError):  # a codec for names of hosts, say
        wrapped.reconfigure(encoding="utf-8")
    return wrapped


class _Raw(io.RawIOBase):
    """Bytes to a stream. The first that cannot be written raises `fault`, those after it are dropped."""

    def __init__(self, raw: Any, fault: type[Exception] | None) -> None:
        self._raw, self._fault, self._broken = raw, fault, False

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._raw is not None and bool(self._raw.isatty())

    def fileno(self) -> int:
        if self._raw is None:
            raise io.UnsupportedOperation("fileno")
        return int(self._raw.fileno())

    def write(self, data: Any) -> int:
        if self._broken:
            return len(data)
        try:
            if self._raw is None:
                raise OSError("it is closed")
            return int(self._raw.write(data) or 0)
        except OSError as error:
            self._broken = True
            if self._fault is None:
                return len(data)
            raise self._fault(error.strerror or str(error)) from None
