"""The error tree, sorted by what the caller does next.

    OpswrightError
    ├── QuestionDeclined      ask differently                E_BAD_QUERY
    │   └── ReadOnly          never: we only read            E_READ_ONLY
    ├── CandidateRejected     the tool's code is wrong       E_CANDIDATE
    ├── Denied                policy: do not retry           E_DENIED
    ├── LimitExceeded         a budget was used up           E_LIMIT
    │   └── TimedOut          ask for less, or allow more    E_TIMEOUT
    ├── BackendUnavailable    try again later                E_BACKEND
    ├── SpecUnusable          the document is no use         E_SPEC
    ├── NotFound              no such run, tool or source    E_NOT_FOUND
    └── Misconfigured         the operator can fix it        E_CONFIG

A message names the thing, the value and the way out; `hint` is the way out when it deserves a line of its own.
"""

from __future__ import annotations

from typing import ClassVar, Final

_ENDS_OF_A_SENTENCE: Final = (".", "!", "?", "…", "。", "！", "？")


class OpswrightError(Exception):
    """Base of every error that we raise on purpose."""

    code: ClassVar[str] = "E_INTERNAL"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        if not (self.message and self.hint):
            return self.message or self.hint
        stop = "" if self.message.endswith(_ENDS_OF_A_SENTENCE) else "."
        return f"{self.message}{stop} {self.hint}"


class QuestionDeclined(OpswrightError):
    """The question can't be answered as it stands; the message says what would help."""

    code = "E_BAD_QUERY"


class ReadOnly(QuestionDeclined):
    """The question asks to change something."""

    code = "E_READ_ONLY"


class CandidateRejected(OpswrightError):
    """A candidate tool failed verification as often as it may."""

    code = "E_CANDIDATE"


class Denied(OpswrightError):
    """A rule of the broker forbids the call; retrying can't help."""

    code = "E_DENIED"


class LimitExceeded(OpswrightError):
    """A budget of calls, bytes, seconds or memory was used up."""

    code = "E_LIMIT"


class TimedOut(LimitExceeded):
    """The time that a step may take was over before it was done."""

    code = "E_TIMEOUT"


class BackendUnavailable(OpswrightError):
    """A server did not answer, or answered that it can't; a later try may succeed."""

    code = "E_BACKEND"


class SpecUnusable(OpswrightError):
    """A document is not what it should be: not JSON or YAML, not OpenAPI, too large."""

    code = "E_SPEC"


class NotFound(OpswrightError):
    """Nothing is known under that name."""

    code = "E_NOT_FOUND"


class Misconfigured(OpswrightError):
    """A setting, a secret or this machine stands in the way; the message says how to mend it."""

    code = "E_CONFIG"


def quoted(value: object, limit: int = 80) -> str:
    """An untrusted value made safe for a message: quoted, escaped, cut."""
    text = str(value)
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return repr(shown)
