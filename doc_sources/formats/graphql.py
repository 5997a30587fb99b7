"""GraphQL schemas, as SDL or as the result of an introspection: every field of a root type is an operation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

import graphql
from graphql import language

from doc_sources.formats.description import EFFECT_KEY, EFFECT_REASON_KEY, Description
from doc_sources.formats.graphql_types import arguments, members_of_each, unfolded
from doc_sources.formats.prose import first_sentence
from doc_sources.normal_form import mapping
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

MOST_TOKENS: Final = 1_000_000
"""Six times GitHub's."""

_LONGEST_SIGNATURE: Final = 1_000
_PURE: Final = "it is a field of the query type, and resolving one changes nothing (GraphQL, section 6.3.1)"


@dataclass(frozen=True)
class _Root:
    """A root type, and what its fields do."""

    kind: str
    type: graphql.GraphQLObjectType | None
    effect: str
    reason: str


def read(content: bytes, _: str) -> Description:
    """The fields of the root types as `POST /query/<field>`: arguments as the body, what comes back as the response.

    Raises SpecUnusable where it is no schema, or one without root types.
    """
    return _described(lambda: _declared(content))


def read_introspection(value: dict[str, Json], _: str) -> Description:
    """The same of an introspection's result."""
    schema = mapping(value.get("data")) or value
    return _described(lambda: graphql.build_client_schema(schema, assume_valid=True))  # type: ignore[arg-type]  # it checks


def _described(build: Callable[[], graphql.GraphQLSchema]) -> Description:
    try:
        schema = build()
        paths = dict(_operations(schema))
    except (graphql.GraphQLError, TypeError, ValueError, KeyError, AttributeError, RecursionError) as error:
        # What the library raises for what is no schema, depending on where it notices.
        raise SpecUnusable(f"It is no GraphQL schema that can be read: {quoted(error, 300)}.") from error
    if not paths:
        raise SpecUnusable("The GraphQL schema has no query type with fields.", hint="Give the whole schema, not a part of it.")
    info = {"title": first_sentence(schema.description or "") or "GraphQL", "version": ""}
    return Description({"openapi": "3.1.0", "info": info, "paths": paths}, "graphql")


def _declared(content: bytes) -> graphql.GraphQLSchema:
    document = graphql.parse(content.decode(errors="replace"), no_location=True, max_tokens=MOST_TOKENS)
    return graphql.build_ast_schema(_completed(document), assume_valid=True)


def _completed(document: language.DocumentNode) -> language.DocumentNode:
    """With what a part of a larger schema takes from the others: extended types defined, and unknown types as scalars."""
    defined = {node.name.value for node in document.definitions if isinstance(node, language.TypeDefinitionNode)}
    nodes: list[language.DefinitionNode] = []
    for node in document.definitions:
        if isinstance(node, language.ObjectTypeExtensionNode) and node.name.value not in defined:
            defined.add(node.name.value)
            node = language.ObjectTypeDefinitionNode(name=node.name, fields=node.fields, interfaces=node.interfaces, directives=())
        nodes.append(node)
    missing = sorted(_named(document) - defined - graphql.specified_scalar_types.keys())
    scalars = [language.ScalarTypeDefinitionNode(name=language.NameNode(value=name), directives=()) for name in missing]
    return language.DocumentNode(definitions=(*nodes, *scalars))


def _named(document: language.DocumentNode) -> set[str]:
    found: set[str] = set()

    class Names(language.Visitor):
        def enter_named_type(self, node: language.NamedTypeNode, *_: object) -> None:
            found.add(node.name.value)

    language.visit(document, Names())
    return found


def _operations(schema: graphql.GraphQLSchema) -> Iterator[tuple[str, Json]]:
    roots = [root for root in _roots(schema) if root.type]
    most = members_of_each(sum(len(root.type.fields) for root in roots if root.type))
    for root in roots:
        for name, field in root.type.fields.items() if root.type else ():
            yield f"/{root.kind}/{name}", {"post": _operation(root, name, field, most)}


def _roots(schema: graphql.GraphQLSchema) -> tuple[_Root, ...]:
    return (
        _Root(
            "query",
            schema.query_type,
            "read",
            "it is a field of the query type, and resolving one changes nothing (GraphQL, section 6.3.1)",
        ),
        _Root("mutation", schema.mutation_type, "write", "it is a field of the mutation type"),
        _Root("subscription", schema.subscription_type, "write", "it is a subscription, which stays open"),
    )


def _operation(root: _Root, name: str, field: graphql.GraphQLField, most: int) -> dict[str, Json]:
    signature = _signature(name, field)
    about = field.description or ""
    gone = f"Deprecated: {field.deprecation_reason}" if field.deprecation_reason else ""
    answer = {"description": str(field.type), "content": {"application/json": {"schema": unfolded(field.type, most)}}}
    operation: dict[str, Json] = {
        "operationId": f"{root.kind}.{name}",
        "summary": first_sentence(about),
        "description": "\n\n".join(part for part in (signature, about, gone) if part),
        "tags": [root.kind],
        EFFECT_KEY: root.effect,
        EFFECT_REASON_KEY: root.reason,
        "responses": {"200": answer},
    }
    if field.args:
        taken = arguments(field.args, most)
        operation["requestBody"] = {"required": _any_required(field), "content": {"application/json": {"schema": taken}}}
    return operation | ({"deprecated": True} if gone else {})


def _signature(name: str, field: graphql.GraphQLField) -> str:
    """`repository(name: String!, owner: String!): Repository`."""
    arguments = ", ".join(f"{name}: {argument.type}" for name, argument in field.args.items())
    return f"{name}({arguments}): {field.type}"[:_LONGEST_SIGNATURE] if arguments else f"{name}: {field.type}"


def _any_required(field: graphql.GraphQLField) -> bool:
    return any(graphql.is_required_argument(argument) for argument in field.args.values())
