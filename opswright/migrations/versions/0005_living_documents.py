"""What became of fetching, how documents changed, and which versions of hand-added ones were approved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column(
        "cached_sources", sa.Column("document_digest", sa.String(), nullable=True, comment="of the document itself, where that is known")
    )
    op.add_column(
        "cached_sources",
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True, comment="UTC, to the hour: when it last served an answer"),
    )
    op.add_column(
        "cached_sources",
        sa.Column("size_bytes", sa.Integer(), nullable=False, server_default="0", comment="of its operations and slices, as they are kept"),
    )
    op.create_table(
        "refreshes",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("lease", sa.String(), nullable=False, comment="of the one that is fetching; empty where none is"),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True, comment="UTC: from then on another one may"),
        sa.Column("failures", sa.Integer(), nullable=False, comment="in a row"),
        sa.Column("failure", sa.Text(), nullable=False, comment="why the latest attempt came to nothing"),
        sa.Column("retry_at", sa.DateTime(timezone=True), nullable=True, comment="UTC: not asked again before"),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "change_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("report", sa.Text(), nullable=False, comment="JSON"),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "change_readers",
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("cursor", sa.Integer(), nullable=False, comment="the last report that it has dealt with"),
        sa.PrimaryKeyConstraint("reader"),
    )
    op.create_table(
        "source_versions",
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False, comment="from 1 on"),
        sa.Column("document_key", sa.String(), nullable=False, comment="a digest: equal keys, equal documents"),
        sa.Column("state", sa.String(length=16), nullable=False, comment="added, approved, active or superseded"),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("operations", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", sa.Text(), nullable=False),
        sa.Column("format", sa.String(), nullable=False, comment="of the operations' JSON; an older one is cut anew before it serves"),
        sa.Column("content", sa.LargeBinary(), nullable=False, comment="the specification as it was cut: JSON, compressed by zlib"),
        sa.PrimaryKeyConstraint("source", "number"),
    )


def downgrade() -> None:
    for name in ("source_versions", "change_readers", "change_reports", "refreshes"):
        op.drop_table(name)
    with op.batch_alter_table("cached_sources") as table:
        for column in ("size_bytes", "used_at", "document_digest"):
            table.drop_column(column)
