"""GraphQL types as JSON Schema.

A field may lead through the whole schema (GitHub's has 1,600 types that all lead to each other), so types are written out breadth
first, until a bound; what lies deeper is named only.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Final

import graphql

from schemas.base import Json

MOST_MEMBERS: Final = 200
"""Arguments or fields of one operation that are written out."""
MOST_TOGETHER: Final = 400_000
"""Of all operations: a megabyte of fields of one wide type stands for gigabytes."""

Member = graphql.GraphQLField | graphql.GraphQLArgument | graphql.GraphQLInputField

_SCALARS: Final[dict[str, Json]] = {
    "ID": {"type": "string"},
    "String": {"type": "string"},
    "Int": {"type": "integer", "format": "int32"},
    "Float": {"type": "number"},
    "Boolean": {"type": "boolean"},
    "Date": {"type": "string", "format": "date"},
    "DateTime": {"type": "string", "format": "date-time"},
    "URI": {"type": "string", "format": "uri"},
    "URL": {"type": "string", "format": "uri"},
}


def members_of_each(operations: int) -> int:
    """How many members are written out of each of so many operations."""
    return min(MOST_MEMBERS, MOST_TOGETHER // max(operations, 1))


def arguments(of_field: Mapping[str, graphql.GraphQLArgument], most: int = MOST_MEMBERS) -> dict[str, Json]:
    """An object of a field's arguments."""
    unfolding = _Unfolding(most)
    node = unfolding.members(of_field)
    unfolding.finish()
    return node


def unfolded(type_: graphql.GraphQLOutputType, most: int = MOST_MEMBERS) -> dict[str, Json]:
    """What a field of this type gives."""
    unfolding = _Unfolding(most)
    node = unfolding.schema(type_)
    unfolding.finish()
    return node


class _Unfolding:
    """Writes types out as JSON Schema, the near ones first, as long as there is room."""

    def __init__(self, room: int) -> None:
        self._room = room
        self._waiting: deque[tuple[dict[str, Json], Mapping[str, Member]]] = deque()

    def schema(self, type_: graphql.GraphQLType) -> dict[str, Json]:
        """The type, its own members still to come."""
        if isinstance(type_, graphql.GraphQLNonNull):
            return self.schema(type_.of_type)
        if isinstance(type_, graphql.GraphQLList):
            return {"type": "array", "items": self.schema(type_.of_type)}
        if isinstance(type_, graphql.GraphQLEnumType):
            return {"type": "string", "title": type_.name, "enum": list(type_.values)}
        if isinstance(type_, graphql.GraphQLUnionType):
            return {"type": "object", "title": type_.name, "description": f"One of {', '.join(sorted(t.name for t in type_.types))}."}
        if isinstance(type_, graphql.GraphQLObjectType | graphql.GraphQLInterfaceType | graphql.GraphQLInputObjectType):
            node: dict[str, Json] = {"type": "object", "title": type_.name}
            self._waiting.append((node, type_.fields))
            return node
        assert isinstance(type_, graphql.GraphQLScalarType)
        return dict(_SCALARS.get(type_.name, {"title": type_.name}))

    def members(self, members: Mapping[str, Member]) -> dict[str, Json]:
        """An object of them all: what an operation takes is told whole."""
        self._room -= len(members)
        needed = [name for name, member in members.items() if _is_required(member)]
        properties = {name: self._member(member) for name, member in members.items()}
        return {"type": "object", "properties": properties} | ({"required": needed} if needed else {})

    def finish(self) -> None:
        """Write out what waits, while there is room."""
        while self._waiting and self._room > 0:
            node, members = self._waiting.popleft()
            node |= self.members(dict(list(members.items())[: self._room]))

    def _member(self, member: Member) -> dict[str, Json]:
        said = " ".join(
            part for part in (member.description, member.deprecation_reason and f"Deprecated: {member.deprecation_reason}") if part
        )
        node = self.schema(member.type)
        node |= {"description": said} if said else {}
        node |= {"deprecated": True} if member.deprecation_reason else {}
        node |= _default(member)
        return node  # itself: it may be waiting for its members


def _is_required(member: Member) -> bool:
    """Whether an argument has to be given, or a field's value is never null."""
    if isinstance(member, graphql.GraphQLField):
        return isinstance(member.type, graphql.GraphQLNonNull)
    return isinstance(member.type, graphql.GraphQLNonNull) and member.default is None


def _default(member: Member) -> dict[str, Json]:
    if isinstance(member, graphql.GraphQLField) or member.default is None:
        return {}
    literal = member.default.literal
    return {"default": member.default.value if literal is None else graphql.value_from_ast_untyped(literal)}
