"""Ruff's verdict on a tool and its tests, under a rule set of ours and no one else's."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from pydantic import BaseModel, TypeAdapter
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # a binary with one function

from sandbox.syntax import Which, place
from schemas.errors import Misconfigured, quoted
from schemas.verification import Finding, Severity


class Asked(NamedTuple):
    """Whether what a family of ruff's rules, or one rule, finds stops a tool, and what that is."""

    severity: Severity
    what: str


FAMILIES = {
    "ANN": Asked("block", "parameters and results without a type: mypy would have nothing to check"),
    "B": Asked("block", "likely bugs"),
    "B007": Asked("advise", "an unused loop variable"),
    "BLE": Asked("block", "blanket except"),
    "DTZ": Asked("block", "a naive time, which shifts every window by the machine's zone"),
    "E": Asked("advise", "style"),
    "E711": Asked("block", "`== None`"),
    "E712": Asked("block", "`== True`"),
    "E9": Asked("block", "text that is no Python"),
    "F": Asked("block", "undefined and unused names"),
    "F401": Asked("advise", "an unused import"),
    "F541": Asked("advise", "an f-string without a value"),
    "PLE": Asked("block", "certain errors"),
    "S": Asked("block", "security, also of libraries that the isolate does not have"),
    "T10": Asked("block", "a debugger"),
    "C4": Asked("advise", "roundabout comprehensions"),
    "C90": Asked("advise", "functions with too many branches"),
    "I": Asked("advise", "unsorted imports"),
    "SIM": Asked("advise", "what can be said more simply"),
    "UP": Asked("advise", "old syntax"),
    "W": Asked("advise", "white space"),
}
"""Which codes are asked for; the longest prefix decides. What is new to us blocks."""

IGNORED = {
    "ANN401": "JSON rows are `Any` until they are read",
    "E203": "the formatter's business",
    "S105": 'judged by value in `S_SECRET`: to ruff `page_token_parameter = "token"` is a password',
    "S106": "judged by value in `S_SECRET`, as an argument",
    "S107": "judged by value in `S_SECRET`, as a default",
    "S311": "jitter is no cryptography",
}
"""The rules of these families that are not asked for, and why."""

TESTS_IGNORED = ("ANN", "C90", "DTZ", "S")
"""Tests assert, stay untyped where they like, and hold made-up secrets."""

LINE_LENGTH = 120
MAX_COMPLEXITY = 10
TIMEOUT_SECONDS = 30.0

_FILES: dict[str, Which] = {"tool.py": "tool", "test_tool.py": "tests"}
_COMMON = (
    "--isolated",
    "--no-cache",
    "--quiet",
    "--target-version=py311",
    f"--config=line-length={LINE_LENGTH}",
    "--config=lint.isort.known-first-party=['tool']",  # whatever folder the tool is read from
)
_CHECK = (
    "check",
    *_COMMON,
    "--output-format=json",
    "--exit-zero",
    "--ignore-noqa",
    f"--select={','.join(FAMILIES)}",
    f"--ignore={','.join(IGNORED)}",
    f"--config=lint.mccabe.max-complexity={MAX_COMPLEXITY}",
    *(f"--per-file-ignores=test_tool.py:{code}" for code in TESTS_IGNORED),
)
_SORT_IMPORTS = ("check", *_COMMON, "--select=I", "--fix-only", "--exit-zero")
_FORMAT = ("format", *_COMMON)
_SYNTAX = "invalid-syntax"
_SOME_FILE_IS_NO_PYTHON = 2


class _Location(BaseModel):
    row: int


class _Fix(BaseModel):
    message: str | None = None


class _Diagnostic(BaseModel):
    """What we read of one entry of ruff's JSON output."""

    code: str
    message: str
    filename: Path
    location: _Location
    fix: _Fix | None = None

    @property
    def which(self) -> Which:
        return _FILES[self.filename.name]


_DIAGNOSTICS = TypeAdapter(list[_Diagnostic])

_HALVES = "surrogatepass"
"""Half a character, which JSON can write and UTF-8 can't, is ruff's to refuse and no crash of ours."""


def lint(source: str, tests: str = "") -> tuple[Finding, ...]:
    """What ruff finds in a tool and its tests, by line. `# noqa` is not heard.

    One process for both. Raises Misconfigured where ruff can't run.
    """
    with TemporaryDirectory(prefix="lint-") as folder:
        paths = _written(Path(folder), source, tests)
        report = _ruff(*_CHECK, *map(str, paths))
    return tuple(_finding(diagnostic) for diagnostic in _first_syntax_errors(_DIAGNOSTICS.validate_json(report)))


def format_source(source: str) -> str:
    """`source` in ruff's format, imports sorted. Text that is no Python comes back as it is: `lint` will say why."""
    return format_both(source, "")[0]


def format_both(source: str, tests: str) -> tuple[str, str]:
    """A tool and its tests as `format_source` gives them, in two processes."""
    with TemporaryDirectory(prefix="format-") as folder:
        paths = _written(Path(folder), source, tests)
        for step in (_SORT_IMPORTS, _FORMAT):
            _ruff(*step, *map(str, paths), accepted=(0, _SOME_FILE_IS_NO_PYTHON))
        tool, test_tool = (path.read_text(encoding="utf-8", errors=_HALVES) for path in paths)
    return tool, test_tool


def severity_of(code: str) -> Severity:
    """Whether a code stops a tool."""
    known = [prefix for prefix in FAMILIES if code.startswith(prefix)]
    return FAMILIES[max(known, key=len)].severity if known else "block"


def _written(folder: Path, source: str, tests: str) -> list[Path]:
    paths = [folder / name for name in _FILES]
    for path, text in zip(paths, (source, tests), strict=True):
        path.write_text(text, encoding="utf-8", errors=_HALVES)
    return paths


def _ruff(*arguments: str, accepted: Sequence[int] = (0,)) -> bytes:
    """Standard output of ruff from this interpreter's environment; never one from PATH, nor with our environment."""
    try:
        done = subprocess.run(
            [find_ruff_bin(), *arguments], env={}, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Misconfigured(f"ruff does not run: {quoted(error)}", hint="Install the project's requirements again.") from error
    if done.returncode not in accepted:
        said = quoted(done.stderr.decode(errors="replace").strip(), 400)
        raise Misconfigured(f"ruff ended with {done.returncode}: {said}", hint="Install the pinned ruff again.")
    return done.stdout


def _first_syntax_errors(diagnostics: Sequence[_Diagnostic]) -> list[_Diagnostic]:
    """Without the syntax errors that only follow from a file's first one."""
    broken: set[Which] = set()
    kept = []
    for diagnostic in diagnostics:
        if diagnostic.code != _SYNTAX:
            kept.append(diagnostic)
        elif diagnostic.which not in broken:
            broken.add(diagnostic.which)
            kept.append(diagnostic)
    return kept


def _finding(diagnostic: _Diagnostic) -> Finding:
    where, line = place(diagnostic.which, diagnostic.location.row)
    repair = f" ({diagnostic.fix.message})" if diagnostic.fix and diagnostic.fix.message else ""
    return Finding(
        check="lint",
        code=diagnostic.code,
        message=f"{where}{diagnostic.message}{repair}",
        line=line,
        severity=severity_of(diagnostic.code),
    )
