"""The estate as it stands at the start: the same for the same seed, with all times relative to the clock."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import Final

from pydantic import AnyUrl

from eval.estate.inventory import PEOPLE, SERVICES, SYMPTOMS, TEAMS
from eval.estate.models import (
    Deployment,
    DeploymentStatus,
    Incident,
    IncidentStatus,
    Lifecycle,
    OnCallRota,
    Owner,
    Service,
    Severity,
    Tier,
)
from eval.estate.seed_hosts import seed_hosts
from eval.estate.store import Estate

DEPLOYMENTS: Final = 180
INCIDENTS: Final = 26
INCIDENT_HISTORY_HOURS: Final = 21 * 24
OPEN_INCIDENTS: Final = (IncidentStatus.INVESTIGATING, IncidentStatus.MITIGATED, IncidentStatus.INVESTIGATING)

# The last day must be told from the day before: six failures inside it, two an hour outside, and none nearer to its edge.
FAILED_HOURS_AGO: Final = (0.7, 2.4, 5.5, 9.1, 14.3, 19.8, 25.0, 25.6)
RUNNING_HOURS_AGO: Final = (0.05, 0.2)
UNPLANNED_FAILURES_FROM_HOURS: Final = 30
HISTORY_HOURS: Final = 14 * 24
LONGEST_ROLLOUT_SECONDS: Final = 1500


def seed_estate(now: datetime, seed: int) -> Estate:
    """The estate at `now`, cut to seconds. Each noun has randomness of its own, so that a change to one leaves the others as they are."""
    start = now.replace(microsecond=0)
    services = list(_services(Random(f"{seed}/services"), start))
    deployments = list(_deployments(Random(f"{seed}/deployments"), start, services))
    incidents = list(_incidents(Random(f"{seed}/incidents"), start, services))
    hosts = seed_hosts(Random(f"{seed}/hosts"), start, [service.id for service in services])
    return Estate(
        now=start,
        owners=[_owner(*row) for row in TEAMS],
        services={service.id: service for service in services},
        rotas=list(_rotas(Random(f"{seed}/rotas"), start, services)),
        deployments={deployment.id: deployment for deployment in reversed(deployments)},
        hosts={host.hostname: host for host in hosts},
        incidents=incidents[::-1],
    )


def _owner(owner_id: str, name: str, cost_center: str) -> Owner:
    mailbox = owner_id.removeprefix("team-")
    return Owner(id=owner_id, name=name, email=f"{mailbox}@corp.example", slack_channel=f"#{owner_id}", cost_center=cost_center)


def _services(rng: Random, start: datetime) -> Iterator[Service]:
    """By name."""
    rows = sorted((row.split(), owner) for owner, rows in SERVICES.items() for row in rows)
    numbers = rng.sample(range(0x100000, 0x1000000), len(rows))
    for number, ((name, tier, language, lifecycle), owner) in zip(numbers, rows, strict=True):
        yield Service(
            id=f"svc-{number:06x}",
            name=name,
            tier=Tier(tier),
            owner=owner,
            language=language,
            repository=AnyUrl(f"https://git.corp.example/{owner.removeprefix('team-')}/{name}"),
            created_at=start - timedelta(days=rng.randint(40, 2200), seconds=rng.randint(0, 86_399)),
            lifecycle=Lifecycle(lifecycle),
        )


def _rotas(rng: Random, start: datetime, services: Sequence[Service]) -> Iterator[OnCallRota]:
    """Six services have no rota, and eight one that is not staffed; two of either are critical."""
    critical = [service.id for service in services if service.tier is Tier.CRITICAL]
    others = [service.id for service in services if service.tier is not Tier.CRITICAL]
    rng.shuffle(critical)
    rng.shuffle(others)
    without_rota = {*critical[:2], *others[:4]}
    unstaffed = {*critical[2:4], *others[4:10]}
    unescalated = {*critical[3:5], *others[8:12]}
    covered = [service.id for service in services if service.id not in without_rota]
    for number, service_id in enumerate(covered, start=1):
        engineer, deputy = rng.sample(PEOPLE, 2)
        shift_ends_at = start + timedelta(hours=rng.randint(1, 160))
        is_staffed = service_id not in unstaffed
        yield OnCallRota(
            id=f"rota-{number:04}",
            service=service_id,
            on_call_engineer=engineer if is_staffed else None,
            escalation=None if service_id in unescalated else deputy,
            shift_ends_at=shift_ends_at if is_staffed else None,
        )


def _deployments(rng: Random, start: datetime, services: Sequence[Service]) -> Iterator[Deployment]:
    """Oldest first, so that ids and versions ascend in time."""
    releases: Counter[str] = Counter()
    for number, (hours_ago, status) in enumerate(sorted(_rollouts(rng), reverse=True), start=1):
        service = rng.choice(services)
        releases[service.id] += 1
        started_at = start - timedelta(seconds=round(hours_ago * 3600))
        seconds = None if status is DeploymentStatus.RUNNING else rng.randint(45, LONGEST_ROLLOUT_SECONDS)
        yield Deployment(
            id=f"dep-{number:05}",
            service=service.id,
            version=f"{int(service.id[-1], 16) % 5 + 1}.{int(service.id[-2:], 16) % 30}.{releases[service.id]}",
            status=status,
            started_at=started_at,
            finished_at=None if seconds is None else started_at + timedelta(seconds=seconds),
            deployed_by=rng.choice(("release-bot", rng.choice(PEOPLE).lower().replace(" ", "."))),
            duration_seconds=seconds,
        )


def _rollouts(rng: Random) -> list[tuple[float, DeploymentStatus]]:
    """Start in hours ago and status of each deployment: the planned ones, and ordinary ones around them."""
    planned = [(hours, DeploymentStatus.FAILED) for hours in FAILED_HOURS_AGO]
    planned += [(hours, DeploymentStatus.RUNNING) for hours in RUNNING_HOURS_AGO]
    return planned + [_ordinary_rollout(rng) for _ in range(DEPLOYMENTS - len(planned))]


def _ordinary_rollout(rng: Random) -> tuple[float, DeploymentStatus]:
    hours_ago = rng.uniform(1, HISTORY_HOURS)
    if hours_ago < UNPLANNED_FAILURES_FROM_HOURS:
        return hours_ago, DeploymentStatus.SUCCEEDED
    outcomes = (DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED, DeploymentStatus.ROLLED_BACK)
    return hours_ago, rng.choices(outcomes, weights=(88, 8, 4))[0]


def _incidents(rng: Random, start: datetime, services: Sequence[Service]) -> Iterator[Incident]:
    """Oldest first, so that ids ascend in time; only the youngest are still being worked on."""
    ages_hours = sorted((rng.uniform(2, INCIDENT_HISTORY_HOURS) for _ in range(INCIDENTS)), reverse=True)
    statuses = [IncidentStatus.RESOLVED] * (INCIDENTS - len(OPEN_INCIDENTS)) + list(OPEN_INCIDENTS)
    for number, (age_hours, status) in enumerate(zip(ages_hours, statuses, strict=True), start=1):
        service = rng.choice(services)
        opened_at = start - timedelta(seconds=round(age_hours * 3600))
        resolved_at = opened_at + timedelta(seconds=rng.randint(600, 6000))
        yield Incident(
            id=f"inc-{number:04}",
            title=f"{service.name}: {rng.choice(SYMPTOMS)}",
            severity=rng.choices(list(Severity), weights=(1, 3, 6, 4))[0],
            status=status,
            service=service.id,
            opened_at=opened_at,
            resolved_at=resolved_at if status is IncidentStatus.RESOLVED else None,
        )
