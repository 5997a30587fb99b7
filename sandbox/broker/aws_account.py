"""Whom a source calls AWS as: credentials that the AWS SDK finds and renews, and one client for each region and service.

This is the one place where the SDK reads the operator's own configuration: `~/.aws`, and the variables that the AWS CLI knows.
"""

from __future__ import annotations

import io
import math
import ssl
import threading
from collections.abc import Iterator
from functools import partial
from typing import Any, Final, Literal

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.credentials import AssumeRoleCredentialFetcher, Credentials, DeferredRefreshableCredentials
from botocore.exceptions import HTTPClientError, NoCredentialsError
from botocore.session import Session

from sandbox.broker.aws_wire import utc
from sandbox.broker.pool import Patience, Pool
from sandbox.broker.target import Lookup
from sandbox.broker.wire import TransportFailure, WireRequest
from schemas.source import AwsAccess

ATTEMPTS: Final = 3
"""How often one call is sent where AWS is busy or out of reach, the first time included."""

_PAUSE_SECONDS: Final = 2.0
_ASKED_PAUSE_SECONDS: Final = 7.0
"""The longest pauses of botocore's before the third attempt: its own, and one that AWS asked for."""

Client = Any
"""A client of botocore, which makes its classes as it goes."""


class Unsent(HTTPClientError):  # type: ignore[misc]
    """A failure of ours in the clothes of one that botocore sends again for; `failure` is what it was."""

    def __init__(self, failure: TransportFailure) -> None:
        super().__init__(error=failure)
        self.failure = failure


class Account:
    """The identity of one source in all of its regions. Safe to share between threads.

    Everything that leaves, the assuming of a role included, goes over one pool: to checked addresses, in bounded time, with no
    proxy. botocore's own connections would look a name up again after it was checked, and read a response of any size.
    """

    def __init__(self, name: str, access: AwsAccess, patience: Patience, *, lookup: Lookup | None = None, attempts: int = ATTEMPTS) -> None:
        self._name = name
        self._access = access
        self._patience = patience
        self._lookup = lookup
        self._config = Config(retries={"mode": "standard", "total_max_attempts": attempts}, user_agent_extra="opswright", proxies={})
        self._lock = threading.RLock()
        self._session: Session | None = None
        self._pool: Pool | None = None
        self._clients: dict[tuple[str, str], Client] = {}

    def close(self) -> None:
        """Close all connections."""
        if self._pool:
            self._pool.close()

    def begin(self, ends: float = math.inf) -> None:
        """Give the current thread's call its time from now on, until `ends` at the latest. Raises as `client` does."""
        self._opened(ends)
        assert self._pool is not None
        self._pool.begin(ends)

    def secrets(self) -> tuple[str, ...]:
        """What requests are signed with, renewed where it is about to expire. Raises botocore's errors."""
        with self._lock:
            credentials = self._opened().get_credentials()
        if credentials is None:
            raise NoCredentialsError
        frozen = credentials.get_frozen_credentials()
        return tuple(filter(None, (frozen.secret_key, frozen.token)))

    def client(self, region: str, service: str) -> Client:
        """The client of a service in a region, made at its first use, which takes 50 ms. Raises botocore's errors."""
        with self._lock:
            if (region, service) not in self._clients:
                self._clients[region, service] = self._opened().create_client(service, region, **self._options)
            return self._clients[region, service]

    @property
    def _options(self) -> dict[str, Any]:
        return {"endpoint_url": self._access.endpoint_url or None, "config": self._config}

    def _opened(self, ends: float = math.inf) -> Session:
        with self._lock:
            if self._session is None:
                self._session = self._open(ends)
            return self._session

    def _open(self, ends: float) -> Session:
        session = Session(profile=self._access.profile or None)
        bundle = session.get_config_variable("ca_bundle")
        tls = ssl.create_default_context(cafile=bundle) if bundle else None
        self._pool = Pool(self._patience, lookup=self._lookup, tls=tls)
        self._pool.begin(ends)
        session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=utc)
        session.register("before-send", partial(_sent, self._pool, self._name))
        session.register("needs-retry.*.*", partial(_no_more, self._pool))  # the most particular name, so it is heard first
        if self._access.role_arn:
            session.register_component("credential_provider", self._role(session))
        return session

    def _role(self, session: Session) -> _Role:
        # Not the session's: what it has once given it would go on giving, and the role would never be used.
        own = session.get_component("credential_provider").load_credentials()
        if own is None:
            raise NoCredentialsError
        create = partial(session.create_client, region_name=self._access.regions[0], **self._options)
        fetcher = AssumeRoleCredentialFetcher(create, own, self._access.role_arn, {"RoleSessionName": "opswright"})
        return _Role(DeferredRefreshableCredentials(fetcher.fetch_credentials, method="assume-role"))


class _Role:
    """A credential provider with one answer."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def load_credentials(self) -> Credentials:
        return self._credentials


class _Body(io.BytesIO):
    """A body that was read, as botocore reads one."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _sent(pool: Pool, name: str, request: AWSPreparedRequest, **_: object) -> AWSResponse:
    """Answers botocore's event `before-send`: whatever answers it sends the request in botocore's stead."""
    host = request.url.split("/")[2].rpartition("@")[2]
    try:
        response = pool.send(WireRequest(request.method, request.url, _headers(request), _bytes(request.body)), f"{name} at {host}")
    except TransportFailure as failure:
        raise Unsent(failure) from failure
    return AWSResponse(request.url, response.status, dict(response.headers), _Body(response.body))


def _no_more(pool: Pool, response: tuple[AWSResponse, object] | None, **_: object) -> Literal[False] | None:
    """Answers botocore's event `needs-retry`: no where the pause could outlast the call, else nothing, and botocore decides."""
    asked = response is not None and "x-amz-retry-after" in response[0].headers
    return False if pool.seconds_left < (_ASKED_PAUSE_SECONDS if asked else _PAUSE_SECONDS) else None


def _headers(request: AWSPreparedRequest) -> tuple[tuple[str, str], ...]:
    return tuple((name, value.decode("latin-1") if isinstance(value, bytes) else str(value)) for name, value in request.headers.items())


def _bytes(body: object) -> bytes | None:
    if body is None or isinstance(body, bytes | bytearray):
        return bytes(body) if body else None
    if isinstance(body, str):
        return body.encode()
    content: bytes = body.read()  # type: ignore[attr-defined]
    return content
