"""The supervisor's ends of the two pipes to a worker, with a deadline on every byte."""

from __future__ import annotations

import os
import select
import time
from typing import IO

from sandbox.protocol import FrameReader, Kind, ProtocolBroken, encode

_PIPE_BYTES = 1 << 16


class DeadlineMissed(Exception):
    """The worker did not read or write in time."""


class Deadline:
    """A moment of the monotonic clock that can be moved."""

    def __init__(self, seconds: float) -> None:
        self._at = time.monotonic() + seconds

    def move(self, seconds: float) -> None:
        """Put it off, or for negative seconds bring it nearer."""
        self._at += seconds

    def but_at_least(self, seconds: float) -> Deadline:
        """This deadline, or one so many seconds from now where that is later."""
        return Deadline(max(self._at - time.monotonic(), seconds))

    def remaining_milliseconds(self) -> float:
        """Until then; negative afterwards."""
        return (self._at - time.monotonic()) * 1000

    def after(self, seconds: float) -> float:
        """The moment of the monotonic clock that is so many seconds after it, or for negative ones before."""
        return self._at + seconds

    @property
    def missed(self) -> bool:
        return self.remaining_milliseconds() < 0


class Channel:
    """Frames to and from one worker. A worker that stops reading can't block the supervisor either."""

    def __init__(self, to_worker: IO[bytes], from_worker: IO[bytes]) -> None:
        self._out, self._in = to_worker.fileno(), from_worker.fileno()
        os.set_blocking(self._out, False)
        os.set_blocking(self._in, False)
        self._writable, self._readable = select.poll(), select.poll()
        self._writable.register(self._out, select.POLLOUT)
        self._readable.register(self._in, select.POLLIN)
        self._frames = FrameReader(self._receive)
        self._deadline = Deadline(0.0)

    def write(self, kind: Kind, text: str, deadline: Deadline) -> None:
        """Send a frame. Raises DeadlineMissed, and ProtocolBroken where the worker is gone."""
        left = memoryview(encode(kind, text))
        while left:
            _await(self._writable, deadline)
            try:
                left = left[os.write(self._out, left) :]
            except BrokenPipeError as error:
                raise ProtocolBroken("the worker is gone") from error

    def read(self, most_bytes: int, deadline: Deadline) -> tuple[Kind, str]:
        """The next frame. Raises DeadlineMissed, and ProtocolBroken where the worker is gone or talks nonsense."""
        self._deadline = deadline
        return self._frames.read(most_bytes)

    def _receive(self) -> bytes:
        _await(self._readable, self._deadline)
        return os.read(self._in, _PIPE_BYTES)


def _await(poll: select.poll, deadline: Deadline) -> None:
    # Ready pipes are served after the deadline too: an answer that is there costs no more waiting.
    if not poll.poll(max(deadline.remaining_milliseconds(), 0)):
        raise DeadlineMissed
