"""Step 5, bodies: JSON and forms whose every name the slice declares. What goes out is what was judged, written anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from sandbox.broker.parameters import form_field
from sandbox.broker.query import Names, format_pairs, parse_pairs, undeclared
from sandbox.broker.schema import SliceSchemas
from schemas.base import Json
from schemas.errors import quoted

FORM = "application/x-www-form-urlencoded"

_MOST_WORDED = 32 * 1024
"""How many bytes are searched for all that is wrong: the library finds every error before it gives one, 5 s for the worst megabyte."""

_Extra = (ValidationErrorKind.UnevaluatedProperties, ValidationErrorKind.AdditionalProperties)


@dataclass(frozen=True)
class Body:
    """A body as it goes out, or why it may not."""

    content: bytes | None = field(default=None, repr=False)
    media_type: str = ""
    problems: Iterable[str] = ()
    """Worded as they are read, since only a few ever are."""


class _JsonMedia:
    def __init__(self, schemas: SliceSchemas, schema: Json) -> None:
        self._validator: Draft202012Validator = schemas.validator(schema, "the request body")
        self._names = schemas.names(schema)

    def judge(self, content: bytes, media_type: str) -> Body:
        try:
            value = orjson.loads(content)
            written = orjson.dumps(value)  # anew: of a name that is given twice, servers disagree which one counts
        except orjson.JSONDecodeError as error:
            return Body(problems=(f"the body is not JSON: {error}",))
        except orjson.JSONEncodeError as error:  # of what it reads, 1024 levels deep, it writes 254
            return Body(problems=(f"the body can't be sent: {error}",))
        return Body(written, media_type, self._problems(value, len(written)))

    def _problems(self, value: Json, size: int) -> Iterator[str]:
        if self._validator.is_valid(value):
            return
        if size > _MOST_WORDED:
            yield f"the body is not as declared; what is wrong is only said of one up to {_MOST_WORDED} bytes, not of {size}"
            return
        errors = list(self._validator.iter_errors(value))
        others = [error for error in errors if not isinstance(error.kind, _Extra)]
        for error in others:
            yield f"the body{_place(error)} is wrong: {error.message}"
        for error in errors:
            for name in _extras(error):
                # Where another rule fails, a composition reports its declared names as extras too: only noise then.
                if not others or name not in self._names:
                    yield undeclared("body", name, sorted(self._names)) + (f" (at{_place(error)})" if error.instance_path else "")


class _FormMedia:
    def __init__(self, schemas: SliceSchemas, schema: Json, encoding: Mapping[str, Any]) -> None:
        required = schemas.required(schema)
        properties = schemas.properties(schema).items()
        fields = [form_field(schemas, name, value, encoding.get(name, {}), required=name in required) for name, value in properties]
        self._names = Names("form", fields)

    def judge(self, content: bytes, media_type: str) -> Body:
        try:
            pairs = parse_pairs(content.decode("ascii"))
        except ValueError as error:
            return Body(problems=(f"the form is malformed: {error}",))
        return Body(format_pairs(pairs).encode(), media_type, self._names.problems(pairs))


class BodyContract:
    """The request body that an operation declares, if any."""

    def __init__(self, schemas: SliceSchemas, request_body: Mapping[str, Any] | None) -> None:
        self._schemas = schemas
        self._content: Mapping[str, Any] = (request_body or {}).get("content", {})
        self._required = bool((request_body or {}).get("required"))
        self._compiled: dict[str, _JsonMedia | _FormMedia] = {}

    def judge(self, content: bytes | None, content_type: str) -> Body:
        """The body to send. A body that can't be checked name by name (XML, multipart, bytes) is a problem too."""
        if not content:
            return Body(problems=("the operation requires a body",) if self._required else ())
        if not self._content:
            return Body(problems=("the operation takes no body",))
        media_type = content_type.partition(";")[0].strip().lower()
        declared = self._declared(media_type)
        if declared is None:
            return Body(problems=(f"a body of {quoted(media_type)} can't be sent, it takes {', '.join(map(quoted, self._content))}",))
        return self._media(declared, media_type).judge(content, media_type)

    def _declared(self, media_type: str) -> str | None:
        """The declared media type or range that covers a checkable type, exact ones first."""
        if media_type != FORM and not _is_json(media_type):
            return None
        covering = [name for name in self._content if fnmatchcase(media_type, name.partition(";")[0].strip().lower())]
        return min(covering, key=lambda name: "*" in name, default=None)

    def _media(self, declared: str, media_type: str) -> _JsonMedia | _FormMedia:
        key = f"{declared} {media_type == FORM}"
        if key not in self._compiled:
            said = self._content[declared]
            schema = said.get("schema", {})
            form = media_type == FORM
            self._compiled[key] = _FormMedia(self._schemas, schema, said.get("encoding", {})) if form else _JsonMedia(self._schemas, schema)
        return self._compiled[key]


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")


def _extras(error: ValidationError) -> list[str]:
    return error.kind.unexpected if isinstance(error.kind, _Extra) else []


def _place(error: ValidationError) -> str:
    return " " + quoted("/".join(map(str, error.instance_path))) if error.instance_path else ""
