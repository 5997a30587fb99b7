"""The AWS tools of `data/aws/`: slices from botocore's own models, Queries, and a runner that needs no isolate."""

from __future__ import annotations

import json
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import boto3
import botocore.session
import yaml
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from botocore.model import OperationModel, Shape

from doc_sources.botocore_models import BotocoreFetcher
from doc_sources.catalogue import load_catalogue
from sandbox.broker.broker import Broker
from sandbox.broker.budget import Budget
from sandbox.broker.grant import Grant
from sandbox.broker.wire import Transport, WireRequest
from sandbox.jobs import AwsSession, Job, Outcome, ToolError
from sandbox.rehearsal.aws import AWS_URL, REGION
from sandbox.rehearsal.runner import Ran
from schemas.errors import OpswrightError
from schemas.operation import Slice
from schemas.query import Query
from schemas.source import AwsAccess, Source
from schemas.tool import Candidate
from tests.sandbox.rehearsal.fleet import DATA, TOOL_FILE, Refused, load

ENDPOINTS = {
    "version": "1.0",
    "parameters": {},
    "rules": [{"conditions": [], "endpoint": {"url": "https://unused.invalid", "properties": {}, "headers": {}}, "type": "endpoint"}],
}
"""Where no call is ever sent to: each is answered before."""

DATA_OF_ALL = Loader()
"""Keeps what it has read, which takes a quarter of a second."""

CLOUD = DATA / "aws"
SOURCE = Source(name="aws", spec_url="botocore:cloudwatch,ec2,iam,lambda", base_url="aws://", aws=AwsAccess(regions=(REGION,)))


@cache
def slices() -> Mapping[str, Slice]:
    """The slices that the Queries need, by id."""
    needed = {call.operation for query in queries().values() for call in query.calls}
    fetched = BotocoreFetcher(load_catalogue()).fetch(SOURCE, None)
    assert fetched is not None
    return {slice_.operation.id: slice_ for slice_ in fetched.slices if slice_.operation.id in needed}


@cache
def queries() -> Mapping[str, Query]:
    """The Queries by the name of their tool."""
    return {name: Query.model_validate(value) for name, value in load("aws/queries.yaml").items()}


def tool(name: str) -> str:
    """The source of the right tool."""
    return "\n\n".join((CLOUD / "tools" / f"{part}.py").read_text() for part in ("_aws", name))


def candidate(name: str, source: str | None = None) -> Candidate:
    """The candidate of that name, with its own source or another."""
    text = tool(name) if source is None else source
    return Candidate(name=name, title=name, function=name, source=text, tests="", query=queries()[name], engine="scripted")


class InProcess:
    """Runs a tool in this process, with real boto3 whose calls go to the real broker."""

    def __init__(self, name: str) -> None:
        granted = [slices()[call.operation] for call in queries()[name].calls]
        source = SOURCE.model_copy(update={"base_url": AWS_URL})
        self._grant = Grant(source, tuple(granted), tuple(slice_.operation for slice_ in granted))

    def __call__(self, job: Job, api: Transport, budget: Budget) -> Ran:
        broker = Broker(self._grant, api, budget=budget, sleep=lambda _seconds: None)
        outcome = _run(job, broker)
        return Ran(outcome, tuple(call.refusal for call in broker.transcript(job.started_at).calls if call.refusal))


class Models(Loader):  # type: ignore[misc]  # botocore has no types
    """botocore's own data, but for the services: those are a job's, as in the isolate."""

    def __init__(self, models: Mapping[str, Any]) -> None:
        super().__init__()
        self._models = models

    def load_data_with_path(self, name: str) -> Any:
        return DATA_OF_ALL.load_data_with_path(name)

    def load_service_model(self, service_name: str, type_name: str, api_version: str | None = None) -> Any:
        own = self._models[service_name]
        if type_name == "endpoint-rule-set-1":
            return ENDPOINTS
        return own.get(type_name, {"pagination": {}})


def session(aws: AwsSession, exchange: Callable[[str, str], tuple[int, Any]]) -> boto3.Session:
    """A session whose calls are handed to `exchange` as an address and a JSON body."""
    core = botocore.session.Session()
    core.register_component("data_loader", Models(aws.models))
    made = boto3.Session("unused", "unused", region_name=aws.region, botocore_session=core)
    asked: dict[str, Any] = {}

    def note(params: dict[str, Any], **_rest: Any) -> None:
        asked["params"] = dict(params)

    def answer(model: OperationModel, **_rest: Any) -> tuple[Any, dict[str, Any]]:
        address = f"aws://{aws.region}/{model.service_model.service_name}/{model.name}"
        status, body = exchange(address, json.dumps(asked["params"], default=datetime.isoformat))
        if status >= 300:
            raise ClientError(body, model.name)
        return _Response(status), {**_typed(model.output_shape, body), "ResponseMetadata": {}}

    made.events.register("provide-client-params.*.*", note)
    made.events.register("before-call.*.*", answer)
    return made


class _Response:
    def __init__(self, status: int) -> None:
        self.status_code = status


def _typed(shape: Shape | None, value: Any) -> Any:
    """The value with texts that are times made times."""
    match getattr(shape, "type_name", ""), value:
        case "timestamp", str():
            return datetime.fromisoformat(value)
        case "structure", dict():
            return {name: _typed(shape.members.get(name), item) for name, item in value.items()}  # type: ignore[union-attr]
        case "list", list():
            return [_typed(shape.member, item) for item in value]  # type: ignore[union-attr]
        case _:
            return value


def _run(job: Job, broker: Broker) -> Outcome:
    def exchange(address: str, body: str) -> tuple[int, Any]:
        try:
            response = broker.exchange(WireRequest("POST", address, (("content-type", "application/json"),), body.encode()))
        except OpswrightError as error:
            raise Refused(error) from error
        return response.status, json.loads(response.body)

    class Frozen(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return job.started_at

    try:
        namespace: dict[str, Any] = {"__name__": "tool"}
        exec(compile(job.source, TOOL_FILE, "exec"), namespace)
        namespace |= {"datetime": Frozen, "UTC": UTC, "timedelta": timedelta}
        assert job.aws is not None
        value = namespace[job.function or ""](session(job.aws, exchange), **(job.arguments or {}))
    except (Exception, Refused) as error:  # noqa: BLE001 - a tool may raise anything
        lines = [frame.lineno or 0 for frame in traceback.extract_tb(error.__traceback__) if frame.filename == TOOL_FILE]
        told = ToolError(type(error).__name__, str(error), lines[-1] if lines else 0, code=getattr(error, "code", ""))
        return Outcome("raised", error=told, finding="F_DENIED" if isinstance(error, Refused) else None)
    return Outcome("returned", value=value)


def defects() -> list[dict[str, Any]]:
    """The seeded defects."""
    found: list[dict[str, Any]] = yaml.safe_load((CLOUD / "defects.yaml").read_text())
    return found
