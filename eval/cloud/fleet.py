"""What the cloud holds, as data: the same for the same seed."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Final, Literal

State = Literal["running", "stopped", "terminated"]

REGIONS: Final = ("us-east-1", "eu-west-1")
RESERVATIONS: Final = {"us-east-1": 252, "eu-west-1": 48}
NETWORKS: Final = {"us-east-1": {"prod": "10.10.0.0/16", "staging": "10.20.0.0/16"}, "eu-west-1": {"prod": "10.30.0.0/16"}}

TYPES: Final = ("t3.medium", "m5.large", "m5.xlarge", "c5.xlarge", "r5.large", "g4dn.xlarge")
TYPE_WEIGHTS: Final = (30, 28, 14, 16, 9, 3)
ROLES: Final = {"web": "storefront", "api": "payments", "batch": "data", "cache": "platform", "search": "discovery", "worker": "payments"}

# Percent, newest first, five minutes apart. Each list is a way to be wrong about "above 80": to round, to take the mean or the
# maximum of the window instead of the newest, or to take no datapoint for an idle machine.
BUSY: Final = ((97.3, 96.1), (91.8, 42.0, 38.5), (88.4, 90.2), (84.0, 83.1), (80.1, 79.2))
AT_THE_EDGE: Final = ((80.0, 80.0), (80.0, 92.6), (79.9, 80.3))
NO_LONGER_BUSY: Final = ((35.2, 88.7, 93.0, 94.4), (12.5, 99.1, 98.0))
SILENT: Final = ((), (), ())
PLANNED: Final = {
    "us-east-1": (*BUSY, BUSY[0], BUSY[3], *AT_THE_EDGE, *NO_LONGER_BUSY, *SILENT),
    "eu-west-1": (*BUSY[1:4], *AT_THE_EDGE[:1], *NO_LONGER_BUSY[:1], *SILENT[:1]),
}
IDLE_PERCENT: Final = (1.0, 72.0)
AGE_HOURS: Final = (2.0, 9000.0)
STOPPED: Final = {"us-east-1": 9, "eu-west-1": 3}
TERMINATED: Final = {"us-east-1": 3, "eu-west-1": 1}
SHARED_EVERY: Final = 18
"""Every so many-th reservation launched two or three instances at once."""


@dataclass(frozen=True)
class Launch:
    """One reservation: `len(cpu)` instances launched together. `cpu` has the percentages of each instance, newest first."""

    region: str
    name: str
    environment: str
    team: str
    instance_type: str
    state: State
    age_hours: float
    cpu: tuple[tuple[float, ...], ...]


def fleet(seed: int) -> list[Launch]:
    """Everything that is launched, region after region. What is not running has no datapoints."""
    return [launch for region in REGIONS for launch in _launches(Random(f"{seed}/{region}"), region)]


def _launches(rng: Random, region: str) -> list[Launch]:
    total = RESERVATIONS[region]
    singled_out = iter(rng.sample(range(total), len(PLANNED[region]) + STOPPED[region] + TERMINATED[region]))
    planned = dict(zip(islice(singled_out, len(PLANNED[region])), PLANNED[region], strict=True))
    states: dict[int, State] = dict.fromkeys(islice(singled_out, STOPPED[region]), "stopped")
    states |= dict.fromkeys(singled_out, "terminated")
    return [_launch(rng, region, number, states.get(number, "running"), planned.get(number)) for number in range(total)]


def _launch(rng: Random, region: str, number: int, state: State, planned: tuple[float, ...] | None) -> Launch:
    role = rng.choice(tuple(ROLES))
    environment = rng.choice(tuple(NETWORKS[region]))
    size = rng.choice((2, 3)) if number % SHARED_EVERY == 0 else 1
    cpu = [_idle(rng) if state == "running" else () for _ in range(size)]
    if planned is not None:
        cpu[-1] = planned
    return Launch(
        region=region,
        name=f"{environment}-{role}-{number:03}",
        environment=environment,
        team=ROLES[role],
        instance_type=rng.choices(TYPES, TYPE_WEIGHTS)[0],
        state=state,
        age_hours=round(rng.uniform(*AGE_HOURS), 2),
        cpu=tuple(cpu),
    )


def _idle(rng: Random) -> tuple[float, ...]:
    newest = round(rng.uniform(*IDLE_PERCENT), 2)
    return (newest, round(newest * rng.uniform(0.8, 1.05), 2))
