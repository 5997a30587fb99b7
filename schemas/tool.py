"""A generated tool before and after it is proven: the candidate, and the manifest of a registered version."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import model_validator

from schemas.base import Frozen, Json, text_digest
from schemas.query import Query
from schemas.verification import Verification

EngineName = Literal["rules", "model", "scripted"]


def code_digest(source: str, tests: str) -> str:
    """SHA-256 over a tool's two texts, in hexadecimal."""
    return text_digest(f"{source}\0{tests}")


class OperationPin(Frozen):
    """An operation that a tool may call, and its `Operation.fingerprint` when the tool was proven on it.

    An earlier form held the hash of its slice, which says less: such a tool is read, and fits no operation as it is now.
    """

    operation: str
    fingerprint: str

    @model_validator(mode="before")
    @classmethod
    def _read_earlier_form(cls, pin: Json) -> Json:
        if isinstance(pin, dict) and pin.keys() == {"operation", "slice_hash"}:
            return {"operation": pin["operation"], "fingerprint": ""}
        return pin


class Candidate(Frozen):
    """What an engine writes: a module with `function(client, *, …parameters) -> list[dict]`, and its tests."""

    name: str
    title: str
    function: str
    source: str
    tests: str
    query: Query
    engine: EngineName

    @property
    def digest(self) -> str:
        """What a verification vouches for."""
        return code_digest(self.source, self.tests)


class ToolManifest(Frozen):
    """A registered version. Its files are immutable; `digest` is the candidate's that was verified."""

    name: str
    version: int
    title: str
    function: str
    query: Query
    operations: tuple[OperationPin, ...]
    source: str
    question: str
    engine: EngineName
    digest: str
    created_at: datetime

    @property
    def reference(self) -> str:
        """How people name it: `services_without_on_call@1`."""
        return f"{self.name}@{self.version}"


class RegisteredTool(Frozen):
    """A version with its files read and its digest checked."""

    manifest: ToolManifest
    code: str
    tests: str
    verification: Verification
