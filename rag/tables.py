"""The room's tables: fetched sources with their operations and these' slices, what became of fetching them, how they changed, which
versions of hand-added ones were approved; and the operations' vectors."""

from __future__ import annotations

from sqlalchemy import JSON, Column, DateTime, ForeignKey, Integer, LargeBinary, MetaData, String, Table, Text

metadata = MetaData()

cached_sources = Table(
    "cached_sources",
    metadata,
    Column("name", String, primary_key=True),
    Column("spec_url", Text, nullable=False, comment="a copy of another document under the same name is no copy"),
    Column("format", String, nullable=False, comment="of the operations' JSON; a copy in an older one is no copy"),
    Column("revision", String, nullable=False, comment="digest over all operations: equal revisions, equal content"),
    Column("title", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("base_url", Text, nullable=False),
    Column("etag", Text, nullable=False),
    Column("last_modified", Text, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("fetched_at", DateTime(timezone=True), nullable=False, comment="UTC: when the server last vouched for the copy"),
    Column("document_digest", String, comment="of the document itself, where that is known"),
    Column("used_at", DateTime(timezone=True), comment="UTC, to the hour: when it last served an answer"),
    Column("size_bytes", Integer, nullable=False, server_default="0", comment="of its operations and slices, as they are kept"),
)

cached_operations = Table(
    "cached_operations",
    metadata,
    Column("source", String, ForeignKey("cached_sources.name", ondelete="CASCADE"), primary_key=True),
    Column("name", String, primary_key=True),
    Column("position", Integer, nullable=False, comment="the specification's order"),
    Column("slice_hash", String, nullable=False),
    Column("operation", Text, nullable=False, comment="JSON"),
    Column("document", LargeBinary, nullable=False, comment="the slice's JSON, compressed by zlib"),
)

refreshes = Table(
    "refreshes",
    metadata,
    Column("source", String, primary_key=True),
    Column("lease", String, nullable=False, comment="of the one that is fetching; empty where none is"),
    Column("leased_until", DateTime(timezone=True), comment="UTC: from then on another one may"),
    Column("failures", Integer, nullable=False, comment="in a row"),
    Column("failure", Text, nullable=False, comment="why the latest attempt came to nothing"),
    Column("retry_at", DateTime(timezone=True), comment="UTC: not asked again before"),
)

change_reports = Table(
    "change_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("report", Text, nullable=False, comment="JSON"),
    # A number that was once given is never given again: whoever has read up to it would skip the new one.
    sqlite_autoincrement=True,
)

change_readers = Table(
    "change_readers",
    metadata,
    Column("reader", String, primary_key=True),
    Column("cursor", Integer, nullable=False, comment="the last report that it has dealt with"),
)

source_versions = Table(
    "source_versions",
    metadata,
    Column("source", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False, comment="from 1 on"),
    Column("document_key", String, nullable=False, comment="a digest: equal keys, equal documents"),
    Column("state", String(16), nullable=False, comment="added, approved, active or superseded"),
    Column("title", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("operations", Integer, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
    Column("approved_at", DateTime(timezone=True)),
    Column("approved_by", Text, nullable=False),
    Column("format", String, nullable=False, comment="of the operations' JSON; an older one is cut anew before it serves"),
    Column("content", LargeBinary, nullable=False, comment="the specification as it was cut: JSON, compressed by zlib"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("embedder", String, primary_key=True, comment="its name: vectors of two models are not comparable"),
    Column("key", String, primary_key=True, comment="the document's: another as soon as its sentence is"),
    Column("vector", LargeBinary, nullable=False, comment="float32, little endian"),
)
