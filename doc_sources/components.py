"""The schemas that a document defines for reuse, converted one by one when something first refers to them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from doc_sources import pointers, tree_files
from doc_sources.schema_conversion import SCHEMA_HOME, convert
from doc_sources.tree_files import TreeFiles
from doc_sources.warnings import Warnings
from schemas.base import Json, canonical_json, digest
from schemas.errors import quoted

_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")
"""What a component may be called (OpenAPI 3.1, section 4.8.7)."""
_MAX_HOPS: Final = 10
_MAX_INLINE_NODES: Final = 2_000


@dataclass(frozen=True)
class Component:
    """A converted schema, the components that it names, and the digest and length of its canonical JSON."""

    schema: Json
    uses: frozenset[str]
    digest: str
    size_bytes: int


@dataclass(frozen=True)
class Closure:
    """Schemas that refer to no others, by name, and one digest of all theirs (empty where there are none).

    Operations that lead to the same schemas share it, as in Stripe's, where nearly all lead to the same hundreds.
    """

    schemas: dict[str, Json]
    digest: str
    size_bytes: int


class Components:
    """Resolves references within one document. A broken reference is a warning and stands for anything."""

    def __init__(self, root: Mapping[str, Json], home: tuple[str, ...], warnings: Warnings) -> None:
        """`home` is where the document keeps its schemas: `components/schemas`, or `definitions` in Swagger 2.0."""
        self._root = root
        self._home = home
        self._warnings = warnings
        self._resolved: dict[str, dict[str, Json]] = {}
        self._names: dict[str, str | None] = {}
        self._schemas: dict[str, Json] = {}
        self._converted: dict[str, Component] = {}
        self._reaches: dict[str, frozenset[str]] = {}
        self._closures: dict[frozenset[str], Closure] = {}

    def resolve(self, node: Json) -> dict[str, Json]:
        """The object that a node is or refers to; empty where the reference is broken, circular or no object. Not for schemas."""
        reference = node.get("$ref") if isinstance(node, dict) else None
        if not isinstance(reference, str):
            return node if isinstance(node, dict) else {}
        if reference not in self._resolved:
            self._resolved[reference] = self._resolve(node)
        return self._resolved[reference]

    def _resolve(self, node: Json) -> dict[str, Json]:
        for _ in range(_MAX_HOPS):
            reference = node.get("$ref") if isinstance(node, dict) else None
            if not isinstance(reference, str):
                return node if isinstance(node, dict) else {}
            try:
                node = pointers.follow(self._root, self._steps(reference))
            except LookupError as error:
                self._warn(reference, error)
                return {}
        self._warnings.add(f"The reference {quoted(reference)} leads in a circle.")
        return {}

    def name_of(self, reference: str) -> str | None:
        """The name under which slices carry the schema that a reference means; None, with a warning, where it is broken."""
        if reference not in self._names:
            self._names[reference] = self._named(reference)
        return self._names[reference]

    def convert(self, schema: Json, used: set[str]) -> Json:
        """An inline schema as JSON Schema 2020-12; the names of the components that it refers to are added to `used`."""
        return convert(schema, self.name_of, used)

    def component(self, name: str) -> Component:
        """The component of a name that `name_of` gave."""
        if name not in self._converted:
            used: set[str] = set()
            schema = convert(self._schemas[name], self.name_of, used)
            encoded = canonical_json(schema)
            self._converted[name] = Component(schema, frozenset(used), hashlib.sha256(encoded).hexdigest(), len(encoded))
        return self._converted[name]

    def schema_at(self, reference: str) -> Json:
        """The converted schema that a converted reference means."""
        return self.component(reference.removeprefix(SCHEMA_HOME)).schema

    def closure(self, names: Iterable[str]) -> Closure:
        """These components and all that they refer to, directly or not."""
        key = frozenset[str]().union(*map(self._reach, names))
        if key not in self._closures:
            members = {name: self._converted[name] for name in key}
            self._closures[key] = Closure(
                schemas={name: member.schema for name, member in members.items()},
                digest=digest({name: member.digest for name, member in members.items()}) if members else "",
                size_bytes=sum(member.size_bytes for member in members.values()),
            )
        return self._closures[key]

    def _reach(self, start: str) -> frozenset[str]:
        """The names of a component that an operation refers to and of all that it leads to."""
        if start not in self._reaches:
            found, waiting = set[str](), {start}
            while waiting:
                name = waiting.pop()
                if name not in found:
                    # Of Stripe's schemas nearly each leads to the same hundreds: what is known of one is taken over as a whole.
                    found |= self._reaches.get(name) or {name}
                    waiting |= self.component(name).uses - found
            self._reaches[start] = frozenset(found)
        return self._reaches[start]

    def inlined(self, schema: Json) -> Json:
        """A converted schema that stands alone: references replaced by what they mean, cut off where they recurse or run long."""
        return self._inlined(schema, frozenset(), [_MAX_INLINE_NODES])

    def _inlined(self, schema: Json, inside: frozenset[str], nodes_left: list[int]) -> Json:
        nodes_left[0] -= 1
        if nodes_left[0] < 0:
            return {}
        if isinstance(schema, list):
            return [self._inlined(member, inside, nodes_left) for member in schema]
        if not isinstance(schema, dict):
            return schema
        reference = schema.get("$ref")
        name = reference.removeprefix(SCHEMA_HOME) if isinstance(reference, str) else None
        rest = {key: self._inlined(value, inside, nodes_left) for key, value in schema.items() if key != "$ref" or name is None}
        if name is None or name in inside or name not in self._schemas:
            return rest
        target = self._inlined(self.component(name).schema, inside | {name}, nodes_left)
        return target | rest if isinstance(target, dict) else target

    def _steps(self, reference: str) -> tuple[str, ...]:
        files = self._root.get(tree_files.KEY)
        if isinstance(files, TreeFiles) and not reference.startswith("#"):
            # Those that stand in other files are made local when these are read.
            reference = files.local(reference)
        return pointers.steps(reference)

    def _named(self, reference: str) -> str | None:
        try:
            path = self._steps(reference)
            schema = pointers.follow(self._root, path)
        except LookupError as error:
            self._warn(reference, error)
            return None
        name = self._name(path)
        self._schemas[name] = schema
        return name

    def _name(self, path: tuple[str, ...]) -> str:
        """The component's own name, or for any other place a name made of its last steps and a digest of all of them."""
        if path[:-1] == self._home and _NAME.fullmatch(path[-1]):
            return path[-1]
        if path[:1] == (tree_files.KEY,):
            # The file's name comes last, as the name of a row is taken from there.
            return ".".join([hashlib.sha256("\0".join(path).encode()).hexdigest()[:8], *_NAME.findall(_own_name(path))])
        short = hashlib.sha256("\0".join(path).encode()).hexdigest()[:8]
        return ".".join([*_NAME.findall(" ".join(path[-2:])), short])

    def _warn(self, reference: str, error: LookupError) -> None:
        self._warnings.add(f"The reference {quoted(reference)} is broken: {error.args[0]}. It is taken to allow anything.")


def _own_name(path: tuple[str, ...]) -> str:
    """Of a schema in another file: the last step into it, or the file's name without its suffix."""
    return path[-1].replace(".", "_") if len(path) > 2 else PurePosixPath(path[-1]).stem.replace(".", "_")
