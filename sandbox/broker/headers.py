"""Step 5, headers: the tool sets what its operation declares, the broker sets the rest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sandbox.broker.parameters import Declared, Given
from sandbox.broker.query import undeclared
from sandbox.broker.wire import Headers
from schemas.errors import quoted

OURS = frozenset(
    {"accept", "accept-encoding", "connection", "content-length", "content-type", "host", "te", "transfer-encoding", "user-agent"}
)
"""Every HTTP client sends these by itself. They are dropped; broker and transport set their own."""

_CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization"})
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_TEXT = re.compile(r"[\t -~]*")


class HeaderContract:
    """The headers that an operation declares."""

    def __init__(self, parameters: Sequence[Declared]) -> None:
        # OpenAPI 3.1, section 4.8.12.1: declarations of Accept, Content-Type and Authorization are to be ignored.
        self._parameters = {p.name.lower(): p for p in parameters if p.name.lower() not in OURS | _CREDENTIALS}

    def kept(self, headers: Headers) -> Headers:
        """The tool's headers that go out, names in lower case."""
        return tuple((name.lower(), value) for name, value in headers if name.lower() in self._parameters)

    def problems(self, headers: Headers) -> Iterator[str]:
        """What is malformed, forbidden, undeclared, wrong or missing, in words."""
        given: dict[str, Given] = {}
        for name, value in headers:
            if problem := self._problem(name.lower(), value):
                yield problem
            given.setdefault(name.lower(), Given()).texts.append(value)
        for name, parameter in self._parameters.items():
            if name in given:
                yield from filter(None, [parameter.problem(given[name])])
            elif parameter.required:
                yield f"{parameter.label} is required and missing"

    def _problem(self, name: str, value: str) -> str:
        if not _TOKEN.fullmatch(name) or not _TEXT.fullmatch(value):
            return f"header {quoted(name, 60)} holds characters that no header may have"
        if name in _CREDENTIALS:
            return f"header {quoted(name)} is the broker's: it signs each request, and the code needs no credential"
        if name in OURS or name in self._parameters:
            return ""
        return undeclared("header", name, (parameter.name for parameter in self._parameters.values()))


def header(headers: Headers, name: str) -> str:
    """The first value of a header, empty where it is absent."""
    return next((value for key, value in headers if key.lower() == name), "")
