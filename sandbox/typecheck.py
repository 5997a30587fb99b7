"""Strict types: what mypy says of a tool and its tests, as findings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.image.baked import is_importable
from sandbox.mypy_process import CHECK_SECONDS, MypyProcess
from sandbox.mypy_server import FILES
from sandbox.syntax import Unreadable, Which, imports, parse, place
from schemas.errors import LimitExceeded
from schemas.verification import Finding, Severity

ADVISED_IN_TESTS = frozenset({"no-untyped-def", "no-untyped-call", "type-arg", "no-any-return"})
"""What a test may leave out."""

_LINE = re.compile(r"(?P<path>.+?):(?P<line>\d+): (?P<kind>error|note): (?P<message>.*?)(?:  \[(?P<code>[\w-]+)\])?")
_WHICH: dict[str, Which] = dict(zip(FILES, ("tool", "tests"), strict=True))
_SEE = "See https://"


class TypeChecker:
    """Judges one candidate at a time; safe to share between threads, as is `cache_folder` between processes."""

    def __init__(self, cache_folder: Path, *, check_seconds: float = CHECK_SECONDS) -> None:
        self._mypy = MypyProcess(cache_folder, check_seconds=check_seconds)

    def prime(self) -> None:
        """Make the next check a fast one: 0.2 s, or 2 s on a machine that never did it. Raises Misconfigured as `check` does."""
        self._mypy.warm()

    def check(self, source: str, tests: str = "") -> tuple[Finding, ...]:
        """What is wrong with the types of a tool and of its tests, which import it as `tool`.

        Text that can't be read, or that imports what no tool may, never reaches mypy, and types may be too much for it; then a
        finding says so.
        Raises Misconfigured where mypy can't run.
        """
        refusals = tuple(_refusals("tool", source)) + tuple(_refusals("tests", tests))
        if refusals:
            return refusals
        try:
            return tuple(_findings(self._mypy.report(source, tests)))
        except LimitExceeded as error:
            return (_not_checked("tool", str(error), None),)

    def close(self) -> None:
        """Give the memory back."""
        self._mypy.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def _refusals(which: Which, text: str) -> Iterator[Finding]:
    """Mypy follows every import that this machine happens to have; a verdict must not depend on that, nor take that long."""
    tree = parse(text)
    if isinstance(tree, Unreadable):
        yield _not_checked(which, f"the text can't be read: {tree.reason}", tree.line)
        return
    for line, module in imports(tree):
        if not is_importable(module) and not (which == "tests" and module == "tool"):
            yield _not_checked(which, f"tools can't import {module!r}", line)


def _not_checked(which: Which, reason: str, at: int | None) -> Finding:
    where, line = place(which, at)
    return Finding(check="types", code="not-checked", message=f"{where}types were not checked: {reason}", line=line)


def _findings(report: str) -> list[Finding]:
    """One for each error; a note belongs to the error before it."""
    findings: list[Finding] = []
    for text in report.splitlines():
        found = _LINE.fullmatch(text)
        if found is None:
            findings.append(Finding(check="types", code="mypy", message=text))
        elif found["kind"] == "error":
            findings.append(_error(found))
        elif findings and not found["message"].startswith(_SEE):
            findings[-1] = findings[-1].model_copy(update={"message": f"{findings[-1].message}; {found['message']}"})
    return findings


def _error(found: re.Match[str]) -> Finding:
    which = _WHICH[Path(found["path"]).name]
    where, line = place(which, int(found["line"]))
    code = found["code"] or "mypy"
    severity: Severity = "advise" if which == "tests" and code in ADVISED_IN_TESTS else "block"
    return Finding(check="types", code=code, message=f"{where}{found['message']}", line=line, severity=severity)
