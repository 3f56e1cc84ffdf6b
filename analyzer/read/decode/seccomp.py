"""Seccomp: from here on the kernel answers only the calls that computing on open files needs. Linux; see seccomp(2).

What is not listed fails with "Operation not permitted", and what is newer than the list as if the kernel did not know it, so
that libraries take their older way: nothing opens a file or a socket, runs a program, forks, or touches another process.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
from collections.abc import Iterable
from typing import Any

ARCHITECTURES = {"x86_64": (0xC000003E, 317, 0), "aarch64": (0xC00000B7, 277, 1)}
"""Number of the architecture in `struct seccomp_data`, number of the call seccomp, column of the tables below."""

ALLOWED = {
    "read": (0, 63), "write": (1, 64), "readv": (19, 65), "writev": (20, 66), "pread64": (17, 67), "pwrite64": (18, 68),
    "lseek": (8, 62), "fstat": (5, 80), "close": (3, 57), "ftruncate": (77, 46), "fadvise64": (221, 223), "dup": (32, 23),
    "poll": (7, None), "ppoll": (271, 73), "select": (23, None), "pselect6": (270, 72),
    "mmap": (9, 222), "munmap": (11, 215), "mremap": (25, 216), "mprotect": (10, 226), "madvise": (28, 233), "brk": (12, 214),
    "mincore": (27, 232), "msync": (26, 227),
    "futex": (202, 98), "set_robust_list": (273, 99), "get_robust_list": (274, 100), "rseq": (334, 293),
    "set_tid_address": (218, 96), "membarrier": (324, 283), "exit": (60, 93), "exit_group": (231, 94),
    "sched_yield": (24, 124), "sched_getaffinity": (204, 123), "sched_getparam": (143, 121), "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125), "sched_get_priority_min": (147, 126), "getcpu": (309, 168),
    "clock_gettime": (228, 113), "clock_getres": (229, 114), "clock_nanosleep": (230, 115), "nanosleep": (35, 101),
    "gettimeofday": (96, 169), "time": (201, None), "times": (100, 153),
    "rt_sigaction": (13, 134), "rt_sigprocmask": (14, 135), "rt_sigreturn": (15, 139), "sigaltstack": (131, 132),
    "restart_syscall": (219, 128), "getrandom": (318, 278), "getrusage": (98, 165), "getrlimit": (97, 163),
    "getpid": (39, 172), "getppid": (110, 173), "gettid": (186, 178), "getuid": (102, 174), "geteuid": (107, 175),
    "getgid": (104, 176), "getegid": (108, 177), "uname": (63, 160), "sysinfo": (99, 179),
}  # fmt: skip
"""Calls by their numbers on x86_64 and on aarch64: on descriptors that are open, memory, threads, time and oneself."""

FCNTL, IOCTL, PRCTL = (72, 25), (16, 29), (157, 167)
TGKILL, PRLIMIT, CLONE = (234, 131), (302, 261), (56, 220)
HARMLESS_FCNTL = (0, 1, 2, 3, 1030)
"""F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_DUPFD_CLOEXEC; F_SETOWN would send signals to others."""
HARMLESS_IOCTL = (0x5401, 0x5450, 0x5451)
"""TCGETS (is it a terminal?), FIONCLEX, FIOCLEX."""
HARMLESS_PRCTL = (15, 16, 0x53564D41)
"""PR_SET_NAME and PR_GET_NAME of threads, PR_SET_VMA, which names memory."""
CLONE_THREAD = 0x10000
CLONE_NEW = 0x7E020000
"""Every flag that asks for a namespace."""
FIRST_UNLISTED = 424
"""Calls from this number on have one number everywhere: clone3, openat2, io_uring_setup, pidfd_open ..."""

LOAD, EQUAL, AT_LEAST, AND, RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
ALLOW, REFUSE, UNKNOWN, KILL = 0x7FFF0000, 0x00050000 | errno.EPERM, 0x00050000 | errno.ENOSYS, 0x80000000
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16
"""Where they lie in `struct seccomp_data`."""
SET_MODE_FILTER, ALL_THREADS = 1, 1

Instruction = tuple[int, int, int, int]


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))


def program(machine: str, pid: int) -> bytes:
    """The filter as BPF for an architecture and the process that will run under it."""
    architecture, _, column = ARCHITECTURES[machine]
    code: list[Instruction] = [
        (LOAD, 0, 0, ARCHITECTURE), (EQUAL, 1, 0, architecture), (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER), (AT_LEAST, 0, 1, FIRST_UNLISTED), (RETURN, 0, 0, UNKNOWN),
    ]  # fmt: skip
    for numbers in ALLOWED.values():
        if numbers[column] is not None:
            code += _when(numbers[column] or 0, [(RETURN, 0, 0, ALLOW)])
    for number, argument, values in (
        (FCNTL, 1, HARMLESS_FCNTL),
        (IOCTL, 1, HARMLESS_IOCTL),
        (PRCTL, 0, HARMLESS_PRCTL),
        (TGKILL, 0, (pid,)),
        (PRLIMIT, 0, (0,)),
    ):
        code += _when(number[column], [_argument(argument), *_one_of(values)])
    threads = [_argument(0), (AND, 0, 0, CLONE_THREAD | CLONE_NEW), *_one_of((CLONE_THREAD,))]
    code += _when(CLONE[column], threads)
    code.append((RETURN, 0, 0, REFUSE))
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


def load(libc: Any) -> None:
    """Put the filter in force for every thread of this process. Needs no_new_privs; raises `OSError`."""
    machine = os.uname().machine
    if machine not in ARCHITECTURES or ctypes.sizeof(ctypes.c_void_p) != 8:
        raise OSError(errno.ENOSYS, f"no filter is known for {machine}")
    code = program(machine, os.getpid())
    filled = _Program(len(code) // 8, code)
    call = ARCHITECTURES[machine][1]
    if libc.syscall(call, SET_MODE_FILTER, ALL_THREADS, ctypes.byref(filled)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


def _argument(place: int) -> Instruction:
    """Load the lower half of an argument; both architectures keep it first."""
    return (LOAD, 0, 0, ARGUMENTS + 8 * place)


def _when(number: int, then: list[Instruction]) -> list[Instruction]:
    return [(EQUAL, 0, len(then), number), *then]


def _one_of(values: Iterable[int]) -> list[Instruction]:
    """Allow a call whose loaded argument is one of the values, and refuse every other."""
    return [step for value in values for step in _when(value, [(RETURN, 0, 0, ALLOW)])] + [(RETURN, 0, 0, REFUSE)]
