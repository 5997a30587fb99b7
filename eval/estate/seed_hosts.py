"""The machines of the estate at the start: mostly well, some at a threshold, some in trouble."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Final, Literal

from eval.estate.inventory import KERNELS, REGIONS, ROLES
from eval.estate.models import Host, HostState

GIB: Final = 1024**3

# Values at the thresholds people ask about, so that `above` and `at least` give different answers.
EDGE_PERCENTS: Final = (79.9, 80.0, 80.1, 89.9, 90.0, 90.1)


@dataclass(frozen=True)
class Condition:
    """How one machine is doing. A percentage that is None is drawn from what is usual in that state."""

    state: HostState = HostState.HEALTHY
    cpu_percent: float | None = None
    memory_percent: float | None = None
    memory: Literal["reported", "null", "absent"] = "reported"


TROUBLED: Final = (
    *(Condition(cpu_percent=percent) for percent in EDGE_PERCENTS),
    *(Condition(memory_percent=percent) for percent in EDGE_PERCENTS),
    *(Condition(HostState.DEGRADED) for _ in range(5)),
    *(Condition(HostState.UNREACHABLE, memory="null") for _ in range(2)),
    *(Condition(HostState.UNREACHABLE, memory="absent") for _ in range(2)),
)


def seed_hosts(rng: Random, start: datetime, service_ids: Sequence[str]) -> Iterator[Host]:
    """All machines by name, each running two to six services."""
    machines = sorted(_machines())
    conditions = [*TROUBLED, *(Condition() for _ in range(len(machines) - len(TROUBLED)))]
    rng.shuffle(conditions)
    for (hostname, role, region), condition in zip(machines, conditions, strict=True):
        host = _host(rng, start, hostname, role, region, condition)
        yield host.model_copy(update={"services": sorted(rng.sample(service_ids, rng.randint(2, 6)))})


def _machines() -> Iterator[tuple[str, str, str]]:
    """Hostname, role and region of each machine."""
    for region, short_region in REGIONS.items():
        for role, (count, _, _) in ROLES.items():
            for number in range(1, count + 1):
                yield f"{role}-{short_region}-{number:02}", role, region


def _host(rng: Random, start: datetime, hostname: str, role: str, region: str, condition: Condition) -> Host:
    _, cpu_count, memory_gib = ROLES[role]
    host = Host(
        hostname=hostname,
        region=region,
        availability_zone=region + rng.choice("abc"),
        role=role,
        cpu_count=cpu_count,
        cpu_used_percent=_usual_percent(rng, HostState.HEALTHY) if condition.cpu_percent is None else condition.cpu_percent,
        memory_total_bytes=memory_gib * GIB,
        disk_used_percent=_usual_percent(rng, condition.state),
        state=condition.state,
        kernel=rng.choice(KERNELS),
        booted_at=start - timedelta(hours=rng.randint(5, 4000), minutes=rng.randint(0, 59)),
        services=[],
    )
    return host.model_copy(update=_memory(rng, condition, host.memory_total_bytes))


def _memory(rng: Random, condition: Condition, total_bytes: int) -> dict[str, float | int | None]:
    """The fields of a host that say how much memory it uses; none of them when its agent leaves them out."""
    if condition.memory == "absent":
        return {}
    if condition.memory == "null":
        return {"memory_used_bytes": None, "memory_used_percent": None}
    percent = _usual_percent(rng, condition.state) if condition.memory_percent is None else condition.memory_percent
    return {"memory_used_bytes": round(total_bytes * percent / 100), "memory_used_percent": percent}


def _usual_percent(rng: Random, state: HostState) -> float:
    lowest, highest = (91, 98) if state is HostState.DEGRADED else (12, 78)
    return round(rng.uniform(lowest, highest), 1)
