"""YAML without its surprises: the core schema of YAML 1.2, text keys, and bounds against bombs.

Built from libyaml's events rather than by `yaml.load`, for three reasons. PyYAML resolves YAML 1.1, where `no` is false, `12:30` is
750 and `2023-08-16` is a date; OpenAPI asks for 1.2. Aliases and merge keys let a kilobyte stand for gigabytes, and only here can
they be counted before they are expanded. And libyaml's composer recurses in C: a hundred thousand brackets end the process.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

import yaml

from schemas.base import Json
from schemas.errors import SpecUnusable

MAX_NODES: Final = 2_000_000
"""Eight times GitHub's description, the largest known."""
MAX_DEPTH: Final = 200

_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEAN: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
# Twenty digits are what JSON's writer can write as an integer; a longer number is read as a float.
_INTEGER: Final = re.compile(r"[-+]?[0-9]{1,20}")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_MERGE: Final = "<<"


@dataclass(slots=True)
class _Open:
    """A collection whose end has not come yet."""

    value: dict[str, Json] | list[Json]
    anchor: str | None
    nodes_before: int
    height: int = 1
    key: str | None = None
    merged: list[Json] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Anchored:
    value: Json
    nodes: int
    height: int


class _Builder:
    """Takes events in order; `result` is the document."""

    def __init__(self, max_nodes: int, max_depth: int) -> None:
        self._max_nodes = max_nodes
        self._max_depth = max_depth
        self._nodes = 0
        self._open: list[_Open] = []
        self._anchors: dict[str, _Anchored] = {}
        self.result: Json = None

    def take(self, event: yaml.Event) -> None:
        """Add one event. Raises SpecUnusable at a bound."""
        match event:
            case yaml.ScalarEvent():
                self._scalar(event)
            case yaml.MappingStartEvent():
                self._start({}, event.anchor)
            case yaml.SequenceStartEvent():
                self._start([], event.anchor)
            case yaml.MappingEndEvent() | yaml.SequenceEndEvent():
                self._end()
            case yaml.AliasEvent():
                self._alias(event)

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        self._count(1)
        is_key, is_plain = self._expects_key(), event.implicit[0]
        # A key keeps the text that was written, so the response code 200 is "200" and a property may be named `on`.
        value = _resolved(event.value) if is_plain and not is_key else event.value
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value, 1, 0)
        if is_key:
            self._open[-1].key = value
        else:
            self._add(value, 0)

    def _start(self, value: dict[str, Json] | list[Json], anchor: str | None) -> None:
        if self._expects_key():
            raise SpecUnusable("The YAML uses a list or an object as a key, which JSON can't express.")
        if len(self._open) >= self._max_depth:
            raise SpecUnusable(f"The YAML is nested deeper than {self._max_depth} levels.")
        self._open.append(_Open(value, anchor, self._nodes))
        self._count(1)

    def _end(self) -> None:
        done = self._open.pop()
        if isinstance(done.value, dict):
            for base in done.merged:
                done.value |= {key: value for key, value in base.items() if key not in done.value}
        if done.anchor:
            self._anchors[done.anchor] = _Anchored(done.value, self._nodes - done.nodes_before, done.height)
        self._add(done.value, done.height)

    def _alias(self, event: yaml.AliasEvent) -> None:
        known = self._anchors.get(event.anchor or "")
        if known is None:
            # By its line, not its name: `*pa55word` without quotes is an alias, too.
            where = f" in line {event.start_mark.line + 1}" if event.start_mark else ""
            raise SpecUnusable(f"The YAML alias{where} stands for something that is not complete before it.")
        self._count(known.nodes)
        if self._expects_key():
            self._open[-1].key = str(known.value)
        else:
            self._add(known.value, known.height)

    def _expects_key(self) -> bool:
        return bool(self._open) and isinstance(self._open[-1].value, dict) and self._open[-1].key is None

    def _count(self, nodes: int) -> None:
        self._nodes += nodes
        if self._nodes > self._max_nodes:
            raise SpecUnusable(f"The YAML stands for more than {self._max_nodes:,} values once its aliases are expanded.")

    def _add(self, value: Json, height: int) -> None:
        if not self._open:
            self.result = value
            return
        parent = self._open[-1]
        parent.height = max(parent.height, height + 1)
        if len(self._open) + height > self._max_depth:
            raise SpecUnusable(f"The YAML is nested deeper than {self._max_depth} levels once its aliases are expanded.")
        if isinstance(parent.value, list):
            parent.value.append(value)
        else:
            self._add_pair(parent, value)

    def _add_pair(self, parent: _Open, value: Json) -> None:
        key, parent.key = parent.key or "", None
        bases = value if isinstance(value, list) else [value]
        if key == _MERGE and all(isinstance(base, dict) for base in bases):
            parent.merged += bases
        elif isinstance(parent.value, dict):
            parent.value[key] = value


def _resolved(text: str) -> Json:
    """A plain scalar as YAML 1.2's core schema reads it (section 10.3.2), without octal, hexadecimal and infinities."""
    if text in _NULL:
        return None
    if text in _BOOLEAN:
        return _BOOLEAN[text]
    if _INTEGER.fullmatch(text) and -(2**63) <= int(text) < 2**64:
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def read_yaml(content: bytes, *, max_nodes: int = MAX_NODES, max_depth: int = MAX_DEPTH) -> Json:
    """The one document in `content`. Raises SpecUnusable where it is not YAML, holds several documents or passes a bound."""
    builder = _Builder(max_nodes, max_depth)
    documents = 0
    try:
        for event in yaml.parse(content, Loader=yaml.CSafeLoader):
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise SpecUnusable("The YAML holds several documents; a specification is one.")
            builder.take(event)
    except yaml.YAMLError as error:
        raise SpecUnusable(f"It is not valid YAML: {' '.join(str(error).split())}") from error
    return builder.result
