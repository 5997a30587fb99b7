"""Ruff's verdict on a tool and its tests, under a rule set of ours and no one else's."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import BaseModel, TypeAdapter
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # a binary with one function

from sandbox.syntax import Which, place
from schemas.errors import Misconfigured, quoted
from schemas.verification import Finding, Severity

SEVERITY: dict[str, Severity] = {
    "ANN": "block",  # parameters and results are typed: mypy has something to check
    "B": "block",  # likely bugs
    "B007": "advise",  # an unused loop variable
    "BLE": "block",  # blanket except
    "DTZ": "block",  # a naive time shifts every window by the machine's zone
    "E": "advise",
    "E711": "block",  # == None
    "E712": "block",  # == True
    "E9": "block",
    "F": "block",  # undefined and unused names
    "F401": "advise",
    "F541": "advise",
    "PLE": "block",  # certain errors
    "S": "block",  # security
    "T10": "block",  # a debugger
    "C4": "advise",
    "C90": "advise",
    "I": "advise",
    "SIM": "advise",
    "UP": "advise",
    "W": "advise",
}
"""Which codes are asked for, and whether one stops a tool; the longest prefix decides. What is new to us blocks."""

IGNORED = (
    "ANN401",  # JSON rows are Any until they are read
    "E203",  # the formatter's business
    "S105",  # judged by value in review: here `page_token_parameter = "token"` is a password
    "S106",
    "S107",
    "S311",  # jitter is no cryptography
)
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
    f"--select={','.join(SEVERITY)}",
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
    known = [prefix for prefix in SEVERITY if code.startswith(prefix)]
    return SEVERITY[max(known, key=len)] if known else "block"


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
