"""Landlock: from here on this thread can open, make, run and signal nothing that it does not hold already.

Linux 5.13 and later; see landlock(7). There are no exceptions to the rules, so no path is named.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any

CREATE_RULESET, RESTRICT_SELF = 444, 446
ASK_VERSION = 1
FILES_BY_VERSION = {1: 0x1FFF, 2: 0x3FFF, 3: 0x7FFF, 5: 0xFFFF}
"""Every access to files that a version knows: 2 added linking between folders, 3 truncating, 5 controlling devices."""
TCP_SINCE, TCP = 4, 0b11
"""Binding and connecting."""
SCOPES_SINCE, SCOPES = 6, 0b11
"""Abstract Unix sockets of others, and signals to others."""


class _Ruleset(ctypes.Structure):
    _fields_ = (("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scopes", ctypes.c_uint64))


def version(libc: Any) -> int:
    """What the kernel offers; 0 is nothing."""
    return max(0, libc.syscall(CREATE_RULESET, None, ctypes.c_size_t(0), ASK_VERSION))


def restrict(libc: Any) -> None:
    """Shut this thread in, and every thread that it starts. Needs no_new_privs; raises `OSError`."""
    offered = version(libc)
    if not offered:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    files = max(known for since, known in FILES_BY_VERSION.items() if since <= offered)
    rules = _Ruleset(files, TCP if offered >= TCP_SINCE else 0, SCOPES if offered >= SCOPES_SINCE else 0)
    size = 24 if offered >= SCOPES_SINCE else 16 if offered >= TCP_SINCE else 8
    ruleset = libc.syscall(CREATE_RULESET, ctypes.byref(rules), ctypes.c_size_t(size), 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    try:
        if libc.syscall(RESTRICT_SELF, ruleset, 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    finally:
        os.close(ruleset)
