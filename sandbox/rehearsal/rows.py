"""One operation's rows: made whole from its schema, then set at the places that a subject chooses."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from datetime import datetime
from random import Random

from sandbox.rehearsal.aws import with_offsets
from sandbox.rehearsal.choices import ABSENT, Choice
from sandbox.rehearsal.shapes import Field, PlantingFailed, SchemaNode, SchemaReader, row_node
from sandbox.rehearsal.values import Values
from schemas.base import Json, lookup
from schemas.operation import LastRowPagination, Slice


class RowMaker:
    """Makes rows of one slice, or of the schema `node`. Paths here are dotted from the row."""

    def __init__(self, slice_: Slice, random: Random, now: datetime, *, node: Json = None) -> None:
        self.reader = SchemaReader(slice_.document)
        self.node = node or row_node(self.reader, slice_)
        self.values = Values(self.reader, random, now)
        self._operation = slice_.operation
        self._fields: dict[str, Field] = {}

    @property
    def key_path(self) -> str | None:
        """Where each row has what no other has, because the listing goes on after it."""
        style = self._operation.pagination
        return style.row_path if isinstance(style, LastRowPagination) else None

    def keys(self, rows: Sequence[Json]) -> list[Json]:
        """What the listing calls these rows; nothing where it does not go by rows."""
        return [lookup(row, self.key_path) for row in rows] if self.key_path else []

    def mark(self, row: Json, taken: set[str]) -> None:
        """Give the row a key of its own, if it needs one and has none or one that is `taken`; it is taken then."""
        if self.key_path is None:
            return
        key = lookup(row, self.key_path)
        if key in (None, "") or str(key) in taken:
            key = self.values.fresh(self.field(self.key_path), taken)
            self.place(row, self.key_path, Choice(key, "a key of its own"))
        taken.add(str(key))

    def keep_key(self, row: Json, changed: Json) -> None:
        """Give a changed row the key that it had: a server without it could not go on after the row."""
        if self.key_path is not None:
            self.place(changed, self.key_path, Choice(lookup(row, self.key_path), "its key"))

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
