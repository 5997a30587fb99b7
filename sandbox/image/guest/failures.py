"""Turns an exception into a report that teaches the repair: its type, its message, where in the tool's own source."""

from __future__ import annotations

import traceback

from guest.modules import FILES, TOOL_FILE, ImportRefused
from guest.output import OutputFlood
from guest.transport import EgressDenied

MESSAGE_CHARACTERS = 2000

_FINDINGS: tuple[tuple[type[BaseException], str], ...] = (
    (EgressDenied, "F_DENIED"),
    (OutputFlood, "F_OUTPUT"),
    (MemoryError, "F_MEMORY"),
    (RecursionError, "F_RECURSION"),
    (ModuleNotFoundError, "F_IMPORT"),
)


def describe(error: BaseException) -> dict[str, object]:
    """The fields of sandbox.jobs.ToolError."""
    frames = own_frames(error)
    syntax_line = error.lineno if isinstance(error, SyntaxError) and error.filename in FILES else None
    return {
        "type": _type_name(type(error)),
        "message": message(error),
        "line": syntax_line or next((line for file, _, line in reversed(frames) if file == TOOL_FILE), 0),
        "frames": [{"function": function, "line": line} for file, function, line in frames if file == TOOL_FILE],
        "code": error.code if isinstance(error, EgressDenied) else "",
    }


def finding(error: BaseException) -> str | None:
    """The stable code that an exception counts as, None for the ordinary ones."""
    if isinstance(error, ImportRefused):
        return error.finding
    if isinstance(error, RuntimeError) and "can't start new thread" in str(error):
        return "F_THREADS"
    return next((code for kind, code in _FINDINGS if isinstance(error, kind)), None)


def message(error: BaseException) -> str:
    """What the exception says, cut, in characters that any encoding takes."""
    try:
        text = str(error)
    except BaseException as inner:  # noqa: BLE001  the tool's own class may raise anything from __str__
        text = f"(its message raised {type(inner).__name__})"
    return text[:MESSAGE_CHARACTERS].encode(errors="replace").decode()


def own_frames(error: BaseException) -> list[tuple[str, str, int]]:
    """(file, function, line) of the frames in generated code, from outermost to innermost."""
    walked = traceback.walk_tb(error.__traceback__)
    return [(frame.f_code.co_filename, frame.f_code.co_qualname, line) for frame, line in walked if frame.f_code.co_filename in FILES]


def _type_name(kind: type[BaseException]) -> str:
    bare = kind.__module__ in ("builtins", "tool") or kind.__module__.startswith("guest")
    return kind.__qualname__ if bare else f"{kind.__module__}.{kind.__qualname__}"
