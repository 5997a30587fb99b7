"""A trivial tool through a real worker: the doctor's heartbeat."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.egress import NoNetwork
from sandbox.jobs import Job
from schemas.errors import Misconfigured

if TYPE_CHECKING:
    from opswright.wiring import Runtime


def trial_run(wired: Runtime) -> None:
    """Run it. Raises Misconfigured where the isolate does not give back what it was given."""
    from opswright.wiring import now

    job = Job(
        source="def echo(client, *, word):\n    return [word]\n",
        entry="call",
        base_url="http://nowhere.invalid",
        started_at=now(),
        function="echo",
        arguments={"word": "heartbeat"},
    )
    outcome = wired.workers.run(job, NoNetwork())
    if outcome.value != ["heartbeat"]:
        what = f"the isolate answered {outcome.status} ({outcome.finding}) to a trivial tool."
        raise Misconfigured(what, hint="Remove the folder of images in OPSWRIGHT_CACHE; it is built anew.")
