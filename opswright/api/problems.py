"""The error tree as HTTP tells it: problem details (RFC 9457) with our stable codes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field
from starlette.exceptions import HTTPException

from sandbox.turns import WorkersBusy
from schemas import errors
from schemas.base import Frozen
from schemas.errors import OpswrightError, quoted
from schemas.run import Failure

MEDIA_TYPE = "application/problem+json"
RETRY_SECONDS = 5
"""What a client that was turned away is told to wait: about the time that a few questions take."""


class Defect(OpswrightError):
    """The server failed in a way that nobody foresaw; its log tells more."""


class BadRequest(errors.QuestionDeclined):
    """The request is not of the shape that the API describes."""


class NoSuchMethod(BadRequest):
    """The address is known, and not under this method."""


class Unauthenticated(errors.Denied):
    """The request brings no key, or a wrong one."""


class WrongHost(errors.Denied):
    """The request names another host than this machine: a web page that made its own name point here."""


class BodyTooLarge(errors.LimitExceeded):
    """The body of the request has more bytes than the server reads."""


class Busy(errors.BackendUnavailable):
    """This server works on as much as it may, or is shutting down."""


STATUSES: Mapping[type[OpswrightError], HTTPStatus] = {
    OpswrightError: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.QuestionDeclined: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.ReadOnly: HTTPStatus.FORBIDDEN,
    errors.CandidateRejected: HTTPStatus.INTERNAL_SERVER_ERROR,
    errors.Denied: HTTPStatus.FORBIDDEN,
    errors.LimitExceeded: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.TimedOut: HTTPStatus.GATEWAY_TIMEOUT,
    errors.BackendUnavailable: HTTPStatus.BAD_GATEWAY,
    errors.SpecUnusable: HTTPStatus.BAD_GATEWAY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Misconfigured: HTTPStatus.INTERNAL_SERVER_ERROR,
    Defect: HTTPStatus.INTERNAL_SERVER_ERROR,
    BadRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    NoSuchMethod: HTTPStatus.METHOD_NOT_ALLOWED,
    Unauthenticated: HTTPStatus.UNAUTHORIZED,
    WrongHost: HTTPStatus.MISDIRECTED_REQUEST,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Busy: HTTPStatus.SERVICE_UNAVAILABLE,
    WorkersBusy: HTTPStatus.SERVICE_UNAVAILABLE,
}
"""The status of each error. One that a room refines and that is not listed has its parent's."""

_HEADERS: Mapping[HTTPStatus, Mapping[str, str]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": str(RETRY_SECONDS)},
}


class Problem(Frozen):
    """What went wrong, as RFC 9457 tells it. `code` is stable and meant for programs, `detail` and `hint` are for people."""

    type: str = Field(description="The kind of the problem as a URI: the code once more.", examples=["urn:opswright:error:E_NOT_FOUND"])
    title: str = Field(description="The HTTP status in words.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    code: str = Field(description="One of the codes of docs/errors.md.", examples=["E_NOT_FOUND"])
    detail: str = Field(description="What is wrong with what.", examples=["no run is called 'abc'."])
    hint: str = Field(default="", description="The way out, where `detail` does not tell it.", examples=["The latest: 5f0c2b9a71de."])
    instance: str | None = Field(default=None, description="The run that ended this way.", examples=["/api/v1/runs/5f0c2b9a71de"])


def status_of(kind: type[OpswrightError]) -> HTTPStatus:
    """The HTTP status of an error of this class."""
    return next(STATUSES[ancestor] for ancestor in kind.__mro__ if ancestor in STATUSES)


def respond(error: OpswrightError, *, instance: str | None = None) -> Response:
    """The error as a response."""
    failure = Failure(code=error.code, message=error.message, hint=error.hint)
    return _response(failure, status_of(type(error)), instance=instance)


def install(app: FastAPI) -> None:
    """Have the application answer every error as a problem: ours, the framework's, and what nobody foresaw."""
    app.add_exception_handler(OpswrightError, _on_error)
    app.add_exception_handler(RequestValidationError, _on_validation)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(Exception, _on_defect)


def declared(*kinds: type[OpswrightError]) -> dict[int | str, dict[str, Any]]:
    """The responses of a route that may end in these errors, as OpenAPI declares them. Any route may have a defect."""
    by_status: dict[int | str, dict[str, Any]] = {}
    possible: tuple[type[OpswrightError], ...] = (*kinds, Defect)
    for kind in possible:
        described = by_status.setdefault(status_of(kind).value, {"description": "", "content": _CONTENT})
        described["description"] = f"{described['description']} `{kind.code}`: {kind.__doc__}".strip()
    return by_status


def tree(kind: type[OpswrightError] = OpswrightError) -> Iterator[type[OpswrightError]]:
    """Every class of the vocabulary's own tree, from `kind` downwards; what rooms refine is left out."""
    yield kind
    for child in kind.__subclasses__():
        if child.__module__ == errors.__name__:
            yield from tree(child)


_CONTENT = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}


def _response(failure: Failure, status: HTTPStatus, *, instance: str | None = None, headers: Mapping[str, str] | None = None) -> Response:
    problem = Problem(
        type=f"urn:opswright:error:{failure.code}",
        title=status.phrase,
        status=status,
        code=failure.code,
        detail=failure.message,
        hint=failure.hint,
        instance=instance,
    )
    body = problem.model_dump_json(exclude_none=True)
    return Response(body, status, {**_HEADERS.get(status, {}), **(headers or {})}, media_type=MEDIA_TYPE)


async def _on_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, OpswrightError):
        raise error
    return respond(error)


async def _on_validation(_: Request, error: Exception) -> Response:
    """Says where the first fault is and what is expected, and repeats no value: it may be a secret in the wrong place."""
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    return respond(BadRequest(f"{_place(first['loc'])}: {first['msg']}.", hint="GET /api/v1/openapi.json describes every request."))


def _place(location: Sequence[int | str]) -> str:
    where, *path = map(str, location)
    return f"{where} {quoted('.'.join(path))}" if path else where


async def _on_http(request: Request, error: Exception) -> Response:
    """What the framework refuses by itself: an unknown route, another method, a body that it can't read."""
    if not isinstance(error, HTTPException):
        raise error
    asked = f"{request.method} {quoted(request.url.path)}"
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return respond(errors.NotFound(f"{asked} is no address of this API.", hint="GET /api/v1/openapi.json lists them."))
        case HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = (error.headers or {}).get("Allow", "")
            refused = Failure(code=NoSuchMethod.code, message=f"{asked} is not a method of this address.", hint=f"It has: {allowed}.")
            return _response(refused, HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": allowed})
        case _:
            return respond(BadRequest(f"{asked}: the request can't be read.", hint="Send JSON in UTF-8, as application/json."))


async def _on_defect(_: Request, error: Exception) -> Response:
    """Tells nothing of the inside; the log has it all, because the framework raises the error on to the server.

    The server closes the connection over that, which a client that keeps connections must hear.
    """
    del error
    failure = Failure(code=Defect.code, message="the server failed in a way that nobody foresaw.", hint="Its log tells more.")
    return _response(failure, HTTPStatus.INTERNAL_SERVER_ERROR, headers={"Connection": "close"})
