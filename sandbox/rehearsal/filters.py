"""What a server makes of a request's parameters whose meaning is declared: rows kept by a filter, values repeated in the answer.

A parameter without a declared meaning changes nothing here, whatever its name promises: a tool that relies on it gets every row.
"""

from __future__ import annotations

import copy
import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import orjson

from sandbox.rehearsal.pages import BadRequest
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import SchemaNode
from schemas.base import Json, lookup
from schemas.evaluate import parse_time
from schemas.operation import Echo, Filter, Operation

Sent = Mapping[str, str]
"""The parameters of a request by name; one that was repeated has its values joined by commas."""

_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "gt": operator.gt,
    "ge": operator.ge,
    "lt": operator.lt,
    "le": operator.le,
    "contains": lambda value, asked: asked in value,
    "prefix": lambda value, asked: value.startswith(asked),
    "in": lambda value, asked: value in asked,
}
"""As most servers do: with regard to case, and nothing that is missing compares."""

_TRUTHS: Final = {"true": True, "false": False, "1": True, "0": False}


def kept(operation: Operation, maker: RowMaker, sent: Sent, rows: Sequence[Json]) -> tuple[int, ...] | None:
    """The indices of the rows that the request's filters keep; None where it names no filter, or there is one object and no list.

    Raises BadRequest for a value that is none.
    """
    wanted = [filter_ for filter_ in operation.filters if filter_.parameter in sent]
    if not wanted or operation.row_is_single:
        return None
    tests = [_test(filter_, maker, sent[filter_.parameter]) for filter_ in wanted]
    return tuple(index for index, row in enumerate(rows) if all(test(row) for test in tests))


def in_rows(operation: Operation, maker: RowMaker, sent: Sent, rows: Sequence[Json]) -> list[Json]:
    """The rows with what each repeats of the request."""
    echoes = [echo for echo in operation.echo if echo.in_rows and echo.parameter in sent]
    if not echoes:
        return list(rows)
    told = [copy.deepcopy(row) for row in rows]
    for row in told:
        for echo in echoes:
            _put(row, echo, _typed(sent[echo.parameter], maker.schema(echo.path), echo.parameter))
    return told


def repeated(operation: Operation, maker: RowMaker, requests: Sequence[Sent], rows: Sequence[Json]) -> tuple[Json, ...]:
    """The rows as all of these requests together were answered; what they differ in stays as it was planted."""
    first = requests[0] if requests else {}
    same = {name: value for name, value in first.items() if all(sent.get(name) == value for sent in requests)}
    return tuple(in_rows(operation, maker, same, rows))


def in_body(operation: Operation, sent: Sent, body: Json, schema_at: Callable[[str], SchemaNode]) -> None:
    """Repeats in the body what it repeats of the request; `schema_at` gives the schema at a path of it."""
    for echo in operation.echo:
        if not echo.in_rows and echo.parameter in sent:
            _put(body, echo, _typed(sent[echo.parameter], schema_at(echo.path), echo.parameter))


def _test(filter_: Filter, maker: RowMaker, text: str) -> Callable[[Json], bool]:
    schema = maker.schema(filter_.path)
    schema = maker.reader.merged(schema.get("items", {})) if schema["type"] == "array" else schema
    asked: Any
    if filter_.comparison == "in":
        asked = [_comparable(_typed(part, schema, filter_.parameter), schema) for part in text.split(",")]
    elif filter_.comparison in ("contains", "prefix"):
        asked = text  # a part of a value need not be one
    else:
        asked = _comparable(_typed(text, schema, filter_.parameter), schema)
    return lambda row: _holds(_COMPARED[filter_.comparison], lookup(row, filter_.path), asked, schema)


def _holds(compares: Callable[[Any, Any], bool], value: Json, asked: Any, schema: SchemaNode) -> bool:
    if isinstance(value, list):
        return any(_holds(compares, item, asked, schema) for item in value)
    comparable = _comparable(value, schema)
    return comparable is not None and compares(comparable, asked)


def _comparable(value: Json, schema: SchemaNode) -> Any:
    """A time as a moment, whatever its offset; anything else as it is."""
    return parse_time(value) if schema.get("format") == "date-time" else value


def _typed(text: str, schema: SchemaNode, name: str) -> Json:
    """The value that a parameter's text stands for at a place of this schema. Raises BadRequest where it stands for none."""
    value: Json = text
    match schema["type"]:
        case "boolean":
            value = _TRUTHS.get(text.lower())
        case "integer" | "number":
            value = _number(text)
    is_moment = schema.get("format") != "date-time" or parse_time(text) is not None
    if value is None or not is_moment or ("enum" in schema and value not in schema["enum"]):
        members = ", ".join(map(str, schema.get("enum", ()))) or str(schema.get("format") or schema["type"])
        raise BadRequest(f"{name} {text!r} is none of {members}" if "enum" in schema else f"{name} {text!r} is no {members}")
    return value


def _number(text: str) -> Json:
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _put(holder: Json, echo: Echo, value: Json) -> None:
    *way, last = echo.path.split(".")
    for step in way:
        holder = holder.setdefault(step, {})
    holder[last] = value
