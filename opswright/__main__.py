"""The command, installed or as `python -m opswright`. Imports nothing first, so that an interrupt of the imports is met, too."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command that the arguments name, and exit with its status."""
    try:
        from opswright.cli.app import app
        from opswright.cli.ending import run

        status = run(app)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped.\n")
        status = 130
    sys.exit(status)


if __name__ == "__main__":
    main()
