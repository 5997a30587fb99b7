"""How documents that are neither JSON nor YAML are told apart, without loading what reads them."""

from __future__ import annotations

import re
from typing import Final

from doc_sources.normal_form import mapping
from doc_sources.parsing import is_html
from schemas.base import Json

# What a file begins with, after nothing but comments and a description: other documents quote schemas further down.
_SDL: Final = re.compile(
    rb'''(?:\s|\#[^\n]*+|"""(?:[^"]|"(?!""))*+"""|"[^"\n]*+")*+
    (?:extend\s++)?(?:schema|type|interface|input|enum|union|scalar|directive)(?:\s++[@\w]|\s*+\{)''',
    re.VERBOSE,
)
_PROTO: Final = re.compile(
    rb"""(?:\s|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)*+
    (?:syntax\s*+=\s*+["']proto[23]["']|edition\s*+=\s*+["']\d{4}["']|package\s++[\w.]++\s*+;)""",
    re.VERBOSE,
)
_GRAPHQL_ENDINGS: Final = (".graphql", ".graphqls", ".gql", ".sdl")
_MARKDOWN_ENDINGS: Final = (".md", ".markdown", ".mdown")


def is_sdl(content: bytes, address: str) -> bool:
    """Whether it is a GraphQL schema: by the address's ending, or as it begins with a definition."""
    return _path(address).endswith(_GRAPHQL_ENDINGS) or _SDL.match(content) is not None


def is_introspection(value: dict[str, Json]) -> bool:
    """Whether it is what a server answers to GraphQL's introspection query, or the data of that."""
    return "__schema" in value or "__schema" in mapping(value.get("data"))


def is_proto(content: bytes, address: str) -> bool:
    """Whether it is a .proto file: by the address's ending, or by its first statement."""
    return _path(address).endswith(".proto") or _PROTO.match(content) is not None


def is_markdown(_: bytes, address: str) -> bool:
    """Whether the address ends as that of Markdown does: any plain text is Markdown, so the content tells nothing."""
    return _path(address).endswith(_MARKDOWN_ENDINGS)


def is_page(content: bytes, _: str) -> bool:
    """Whether it begins as a page of HTML does, whatever its address ends in: what is missing is answered with a page."""
    return is_html(content)


def _path(address: str) -> str:
    return address.partition("?")[0].partition("#")[0].lower()
