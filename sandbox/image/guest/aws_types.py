"""Dates and bytes of an operation's output, which cross the wall as text, as what botocore's parsers make of them.

An output of 250 instances holds tens of thousands of values, of which a few hundred are dates. The shapes say where those can
be, so only the ways to them are walked.
"""

from __future__ import annotations

import base64
import io
from datetime import datetime
from typing import Any

from botocore.response import StreamingBody
from guest.aws_shapes import Definition, ShapeFunctions, ValueFunction


class Restoring(ShapeFunctions):
    """Takes a value as JSON has it and returns it typed. Lists and dicts are changed in place."""

    def make(self, shape: Definition) -> ValueFunction | None:
        match shape["type"]:
            case "timestamp":
                return datetime.fromisoformat
            case "blob":
                return _stream if shape.get("streaming") else base64.b64decode
            case "structure" if not shape.get("document"):
                members = [(name, way) for name, member in shape["members"].items() if (way := self.of(member)) is not None]
                return _structure(members) if members else None
            case "list":
                item = self.of(shape["member"])
                return _list(item) if item else None
            case "map":
                item = self.of(shape["value"])
                return _map(item) if item else None
            case _:
                return None

    def make_special(self, shape: Definition, reference: Definition) -> ValueFunction | None:
        return _stream if shape["type"] == "blob" and reference.get("streaming") else None


def _structure(members: list[tuple[str, ValueFunction]]) -> ValueFunction:
    def restore(value: dict[str, Any]) -> dict[str, Any]:
        for name, way in members:
            if (member := value.get(name)) is not None:
                value[name] = way(member)
        return value

    return restore


def _list(item: ValueFunction) -> ValueFunction:
    def restore(value: list[Any]) -> list[Any]:
        value[:] = [None if each is None else item(each) for each in value]
        return value

    return restore


def _map(item: ValueFunction) -> ValueFunction:
    def restore(value: dict[str, Any]) -> dict[str, Any]:
        for key, each in value.items():
            value[key] = None if each is None else item(each)
        return value

    return restore


def _stream(value: str) -> StreamingBody:
    content = base64.b64decode(value)
    return StreamingBody(io.BytesIO(content), len(content))
