"""The service models of a job: what the slices of its operations carry of botocore's, put together by service."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from sandbox.jobs import AwsSession
from schemas.operation import Slice

Model = dict[str, Any]
"""A part of botocore's data for one service; JSON of its own form."""

_MERGED: Final = {"service-2": ("operations", "shapes"), "paginators-1": ("pagination",)}
"""The members of each part that hold something by name. Each slice has its own operation there, and what that refers to."""

_NEEDED: Final = frozenset({"timestamp", "blob"})
"""Types that JSON doesn't have: the isolate makes them of text wherever an output's shape has one."""


def aws_session_of(slices: Iterable[Slice], region: str, *, complete: bool = False) -> AwsSession | None:
    """What boto3 has in a run that may call these operations in this region; None where none of them is AWS's.

    Of outputs, only the ways to dates and bytes are in it, a twentieth of EC2's; `complete` leaves them as they are, for tests, whose
    Stubber checks the answers that they make up.
    """
    models = models_of(slices)
    if not complete:
        models = {service: {**parts, "service-2": _lean(parts["service-2"])} for service, parts in models.items()}
    return AwsSession(region, models) if models else None


def models_of(slices: Iterable[Slice]) -> dict[str, Model]:
    """The models by service; an operation that has no slice here is in none of them."""
    models: dict[str, Model] = {}
    for slice_ in slices:
        if slice_.operation.protocol == "aws":
            own = slice_.document["x-aws"]
            _merge(models.setdefault(own["service"], {}), own)
    return models


def _merge(model: Model, own: Mapping[str, Model]) -> None:
    for part, members in _MERGED.items():
        if part not in own:
            continue
        merged = model.setdefault(part, {**own[part], **{member: {} for member in members}})
        for member in members:
            merged[member] |= own[part].get(member, {})


def _lean(service: Model) -> Model:
    """The model without the members of outputs that JSON holds as they are."""
    shapes, operations = service["shapes"], service["operations"].values()
    given = [operation["input"]["shape"] for operation in operations if "input" in operation]
    raised = [error["shape"] for operation in operations for error in operation.get("errors", ())]
    returned = [operation["output"]["shape"] for operation in operations if "output" in operation]
    kept = {name: shapes[name] for name in _reached(shapes, (*given, *raised))}
    telling = _telling(shapes)
    pruned = {
        name: shape if name in kept or "members" not in shape else {**shape, "members": _only(shape["members"], telling)}
        for name, shape in shapes.items()
    }
    return {**service, "shapes": kept | {name: pruned[name] for name in _reached(pruned, returned)}}


def _only(members: Model, shapes: set[str]) -> Model:
    return {name: member for name, member in members.items() if member["shape"] in shapes}


def _telling(shapes: Model) -> set[str]:
    """The shapes in which a date or bytes may be, however deep."""
    users: dict[str, set[str]] = {}
    for name, shape in shapes.items():
        for part in _parts(shape):
            users.setdefault(part, set()).add(name)
    todo = [name for name, shape in shapes.items() if shape["type"] in _NEEDED]
    found: set[str] = set()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += users.get(name, ())
    return found


def _reached(shapes: Model, names: Iterable[str]) -> set[str]:
    """The shapes of these names and all that they hold."""
    todo, found = list(names), set[str]()
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo += _parts(shapes[name])
    return found


def _parts(shape: Model) -> Iterator[str]:
    """The names of the shapes that a shape holds."""
    held = (*shape.get("members", {}).values(), *(shape[part] for part in ("member", "key", "value") if part in shape))
    return (reference["shape"] for reference in held)
