"""Where the answer of an AWS operation holds its rows.

AWS names most operations after what they list: ListUsers lists Users, whatever else stands beside these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from doc_sources.aws_shapes import Shapes
from doc_sources.words import split
from schemas.base import Json

_PLAIN_PATH: Final = re.compile(r"\w+(?:\.\w+)*")
_BATCH: Final = "batch"


@dataclass(frozen=True)
class Listed:
    """A list in an answer: its path as in `Operation.rows_path`, and the shape of its members."""

    path: str
    member: str


def listed(shapes: Shapes, operation: str, output: str, paginator: Mapping[str, Json]) -> Listed | None:
    """The list that an operation is about: by its name, else the one that it pages through; None where neither tells."""
    noun = _folded(_noun(operation))
    named = [place for place in _lists(shapes, output) if _folded(place.path.rpartition(".")[2]) == noun]
    paged = [place for path in result_paths(paginator) if (place := list_at(shapes, output, path))]
    # A list of things rather than of their names.
    return min(named or paged, key=lambda place: shapes.type(place.member) != "structure", default=None)


def result_paths(paginator: Mapping[str, Json]) -> list[str]:
    """The paths of what botocore's paginator collects, those aside that are expressions."""
    keys = paginator.get("result_key", [])
    return list(filter(None, map(plain_path, keys if isinstance(keys, list) else [keys])))


def plain_path(expression: Json) -> str:
    """The first of several expressions (JMESPath) if it is a dotted path; empty where it is made of rows, or has alternatives."""
    first = expression[0] if isinstance(expression, list) and expression else expression
    return first if isinstance(first, str) and _PLAIN_PATH.fullmatch(first) else ""


def list_at(shapes: Shapes, output: str, path: str) -> Listed | None:
    """The list at a path, on which `[]` goes through a list; None where there is none."""
    shape = output
    for step in path.split("."):
        members = shapes.members(shape) if shapes.type(shape) == "structure" else {}
        name = step.removesuffix("[]")
        if name not in members:
            return None
        shape = _member(shapes, members[name]) if step.endswith("[]") else members[name]
    return Listed(path, _member(shapes, shape)) if shapes.type(shape) == "list" else None


def _lists(shapes: Shapes, output: str) -> Iterator[Listed]:
    """Lists at the top, then those inside one object."""
    yield from (Listed(name, _member(shapes, found)) for name, found in _own_lists(shapes, output))
    for name, shape in shapes.members(output).items():
        if shapes.type(shape) == "structure":
            yield from (Listed(f"{name}.{inner}", _member(shapes, found)) for inner, found in _own_lists(shapes, shape))


def _own_lists(shapes: Shapes, structure: str) -> Iterator[tuple[str, str]]:
    return ((name, shape) for name, shape in shapes.members(structure).items() if shapes.type(shape) == "list")


def _member(shapes: Shapes, name: str) -> str:
    return str(shapes[name]["member"]["shape"])


def _noun(operation: str) -> tuple[str, ...]:
    """What an operation's name says after its verb."""
    words = split(operation)
    return words[2:] if words[:1] == (_BATCH,) else words[1:]


def _folded(name: str | tuple[str, ...]) -> str:
    """Singular and in one word, so that `DBInstances` is what `DescribeDbInstance` says."""
    whole = "".join(split(name) if isinstance(name, str) else name)
    if whole.endswith("ies"):
        return f"{whole[:-3]}y"
    return whole.removesuffix("es") if whole.endswith(("sses", "uses", "xes")) else whole.removesuffix("s")
