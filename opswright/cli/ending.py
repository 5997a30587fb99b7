"""How a command ends: its exit status, and what is said of an error or an interrupt."""

from __future__ import annotations

import logging
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from opswright.cli import render
from opswright.settings import load
from schemas.errors import Misconfigured, OpswrightError, quoted
from schemas.run import Failure

INTERRUPTED = 130
"""Exit status of a command that was stopped by Ctrl-C, as shells count."""

_MEND = "Mend it or make room on its disk, or point OPSWRIGHT_HOME, OPSWRIGHT_LIBRARY or OPSWRIGHT_CACHE to another folder."
_log = logging.getLogger(__name__)


class Stopped(Exception):
    """Ctrl-C came while a run was under way. Not a KeyboardInterrupt: typer turns that into an exit status, and the id is lost."""

    def __init__(self, run_id: str) -> None:
        super().__init__(run_id)
        self.run_id = run_id


def run(app: typer.Typer) -> int:
    """Run the command; its exit status. What can be explained is; any other exception is a defect, and passes with its traceback."""
    try:
        app()
    except SystemExit as ended:
        if ended.code == INTERRUPTED:
            print("Stopped.", file=sys.stderr)
        return ended.code if isinstance(ended.code, int) else 0
    except Stopped as stopped:
        print(f"Stopped. Go on with: opswright runs resume {stopped.run_id}", file=sys.stderr)
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001 - raised again where it is none that can be explained
        render.console(stderr=True).print(render.failure(_failure(error)))
        return 1
    return 0


@contextmanager
def errors_as_json(wanted: bool) -> Iterator[None]:
    """Where it is wanted, an error is printed as `{"error": …}` on standard output, and ends the command."""
    try:
        yield
    except Exception as error:
        if not wanted or isinstance(error, Stopped):
            raise
        print(f'{{"error": {_failure(error).model_dump_json()}}}')
        raise typer.Exit(1) from error


def _failure(error: Exception) -> Failure:
    """What is said of an error. Raises it where that can't be explained."""
    ours = _explained(error)
    _log.debug("the command failed", exc_info=error)
    return Failure(code=ours.code, message=ours.message, hint=ours.hint)


def _explained(error: Exception) -> OpswrightError:
    """An error of the tree for whatever is not the fault of the code: a folder, a disk or a database of this machine."""
    from sqlalchemy.exc import DatabaseError  # 0.1 s that only an error needs

    match error:
        case OpswrightError():
            return error
        case OSError():
            what = quoted(error.filename, 200) if error.filename else "a file"
            return Misconfigured(f"{what} can't be read or written: {error.strerror or error}.", hint=_MEND)
        case DatabaseError() | sqlite3.Error():
            reason = error.orig if isinstance(error, DatabaseError) else error
            return Misconfigured(f"a database in {load().home} can't be read or written: {reason}.", hint=_MEND)
    raise error
