"""The room's tables: fetched sources, their operations with the slices these were read from, and the operations' vectors."""

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

vectors = Table(
    "vectors",
    metadata,
    Column("embedder", String, primary_key=True, comment="its name: vectors of two models are not comparable"),
    Column("key", String, primary_key=True, comment="the document's: another as soon as its sentence is"),
    Column("vector", LargeBinary, nullable=False, comment="float32, little endian"),
)
