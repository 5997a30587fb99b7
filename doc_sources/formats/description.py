"""What a document of any format says, in the one form that slices are cut from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from schemas.base import Json
from schemas.operation import Protocol

EFFECT_KEY: Final = "x-opswright-effect"
"""In an operation object: `read`, `reveal` or `write`, said by the reader of a format, who knows. Heeded where calls are not HTTP."""
EFFECT_REASON_KEY: Final = "x-opswright-effect-reason"
"""Completes "because"."""


@dataclass(frozen=True)
class Description:
    """An OpenAPI document: as it stands where it is one (2.0 or 3), else what its format says, written as OpenAPI 3.1.

    Where calls can't be made from here (`protocol` is not `http`), the paths are made up as `schemas.operation.Operation` says.
    """

    root: dict[str, Json]
    protocol: Protocol = "http"
    only_names_tell: bool = False
    """Whether methods say nothing about effects, as in an API that starts and stops things by GET."""
