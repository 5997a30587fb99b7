"""What a document of any format says, in the one form that slices are cut from."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.base import Json
from schemas.operation import Protocol


@dataclass(frozen=True)
class Description:
    """An OpenAPI document: as it stands where it is one (2.0 or 3), else what its format says, written as OpenAPI 3.1.

    Where calls can't be made from here (`protocol` is not `http`), the paths are made up as `schemas.operation.Operation` says.
    """

    root: dict[str, Json]
    protocol: Protocol = "http"
