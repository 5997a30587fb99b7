"""The files beside a description's own, as a part of it: parsed when something first refers to them.

OpenAPI may be spread over files that refer to each other by relative addresses. Here a file is read at its first use, with its
references rewritten to local ones, `#/x-files/<name>/<pointer>`; from there on, a description of thousands of files is one document.
"""

from __future__ import annotations

import hashlib
import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import quote, unquote

from doc_sources.file_tree import FileTree
from doc_sources.parsing import parse
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

KEY: Final = "x-files"
MAX_USED: Final = 5_000
"""Files that one description refers to. On the web each takes a request; DigitalOcean's 2,907 are the most known."""
MAX_TOTAL_BYTES: Final = 100_000_000

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//|\\")
# Below these keys stand values, in which `$ref` is a name like any other …
_VALUES: Final = frozenset({"example", "enum", "const"})
# … and below these names, not keywords.
_MAPS: Final = frozenset({"properties", "patternProperties", "definitions", "$defs", "schemas", "responses", "examples"})


class TreeFiles(Mapping[str, Json]):
    """Files by name. Looking one up raises LookupError, saying why, where there is none to be had."""

    def __init__(self, tree: FileTree, main: str, *, max_files: int = MAX_USED, max_total_bytes: int = MAX_TOTAL_BYTES) -> None:
        """`main` is the file that the description begins in; it is not one of these."""
        self._tree = tree
        self.main = main
        self._max_files = max_files
        self._bytes_left = max_total_bytes
        self._read: dict[str, Json | LookupError] = {}
        self.digests: dict[str, str] = {}
        """The SHA-256 of each that was read."""

    def __getitem__(self, name: str) -> Json:
        if name not in self._read:
            self._read[name] = self._load(name)
        found = self._read[name]
        if isinstance(found, LookupError):
            raise found
        return found

    def __contains__(self, name: object) -> bool:
        """Only looking tells: the reason why there is none is worth more than that there is none."""
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        """How many have been looked up."""
        return len(self._read)

    def beside(self, ending: str) -> Json:
        """The file in the main one's folder that is named like it up to its first dot, and then so; None where there is none.

        Nothing refers to it, so it does not count among those that were looked up.
        """
        folder, _, own = self.main.rpartition("/")
        found = self._load(posixpath.join(folder, f"{own.partition('.')[0]}.{ending}"))
        return None if isinstance(found, LookupError) else found

    def local(self, reference: str, base: str | None = None) -> str:
        """A reference that stands in the file `base` (by default in the main one) as a reference within the whole."""
        place, _, fragment = reference.partition("#")
        name = self._name(place, base or self.main) if place else base or self.main
        if name == self.main:
            return f"#{fragment}"
        return f"#/{KEY}/{quote(name.replace('~', '~0').replace('/', '~1'))}{fragment if fragment[:1] in ('', '/') else '/' + fragment}"

    def _name(self, place: str, base: str) -> str:
        """The file that an address means, or the address itself where it means none of this tree."""
        own = f"{self._tree.origin}/"
        if self._tree.origin and place.startswith(own):
            place = f"/{place.removeprefix(own)}"
        if _SCHEME.match(place):
            return place
        path = posixpath.join(posixpath.dirname(base), unquote(place)).lstrip("/")
        return posixpath.normpath(path or ".")

    def _load(self, name: str) -> Json | LookupError:
        try:
            return self._rewritten(parse(self._content(name)), name)
        except LookupError as error:
            return error
        except SpecUnusable as error:
            return LookupError(f"the file {quoted(name)} can't be used: {error.message}")

    def _content(self, name: str) -> bytes:
        if _SCHEME.match(name):
            raise LookupError(f"{quoted(name)} is at another place, where no part of a description is fetched from")
        if _climbs_out(name):
            raise LookupError(f"{quoted(name)} leads out of the files that belong to the description")
        if not self._tree.origin and _is_hidden(name, beside=self.main):
            raise LookupError(f"{quoted(name)} is a hidden file, which belongs to something else")
        if len(self._read) >= self._max_files:
            raise LookupError(f"there are more than {self._max_files:,} files")
        content = self._tree.read(name)
        self._bytes_left -= len(content)
        if self._bytes_left < 0:
            raise LookupError("the files are too large together")
        self.digests[name] = hashlib.sha256(content).hexdigest()
        return content

    def _rewritten(self, root: Json, name: str) -> Json:
        """The same object with its references made local. Walks by a list: files may nest as deep as JSON allows.

        What an alias of YAML stands for is one object in many places, and is gone through once.
        """
        waiting: list[tuple[Json, bool]] = [(root, False)]
        seen: set[int] = set()
        while waiting:
            node, is_map = waiting.pop()
            if id(node) in seen:
                continue
            if isinstance(node, list | dict):
                seen.add(id(node))
            if isinstance(node, list):
                waiting += [(member, False) for member in node]
            elif isinstance(node, dict):
                self._make_local(node, name)
                waiting += [(value, key in _MAPS and not is_map) for key, value in node.items() if is_map or key not in _VALUES]
        return root

    def _make_local(self, node: dict[str, Json], name: str) -> None:
        if isinstance(node.get("$ref"), str):
            node["$ref"] = self.local(node["$ref"], name)
        targets = node.get("mapping")
        if isinstance(targets, dict) and "propertyName" in node:
            is_reference = {key: isinstance(target, str) and ("/" in target or "#" in target) for key, target in targets.items()}
            node["mapping"] = {key: self.local(target, name) if is_reference[key] else target for key, target in targets.items()}


def _climbs_out(path: str) -> bool:
    return path.split("/")[0] == ".."


def _is_hidden(path: str, beside: str) -> bool:
    """Whether it leads into what is hidden, where the main file is not: a home folder's `.kube/config` is credentials in YAML."""
    own = zip(path.split("/")[:-1], beside.split("/")[:-1], strict=False)
    shared = sum(1 for _ in itertools.takewhile(lambda steps: steps[0] == steps[1], own))
    return any(step.startswith(".") for step in path.split("/")[shared:])
