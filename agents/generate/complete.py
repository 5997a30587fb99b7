"""Sample answers completed to what a service's model says that an answer always has: botocore's stub holds them against it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from schemas.base import Json
from schemas.operation import Operation

_PADDING = "-"


@dataclass(frozen=True)
class Answers:
    """One operation's answers by its model in botocore's form; `moment` stands for a time that has to be there."""

    shapes: Mapping[str, Any]
    output: str
    moment: str

    @classmethod
    def of(cls, operation: Operation, document: Json, moment: str) -> Answers:
        """By the slice of an AWS operation."""
        model = document["x-aws"]["service-2"]
        called = model["operations"][operation.name.partition(".")[2]]
        return cls(model["shapes"], called.get("output", {}).get("shape", ""), moment)

    def body(self, body: Json) -> Json:
        """A whole answer with what it must have."""
        return self._complete(self.output, body) if self.output else body

    def row(self, rows_path: str, row: Json) -> Json:
        """A row with what it must have."""
        name = self.output
        for step in rows_path.replace("[]", "").split(".") if rows_path else ():
            name = self.shapes[name]["members"][step]["shape"]
            name = self.shapes[name]["member"]["shape"] if self.shapes[name]["type"] == "list" else name
        return self._complete(name, row)

    def _complete(self, name: str, value: Json) -> Json:
        shape = self.shapes[name]
        match shape["type"]:
            case "structure" if not isinstance(value, dict):
                return self._least(name)  # something, of a list that only has to hold something
            case "structure":
                members = {member: said["shape"] for member, said in shape.get("members", {}).items()}
                found = {member: self._complete(members[member], inner) if member in members else inner for member, inner in value.items()}
                missing = [member for member in shape.get("required", ()) if member not in found]
                return found | {member: self._least(members[member]) for member in missing}
            case "list":
                inner = shape["member"]["shape"]
                found_items = [self._complete(inner, item) for item in value]
                return found_items + [self._least(inner) for _ in range(shape.get("min", 0) - len(found_items))]
            case "string" if isinstance(value, str):
                return value.ljust(shape.get("min", 0), _PADDING)
            case "integer" | "long" if isinstance(value, int):
                return max(value, shape.get("min", value))
            case _:
                return value

    def _least(self, name: str) -> Json:
        """The smallest value of a shape."""
        shape = self.shapes[name]
        match shape["type"]:
            case "structure":
                return self._complete(name, {})
            case "list":
                return self._complete(name, [])
            case "map":
                return {}
            case "string":
                return shape["enum"][0] if shape.get("enum") else _PADDING * max(1, shape.get("min", 1))
            case "timestamp":
                return self.moment
            case "boolean":
                return False
            case "float" | "double":
                return float(shape.get("min", 0))
            case _:
                return shape.get("min", 0)
