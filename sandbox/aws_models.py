"""The service models of a job: what the slices of its operations carry of botocore's, put together by service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from sandbox.jobs import AwsSession
from schemas.operation import Slice

Model = dict[str, Any]
"""A part of botocore's data for one service; JSON of its own form."""

_MERGED: Final = {"service-2": ("operations", "shapes"), "paginators-1": ("pagination",)}
"""The members of each part that hold something by name. Each slice has its own operation there, and what that refers to."""


def aws_session_of(slices: Iterable[Slice], region: str) -> AwsSession | None:
    """What boto3 has in a run that may call these operations in this region; None where none of them is AWS's."""
    models = models_of(slices)
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
