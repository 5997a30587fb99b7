"""API material for a prompt: operations in few words, within a bound that no specification can exceed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from urllib.parse import parse_qsl

from agents.generate import aws
from agents.knowledge import Reading
from rag.words import stem, tokens
from schemas.base import Json, canonical_json
from schemas.operation import Operation, RowField
from schemas.query import MetricJoin, Query

MOST_TOKENS = 2000
"""API material of one prompt, however many endpoints there are."""

CHARACTERS_PER_TOKEN = 3
"""Identifiers and punctuation have 3 to 4."""

MOST_CHARACTERS = MOST_TOKENS * CHARACTERS_PER_TOKEN
MOST_CHARACTERS_EACH = MOST_CHARACTERS // 3
"""One operation with a thousand fields must not push out the others."""

MOST_CHARACTERS_OF_PASSAGES = MOST_CHARACTERS // 3
"""What can only be read explains what can be called, and must leave it the most room."""

_LONGEST_WORDS = 120
_LONGEST_ADDRESS = 300
_MOST_MEMBERS = 8


def candidates(
    found: Iterable[Operation],
    question: str,
    metrics_of: Callable[[Operation], Sequence[Reading]] = lambda _: (),
    room: int = MOST_CHARACTERS,
) -> dict[str, str]:
    """As many operations as there is room for, the best first: what is shown of each, by its id. `room` is in characters."""
    shown: dict[str, str] = {}
    for operation in found:
        lines = [*_heading(operation, metrics_of(operation)), *_fields(operation, question)]
        text = "\n".join(_cut(lines, MOST_CHARACTERS_EACH))
        if len(text) > room:
            break
        shown[operation.id] = text
        room -= len(text) + 1
    return shown


def passages(found: Sequence[Operation]) -> str:
    """Texts that speak of the question, each under its id and its address, so that it can be named; empty where there is none."""
    room = MOST_CHARACTERS_OF_PASSAGES // max(1, len(found))
    return "\n".join("\n".join(_cut(_passage(operation), room)) for operation in found)


def _passage(operation: Operation) -> Iterator[str]:
    yield f"{operation.id}{f' <{operation.docs_url[:_LONGEST_ADDRESS]}>' if operation.docs_url else ''}: {_words(operation.summary)}"
    yield from (f"  {_words(line)}" for line in operation.description.splitlines() if line.strip())


def called(query: Query, operations: Mapping[str, Operation]) -> str:
    """The Query's operations as whoever calls them must know them: path, paging, and the fields that the Query reads."""
    lines: list[str] = []
    for call in query.relations:
        lines += [*_calling(operations[call.operation]), *_read_fields(call.alias, query, operations[call.operation])]
    if query.metric:
        lines += _reading(query.metric, operations[query.metric.call.operation])
    return "\n".join(_cut(lines, MOST_CHARACTERS))


def paths_of(query: Query) -> tuple[str, ...]:
    """Every path into a row that the Query reads, once."""
    found = [predicate.path for predicate in query.predicates]
    found += [side for join in query.joins for side in (join.left, join.right)]
    found += [query.window.path] if query.window else []
    found += [query.metric.left] if query.metric else []
    found += [column.path for column in query.select]
    if query.group is None:
        found += [order.path for order in query.order]
    else:
        found += [column.path for column in query.group.by] + [a.path for a in query.group.aggregates if a.path]
    return tuple(dict.fromkeys(found))


def _heading(operation: Operation, readings: Sequence[Reading]) -> Iterator[str]:
    yield f"{operation.id}: {_words(operation.summary or operation.name)}"
    for metric, reader in ((reading.metric, reading.operation) for reading in readings):
        usual = f"usually {metric.statistic} of {metric.period_seconds} s over {metric.window_minutes} minutes"
        yield f"  metric {metric.name} ({metric.title}, {metric.unit}) on {metric.key} through {reader.id}, {usual}"


def _fields(operation: Operation, question: str) -> Iterator[str]:
    asked = {stem(word) for word in tokens(question)}
    yield from (f"  {_field(field)}" for field in sorted(operation.fields, key=lambda field: not _is_asked(field, asked)))


def _is_asked(field: RowField, asked: set[str]) -> bool:
    return any(stem(word) in asked for word in tokens(field.path))


def _calling(operation: Operation) -> Iterator[str]:
    yield f"{operation.id}: {operation.label}: {_words(operation.summary)}"
    if operation.protocol == "aws":
        yield f"  call: {_boto3(operation)}"
    if operation.protocol == "http" and "?" in operation.path:
        yield f"  call: {_with_query(operation)}"
    if operation.takes_empty_body:
        yield "  body: `json={}`"
    where = f"at `{operation.rows_path}`" if operation.rows_path else "the body itself"
    yield f"  rows: {where}, one object" if operation.row_is_single else f"  rows: {where}, an array"
    if operation.protocol == "http":
        yield f"  paging: {_paging(operation.pagination)}"


def _boto3(operation: Operation) -> str:
    """`session.client("ec2").get_paginator("describe_instances").paginate()`."""
    method = aws.method(operation)
    called = f'get_paginator("{method}").paginate(' if operation.pagination else f"{method}("
    return f'`session.client("{aws.service(operation)}").{called}…)`'


def _with_query(operation: Operation) -> str:
    """Apart, as httpx puts `params` in the place of a query that the URL has."""
    path, _, query = operation.path.partition("?")
    return f"path `{path}`, always with {_as_json(dict(parse_qsl(query)))} in params"


def _reading(join: MetricJoin, operation: Operation) -> Iterator[str]:
    metric = operation.metric(join.metric)
    yield from _calling(operation)
    if metric is not None:
        yield f"  at most {metric.batch} keys a call; arguments: {_as_json(metric.request)} with a list at `{metric.items_path}` of items"
        yield f"  {_as_json(metric.item)} where {{id}} is m0, m1, …"
        yield f"  results: at `{metric.results_path}`, each with its item's id at `{metric.id_path}` and values, newest first, at"
        yield f"  `{metric.values_path}`; a key without values has no figure"


def _as_json(value: Json) -> str:
    return canonical_json(value).decode()


def _paging(pagination: Json) -> str:
    return "none" if pagination is None else pagination.model_dump_json(exclude_none=True)


def _read_fields(alias: str, query: Query, operation: Operation) -> Iterator[str]:
    for path in paths_of(query):
        owner, _, rest = path.partition(".")
        if owner == alias:
            field = operation.field(rest)
            yield f"  {_field(field)}" if field else f"  {rest}"


def _field(field: RowField) -> str:
    """`opened_at: string date-time, may be null. When it began.`"""
    kind = " ".join(part for part in (field.type, field.format) if part)
    members = f" ({', '.join(field.enum[:_MOST_MEMBERS])}{', …' if len(field.enum) > _MOST_MEMBERS else ''})" if field.enum else ""
    missing = ", may be null" if field.nullable else "" if field.required else ", may be missing"
    said = f". {_words(field.description)}" if field.description else ""
    return f"{field.path}: {kind}{members}{missing}{said}"


def _words(text: str) -> str:
    """On one line, and no more than a glance."""
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST_WORDS else f"{line[: _LONGEST_WORDS - 1]}…"


def _cut(lines: Iterable[str], most: int) -> Iterator[str]:
    """Whole lines as long as there is room; how many were left out is told."""
    left_out, room = 0, most - len("  and 1000000 more")
    for line in lines:
        room -= len(line) + 1
        if room >= 0:
            yield line
        else:
            left_out += 1
    if left_out:
        yield f"  and {left_out} more"
