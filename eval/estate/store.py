"""The registry's state in memory, and the three changes that it allows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from eval.estate.models import Deployment, DeploymentStatus, Host, Incident, OnCallRota, Owner, Resource, Service


class Write(Resource):
    """A change that took effect; a refused request leaves none."""

    operation: str
    target: str


@dataclass
class Estate:
    """Everything the registry knows. Dictionaries keep the order in which lists are served.

    Its clock stands at `now`, so what it serves depends on nothing but the seed and that instant.
    """

    now: datetime
    owners: list[Owner]
    services: dict[str, Service]
    rotas: list[OnCallRota]
    deployments: dict[str, Deployment]
    hosts: dict[str, Host]
    incidents: list[Incident]
    writes: list[Write] = field(default_factory=list)

    def delete_service(self, service_id: str) -> None:
        """Takes a service and its rota out. Raises KeyError when there is no such service."""
        del self.services[service_id]
        self.rotas = [rota for rota in self.rotas if rota.service != service_id]
        self.writes.append(Write(operation="delete_service", target=service_id))

    def roll_back(self, deployment_id: str) -> Deployment:
        """Marks a deployment as undone. Raises KeyError when there is none, ValueError when it did not succeed."""
        deployment = self.deployments[deployment_id]
        if deployment.status is not DeploymentStatus.SUCCEEDED:
            raise ValueError(f"a deployment that is {deployment.status} can't be rolled back")
        undone = deployment.model_copy(update={"status": DeploymentStatus.ROLLED_BACK})
        self.deployments[deployment_id] = undone
        self.writes.append(Write(operation="rollback_deployment", target=deployment_id))
        return undone

    def reboot(self, hostname: str) -> Host:
        """Restarts a host. Raises KeyError when there is no such host."""
        rebooted = self.hosts[hostname].model_copy(update={"booted_at": self.now})
        self.hosts[hostname] = rebooted
        self.writes.append(Write(operation="reboot_host", target=hostname))
        return rebooted
