"""The sources that an operator has added, in a table. Secrets stay where they are: only references to them are kept."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import JSON, Engine, String, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

from schemas.base import Json
from schemas.credential import Bearer
from schemas.errors import Misconfigured, NotFound, quoted
from schemas.source import AwsAccess, Source

# Operations are called `<source>:<name>`, so a source's name has no colon.
NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.IGNORECASE)


class _Base(DeclarativeBase):
    pass


metadata = _Base.metadata
"""This room's tables, for migrations."""


class SourceRow(_Base):
    """A `Source`; its credential, a bearer token, is null in both columns or in neither, and `aws` is null for all but AWS."""

    __tablename__ = "sources"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    spec_url: Mapped[str]
    base_url: Mapped[str]
    title: Mapped[str]
    credential_kind: Mapped[str | None]
    credential_secret: Mapped[str | None]
    aws: Mapped[dict[str, Json] | None] = mapped_column(JSON(none_as_null=True))


class SourceStore:
    """Keeps sources by name. Raises SQLAlchemy's errors as they are where the database is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, source: Source) -> None:
        """Keep a source; one with the same name and specification is replaced.

        Raises Misconfigured where the name is taken by another specification or can't be a name, and for what only connections.yaml holds.
        """
        _check(source)
        with Session(self._engine) as session, session.begin():
            present = session.get(SourceRow, source.name)
            if present is not None and present.spec_url != source.spec_url:
                raise Misconfigured(
                    f"The name {quoted(source.name)} is taken by the source at {quoted(present.spec_url, 200)}.",
                    hint="Choose another name, or remove that source first.",
                )
            session.merge(_row(source))

    def get(self, name: str) -> Source:
        """The source of that name. Raises NotFound, naming the known ones."""
        with Session(self._engine) as session:
            row = session.get(SourceRow, name)
            if row is None:
                raise self._unknown(session, name)
            return _source(row)

    def all(self) -> tuple[Source, ...]:
        """Every source, by name."""
        with Session(self._engine) as session:
            return tuple(_source(row) for row in session.scalars(select(SourceRow).order_by(SourceRow.name)))

    def remove(self, name: str) -> None:
        """Forget a source. Raises NotFound, naming the known ones."""
        with Session(self._engine) as session, session.begin():
            row = session.get(SourceRow, name)
            if row is None:
                raise self._unknown(session, name)
            session.delete(row)

    def _unknown(self, session: Session, name: str) -> NotFound:
        known = session.scalars(select(SourceRow.name).order_by(SourceRow.name)).all()
        listed = f"there are: {', '.join(known)}" if known else "there is none yet"
        return NotFound(f"There is no source {quoted(name)}; {listed}.")


def _check(source: Source) -> None:
    if not NAME.fullmatch(source.name):
        raise Misconfigured(
            f"{quoted(source.name)} can't be the name of a source.", hint="Use up to 64 letters, digits, dots, dashes and underscores."
        )
    if source.ca or not isinstance(source.credential, Bearer | None):
        raise Misconfigured(
            f"The source {quoted(source.name)} can't be kept here: of credentials, only bearer tokens are.",
            hint="Write it into connections.yaml.",
        )
    addresses = (source.spec_url, source.base_url, source.aws.endpoint_url if source.aws else "")
    if any("@" in url.partition("://")[2].partition("/")[0] for url in addresses):
        raise Misconfigured(
            f"An address of the source {quoted(source.name)} has a user or password in it.",
            hint="Leave it out, and give a credential as env:NAME or file:/PATH.",
        )


def _row(source: Source) -> SourceRow:
    credential = source.credential if isinstance(source.credential, Bearer) else None
    return SourceRow(
        name=source.name,
        spec_url=source.spec_url,
        base_url=source.base_url,
        title=source.title,
        credential_kind=credential.kind if credential else None,
        credential_secret=credential.secret if credential else None,
        aws=source.aws.model_dump(mode="json") if source.aws else None,
    )


def _source(row: SourceRow) -> Source:
    credential = Bearer(secret=row.credential_secret) if row.credential_secret is not None else None
    aws = AwsAccess.model_validate(row.aws) if row.aws is not None else None
    return Source(name=row.name, spec_url=row.spec_url, base_url=row.base_url, title=row.title, credential=credential, aws=aws)
