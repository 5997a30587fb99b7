"""Step 5, one declared parameter: how its text is read (OpenAPI 3.1, section 4.8.12: style and explode) and judged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from jsonschema_rs import Draft202012Validator

from sandbox.broker.schema import SliceSchemas
from schemas.base import Json, Scalar
from schemas.errors import quoted

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,29})")
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,29})(\.[0-9]{1,30})?([eE][+-]?[0-9]{1,2})?")
_DELIMITERS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
_LABELS = {"path": "path parameter", "query": "query parameter", "header": "header", "form": "form field", "body": "body name"}


@dataclass
class Given:
    """What a request gives for one parameter: its texts in order, or the texts of its members (`created[gte]=1`)."""

    texts: list[str] = field(default_factory=list)
    members: dict[str, str] = field(default_factory=dict)
    repeated: bool = False


@dataclass(frozen=True)
class Declared:
    """A parameter, or a field of a form, as the slice declares it. `members` are the types of an object's properties."""

    name: str
    location: str
    required: bool
    style: str
    explode: bool
    allows_empty: bool
    is_json: bool
    types: frozenset[str]
    item_types: frozenset[str]
    members: Mapping[str, frozenset[str]]
    validator: Draft202012Validator = field(repr=False)

    @property
    def label(self) -> str:
        """For messages: `query parameter 'limit'`."""
        return label(self.location, self.name)

    @property
    def spreads(self) -> bool:
        """An object whose properties stand in the query under their own names."""
        return self.style == "form" and self.explode and bool(self.members) and not self.is_json

    def problem(self, given: Given) -> str:
        """What is wrong with the given text, in words; empty where nothing is."""
        shown = quoted(", ".join(given.texts) or ", ".join(f"{name}={text}" for name, text in given.members.items()))
        if given.repeated or (given.texts and given.members) or (len(given.texts) > 1 and "array" not in self.types):
            return f"{self.label} is given more than once ({shown})"
        if self.allows_empty and given.texts == [""]:
            return ""
        values = list(self._readings(given))
        if any(self.validator.is_valid(value) for value in values):
            return ""
        reasons = (error.message for value in values for error in self.validator.iter_errors(value))
        return f"{self.label} is {shown}: {next(reasons, f'it is not {_one_of(self.types)}')}"

    def _readings(self, given: Given) -> Iterator[Json]:
        """The JSON values that the text may stand for, the most particular first."""
        if given.members:
            yield self._composed(given.members)
        elif self.is_json:
            yield from _parsed(given.texts[0])
        else:
            if "array" in self.types:
                parts = given.texts if self.explode else self._split(given.texts)
                yield [next(_scalars(part, self.item_types), part) for part in parts]
                yield list(parts)
            if len(given.texts) == 1:
                yield from _scalars(given.texts[0], self.types)

    def _composed(self, members: Mapping[str, str]) -> Json:
        if all(name == "" or name.isdigit() for name in members):
            return [next(_scalars(text, self.item_types), text) for text in members.values()]
        return {name: next(_scalars(text, self.members.get(name, frozenset())), text) for name, text in members.items()}

    def _split(self, texts: Sequence[str]) -> list[str]:
        delimiter = _DELIMITERS.get(self.style, ",")
        return [part for text in texts for part in text.split(delimiter)]


def declared(schemas: SliceSchemas, document_parameter: Mapping[str, Any]) -> Declared:
    """A Parameter Object of a slice, compiled. Raises SpecUnusable where its schema can't be."""
    name, location = document_parameter["name"], document_parameter["in"]
    content = next(iter(document_parameter.get("content", {}).values()), None)
    schema = (content or document_parameter).get("schema", {})
    style = document_parameter.get("style", "form" if location == "query" else "simple")
    return _compile(schemas, schema, name, location, style, document_parameter, is_json=content is not None)


def form_field(schemas: SliceSchemas, name: str, schema: Json, encoding: Mapping[str, Any], *, required: bool) -> Declared:
    """A property of a form-encoded body, with its Encoding Object."""
    said = {**encoding, "required": required}
    return _compile(schemas, schema, name, "form", encoding.get("style", "form"), said, is_json=False)


def label(location: str, name: str) -> str:
    """For messages: `query parameter 'limit'`."""
    return f"{_LABELS[location]} {quoted(name, 60)}"


def _compile(
    schemas: SliceSchemas, schema: Json, name: str, location: str, style: str, said: Mapping[str, Any], *, is_json: bool
) -> Declared:
    return Declared(
        name=name,
        location=location,
        required=bool(said.get("required")) or location == "path",
        style=style,
        explode=said.get("explode", style == "form"),
        allows_empty=bool(said.get("allowEmptyValue")),
        is_json=is_json,
        types=schemas.types(schema),
        item_types=schemas.types(schemas.items(schema)),
        members={member: schemas.types(value) for member, value in schemas.properties(schema).items()},
        validator=schemas.validator(schema, label(location, name)),
    )


def _scalars(text: str, types: frozenset[str]) -> Iterator[Scalar | None]:
    """What a text may mean among the types, the most particular first; nothing where no type fits."""
    if "boolean" in types and text in {"true", "false"}:
        yield text == "true"
    if types & {"integer", "number"} and _INTEGER.fullmatch(text):
        yield int(text)
    elif "number" in types and _NUMBER.fullmatch(text):
        yield float(text)
    if "null" in types and text == "null":
        yield None
    if "string" in types:
        yield text


def _parsed(text: str) -> Iterator[Json]:
    try:
        yield orjson.loads(text)
    except orjson.JSONDecodeError:
        return


def _one_of(types: frozenset[str]) -> str:
    return " or ".join(sorted(types))
