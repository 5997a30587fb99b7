"""Service models for the isolate's tests, cut from botocore's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.exceptions import DataNotFoundError
from botocore.loaders import Loader

Model = dict[str, Any]


@cache
def service(name: str, *operations: str) -> dict[str, Model]:
    """The service with these operations alone, its paginators and without documentation."""
    whole = Loader().load_service_model(name, "service-2")
    kept = {operation: whole["operations"][operation] for operation in operations}
    shapes = set(_closure(whole["shapes"], [kept]))
    model = {"version": whole["version"], "metadata": whole["metadata"], "operations": kept}
    model["shapes"] = {name: whole["shapes"][name] for name in sorted(shapes)}
    pages = _pages(name)
    return {
        "service-2": _undocumented(model),
        "paginators-1": {"pagination": {operation: pages[operation] for operation in operations if operation in pages}},
    }


def _pages(name: str) -> Model:
    try:
        return dict(Loader().load_service_model(name, "paginators-1")["pagination"])
    except DataNotFoundError:
        return {}


def _closure(shapes: Model, left: list[Any]) -> Iterator[str]:
    seen: set[str] = set()
    while left:
        match left.pop():
            case dict() as node:
                name = node.get("shape")
                if isinstance(name, str) and name not in seen:
                    seen.add(name)
                    yield name
                    left.append(shapes[name])
                left.extend(node.values())
            case list() as nodes:
                left.extend(nodes)


def _undocumented(node: Any) -> Any:
    match node:
        case dict():
            return {key: _undocumented(value) for key, value in node.items() if key != "documentation" or isinstance(value, dict)}
        case list():
            return [_undocumented(item) for item in node]
        case _:
            return node
