"""An OpenAPI or Swagger document: which version it is, where its calls go, and its operations in normal form.

Nothing is validated or resolved as a whole: that takes seconds where cutting takes milliseconds, published documents fail it, and what
is wrong in one operation is no reason to refuse the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final

from doc_sources import openapi3, swagger2
from doc_sources.components import Components
from doc_sources.normal_form import METHODS, NormalOperation, RawOperation, mapping, text
from doc_sources.parsing import described
from doc_sources.warnings import Warnings
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

_OPENAPI_3: Final = re.compile(r"3(\.|$)")
_SWAGGER_2: Final = re.compile(r"2(\.0)?$")


MAX_OPERATIONS: Final = 20_000
"""Sixteen times GitHub's."""


class Specification:
    """One parsed document. `components` resolves its references, `warnings` collects what was wrong with it."""

    def __init__(self, root: Json, warnings: Warnings | None = None) -> None:
        """`warnings` may hold some already. Raises SpecUnusable where `root` is no OpenAPI 3 or Swagger 2.0 document."""
        self.root = _checked(root)
        self.is_swagger = "swagger" in self.root
        self.warnings = warnings or Warnings()
        home = swagger2.SCHEMA_HOME if self.is_swagger else openapi3.SCHEMA_HOME
        self.components = Components(self.root, home, self.warnings)
        info = mapping(self.root.get("info"))
        self.title = text(info.get("title"))
        self.version = str(info.get("version") or "")

    @property
    def paths(self) -> dict[str, Json]:
        """The path items as they stand in the document, by path."""
        paths: dict[str, Json] = self.root["paths"]
        return paths

    def operations(self, max_operations: int = MAX_OPERATIONS) -> Iterator[NormalOperation]:
        """Every operation in the document's order. Raises SpecUnusable where there are more than `max_operations`."""
        reader = swagger2.Swagger2Reader(self.root, self.components) if self.is_swagger else openapi3.OpenApi3Reader(self.components)
        found = list(islice(self._raw_operations(), max_operations + 1))
        if len(found) > max_operations:
            hint = "Point the source at a smaller part of the API."
            raise SpecUnusable(f"It describes more than {max_operations:,} operations.", hint=hint)
        for raw, name in zip(found, _unique_names(found), strict=True):
            yield reader.normal(RawOperation(raw.path, raw.item, raw.method, raw.value, name))

    def _raw_operations(self) -> Iterator[RawOperation]:
        for path, node in self.paths.items():
            if path.startswith("/") and "{}" not in path:
                item = self.components.resolve(node)
                yield from (
                    RawOperation(path, item, method, value)
                    for method in METHODS
                    if (value := self._operation(item.get(method))) is not None
                )
            elif not path.startswith("x-"):
                reason = "a parameter in it has no name" if path.startswith("/") else "a path starts with a slash"
                self.warnings.add(f"The path {quoted(path)} is left out: {reason}.")

    def _operation(self, node: Json) -> dict[str, Json] | None:
        """An operation object, which may stand in a file of its own, or None where there is none."""
        if not isinstance(node, dict):
            return None
        return self.components.resolve(node) or None if isinstance(node.get("$ref"), str) else node


def _unique_names(operations: list[RawOperation]) -> list[str]:
    """Each operation's own name where it has one that no earlier operation has, else one made from method and path."""
    first = {raw.declared_name: raw for raw in reversed(operations) if raw.declared_name}
    taken = set(first)
    names = []
    for raw in operations:
        name = raw.declared_name
        if first.get(name) is not raw:
            name = _free_name(raw.made_name, taken)
            taken.add(name)
        names.append(name)
    return names


def _free_name(name: str, taken: set[str]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name}_{number}"
    return free


def _checked(root: Json) -> dict[str, Json]:
    if not isinstance(root, dict) or not ({"openapi", "swagger"} & root.keys()):
        raise SpecUnusable(
            f"It is not an OpenAPI description: it is {described(root)}.",
            hint="Give the address of a document that begins with `openapi: 3.…` or `swagger: 2.0`.",
        )
    keyword, known = ("swagger", _SWAGGER_2) if "swagger" in root else ("openapi", _OPENAPI_3)
    version = str(root[keyword])
    if not known.match(version):
        raise SpecUnusable(f"It says {keyword} {quoted(version, 20)}; OpenAPI 3.0 to 3.2 and Swagger 2.0 can be read.")
    if not isinstance(root.get("paths"), dict) or not root["paths"]:
        raise SpecUnusable(f"It describes no operations: its `paths` are {described(root.get('paths'))}.")
    return root
