"""The index of Kubernetes' `/openapi/v3`, which names one OpenAPI document for each API group, as one document of all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from doc_sources.normal_form import mapping, text
from doc_sources.parsing import parse
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

MAX_GROUPS: Final = 500
"""A cluster has a few dozen, and more with each operator that brings resources of its own."""

_KEY: Final = "serverRelativeURL"


def recognises(content: bytes) -> bool:
    """Whether it may be an index: `read` looks closely."""
    return _KEY.encode() in content and b'"openapi"' not in content[:200]


def read(content: bytes, fetch: Callable[[str], bytes], warn: Callable[[str], None], *, max_bytes: int) -> dict[str, Json]:
    """The documents of all groups as one. `fetch` gets a path of the same server and raises LookupError where it has nothing there.

    A group without a usable document (an aggregated API that is down) is told to `warn` and left out. Raises SpecUnusable where no
    group has one, and where there are too many or they are too large together.
    """
    groups = mapping(mapping(parse(content)).get("paths"))
    if len(groups) > MAX_GROUPS:
        raise SpecUnusable(f"It lists more than {MAX_GROUPS} groups of operations.")
    paths: dict[str, Json] = {}
    schemas: dict[str, Json] = {}
    info: dict[str, Json] = {}
    for name, entry in groups.items():
        try:
            document = fetch(_target(mapping(entry)))
            group = mapping(parse(document))
        except (LookupError, SpecUnusable) as error:
            warn(f"The group {quoted(name)} is left out: {error.args[0]}")
            continue
        max_bytes -= len(document)
        if max_bytes < 0:
            raise SpecUnusable("The documents of its groups are too large together.")
        # The groups share schemas, and each has its own copy of them.
        schemas = mapping(mapping(group.get("components")).get("schemas")) | schemas
        paths = mapping(group.get("paths")) | paths
        info = info or mapping(group.get("info"))
    if not paths:
        raise SpecUnusable("It lists groups of operations, and none of them has a usable document.")
    return {"openapi": "3.0.0", "info": info, "paths": paths, "components": {"schemas": schemas}}


def _target(entry: dict[str, Json]) -> str:
    """A path with its query. Raises LookupError for anything else: it could lead to another server."""
    target = text(entry.get(_KEY))
    if not target.startswith("/") or target.startswith(("//", "/\\")) or not target.isprintable():
        raise LookupError(f"{quoted(target)} is no path of this server")
    return target
