"""A filter on system calls (seccomp(2), Linux): the process may use what it has, and ask the kernel for nothing new.

What is listed is what a loaded worker lives on: its pipes, its memory, its clock and its own end. Everything else (files, sockets,
processes, threads, other processes' memory) is answered with EPERM. Unlike resource limits this binds root too. On processors
whose numbers are not listed there is no filter.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

_SET_MODE_FILTER: Final = 1
_ALL_THREADS: Final = 1
"""SECCOMP_FILTER_FLAG_TSYNC: the watchdog is running already."""

# Instructions of classic BPF (linux/filter.h), and where `struct seccomp_data` keeps what they look at.
_LOAD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _ARCHITECTURE_AT, _FIRST_ARGUMENT_AT = 0, 4, 16
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_KILL: Final = 0x80000000


class _Processor(NamedTuple):
    """A kind of processor: its name to the kernel (linux/audit.h), and which column of the numbers is its own."""

    audit_number: int
    column: int


_PROCESSORS: Final = {"x86_64": _Processor(0xC000003E, 0), "aarch64": _Processor(0xC00000B7, 1)}

_ALLOWED: Final[Mapping[str, tuple[int, int | None]]] = {
    "futex": (202, 98),
    "read": (0, 63),
    "write": (1, 64),
    "close": (3, 57),
    "fstat": (5, 80),
    "lseek": (8, 62),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "gettimeofday": (96, 169),
    "mmap": (9, 222),
    "munmap": (11, 215),
    "mremap": (25, 216),
    "mprotect": (10, 226),
    "madvise": (28, 233),
    "brk": (12, 214),
    "getrandom": (318, 278),
    "getrusage": (98, 165),
    "getrlimit": (97, 163),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "sigaltstack": (131, 132),
    "restart_syscall": (219, 128),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "membarrier": (324, 283),
    "set_robust_list": (273, 99),
    "rseq": (334, 293),
    "exit": (60, 93),
    "exit_group": (231, 94),
}
_PRLIMIT, _TGKILL, _SECCOMP = (302, 261), (234, 131), (317, 277)


class _Program(ctypes.Structure):
    """`struct sock_fprog`."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def install() -> bool:
    """Bind every thread of this process, for good. False where the kernel has no such filter or we don't know its numbers.

    Needs `no_new_privs`.
    """
    processor = _PROCESSORS.get(platform.machine()) if sys.platform == "linux" else None
    if processor is None:
        return False
    code = b"".join(_filter(processor, os.getpid()))
    program = _Program(len(code) // 8, code)
    call = ctypes.CDLL(None).syscall
    long = ctypes.c_long
    return bool(call(long(_SECCOMP[processor.column]), long(_SET_MODE_FILTER), long(_ALL_THREADS), ctypes.byref(program)) == 0)


def _filter(processor: _Processor, pid: int) -> Iterator[bytes]:
    """The filter's instructions. Numbers of another mode of the processor (32 bits) mean other calls: they end the process."""
    yield _instruction(_LOAD, _ARCHITECTURE_AT)
    yield _instruction(_JUMP_IF_EQUAL, processor.audit_number, if_equal=1)
    yield _instruction(_RETURN, _KILL)
    yield _instruction(_LOAD, _NUMBER_AT)
    for numbers in _ALLOWED.values():
        if (number := numbers[processor.column]) is not None:
            yield _instruction(_JUMP_IF_EQUAL, number, if_not=1)
            yield _instruction(_RETURN, _ALLOW)
    # Limits and signals: its own only. With them it could stop the supervisor.
    yield from _on_process(_PRLIMIT[processor.column], 0)
    yield from _on_process(_TGKILL[processor.column], pid)
    yield _instruction(_RETURN, _REFUSE)


def _on_process(number: int, pid: int) -> Iterator[bytes]:
    """Allow a call where its first argument is this process id."""
    yield _instruction(_JUMP_IF_EQUAL, number, if_not=4)
    yield _instruction(_LOAD, _FIRST_ARGUMENT_AT)
    yield _instruction(_JUMP_IF_EQUAL, pid, if_not=1)
    yield _instruction(_RETURN, _ALLOW)
    yield _instruction(_RETURN, _REFUSE)


def _instruction(code: int, value: int, *, if_equal: int = 0, if_not: int = 0) -> bytes:
    """`struct sock_filter`; jumps count the instructions that they skip."""
    return struct.pack("=HBBI", code, if_equal, if_not, value)
