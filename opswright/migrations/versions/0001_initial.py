"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "sources",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("spec_url", sa.String(), nullable=False),
        sa.Column("base_url", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("credential_kind", sa.String(), nullable=True),
        sa.Column("credential_secret", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "cached_sources",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("spec_url", sa.Text(), nullable=False, comment="a copy of another document under the same name is no copy"),
        sa.Column("format", sa.String(), nullable=False, comment="of the operations' JSON; a copy in an older one is no copy"),
        sa.Column("revision", sa.String(), nullable=False, comment="digest over all operations: equal revisions, equal content"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("fetched_at", sa.DateTime(timezone=True), nullable=False, comment="UTC: when the server last vouched for the copy"),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "cached_operations",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False, comment="the specification's order"),
        sa.Column("slice_hash", sa.String(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False, comment="JSON"),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="the slice's JSON, compressed by zlib"),
        sa.ForeignKeyConstraint(["source"], ["cached_sources.name"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("source", "name"),
    )
    op.create_table(
        "tool_uses",
        sa.Column("run_id", sa.String(length=64), nullable=False),
        sa.Column("tool", sa.String(length=128), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("milliseconds", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", "tool", "version"),
    )
    op.create_index("tool_uses_by_tool", "tool_uses", ["tool", "version"], unique=False)
    op.create_table(
        "runs",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.Column("record", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("runs_by_start", "runs", ["started_at"], unique=False)


def downgrade() -> None:
    op.drop_index("runs_by_start", table_name="runs")
    op.drop_table("runs")
    op.drop_index("tool_uses_by_tool", table_name="tool_uses")
    op.drop_table("tool_uses")
    op.drop_table("cached_operations")
    op.drop_table("cached_sources")
    op.drop_table("sources")
