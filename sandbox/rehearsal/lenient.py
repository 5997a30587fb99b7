"""A slice's document, made fit to plant by: what a rehearsal has no use for is left out, and what publishers get wrong is eased."""

from __future__ import annotations

from schemas.base import Json
from schemas.operation import Slice

_OURS = ("x-aws", "x-metrics")
"""Members that say how to call the operation, and nothing of what it answers."""


def lenient(slice_: Slice) -> Slice:
    """The slice without credentials, servers and discriminators, and with every `oneOf` as an `anyOf`.

    Published documents list alternatives of which one admits all that another does, so that nothing is valid under exactly
    one, and the server's own answers are not either (seen: GitHub's events).
    """
    document = {key: value for key, value in _eased(slice_.document).items() if key not in ("security", "servers", *_OURS)}
    document["paths"] = {path: _unsecured(item) for path, item in document["paths"].items()}
    return slice_.model_copy(update={"document": document})


def _eased(node: Json) -> Json:
    """Keys are told apart by their values: a property that is named `oneOf` has a schema, the keyword has a list."""
    if isinstance(node, list):
        return [_eased(item) for item in node]
    if not isinstance(node, dict):
        return node
    eased: dict[str, Json] = {}
    for key, value in node.items():
        if key == "oneOf" and isinstance(value, list):
            eased.setdefault("anyOf", _eased(value))
        elif not (key == "discriminator" and isinstance(value, dict) and "propertyName" in value):
            eased[key] = _eased(value)
    return eased


def _unsecured(item: Json) -> Json:
    methods = {name: part for name, part in item.items() if name != "servers"}
    return {
        name: {key: value for key, value in part.items() if key not in ("security", "servers")} if isinstance(part, dict) else part
        for name, part in methods.items()
    }
