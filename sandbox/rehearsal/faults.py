"""What goes wrong in a case: answers in place of the right ones, and a listing that never ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`status` in place of page `page` (from 1) of `operation`: the first `times` times, or for good where that is None.

    `code` is AWS's word for it.
    """

    operation: str
    page: int
    status: int
    times: int | None = 1
    retry_after_seconds: int | None = None
    code: str = ""


class FaultSchedule:
    """Decides, request by request, which fault strikes. Remembers how often each has."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._left = [(fault, fault.times) for fault in faults]

    def strike(self, operation: str, page: int) -> Fault | None:
        """The fault that this request meets, if any. A lasting one also strikes later pages."""
        for place, (fault, left) in enumerate(self._left):
            lasts = left is None
            if fault.operation != operation or left == 0 or not (page == fault.page or (lasts and page > fault.page)):
                continue
            self._left[place] = (fault, None if left is None else left - 1)
            return fault
        return None
