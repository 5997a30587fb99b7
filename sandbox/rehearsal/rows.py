"""One operation's rows: made whole from its schema, then set at the places that a subject chooses."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime
from random import Random

from sandbox.rehearsal.aws import with_offsets
from sandbox.rehearsal.choices import ABSENT, Choice
from sandbox.rehearsal.shapes import Field, PlantingFailed, SchemaNode, SchemaReader, row_node
from sandbox.rehearsal.values import Values
from schemas.base import Json
from schemas.operation import Slice


class RowMaker:
    """Makes rows of one slice, or of the schema `node`. Paths here are dotted from the row."""

    def __init__(self, slice_: Slice, random: Random, now: datetime, *, node: Json = None) -> None:
        self.reader = SchemaReader(slice_.document)
        self.node = node or row_node(self.reader, slice_)
        self.values = Values(self.reader, random, now)
        self._operation = slice_.operation
        self._fields: dict[str, Field] = {}

    def field(self, path: str) -> Field:
        """The place at `path`."""
        if path not in self._fields:
            self._fields[path] = self.reader.field(self.node, path)
        return self._fields[path]

    def schema(self, path: str) -> SchemaNode:
        """The merged schema at `path`."""
        return self.reader.merged(self.field(path).node)

    def row(self, chosen: Mapping[str, Choice]) -> Json:
        """A row with each chosen value in its place and everything else made up."""
        row = {} if self.reader.merged(self.node)["type"] == "any" else self.values.make(self.node)
        if not isinstance(row, dict):
            raise PlantingFailed(f"the rows of {self._operation.id} are no objects, so no path of a query leads into them")
        for path, choice in sorted(chosen.items(), key=lambda item: item[1].value is not ABSENT):
            self.place(row, path, choice)
        return self._written(row)

    def made(self, node: Json) -> Json:
        """A value of any schema of the slice, written as the operation's answers are."""
        return self._written(self.values.make(node))

    def bare(self, chosen: Mapping[str, Choice]) -> Json:
        """A row with nothing but the chosen values, and what its schema requires beside them."""
        row = self.values.make(self.node, depth=0)
        for path, choice in chosen.items():
            if choice.value is not ABSENT:
                self.place(row, path, choice)
        return self._written(row)

    def _written(self, row: Json) -> Json:
        return with_offsets(row) if self._operation.protocol == "aws" else row

    def place(self, row: Json, path: str, choice: Choice) -> None:
        """Set one place. Objects on the way that are not there are made up."""
        *way, last = ((self.field(path).optional_at or path) if choice.value is ABSENT else path).split(".")
        node = self.node
        for step in way:
            node = self.reader.child(node, step)
            if not isinstance(row.get(step), dict):
                made = self.values.make(node, step)
                row[step] = made if isinstance(made, dict) else {}
            row = row[step]
        if choice.value is ABSENT:
            row.pop(last, None)
        else:
            row[last] = copy.deepcopy(choice.value)
