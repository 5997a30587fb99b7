"""Step 7: how much one run may use of the backend."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.broker.denials import BudgetSpent
from sandbox.jobs import MIB


@dataclass(frozen=True)
class Budget:
    """What one run may use. Bytes are bodies: those of requests as the tool wrote them, denied or not, those of responses decompressed.

    `seconds` is time spent waiting for the backend.
    """

    requests: int = 200
    response_bytes: int = 64 * MIB
    request_bytes: int = 4 * MIB
    seconds: float = 60.0


class Meter:
    """Counts what a run has used of its budget."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self._requests = 0
        self._request_bytes = 0
        self._response_bytes = 0
        self._seconds = 0.0

    def admit(self) -> None:
        """Count one attempt, whatever becomes of it: a loop of denied calls must end too. Raises BudgetSpent."""
        self._requests += 1
        if self._requests > self._budget.requests:
            raise BudgetSpent(
                f"the run has made all of its {self._budget.requests} requests",
                hint="Fetch larger pages, filter on the server, or join two listings instead of asking once per row.",
            )

    def repeat(self, times: int) -> None:
        """Count that a request was sent again so often. Raises BudgetSpent."""
        for _ in range(times):
            self.admit()

    def spend(self, request_bytes: int) -> None:
        """Count what is about to be sent. Raises BudgetSpent before it is."""
        self._request_bytes += request_bytes
        if self._request_bytes > self._budget.request_bytes:
            raise BudgetSpent(
                f"the run would send {self._request_bytes} bytes in all, and may send {self._budget.request_bytes}",
                hint="Send shorter filters.",
            )
        if self._seconds >= self._budget.seconds:
            raise BudgetSpent(
                f"the run has waited {self._seconds:.1f} s for the backend, and may wait {self._budget.seconds:g} s",
                hint="Make fewer or narrower calls.",
            )

    def receive(self, response_bytes: int) -> None:
        """Count what came back. Raises BudgetSpent before it is delivered."""
        self._response_bytes += response_bytes
        if self._response_bytes > self._budget.response_bytes:
            raise BudgetSpent(
                f"the run has received {self._response_bytes} bytes in all, and may receive {self._budget.response_bytes}",
                hint="Filter on the server, or ask for fewer fields.",
            )

    def wait(self, seconds: float) -> None:
        """Count time that the backend took, whether it answered or not."""
        self._seconds += seconds
