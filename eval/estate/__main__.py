"""`python -m eval.estate`: serves the registry until it is told to stop.

Prints `ready http://127.0.0.1:PORT` once it accepts connections.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.estate.app import create_app
from eval.estate.serve import base_url, listen, serve


def main(arguments: Sequence[str] | None = None) -> None:
    """Serves as the command line says. A wrong argument ends it with status 2 and a message, as argparse does."""
    parser = argparse.ArgumentParser(prog="python -m eval.estate", description="The simulated estate: a service registry on loopback.")
    parser.add_argument("--port", type=int, default=0, help="TCP port; 0 takes a free one")
    parser.add_argument("--token-file", type=_token, metavar="FILE", dest="token", help="file with the bearer token to ask for")
    parser.add_argument("--now", type=_instant, help="instant at which the estate stands, ISO 8601 with an offset; default: the present")
    parser.add_argument("--seed", type=int, default=7, help="another number gives another estate")
    options = parser.parse_args(arguments)
    app = create_app(now=options.now or datetime.now(UTC), token=options.token, seed=options.seed)
    with listen(options.port) as listener:
        serve(app, listener, announce=lambda: print(f"ready {base_url(listener)}", flush=True))


def _token(path: str) -> str:
    try:
        token = Path(path).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise argparse.ArgumentTypeError(f"can't read a token from {path!r}: {error}") from error
    if not token:
        raise argparse.ArgumentTypeError(f"the token file {path!r} is empty: write the token into it")
    return token


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not an ISO 8601 date and time") from error
    if instant.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset: append +00:00 or Z")
    return instant


if __name__ == "__main__":
    main()
