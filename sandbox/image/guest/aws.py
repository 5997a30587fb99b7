"""boto3 inside the isolate: botocore's own sessions, clients and paginators, of the service models that came with the job.

Three things differ from outside: models are in memory, a call goes to the host as it is (`aws_wall` says how), and there are
no credentials to find. The host's boto3 signs and retries, and runs the handlers that botocore has for single operations; in
here they would run a second time.
"""

from __future__ import annotations

import copy
from typing import Any

import boto3
import botocore.session
from botocore.client import BaseClient, ClientCreator
from botocore.config import Config
from botocore.errorfactory import ClientExceptionsFactory
from botocore.exceptions import DataNotFoundError, NoRegionError, UnknownServiceError
from botocore.hooks import HierarchicalEmitter
from guest.aws_wall import CallSerializer, WallEndpoint

Models = dict[str, dict[str, Any]]
"""By service, then by botocore's name for the kind: `service-2`, `paginators-1`."""

_models: Models = {}


def bind() -> None:
    """Make every session of boto3 one of the isolate's. Done while the image is built."""
    botocore.session.get_session = lambda env_vars=None: _BareSession(env_vars, include_builtin_handlers=False)
    _creation.register("creating-client-class", _make_it_ours)


def session(region: str, models: Models) -> boto3.Session:
    """The session that a tool is given; from now on `models` are what any session knows."""
    begin(models)
    _bare_session.set_config_variable("region", region)
    return _session


def begin(models: Models) -> None:
    """Let these be all the services and operations that there are."""
    _models.clear()
    _models.update(models)


class _Loader:
    """Stands in for botocore's, which reads files."""

    def __init__(self) -> None:
        self.search_paths: list[str] = []

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        if service_name not in _models:
            raise UnknownServiceError(service_name=service_name, known_service_names=", ".join(sorted(_models)) or "none")
        if type_name not in _models[service_name]:
            raise DataNotFoundError(data_path=f"{service_name}/{type_name}")
        return _models[service_name][type_name]

    def list_available_services(self, type_name: str) -> list[str]:
        return sorted(service for service, kinds in _models.items() if type_name in kinds)

    def load_data_with_path(self, name: str) -> Any:
        """For all that is of no single service: the host knows it."""
        raise DataNotFoundError(data_path=name)


_loader = _Loader()


class _BareSession(botocore.session.Session):
    """botocore's session where there is nothing to read: no files, no credentials, no endpoints."""

    def _register_data_loader(self) -> None:
        self._components.register_component("data_loader", _loader)

    def get_credentials(self) -> None:
        return None

    def create_client(
        self, service_name: str, region_name: str | None = None, *_: object, config: Config | None = None, **__: object
    ) -> BaseClient:
        region = self._resolve_region_name(region_name, config)
        if region is None:
            raise NoRegionError
        own = Config(region_name=region)
        made = _creator.create_client_class(service_name)
        return made(copy.copy(self.get_component("event_emitter")), config.merge(own) if config else own)


class Client(BaseClient):
    """A client that has the operations of its model and whose calls go to the host."""

    def __init__(self, events: Any, config: Config) -> None:
        model = type(self).service_model
        super().__init__(
            serializer=CallSerializer(model),
            endpoint=WallEndpoint(config.region_name, model),
            response_parser=None,
            event_emitter=events,
            request_signer=_NoSigner,
            service_model=model,
            loader=_loader,
            client_config=config,
            partition="aws",
            exceptions_factory=ClientExceptionsFactory(),
            user_agent_creator=_NoUserAgent,
        )

    def __getattr__(self, item: str) -> Any:
        try:
            return super().__getattr__(item)
        except AttributeError as error:
            known = ", ".join(sorted(self._PY_TO_OP_NAME))
            raise AttributeError(f"{error}; the operations that it may call are: {known}", name=item, obj=self) from None


class _NoSigner:
    @staticmethod
    def handler(**_: object) -> None:
        """The host signs."""


class _NoUserAgent:
    @staticmethod
    def to_string() -> str:
        return ""

    @staticmethod
    def rebuild_and_replace_user_agent_handler(**_: object) -> None:
        """The host says who it is."""


def _make_it_ours(base_classes: list[type], **_: object) -> None:
    base_classes[:] = [Client]


class _Creator(ClientCreator):
    """Makes client classes and leaves their model with them."""

    def _create_methods(self, service_model: Any) -> dict[str, Any]:
        return super()._create_methods(service_model) | {"service_model": service_model}


_creation = HierarchicalEmitter()
_creator = _Creator(_loader, None, None, _creation, None, None)
_bare_session = _BareSession(include_builtin_handlers=False)
_session = boto3.Session(botocore_session=_bare_session)
"""Made while the image is built; every run finds it as new."""
