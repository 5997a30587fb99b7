"""What supervisor and worker say to each other: frames over a pipe.

A frame is one letter for its kind, four bytes of length (big-endian) and that many bytes of UTF-8 text, mostly JSON. The
supervisor treats what a worker says as hostile: lengths are bounded and every field is checked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import StrEnum

HEADER = struct.Struct(">cI")


class Kind(StrEnum):
    """Kinds of frames."""

    READY = "W"  # worker: loaded; JSON list of the walls that are up
    FAILED = "F"  # worker: can't start; why
    JOB = "J"  # supervisor: a job
    SEND = "S"  # worker: a request envelope
    SLEEP = "Z"  # worker: seconds
    ANSWER = "A"  # supervisor: a response envelope; empty for a sleep
    REFUSAL = "R"  # supervisor: a failure envelope
    END = "E"  # worker: the run is over; a line of JSON on how, then the guest's report


class ProtocolBroken(Exception):
    """The other side is gone or talks nonsense."""


def encode(kind: Kind, text: str = "") -> bytes:
    """A frame as bytes."""
    payload = text.encode()
    return HEADER.pack(kind.encode(), len(payload)) + payload


class FrameReader:
    """Takes frames out of what `receive` gives: some bytes, or none at the end of the pipe."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._received = bytearray()

    def read(self, most_bytes: int) -> tuple[Kind, str]:
        """The next frame. Raises ProtocolBroken at the end of the pipe, for an unknown kind, and past `most_bytes`."""
        letter, length = HEADER.unpack(self._take(HEADER.size))
        if length > most_bytes:
            raise ProtocolBroken(f"a frame of {length} bytes, and {most_bytes} is the most")
        payload = self._take(length)
        try:
            return Kind(letter.decode()), payload.decode()
        except ValueError as error:
            raise ProtocolBroken("a frame of no known kind or encoding") from error

    def _take(self, count: int) -> bytes:
        while len(self._received) < count:
            part = self._receive()
            if not part:
                raise ProtocolBroken("the pipe is closed")
            self._received += part
        taken = bytes(self._received[:count])
        del self._received[:count]
        return taken
