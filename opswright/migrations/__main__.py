"""`python -m opswright.migrations "what changes"`: write the next revision from what the rooms declare, to be reviewed."""

from __future__ import annotations

import argparse

from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from opswright import migrations


def main() -> None:
    """Compare an empty database, brought to the newest revision, with the declared tables, and write down the difference."""
    parser = argparse.ArgumentParser(prog="python -m opswright.migrations", description=__doc__)
    parser.add_argument("message", help="what changes, in a few words")
    message = parser.parse_args().message
    with create_engine("sqlite://").connect() as connection:
        config = migrations.config(connection)
        known = len(list(ScriptDirectory.from_config(config).walk_revisions()))
        if known:
            migrations.run(connection)
        command.revision(config, message=message, autogenerate=True, rev_id=f"{known + 1:04}")


if __name__ == "__main__":
    main()
