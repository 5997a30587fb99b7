"""Sections of a text about an API, and what each says in OpenAPI's terms.

A section's call can't be made from here: what is read off prose proves neither that it is complete nor that it only reads.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from doc_sources.formats.description import EFFECT_KEY, EFFECT_REASON_KEY, Description
from doc_sources.formats.prose import bounded
from schemas.base import Json

CALL_KEY: Final = "x-opswright-call"
"""In an operation object: the call that a section describes, as the text writes it."""

MOST_SECTIONS: Final = 2_000
MOST_EACH: Final = 100
"""Parameters, examples or errors of one section."""

_UNPROVEN: Final = "it is known from a text only, which proves no effect"
_NOT_A_WORD: Final = re.compile(r"[^\w]+")
_STATUS: Final = re.compile(r"[1-5]\d\d")
_LONGEST_SLUG: Final = 80


@dataclass(frozen=True)
class Argument:
    """A parameter of a call, or a field of its answer, as a text describes it."""

    name: str
    schema: dict[str, Json]
    is_required: bool = False
    description: str = ""


@dataclass
class Section:
    """What stands between two headings, in order. `trail` are the headings above it, `anchor` is its name in the page's address."""

    title: str
    trail: tuple[str, ...] = ()
    anchor: str = ""
    words: list[str] = field(default_factory=list)
    signatures: list[str] = field(default_factory=list)
    arguments: list[Argument] = field(default_factory=list)
    returned: list[Argument] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    examples: list[str] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing at all."""
        return not (self.words or self.signatures or self.arguments or self.examples or self.errors or self.returned)

    @property
    def is_about_a_call(self) -> bool:
        """Whether it describes something that can be called, as far as rules tell."""
        return bool(self.signatures or self.arguments or self.errors)


def describe(sections: Sequence[Section], title: str, address: str, page: str = "") -> Description:
    """Each section as `GET /<page>/<heading>` of protocol `text`, whose words are its description.

    Without a `page` it is called as the last step of its address, or by its title.
    """
    page = page or slug(urlsplit(address).path.rstrip("/").rpartition("/")[2].partition(".")[0]) or slug(title) or "page"
    paths: dict[str, Json] = {}
    for section in sections[:MOST_SECTIONS]:
        name = _free(f"{page}/{slug(section.title) or 'section'}", paths)
        paths[f"/{name}"] = {"get": _operation(section, name, address)}
    return Description({"openapi": "3.1.0", "info": {"title": title, "version": ""}, "paths": paths}, "text")


def slug(text: str) -> str:
    """Words as a step of a path: `query-range`."""
    return _NOT_A_WORD.sub("-", text.casefold()).strip("-")[:_LONGEST_SLUG]


def _free(name: str, paths: dict[str, Json]) -> str:
    number, free = 2, name
    while f"/{free}" in paths:
        number, free = number + 1, f"{name}-{number}"
    return free


def _operation(section: Section, name: str, address: str) -> dict[str, Json]:
    operation: dict[str, Json] = {
        "operationId": name,
        "summary": bounded(_summary(section), 200),
        "description": bounded("\n\n".join(dict.fromkeys([*section.signatures[:MOST_EACH], *section.words]))),
        "tags": list(section.trail),
        "parameters": [_parameter(argument) for argument in section.arguments[:MOST_EACH]],
        "responses": dict(_responses(section)),
        EFFECT_KEY: "write",
        EFFECT_REASON_KEY: _UNPROVEN,
    }
    if section.signatures:
        operation[CALL_KEY] = section.signatures[0]
    if section.examples:
        operation["x-codeSamples"] = [{"source": bounded(example)} for example in section.examples[:MOST_EACH]]
    if urlsplit(address).scheme in ("http", "https"):
        operation["externalDocs"] = {"url": address.partition("#")[0] + (f"#{section.anchor}" if section.anchor else "")}
    return operation


def _summary(section: Section) -> str:
    """The heading, with the call where the heading is not the call's name already."""
    call = next(iter(section.signatures), "")
    return call or section.title if call.startswith(section.title) else " ".join(filter(None, [section.title, call and f"({call})"]))


def _parameter(argument: Argument) -> dict[str, Json]:
    return {
        "name": argument.name,
        "in": "query",
        "required": argument.is_required,
        "schema": argument.schema,
        "description": argument.description,
    }


def _responses(section: Section) -> Iterator[tuple[str, Json]]:
    returned = {field.name: field.schema | {"description": field.description} for field in section.returned[:MOST_EACH]}
    content = {"content": {"application/json": {"schema": {"type": "object", "properties": returned}}}} if returned else {}
    yield "200", {"description": "", **content}
    named = []
    for code, meaning in section.errors[:MOST_EACH]:
        if _STATUS.fullmatch(code) and code != "200":
            yield code, {"description": meaning}
        else:
            named.append(f"{code}: {meaning}")
    if named:
        yield "default", {"description": "\n".join(named)}
