"""Standard output and error of a run: kept, bounded, given back."""

from __future__ import annotations

import io
import sys


class OutputFlood(BaseException):
    """More output than the run may produce. Not an Exception: a tool has nothing to handle here."""


class _Kept(io.RawIOBase):
    """Takes bytes until there are `limit_bytes` of them."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.limit_bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        if len(self.content) + len(data) > self.limit_bytes:
            raise OutputFlood(f"printed more than {self.limit_bytes} bytes; return rows instead of printing them")
        self.content += data
        return len(data)


_kept = _Kept()
_stream = io.TextIOWrapper(_kept, encoding="utf-8", errors="backslashreplace", newline="\n", write_through=True)  # type: ignore[type-var]


def capture() -> None:
    """Make both streams ours. Done while the image is built, which saves a tenth of a short run."""
    sys.stdout = sys.stderr = sys.__stdout__ = sys.__stderr__ = _stream  # type: ignore[misc]


def begin(limit_bytes: int) -> None:
    """Forget what was written and allow that much from now on."""
    _kept.content.clear()
    _kept.limit_bytes = limit_bytes


def text() -> str:
    """All that was written so far."""
    return _kept.content.decode(errors="replace")
