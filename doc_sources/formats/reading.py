"""Which format a document is in, told by looking at it, and what it says in the one form that slices are cut from."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from doc_sources import parsing
from doc_sources.formats import google_discovery, recognition, volcengine
from doc_sources.formats.description import Description
from doc_sources.parsing import described
from schemas.base import Json
from schemas.errors import SpecUnusable


@dataclass(frozen=True)
class TextFormat:
    """Told by its bytes and the address that they came from, before anybody tries to read them as JSON or YAML.

    `read` raises SpecUnusable where the document is no use after all.
    """

    name: str
    recognises: Callable[[bytes, str], bool]
    read: Callable[[bytes, str], Description]


@dataclass(frozen=True)
class ValueFormat:
    """Told by the keys of the object that the JSON or YAML holds. `read` raises SpecUnusable where it is no use after all.

    `companion` is how the name of a second file ends that says more, and the key of the object under which `read` finds it.
    """

    name: str
    recognises: Callable[[dict[str, Json]], bool]
    read: Callable[[dict[str, Json], str], Description]
    companion: tuple[str, str] | None = None


def _is_openapi(value: dict[str, Json]) -> bool:
    return not value.keys().isdisjoint(("openapi", "swagger"))


def _reader(name: str) -> Any:
    """A module of this folder, loaded when its first document comes: their parsers would make every command slower to start."""
    return importlib.import_module(f"doc_sources.formats.{name}")


def _read_by(name: str) -> Callable[[bytes, str], Description]:
    def read_text(content: bytes, address: str) -> Description:
        description: Description = _reader(name).read(content, address)
        return description

    return read_text


# The first that recognises a document reads it.
TEXT_FORMATS: Final[tuple[TextFormat, ...]] = (
    TextFormat("HTML", recognition.is_page, _read_by("html_page")),
    TextFormat("Markdown", recognition.is_markdown, _read_by("markdown")),
    TextFormat("GraphQL", recognition.is_sdl, _read_by("graphql")),
    TextFormat("Protocol Buffers", recognition.is_proto, _read_by("protobuf")),
)
VALUE_FORMATS: Final[tuple[ValueFormat, ...]] = (
    ValueFormat("OpenAPI", _is_openapi, lambda value, _: Description(value)),
    ValueFormat(
        "GraphQL introspection", recognition.is_introspection, lambda value, address: _reader("graphql").read_introspection(value, address)
    ),
    ValueFormat("Google discovery", google_discovery.recognises, google_discovery.read),
    ValueFormat("Volcano Engine", volcengine.recognises, volcengine.read, (volcengine.COMPANION, volcengine.TITLES)),
)


Beside = Callable[[str], Json]
"""The file of the document's folder that is named like it up to its first dot, and then so; None where there is none."""


def _nothing(_: str) -> Json:
    return None


def read(content: bytes, address: str, beside: Beside = _nothing) -> Description:
    """What a document says. `address` is where it came from, which may tell its format and names it in made-up paths.

    Raises SpecUnusable where the bytes are of no known format, saying what they are instead.
    """
    for text in TEXT_FORMATS:
        if text.recognises(content, address):
            return text.read(content, address)
    return read_value(parsing.parse(content), address, beside)


def read_value(value: Json, address: str, beside: Beside = _nothing) -> Description:
    """The same of a document that is parsed already."""
    if isinstance(value, dict):
        for known in VALUE_FORMATS:
            if known.recognises(value):
                name, key = known.companion or ("", "")
                more = beside(name) if name else None
                return known.read({**value, key: more} if more is not None else value, address)
    raise SpecUnusable(
        f"It is no description of an API that we can read: it is {described(value)}.",
        hint="Give the address of an OpenAPI description (`openapi: 3.…`, `swagger: 2.0`), or of one in another known format.",
    )
