"""Versions of descriptions that somebody wrote or saved by hand: none answers before it is approved."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal, cast

from sqlalchemy import Connection, Engine, Row, and_, delete, insert, select, update

from rag.changes import OperationChange
from rag.comparison import differences
from rag.packing import pack_specification, present_format, revision_of, unpack_specification
from rag.tables import source_versions
from schemas.base import Frozen
from schemas.errors import Misconfigured, NotFound, SpecUnusable, quoted
from schemas.operation import Operation
from schemas.source import FetchedSpec, Source

KEPT: Final = 5
"""Versions of a source: older ones are forgotten, never the one that answers."""

State = Literal["added", "approved", "active", "superseded"]
"""`approved` waits for the document to be read again, as the copy at hand was cut by another release; `active` answers."""


class AwaitsApproval(Misconfigured):
    """A description that was added by hand waits for somebody to approve it."""


class SourceVersion(Frozen):
    """One version of a hand-added description."""

    source: str
    number: int
    state: State
    title: str
    version: str
    operations: int
    added_at: datetime
    approved_at: datetime | None = None
    approved_by: str = ""

    @property
    def reference(self) -> str:
        return f"version {self.number} of {quoted(self.source)}"


def awaits_approval(version: SourceVersion) -> AwaitsApproval:
    """The error that says so, and by which command it is approved."""
    return AwaitsApproval(
        f"{version.reference[0].upper()}{version.reference[1:]} waits for approval: its description was added by hand.",
        hint=f"Look at it: opswright sources show {version.source} --version {version.number}. "
        f"Then: opswright sources approve {version.source} --version {version.number}",
    )


def activate(connection: Connection, source: str, number: int) -> None:
    """Note, within the transaction that puts its operations in place, that this version answers from now on."""
    theirs = source_versions.c.source == source
    connection.execute(update(source_versions).where(theirs, source_versions.c.state == "active").values(state="superseded"))
    connection.execute(update(source_versions).where(theirs, source_versions.c.number == number).values(state="active"))


class VersionStore:
    """Reads and writes the table `source_versions`. Approval is of a document, however often it is read or cut anew."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def admit(self, source: Source, fetched: FetchedSpec, now: datetime) -> SourceVersion:
        """The version that the document is: one that is known, whatever its state, or a new one in state `added`."""
        key = fetched.document_digest or revision_of(piece.operation.model_dump_json() for piece in fetched.slices)
        content = {"format": present_format(), "content": pack_specification(fetched)}
        with self._engine.begin() as connection:
            # Written first: of two processes, the second waits here and then finds the first one's version.
            same = and_(source_versions.c.source == source.name, source_versions.c.document_key == key)
            known = connection.execute(update(source_versions).where(same).values(content)).rowcount
            if not known:
                connection.execute(insert(source_versions).values(content | _row(connection, source, fetched, key, now)))
                _forget_oldest(connection, source.name)
            return _version(connection.execute(select(source_versions).where(same)).one())

    def all(self, source: str) -> tuple[SourceVersion, ...]:
        """Those that are kept, the newest first."""
        query = select(source_versions).where(source_versions.c.source == source).order_by(source_versions.c.number.desc())
        with self._engine.connect() as connection:
            return tuple(map(_version, connection.execute(query)))

    def get(self, source: str, number: int | None = None) -> SourceVersion:
        """That version, or the newest. Raises NotFound, naming those that there are."""
        versions = self.all(source)
        for version in versions:
            if number in (None, version.number):
                return version
        numbers = ", ".join(str(version.number) for version in versions)
        there_are = f"There are: {numbers}." if numbers else "Only descriptions that were added by hand have."
        which = "versions" if number is None else f"version {number}"
        raise NotFound(f"{quoted(source)} has no {which}.", hint=there_are)

    def content(self, version: SourceVersion) -> FetchedSpec | None:
        """The specification; None where it was cut by another release, so that its document has to be read again."""
        mine = (source_versions.c.source == version.source, source_versions.c.number == version.number)
        with self._engine.connect() as connection:
            row = connection.execute(select(source_versions.c.format, source_versions.c.content).where(*mine)).one_or_none()
        return unpack_specification(row.content) if row and row.format == present_format() else None

    def operations(self, version: SourceVersion) -> tuple[Operation, ...]:
        """Its operations. Raises SpecUnusable where it was cut by another release."""
        content = self.content(version)
        if content is None:
            raise SpecUnusable(
                f"{version.reference} was read by another release.", hint=f"Read it again: opswright sources refresh {version.source}"
            )
        return tuple(piece.operation for piece in content.slices)

    def changes(self, version: SourceVersion) -> tuple[OperationChange, ...]:
        """What it changes of the version that answers; for that one and older ones: of the version before. () where there is none."""
        others = [other for other in self.all(version.source) if other.number < version.number]
        base = next((other for other in others if other.state == "active"), others[0] if others else None)
        before, after = self.content(base) if base else None, self.content(version)
        return differences(before.slices, after.slices) if before and after else ()

    def approve(self, version: SourceVersion, by: str, now: datetime) -> None:
        """Note who approved it and when. It answers as soon as it is put in place."""
        waiting = (
            source_versions.c.source == version.source,
            source_versions.c.number == version.number,
            source_versions.c.state == "added",
        )
        values = {"state": "approved", "approved_by": by, "approved_at": now.astimezone(UTC)}
        with self._engine.begin() as connection:
            connection.execute(update(source_versions).where(*waiting).values(values))


def _row(connection: Connection, source: Source, fetched: FetchedSpec, key: str, now: datetime) -> dict[str, Any]:
    numbers = select(source_versions.c.number).where(source_versions.c.source == source.name)
    return {
        "source": source.name,
        "number": max(connection.scalars(numbers), default=0) + 1,
        "document_key": key,
        "state": "added",
        "title": fetched.title,
        "version": fetched.version,
        "operations": len(fetched.slices),
        "added_at": now.astimezone(UTC),
        "approved_by": "",
    }


def _forget_oldest(connection: Connection, source: str) -> None:
    theirs = source_versions.c.source == source
    numbers = connection.scalars(select(source_versions.c.number).where(theirs).order_by(source_versions.c.number.desc())).all()
    old = source_versions.c.number.in_(numbers[KEPT:])
    connection.execute(delete(source_versions).where(theirs, old, source_versions.c.state != "active"))


def _version(row: Row[Any]) -> SourceVersion:
    return SourceVersion(
        source=row.source,
        number=row.number,
        state=cast(State, row.state),
        title=row.title,
        version=row.version,
        operations=row.operations,
        added_at=_utc(row.added_at),
        approved_at=_utc(row.approved_at) if row.approved_at else None,
        approved_by=row.approved_by,
    )


def _utc(value: datetime) -> datetime:
    # PostgreSQL answers in the session's time zone, SQLite in none.
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
