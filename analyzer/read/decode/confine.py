"""The decoding process gives up what it does not need: the network, files, programs, other processes, calls of the system.

Two steps, as threads cannot be shut in from outside: `enter` before anything that starts threads is imported, `lock` after all
that is needed is imported and all files are open, and before the first byte of the asset is read. What could not be done is
told and does not stop the reading: an old kernel or a container may forbid any of it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from typing import Any

from analyzer.read.decode import landlock, seccomp
from analyzer.read.decode.limits import Limits

NETWORK, FILES, PROGRAMS = "the network", "other files", "starting programs"
PROCESSES, CALLS, SECRETS = "other processes", "needless system calls", "secrets of the environment"
EVERYTHING = (NETWORK, FILES, PROGRAMS, PROCESSES, CALLS, SECRETS)
"""What a decoder can be kept from, in the order in which it is told."""

CLONE_NEWUSER, CLONE_NEWNET = 0x10000000, 0x40000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS, SIGKILL = 1, 4, 38, 9
CAPABILITIES_V3 = 0x20080522
SCOPED = landlock.SCOPES_SINCE

SEATBELT = b"""(version 1) (allow default) (deny network*) (deny file-write*) (deny file-read-data) (deny process-exec)
(deny process-fork) (deny signal (target others)) (deny mach-priv-task-port) (deny process-info* (target others))"""
"""For macOS. What the system's own libraries ask of it stays allowed."""


class Confinement:
    """What is in force of a process, and why the rest is not."""

    def __init__(self) -> None:
        self._done: set[str] = set()
        self._why: list[str] = []

    def enter(self, limits: Limits, parent: int | None = None) -> None:
        """Bound memory and files, leave the network. Only one thread may run; numpy, OpenCV and libav start more."""
        _bound(limits)
        if sys.platform == "linux":
            self._try("network namespace", _leave_network, NETWORK)
            die_with_parent(parent)

    def lock(self) -> None:
        """From here on nothing can be opened. Everything that will be needed must be open and imported."""
        if sys.platform == "linux":
            self._lock_linux()
        elif sys.platform == "darwin":
            self._try("sandbox", _seatbelt, NETWORK, FILES, PROGRAMS, PROCESSES)
        self._done.add(SECRETS)

    def told(self) -> dict[str, Any]:
        """For the parent: what the process is kept from, what it is not kept from, and what failed."""
        kept = [what for what in EVERYTHING if what in self._done]
        return {"kept_from": kept, "not_kept_from": [what for what in EVERYTHING if what not in kept], "failed": self._why}

    def _lock_linux(self) -> None:
        libc = _libc()
        if len(os.listdir("/proc/self/task")) > 1:
            self._why.append("threads: some run already")
        self._try("no new privileges", lambda: _checked(libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))
        self._try("capabilities", lambda: _drop_capabilities(libc))
        scoped = (PROCESSES,) if landlock.version(libc) >= SCOPED else ()
        self._try("Landlock", lambda: landlock.restrict(libc), FILES, PROGRAMS, *scoped)
        self._try("not dumpable", lambda: _checked(libc.prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)))
        self._try("seccomp", lambda: seccomp.load(libc), NETWORK, FILES, PROGRAMS, PROCESSES, CALLS)

    def _try(self, name: str, step: Callable[[], object], *kept_from: str) -> None:
        try:
            step()
        except (OSError, AttributeError, ValueError) as error:
            self._why.append(f"{name}: {getattr(error, 'strerror', None) or error}")
        else:
            self._done.update(kept_from)


def die_with_parent(parent: int | None) -> None:
    """Linux ends this process when the thread that started it ends, unless that has happened already."""
    _libc().prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _checked(result: int) -> None:
    if result:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _bound(limits: Limits) -> None:
    try:
        import resource
    except ImportError:
        return
    for what, most in (
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.spool_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        try:
            resource.setrlimit(what, (most, most))
        except (ValueError, OSError):
            continue


def _leave_network() -> None:
    """A network of its own, with nothing in it; without the right to that, in a user namespace of its own."""
    libc = _libc()
    if libc.unshare(CLONE_NEWNET):
        _checked(libc.unshare(CLONE_NEWUSER | CLONE_NEWNET))


def _drop_capabilities(libc: Any) -> None:
    header = (ctypes.c_uint32 * 2)(CAPABILITIES_V3, 0)
    _checked(libc.capset(header, (ctypes.c_uint32 * 6)()))


def _seatbelt() -> None:
    """Apple calls it deprecated, and its own programs use it."""
    library = ctypes.CDLL("/usr/lib/libSystem.dylib")
    problem = ctypes.c_char_p()
    if library.sandbox_init(SEATBELT, ctypes.c_uint64(0), ctypes.byref(problem)):
        raise OSError(1, (problem.value or b"refused").decode("utf-8", "replace"))
