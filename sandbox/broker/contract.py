"""Step 5: the specification is the firewall. What it does not declare does not leave."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain, islice
from typing import Any

from sandbox.broker.bodies import BodyContract
from sandbox.broker.denials import UndeclaredShape, titled
from sandbox.broker.headers import HeaderContract, header
from sandbox.broker.parameters import Given, declared
from sandbox.broker.query import Names, Pairs, format_pairs, parse_pairs
from sandbox.broker.schema import SliceSchemas
from sandbox.broker.wire import Headers
from schemas.errors import SpecUnusable, quoted
from schemas.operation import Slice

_MAX_PROBLEMS = 5
"""How many are worded: with names near to each, those of a megabyte would take the host ten seconds."""
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9.+*_-]+/[A-Za-z0-9.+*_-]+(?: *; *[A-Za-z0-9.=_ -]+)*")


@dataclass(frozen=True)
class Judged:
    """The parts of a request as they go out: written anew from what was checked."""

    query: str
    headers: Headers = field(repr=False)
    body: bytes | None = field(repr=False)


class Contract:
    """What the slice of one operation lets a request say."""

    def __init__(self, slice_: Slice) -> None:
        self._operation = slice_.operation
        schemas = SliceSchemas(slice_.document)
        item, operation = _operation_object(slice_)
        parameters = [declared(schemas, said) for said in _parameters(schemas, item, operation)]
        self._path = [parameter for parameter in parameters if parameter.location == "path"]
        self._query = Names("query", [parameter for parameter in parameters if parameter.location == "query"])
        self._headers = HeaderContract([parameter for parameter in parameters if parameter.location == "header"])
        self._body = BodyContract(schemas, schemas.resolve(operation.get("requestBody")) or None)
        self._accepted = _media_types(schemas, operation)

    def judge(self, path_values: Mapping[str, str], query: str, headers: Headers, content: bytes | None) -> Judged:
        """The request that may be sent. Raises UndeclaredShape, naming up to five problems at once."""
        pairs = self._pairs(query)
        body = self._body.judge(content, header(headers, "content-type"))
        problems = chain(self._path_problems(path_values), self._query.problems(pairs), self._headers.problems(headers), body.problems)
        if found := list(islice(problems, _MAX_PROBLEMS + 1)):
            raise self._refusal(found)
        own = [("accept", self._accept(header(headers, "accept"))), ("content-type", body.media_type)]
        kept = (*((name, value) for name, value in own if value), *self._headers.kept(headers))
        return Judged(format_pairs(pairs), kept, body.content)

    def _pairs(self, query: str) -> Pairs:
        try:
            return parse_pairs(query)
        except ValueError as error:
            raise self._refusal([f"the query is malformed: {error}"]) from error

    def _path_problems(self, values: Mapping[str, str]) -> Iterator[str]:
        for parameter in self._path:
            if parameter.name in values:
                yield from filter(None, [parameter.problem(Given([values[parameter.name]]))])

    def _accept(self, asked: str) -> str:
        """One declared media type where the tool asks for it, else all that are declared."""
        return asked if asked in self._accepted else ", ".join(self._accepted) or "application/json"

    def _refusal(self, problems: list[str]) -> UndeclaredShape:
        shown = "; ".join(problems[:_MAX_PROBLEMS]) + ("; and more" if len(problems) > _MAX_PROBLEMS else "")
        return UndeclaredShape(f"{titled(self._operation)}: {shown}.")


def contract_of(slice_: Slice) -> Contract:
    """The compiled contract of a slice, kept between runs. Raises SpecUnusable where the slice can't be read as OpenAPI."""
    return _compiled(_Key(slice_))


class _Key:
    """A slice as a key, equal to itself only. `slice_hash` would not do: whoever could write one would choose the contract."""

    def __init__(self, slice_: Slice) -> None:
        self.slice = slice_

    def __hash__(self) -> int:
        return id(self.slice)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self.slice is other.slice


@lru_cache(maxsize=256)
def _compiled(key: _Key) -> Contract:
    try:
        return Contract(key.slice)
    except (AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:  # a published document may have any shape
        shown = f"{type(error).__name__} {quoted(error)}"
        raise SpecUnusable(f"the slice of {key.slice.operation.id} can't be read as OpenAPI: {shown}") from error


def _operation_object(slice_: Slice) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The Path Item and the Operation Object of a slice. Raises SpecUnusable where the slice is another operation's."""
    item = slice_.document.get("paths", {}).get(slice_.operation.path, {})
    operation = item.get(slice_.operation.method.lower())
    if not isinstance(operation, dict):
        raise SpecUnusable(f"the slice of {slice_.operation.id} does not describe {slice_.operation.method} {slice_.operation.path}")
    return item, operation


def _parameters(schemas: SliceSchemas, item: Mapping[str, Any], operation: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The Parameter Objects of an operation; one of its own replaces the path's of the same name and place."""
    said = [schemas.resolve(node) for node in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    named = {(node["in"], node["name"]): node for node in said if isinstance(node.get("name"), str) and "in" in node}
    return [node for (place, _), node in named.items() if place in {"path", "query", "header"}]


def _media_types(schemas: SliceSchemas, operation: Mapping[str, Any]) -> tuple[str, ...]:
    """The media types of its responses, in the order declared; what is none has no place in a header."""
    responses = [schemas.resolve(response) for response in operation.get("responses", {}).values()]
    declared = dict.fromkeys(media_type for response in responses for media_type in response.get("content", {}))
    return tuple(media_type for media_type in declared if _MEDIA_TYPE.fullmatch(media_type))
