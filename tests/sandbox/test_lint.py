import json
import re
import subprocess
from pathlib import Path

import pytest
from ruff import find_ruff_bin  # type: ignore[import-untyped]  # a binary with one function

from sandbox import lint as linter
from sandbox.lint import format_both, format_source, lint, severity_of
from sandbox.review import review
from schemas.errors import Misconfigured
from tests.sandbox.candidates import CLEAN_SOURCE, CLEAN_TESTS, DATA, Defect, blocking, candidate, defects


@pytest.mark.parametrize("tool", ["clean.py", "cursor.py"])
def test_a_clean_tool_has_no_findings(tool: str) -> None:
    assert lint((DATA / "tools" / tool).read_text(), CLEAN_TESTS) == ()


def test_half_a_character_is_a_finding_and_formats_to_itself() -> None:
    text = 'x = "\ud800"\n'
    assert blocking(lint(text))
    assert format_both(text, text) == (text, text)


@pytest.mark.parametrize("defect", defects("lint"), ids=lambda defect: defect.name)
def test_a_defect_is_found_where_it_is(defect: Defect) -> None:
    candidate = defect.candidate()
    findings = [finding for finding in lint(candidate.source, candidate.tests) if finding.severity == "block"]
    assert blocking(tuple(findings)) == defect.finds
    assert findings[0].line == defect.line()
    assert findings[0].message.startswith("tests, line ") == defect.tests


def test_cosmetics_advise_and_do_not_block() -> None:
    findings = lint("import os\nimport json\n\nx  = json.dumps( f'a' )\n")
    assert {finding.code for finding in findings} >= {"I001", "F401", "F541"}
    assert blocking(findings) == []


def test_a_finding_tells_how_ruff_would_mend_it() -> None:
    (finding,) = lint('"""Doc."""\n\nimport os\n')
    assert finding.message == "`os` imported but unused (Remove unused import: `os`)"


def test_tests_may_assert_and_stay_untyped() -> None:
    assert lint("", "def test_it():\n    assert 1 + 1 == 2\n") == ()


def test_the_settings_of_the_place_it_runs_in_are_not_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "ruff.toml").write_text('lint.select = ["D"]\n')
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RUFF_OUTPUT_FORMAT", "concise")
    assert [finding.code for finding in lint("x = undefined\n")] == ["F821"]


@pytest.mark.parametrize(
    ("code", "severity"),
    [("E501", "advise"), ("E711", "block"), ("E902", "block"), ("F401", "advise"), ("F821", "block"), ("XYZ9", "block")],
)
def test_the_longest_known_prefix_decides_and_the_unknown_blocks(code: str, severity: str) -> None:
    assert severity_of(code) == severity


def test_every_security_rule_of_this_ruff_blocks_unless_its_reason_not_to_is_written_down() -> None:
    told = subprocess.run([find_ruff_bin(), "rule", "--all", "--output-format=json"], capture_output=True, check=True).stdout
    codes = {rule["code"] for rule in json.loads(told) if re.fullmatch(r"S\d+", rule["code"] or "")}
    assert len(codes) > 60
    assert {code for code in codes if severity_of(code) != "block"} == set()
    assert {code for code in linter.IGNORED if code.startswith("S")} == {"S105", "S106", "S107", "S311"}


@pytest.mark.parametrize("asked", [" # noqa", " # noqa: S324", " # nosec", " # type: ignore", " # fmt: skip", " # pragma: no cover"])
def test_a_comment_behind_a_line_switches_nothing_off(asked: str) -> None:
    source = f'"""Doc."""\n\nimport hashlib\n\nSUM = hashlib.md5(b"a").hexdigest(){asked}\n'
    assert blocking(lint(source)) == ["S324"]
    assert "S_LOOKING_AWAY" in blocking(review(candidate(source)))


@pytest.mark.parametrize(
    "asked",
    ["ruff: noqa", "flake8: noqa", "fmt: off", "ruff: disable[S324]", "ruff: file-ignore[S324]", "mypy: ignore-errors", "pyright: basic"],
)
def test_a_comment_above_everything_switches_nothing_off(asked: str) -> None:
    source = f'# {asked}\n"""Doc."""\n\nimport hashlib\n\nSUM = hashlib.md5(b"a").hexdigest()\n'
    assert blocking(lint(source)) == ["S324"]
    assert "S_LOOKING_AWAY" in blocking(review(candidate(source)))


@pytest.mark.parametrize(
    "written",
    [
        'password = "k7Gd20dkqpz91"',  # S105
        'OPTIONS = dict(password="k7Gd20dkqpz91")',  # S106
        'def _odd(password: str = "k7Gd20dkqpz91") -> str:\n    return password',  # S107
    ],
)
def test_the_review_finds_the_passwords_that_ruff_is_not_asked_for(written: str) -> None:
    assert "S_SECRET" not in blocking(lint(written))
    assert blocking(review(candidate(f"{CLEAN_SOURCE}\n\n{written}\n"))) == ["S_SECRET"]


def test_formatting_sorts_imports_and_keeps_what_is_formatted() -> None:
    assert format_source("import sys\nimport json\nx  =  1\n") == "import json\nimport sys\n\nx = 1\n"
    assert format_both(CLEAN_SOURCE, CLEAN_TESTS) == (CLEAN_SOURCE, CLEAN_TESTS)


def test_text_that_is_no_python_comes_back_from_formatting_while_the_other_is_formatted() -> None:
    assert format_both("x=1\n", "def (:\n") == ("x = 1\n", "def (:\n")


def test_a_missing_ruff_is_the_operators_to_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise FileNotFoundError("no ruff here")

    monkeypatch.setattr(linter, "find_ruff_bin", missing)
    with pytest.raises(Misconfigured, match="ruff does not run"):
        lint("x = 1\n")


def test_a_ruff_that_fails_is_no_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(linter, "find_ruff_bin", lambda: "/bin/false")
    with pytest.raises(Misconfigured, match="ruff ended with 1"):
        lint("x = 1\n")
