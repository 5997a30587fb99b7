"""Step 7: each budget holds to its last unit and not one further."""

from __future__ import annotations

import pytest

from sandbox.broker.budget import Budget, Meter
from sandbox.broker.denials import BudgetSpent


@pytest.mark.parametrize(("requests", "spent"), [(3, False), (4, True)])
def test_attempts_are_counted(requests: int, spent: bool) -> None:
    meter = Meter(Budget(requests=3))
    for _ in range(requests - 1):
        meter.admit()

    if spent:
        with pytest.raises(BudgetSpent, match="all of its 3 requests"):
            meter.admit()
    else:
        meter.admit()


@pytest.mark.parametrize(("request_bytes", "spent"), [(60, False), (61, True)])
def test_bytes_sent_are_counted_together(request_bytes: int, spent: bool) -> None:
    meter = Meter(Budget(request_bytes=100))
    meter.spend(40)

    if spent:
        with pytest.raises(BudgetSpent, match="would send 101 bytes in all, and may send 100"):
            meter.spend(request_bytes)
    else:
        meter.spend(request_bytes)


@pytest.mark.parametrize(("response_bytes", "spent"), [(60, False), (61, True)])
def test_bytes_received_are_counted_together(response_bytes: int, spent: bool) -> None:
    meter = Meter(Budget(response_bytes=100))
    meter.receive(40)

    if spent:
        with pytest.raises(BudgetSpent, match="received 101 bytes in all, and may receive 100"):
            meter.receive(response_bytes)
    else:
        meter.receive(response_bytes)


@pytest.mark.parametrize(("waited", "spent"), [(59.9, False), (60.0, True)])
def test_waiting_for_the_backend_is_counted(waited: float, spent: bool) -> None:
    meter = Meter(Budget())
    meter.wait(waited)

    if spent:
        with pytest.raises(BudgetSpent, match=r"waited 60\.0 s for the backend, and may wait 60 s"):
            meter.spend(0)
    else:
        meter.spend(0)
