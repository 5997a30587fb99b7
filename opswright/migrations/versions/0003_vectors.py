"""The operations' vectors."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "vectors",
        sa.Column("embedder", sa.String(), nullable=False, comment="its name: vectors of two models are not comparable"),
        sa.Column("key", sa.String(), nullable=False, comment="the document's: another as soon as its sentence is"),
        sa.Column("vector", sa.LargeBinary(), nullable=False, comment="float32, little endian"),
        sa.PrimaryKeyConstraint("embedder", "key"),
    )


def downgrade() -> None:
    op.drop_table("vectors")
