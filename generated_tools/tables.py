"""The registry's part of the database: statistics only. The tools themselves are files."""

from __future__ import annotations

from sqlalchemy import Column, DateTime, Float, Index, Integer, MetaData, String, Table

metadata = MetaData()

tool_uses = Table(
    "tool_uses",
    metadata,
    # A graph node runs at least once: the run's id makes a second recording of the same use a no-op.
    Column("run_id", String(64), primary_key=True),
    Column("tool", String(128), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("milliseconds", Float, nullable=False),
    Index("tool_uses_by_tool", "tool", "version"),
)
