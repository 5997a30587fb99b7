"""Alembic's entry: runs the revisions on the connection that `migrations.config` was given."""

from __future__ import annotations

from alembic import context

from opswright import migrations

# Alembic executes this file; SQLite does roll DDL back, which Alembic assumes it doesn't.
context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=migrations.declared(),
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
