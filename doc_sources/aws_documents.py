"""One AWS operation as a document of its own: OpenAPI in words of ours, with what botocore needs to call it.

The path is ours (`POST /ec2/DescribeInstances`): the protocols that AWS's services really speak are the SDK's affair. Under `x-aws` is
botocore's own model of just this operation, without documentation, from which the client in the isolate is made; under `x-metrics`
are the metrics that can be read through it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from doc_sources.aws_services import ServiceModel
from doc_sources.aws_shapes import Shapes, plain, without_words
from doc_sources.components import Components
from doc_sources.warnings import Warnings
from schemas.base import Json
from schemas.metric import Metric

METHOD: Final = "POST"
MAX_SUMMARY: Final = 160
MAX_DESCRIPTION: Final = 600
"""Characters. What follows is about limits, errors and the console."""

_MAX_HTML: Final = 20_000
_JSON: Final = "application/json"
_SCHEMA_HOME: Final = ("components", "schemas")
_NOTICE: Final = re.compile(r"<(note|important)>.{0,5000}?</\1>", re.DOTALL)
"""What AWS announces before it says what an operation does: the end of a service, another API to prefer."""
_SENTENCE: Final = re.compile(r".*?[.:](?= |$)")
_NOTHING: Final[dict[str, Json]] = {"type": "object", "additionalProperties": False}


def summary(operation: Mapping[str, Json]) -> str:
    """The first sentence of an operation's documentation, without its stop."""
    text = description(operation)
    found = _SENTENCE.match(text)
    return plain(found[0] if found else text, MAX_SUMMARY).rstrip(".:")


def description(operation: Mapping[str, Json]) -> str:
    """The beginning of an operation's documentation."""
    return plain(_NOTICE.sub(" ", operation.get("documentation", "")[:_MAX_HTML]), MAX_DESCRIPTION)


def shape_of(operation: Mapping[str, Json], part: str) -> str:
    """The name of an operation's `input` or `output` shape, empty where it has none."""
    return str(operation.get(part, {}).get("shape", ""))


class ServiceDocuments:
    """Writes the documents of one service's operations; what many refer to is converted once."""

    def __init__(self, service: ServiceModel) -> None:
        self.shapes = Shapes(service.model["shapes"])
        self.components = Components({"components": {"schemas": self.shapes.components}}, _SCHEMA_HOME, Warnings())
        self._service = service

    def document(self, name: str, metrics: Sequence[Metric]) -> dict[str, Json]:
        """The document of an operation."""
        used: set[str] = set()
        value = self._value(name, used)
        schemas = self.components.closure(used).schemas
        return {
            "openapi": "3.1.0",
            "info": {"title": self._service.title, "version": self._service.api_version},
            "paths": {self.path(name): {METHOD.lower(): value}},
            "components": {"schemas": schemas},
            "x-aws": self._cut_out(name),
            **({"x-metrics": [metric.model_dump(mode="json") for metric in metrics]} if metrics else {}),
        }

    def path(self, name: str) -> str:
        """The path that stands for an operation."""
        return f"/{self._service.name}/{name}"

    def schema(self, shape: str) -> Json:
        """A shape as JSON Schema that refers to components."""
        return self.components.convert(self.shapes.schema(shape), set())

    def _value(self, name: str, used: set[str]) -> dict[str, Json]:
        operation = self._service.operations[name]
        return {
            "operationId": f"{self._service.name}.{name}",
            "summary": summary(operation),
            "description": description(operation),
            "requestBody": {"content": self._content(shape_of(operation, "input"), used)},
            "responses": {"200": {"description": "", "content": self._content(shape_of(operation, "output"), used)}},
        }

    def _content(self, shape: str, used: set[str]) -> dict[str, Json]:
        has_members = shape and self.shapes.members(shape)
        return {_JSON: {"schema": self.components.convert(self.shapes.schema(shape), used) if has_members else _NOTHING}}

    def _cut_out(self, name: str) -> dict[str, Json]:
        """The operation in botocore's own form."""
        model, operation = self._service.model, without_words(self._service.operations[name])
        for part in ("input", "output"):
            if part in operation:
                operation[part] = without_words(operation[part])
        operation["errors"] = [without_words(error) for error in operation.get("errors", ())]
        shapes = [shape_of(operation, "input"), shape_of(operation, "output"), *(error["shape"] for error in operation["errors"])]
        paginator = self._service.paginators.get(name)
        return {
            "service": self._service.name,
            "operation": name,
            "service-2": {
                "version": model.get("version", "2.0"),
                "metadata": model["metadata"],
                "operations": {name: operation},
                "shapes": self.shapes.cut(filter(None, shapes)),
            },
            "paginators-1": {"pagination": {name: paginator} if paginator else {}},
        }
