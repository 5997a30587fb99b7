"""Worlds made from another one: nothing there, nothing optional there, and a server newer than its specification."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.shapes import SchemaReader
from sandbox.rehearsal.world import World
from schemas.base import Json

UNLISTED: Final = "unlisted_member"
ADDED: Final = {"added_later": {"note": "not in the specification"}}


def without(world: World, operations: Collection[str]) -> World:
    """The same world with these operations' relations empty."""
    return World({operation: () if operation in operations else rows for operation, rows in world.rows.items()}, world.notes)


def without_optional(world: World, makers: dict[str, RowMaker]) -> World:
    """Every row that these make with only what its schema requires, and null wherever that is allowed."""
    return _changed(world, makers, lambda reader, node, row, _: _bare(reader, node, row))


def newer(world: World, makers: dict[str, RowMaker]) -> World:
    """Every second row that these make with members that its enumerations do not list, and every row with a property more."""

    def renewed(reader: SchemaReader, node: Json, row: Json, index: int) -> Json:
        return {**(_unlisted(reader, node, row) if index % 2 else row), **ADDED}

    return _changed(world, makers, renewed)


def _changed(world: World, makers: dict[str, RowMaker], change: Callable[[SchemaReader, Json, Json, int], Json]) -> World:
    def renewed(maker: RowMaker, row: Json, index: int) -> Json:
        new = change(maker.reader, maker.node, row, index)
        maker.keep_key(row, new)
        return new

    rows = {
        operation: tuple(renewed(makers[operation], row, index) for index, row in enumerate(planted))
        for operation, planted in world.rows.items()
        if operation in makers
    }
    return World({**world.rows, **rows}, world.notes)


def _bare(reader: SchemaReader, node: Json, row: Json) -> Json:
    required = reader.merged(node).get("required", ())
    return {name: _least(reader, reader.child(node, name), value) for name, value in row.items() if name in required}


def _least(reader: SchemaReader, node: Json, value: Json) -> Json:
    if reader.validator(node)(None):
        return None
    return _bare(reader, node, value) if isinstance(value, dict) else value


def _unlisted(reader: SchemaReader, node: Json, value: Json) -> Json:
    if isinstance(value, dict):
        return {name: _unlisted(reader, reader.child(node, name), item) for name, item in value.items()}
    return UNLISTED if isinstance(value, str) and "enum" in reader.merged(node) else value
