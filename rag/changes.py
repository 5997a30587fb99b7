"""What a refresh changed in a source, and how much that matters to whoever relies on it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import IntEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, PlainSerializer

from schemas.base import Frozen


class Severity(IntEnum):
    """What a change may do to a tool that was written from the operation as it was; the greater, the worse."""

    WORDS = 0
    """Nothing but descriptions."""
    COMPATIBLE = 1
    """More is offered; what was relied on is still there."""
    BREAKING = 2
    """What was relied on is gone, narrower or other, or nobody can say that it isn't."""

    @property
    def label(self) -> str:
        return self.name.lower()


def _severity(value: Any) -> Any:
    return Severity[value.upper()] if isinstance(value, str) else value


NamedSeverity = Annotated[Severity, BeforeValidator(_severity), PlainSerializer(lambda severity: severity.label, return_type=str)]
"""By its name in JSON."""

Subject = Literal["call", "parameter", "body", "response", "field", "effect", "pagination", "meaning", "document", "words"]
"""What of an operation: `call` is method, path and protocol, `meaning` what our catalogue says of it, `document` what of its slice no
parameter or field tells."""


class Detail(Frozen):
    """One change within an operation. `name` is the parameter's or the field's path; `before` and `after` are empty where there is none."""

    subject: Subject
    change: Literal["added", "removed", "required", "optional", "type", "enum", "limits", "changed"]
    severity: NamedSeverity
    name: str = ""
    before: str = ""
    after: str = ""


class OperationChange(Frozen):
    """What became of one operation. `slice_hash` is its present one, empty where it is removed."""

    operation: str
    kind: Literal["added", "removed", "changed"]
    severity: NamedSeverity
    details: tuple[Detail, ...] = ()
    slice_hash: str = ""


class ChangeReport(Frozen):
    """The difference between two readings of a source. The changes are in the order of the operations' names.

    The first reading has no `from_revision` and no changes: there was nothing that anybody relied on. `cause` is `ours` where the
    document stayed as it was and our own rules cut it, or judge it, otherwise.
    """

    source: str
    from_revision: str
    to_revision: str
    at: datetime
    cause: Literal["theirs", "ours"] = "theirs"
    operations: int
    changes: tuple[OperationChange, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_first(self) -> bool:
        return not self.from_revision

    @property
    def added(self) -> tuple[str, ...]:
        return self._names("added")

    @property
    def removed(self) -> tuple[str, ...]:
        return self._names("removed")

    @property
    def changed(self) -> tuple[str, ...]:
        return self._names("changed")

    @property
    def severity(self) -> Severity | None:
        """That of the worst change; None where there is none."""
        return worst(self.changes)

    def _names(self, kind: str) -> tuple[str, ...]:
        return tuple(change.operation for change in self.changes if change.kind == kind)


def worst(changes: Sequence[OperationChange] | Sequence[Detail]) -> Severity | None:
    """The severity of the worst of them."""
    return max((change.severity for change in changes), default=None)
