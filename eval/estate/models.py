"""What the registry's answers are made of; these descriptions are the documentation that its readers get."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AnyUrl, AwareDatetime, BaseModel, ConfigDict, Field

ServiceId = Annotated[str, Field(pattern=r"^svc-[0-9a-f]{6}$", examples=["svc-3f9a1c"])]
OwnerId = Annotated[str, Field(pattern=r"^team-[a-z-]+$", examples=["team-payments"])]
Percent = Annotated[float, Field(ge=0, le=100, examples=[41.7])]
ByteCount = Annotated[int, Field(ge=0, examples=[34359738368])]
PersonName = Annotated[str, Field(examples=["Dana Whitfield"])]


class Resource(BaseModel):
    """Base of all resources: a change makes a new one."""

    model_config = ConfigDict(frozen=True)


class Problem(Resource):
    """Why a request was not answered."""

    detail: str = Field(description="One sentence for a human reader.", examples=["No service svc-000000."])


class Tier(StrEnum):
    """How much the business depends on a service, from `critical` down to `low`."""

    CRITICAL = "critical"
    HIGH = "high"
    STANDARD = "standard"
    LOW = "low"


class Lifecycle(StrEnum):
    """Where a service stands in its life. A deprecated service still runs, but must not gain new callers."""

    PRODUCTION = "production"
    DEPRECATED = "deprecated"
    EXPERIMENTAL = "experimental"


class Service(Resource):
    """A deployable unit that the company runs, and the team that answers for it."""

    id: ServiceId = Field(description="Stable identifier. Rotas, deployments, hosts and incidents refer to a service by it.")
    name: str = Field(description="Name in lower case with dashes, unique in the registry.", examples=["checkout-api"])
    tier: Tier = Field(description="How much the business depends on it.")
    owner: OwnerId = Field(description="The `id` of the owning team, see `/owners`.")
    language: str = Field(description="Main programming language.", examples=["go"])
    repository: AnyUrl = Field(description="Where its source code lives.", examples=["https://git.corp.example/payments/checkout-api"])
    created_at: AwareDatetime = Field(description="When it was registered.")
    lifecycle: Lifecycle = Field(description="Where it stands in its life.")


class Owner(Resource):
    """A team that owns services."""

    id: OwnerId = Field(description="Stable identifier; `owner` of a service.")
    name: str = Field(description="Name of the team for people.", examples=["Payments"])
    email: str = Field(description="Mailing list of the team.", json_schema_extra={"format": "email"}, examples=["payments@corp.example"])
    slack_channel: str = Field(description="Where to ask the team in Slack.", examples=["#team-payments"])
    cost_center: str = Field(description="Cost center that is charged for the team's resources.", examples=["CC-4110"])


class OnCallRota(Resource):
    """Who answers the pager for one service. A service has at most one rota, and may have none."""

    id: str = Field(description="Stable identifier of the rota.", examples=["rota-0007"])
    service: ServiceId = Field(description="The `id` of the service that the rota covers.")
    on_call_engineer: PersonName | None = Field(description="Who is on call now; null when the shift is not staffed.")
    escalation: PersonName | None = Field(description="Who is paged when the engineer does not answer; null when nobody is named.")
    shift_ends_at: AwareDatetime | None = Field(description="End of the current shift; null when the shift is not staffed.")


class DeploymentStatus(StrEnum):
    """State of a deployment. `rolled_back` means that it had succeeded and was undone later."""

    SUCCEEDED = "succeeded"
    FAILED = "failed"
    RUNNING = "running"
    ROLLED_BACK = "rolled_back"


class Deployment(Resource):
    """One rollout of one version of a service."""

    id: str = Field(description="Stable identifier; ascending in time.", examples=["dep-00171"])
    service: ServiceId = Field(description="The `id` of the deployed service.")
    version: str = Field(description="Version that was rolled out.", examples=["4.12.3"])
    status: DeploymentStatus = Field(description="How it went, or `running`.")
    started_at: AwareDatetime = Field(description="When the rollout began.")
    finished_at: AwareDatetime | None = Field(description="When the rollout ended, well or not; null while it is running.")
    deployed_by: str = Field(description="Login of the person or the robot that started it.", examples=["dana.whitfield"])
    duration_seconds: int | None = Field(ge=0, description="Seconds from start to end; null while it is running.", examples=[412])


class HostState(StrEnum):
    """Health of a host as its monitoring agent sees it. `unreachable` means that the agent does not answer."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    UNREACHABLE = "unreachable"


class Host(Resource):
    """A machine that services run on, with what its monitoring agent reported last."""

    hostname: str = Field(description="Unique name of the machine.", examples=["app-euw1-03"])
    region: str = Field(description="Region of the data center.", examples=["eu-west-1"])
    availability_zone: str = Field(description="Availability zone inside the region.", examples=["eu-west-1b"])
    role: str = Field(description="What the machine is for: `app`, `worker`, `db`, `cache` or `edge`.", examples=["app"])
    cpu_count: int = Field(ge=1, description="Number of virtual CPUs.", examples=[16])
    cpu_used_percent: Percent = Field(description="CPU in use over all virtual CPUs, mean of the last five minutes, 0 to 100.")
    memory_total_bytes: ByteCount = Field(description="Installed memory in bytes.")
    memory_used_bytes: ByteCount | None = Field(default=None, description="Memory in use in bytes. Null or absent when not reported.")
    memory_used_percent: Percent | None = Field(
        default=None, description="Memory in use as a share of the installed memory, 0 to 100. Null or absent when not reported."
    )
    disk_used_percent: Percent = Field(description="Use of the fullest local file system, 0 to 100.")
    state: HostState = Field(description="Health of the machine.")
    kernel: str = Field(description="Release of the running kernel.", examples=["6.1.0-28-amd64"])
    booted_at: AwareDatetime = Field(description="When the machine was started last.")
    services: list[ServiceId] = Field(description="The `id` of each service that has an instance on the machine.")


class Severity(StrEnum):
    """Harm that an incident does: `sev1` is an outage for customers, `sev4` an annoyance inside the company."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


class IncidentStatus(StrEnum):
    """Progress of an incident. `mitigated` means that the harm is stopped while its cause still stands."""

    INVESTIGATING = "investigating"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class Incident(Resource):
    """A disturbance of one service that people had to look at."""

    id: str = Field(description="Stable identifier; ascending in time.", examples=["inc-0023"])
    title: str = Field(description="What was noticed, in one line.", examples=["checkout-api: elevated error rate"])
    severity: Severity = Field(description="Harm done.")
    status: IncidentStatus = Field(description="Progress made.")
    service: ServiceId = Field(description="The `id` of the disturbed service.")
    opened_at: AwareDatetime = Field(description="When it was declared.")
    resolved_at: AwareDatetime | None = Field(description="When it was resolved; null until then.")
