"""A job's conversation with a worker that may be hostile."""

from __future__ import annotations

import json
import time

from sandbox.channel import Channel, Deadline, DeadlineMissed
from sandbox.egress import Egress, EgressFailure
from sandbox.jobs import MIB, Job, Outcome
from sandbox.outcomes import decode_outcome, encode_job
from sandbox.protocol import Kind, ProtocolBroken

_ESCAPING = 8
"""The most that JSON blows up what a run may print, send or return."""

_LATE_SECONDS = 0.25
"""For how long after the run's end a call is still waited for. The worker's clock began a little later than ours, and must be over
when the answer fails to come: or the tool would see a slow server where its time is up."""


class Exchange:
    """One job's conversation with a worker."""

    def __init__(self, channel: Channel, job: Job, egress: Egress, grace_seconds: float) -> None:
        self._channel = channel
        self._text = encode_job(job)
        self._egress = egress
        self._wall_seconds = job.limits.wall_seconds
        self._grace_seconds = grace_seconds
        self._deadline = Deadline(self._wall_seconds + grace_seconds)
        self._most_bytes = MIB + _ESCAPING * job.limits.output_bytes
        self.calls = 0

    def run(self) -> Outcome:
        """The outcome; between job and end the worker may call as often as its deadline lets it.

        Raises DeadlineMissed or ProtocolBroken where the worker has to go.
        """
        self._channel.write(Kind.JOB, self._text, self._deadline)
        while True:
            # Where the host took long over an answer, the worker has still its grace to notice that its time is over.
            kind, text = self._channel.read(self._most_bytes, self._deadline.but_at_least(self._grace_seconds))
            match kind:
                case Kind.SEND | Kind.SLEEP:
                    self._answer(kind, text)
                case Kind.END:
                    return decode_outcome(text)
                case _:
                    raise ProtocolBroken(f"a frame {kind.name} in the middle of a run")

    def _answer(self, kind: Kind, text: str) -> None:
        if self._deadline.missed:
            raise DeadlineMissed
        try:
            answer = Kind.ANSWER, self._sleep(text) if kind is Kind.SLEEP else self._send(text)
        except EgressFailure as failure:
            answer = Kind.REFUSAL, json.dumps({"kind": failure.kind, "code": failure.code, "message": failure.message})
        self._channel.write(*answer, self._deadline.but_at_least(self._grace_seconds))

    def _send(self, request: str) -> str:
        self.calls += 1
        return self._egress.send(request, self._deadline.after(_LATE_SECONDS - self._grace_seconds))

    def _sleep(self, text: str) -> str:
        """Sleeping counts by its length where the host takes less over it; what it takes more is waiting."""
        try:
            seconds = float(text)
        except ValueError as error:
            raise ProtocolBroken("a sleep of no length") from error
        if not 0.0 <= seconds <= self._wall_seconds:
            raise ProtocolBroken("a sleep longer than the run may be")
        began = time.monotonic()
        self._egress.sleep(seconds)
        self._deadline.move(min(time.monotonic() - began - seconds, 0.0))
        return ""
