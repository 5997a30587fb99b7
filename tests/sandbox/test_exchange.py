"""The supervisor against a worker that an escaped isolate has taken over: a thread on the other ends of the pipes."""

from __future__ import annotations

import json
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import BinaryIO

import pytest

from sandbox.channel import Channel, DeadlineMissed
from sandbox.exchange import Exchange
from sandbox.jobs import Limits
from sandbox.protocol import HEADER, Kind, ProtocolBroken, encode
from tests.sandbox.isolates import Host, body_job

SHORT = Limits(wall_seconds=0.1, output_bytes=1000)
END = json.dumps({"finding": None, "message": "", "usage": {}}) + '\n{"status": "returned", "value": 1}'

Hostile = Callable[[BinaryIO, BinaryIO], None]
"""Gets the worker's standard input and output."""


@contextmanager
def _exchange(worker: Hostile, host: Host) -> Iterator[Exchange]:
    """An exchange with a thread that plays the worker."""
    job_in, job_out = os.pipe()
    answer_in, answer_out = os.pipe()
    with os.fdopen(job_in, "rb", 0) as stdin, os.fdopen(answer_out, "wb", 0) as stdout:
        to_worker, from_worker = os.fdopen(job_out, "wb", 0), os.fdopen(answer_in, "rb", 0)
        player = threading.Thread(target=worker, args=(stdin, stdout))
        player.start()
        try:
            yield Exchange(Channel(to_worker, from_worker), body_job("return []", SHORT), host, grace_seconds=0.1)
        finally:
            to_worker.close()
            from_worker.close()
            player.join(10)


def _says(*frames: bytes) -> Hostile:
    def play(stdin: BinaryIO, stdout: BinaryIO) -> None:
        stdin.read(1 << 16)
        stdout.writelines(frames)
        stdout.close()

    return play


@pytest.mark.parametrize(
    "frames",
    [
        (),
        (b"garbage that is no frame",),
        (encode(Kind.READY, "[]"),),
        (encode(Kind.JOB, "{}"),),
        (encode(Kind.END, "no json"),),
        (encode(Kind.END, "{}\n{}"),),
        (encode(Kind.SLEEP, "soon"),),
        (encode(Kind.SLEEP, "nan"),),
        (encode(Kind.SLEEP, "-1"),),
        (encode(Kind.SLEEP, "0.2"),),
        (HEADER.pack(b"S", 1 << 31),),
        (HEADER.pack(b"E", 100) + b"too short",),
    ],
    ids=range(12),
)
def test_nonsense_breaks_the_exchange_and_reaches_nobody(frames: tuple[bytes, ...]) -> None:
    host = Host()
    with _exchange(_says(*frames), host) as exchange, pytest.raises(ProtocolBroken):
        exchange.run()
    assert (host.requests, host.sleeps) == ([], [])


def test_an_honest_worker_gets_its_answers() -> None:
    def play(stdin: BinaryIO, stdout: BinaryIO) -> None:
        stdin.read(1 << 16)
        stdout.write(encode(Kind.SEND, '{"n": 1}'))
        assert b'"status": 200' in stdin.read(1 << 16)
        stdout.write(encode(Kind.SLEEP, "0.1"))
        assert stdin.read(1 << 16) == encode(Kind.ANSWER)
        stdout.write(encode(Kind.END, END))

    host = Host()
    with _exchange(play, host) as exchange:
        assert exchange.run().value == 1
    assert (host.requests, host.sleeps, exchange.calls) == ([{"n": 1}], [0.1], 1)


def test_an_egress_hears_when_its_run_is_over() -> None:
    heard: list[float] = []

    class Noting(Host):
        def send(self, request: str, ends: float = math.inf) -> str:
            heard.append(ends)
            return super().send(request, ends)

    before = time.monotonic()
    with _exchange(_says(encode(Kind.SEND, "{}"), encode(Kind.END, END)), Noting()) as exchange:
        exchange.run()

    assert before + SHORT.wall_seconds <= heard[0] <= time.monotonic() + SHORT.wall_seconds + 0.25


def test_silence_is_waited_for_until_the_grace_is_over() -> None:
    with _exchange(lambda stdin, _: _drain(stdin), Host()) as exchange, pytest.raises(DeadlineMissed):
        exchange.run()


def test_calls_without_end_do_not_put_the_deadline_off() -> None:
    def play(stdin: BinaryIO, stdout: BinaryIO) -> None:
        stdin.read(1 << 16)
        try:
            while True:
                stdout.write(encode(Kind.SEND, "{}"))
                if not stdin.read(1 << 16):
                    return
        except BrokenPipeError:
            return

    with _exchange(play, Host()) as exchange, pytest.raises((DeadlineMissed, ProtocolBroken)):
        exchange.run()
    assert exchange.calls > 0


def test_a_worker_that_does_not_read_its_answer_blocks_nobody() -> None:
    release = threading.Event()

    def play(stdin: BinaryIO, stdout: BinaryIO) -> None:
        stdin.read(1 << 16)
        stdout.write(encode(Kind.SEND, "{}"))
        release.wait(10)

    host = Host(lambda _: {"status": 200, "headers": [], "body": "x" * 1_000_000})
    with _exchange(play, host) as exchange:
        with pytest.raises(DeadlineMissed):
            exchange.run()
        release.set()


def _drain(stdin: BinaryIO) -> None:
    while stdin.read(1 << 16):
        pass
