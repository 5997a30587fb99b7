"""The outer wall: what a worker process gives up before it runs the first job.

The isolate is the inner wall. wasmtime has had escapes, so the process around it keeps no file, no network and no way to a
larger share of the machine either. Each wall is raised where the kernel has it; the names of those that are up are returned,
so that an operator can see which are missing. Works on Linux; elsewhere only the resource limits do anything.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys

from sandbox import seccomp

NAMES = ("no-new-privileges", "not-dumpable", "network-namespace", "landlock", "resource-limits", "system-call-filter")
"""All there are, in the order in which they are raised."""

_PR_SET_DUMPABLE = 4
_PR_SET_NO_NEW_PRIVS = 38
_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000

# landlock(7); the numbers are the same on every architecture.
_LANDLOCK_CREATE_RULESET = 444
_LANDLOCK_RESTRICT_SELF = 446
_LANDLOCK_VERSION_FLAG = 1
_LANDLOCK_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
_LANDLOCK_FILE_RIGHTS_LATEST = 16
_LANDLOCK_ALL_OF_TWO = 3

_OWN_MEMORY_BYTES = 256 * 1024 * 1024
"""What the worker may hold beside the isolate's memory: wasmtime, Python and a few copies of the largest result."""
_CPU_GRACE_SECONDS = 2


def raise_first() -> list[str]:
    """Leave the network and the parent's privileges. Must come before the process starts a thread."""
    up = ["no-new-privileges"] * _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    up += ["not-dumpable"] * _prctl(_PR_SET_DUMPABLE, 0)
    up += ["network-namespace"] * _called("unshare", _CLONE_NEWUSER | _CLONE_NEWNET | _CLONE_NEWIPC)
    return up


def raise_rest() -> list[str]:
    """Give up every file. Comes after all files are loaded and, as it binds only later threads, before there are any."""
    return ["landlock"] * _landlock()


def forbid_processes() -> list[str]:
    """Allow no further thread, process, descriptor or file content, nor any system call but those on what is there. Comes last.

    No kernel holds root to a number of processes; to the filter on system calls it does.
    """
    for limit, value in ((resource.RLIMIT_NPROC, 0), (resource.RLIMIT_NOFILE, 3), (resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0)):
        resource.setrlimit(limit, (value, value))
    return ["resource-limits"] + ["system-call-filter"] * seccomp.install()


def limit_run(memory_bytes: int, cpu_seconds: float) -> None:
    """Bound the process for one run, loosely: the isolate's own limits are tighter and say what happened."""
    _soft_limit(resource.RLIMIT_DATA, memory_bytes + _OWN_MEMORY_BYTES)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft_limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + cpu_seconds) + _CPU_GRACE_SECONDS)


def _soft_limit(limit: int, value: int) -> None:
    hard = resource.getrlimit(limit)[1]
    resource.setrlimit(limit, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _landlock() -> bool:
    """A Landlock domain without a single rule: no path can be opened, no port reached, nobody outside signalled."""
    version = _syscall(_LANDLOCK_CREATE_RULESET, None, 0, _LANDLOCK_VERSION_FLAG)
    if version < 1:
        return False
    rights = (1 << _LANDLOCK_FILE_RIGHTS.get(version, _LANDLOCK_FILE_RIGHTS_LATEST)) - 1
    attributes = struct.pack("=Q", rights)
    attributes += struct.pack("=Q", _LANDLOCK_ALL_OF_TWO) * ((version >= 4) + (version >= 6))
    ruleset = _syscall(_LANDLOCK_CREATE_RULESET, attributes, len(attributes), 0)
    if ruleset < 0:
        return False
    restricted = _syscall(_LANDLOCK_RESTRICT_SELF, ruleset, 0) == 0
    os.close(ruleset)
    return restricted


def _prctl(option: int, value: int) -> bool:
    return _called("prctl", option, ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))


def _syscall(number: int, *arguments: bytes | int | None) -> int:
    if sys.platform != "linux":
        return -1
    wide = [argument if isinstance(argument, bytes | None) else ctypes.c_long(argument) for argument in arguments]
    return int(ctypes.CDLL(None).syscall(ctypes.c_long(number), *wide))


def _called(function: str, *arguments: int | ctypes.c_ulong) -> bool:
    return sys.platform == "linux" and bool(getattr(ctypes.CDLL(None), function)(*arguments) == 0)
