"""A Query to a Candidate: the module that answers it and its tests, from the template library."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from jinja2 import Environment, PackageLoader, StrictUndefined

from agents.generate import aws, aws_tests, http, http_tests
from agents.generate.clauses import clauses
from agents.generate.naming import title, tool_name
from agents.generate.samples import sample
from schemas.base import Json
from schemas.operation import Operation, Protocol
from schemas.query import Query
from schemas.tool import Candidate

_RELATION = {"http": http.relation, "aws": aws.relation}
_TESTS = {"http": http_tests.context, "aws": aws_tests.context}


def write(
    query: Query, operations: Mapping[str, Operation], now: datetime, documents: Mapping[str, Json] = MappingProxyType({})
) -> Candidate:
    """The candidate for `query`; `operations` and the documents of their slices by id.

    Deterministic but for `now`, which dates the sample rows' ages. The documents complete the sample answers of AWS's operations.
    """
    name, protocol = tool_name(query), operations[query.call.operation].protocol
    samples = sample(query, operations, documents, now)
    source = _render(f"{protocol}/tool.py.j2", name, _tool(query, operations, protocol))
    tests = _render(f"{protocol}/test_tool.py.j2", name, _TESTS[protocol](query, operations, samples, now))
    return Candidate(name=name, title=title(query), function=name, source=source, tests=tests, query=query, engine="rules")


def _tool(query: Query, operations: Mapping[str, Operation], protocol: Protocol) -> dict[str, object]:
    relation = _RELATION[protocol]
    return clauses(query, operations) | {
        "relations": [relation(call, operations[call.operation]) for call in query.relations],
        "metric": aws.metric(query.metric, operations[query.metric.call.operation]) if query.metric else None,
    }


def _render(template: str, function: str, context: Mapping[str, object]) -> str:
    return _environment().get_template(template).render(function=function, **context)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    # What is rendered is Python for a sandbox, not HTML for a browser.
    return Environment(  # noqa: S701
        loader=PackageLoader("agents.generate"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
