from pathlib import Path

import pytest

from opswright import ROOT
from sandbox.review import review
from sandbox.review_rules.built import FARTHEST
from sandbox.review_rules.table import RULES
from tests.sandbox.candidates import (
    CLEAN_SOURCE,
    CLEAN_TESTS,
    DATA,
    DEPLOYMENTS_QUERY,
    HOSTS_QUERY,
    Defect,
    Trial,
    aws_defects,
    blocking,
    candidate,
    defects,
    trials,
)


def test_a_clean_tool_and_its_tests_have_no_findings() -> None:
    assert review(candidate()) == ()


def test_another_clean_tool_has_no_findings() -> None:
    """A cursor followed by a counted `while`, a dataclass, a retry that keeps its last error, text slices, `type: ` in prose."""
    source = (DATA / "tools" / "cursor.py").read_text()
    tests = CLEAN_TESTS.replace("hosts_above_memory", "failed_deployments")
    assert review(candidate(source, tests, function="failed_deployments", query=DEPLOYMENTS_QUERY)) == ()


@pytest.mark.parametrize("defect", defects("review"), ids=lambda defect: defect.name)
def test_a_defect_is_found_where_it_is(defect: Defect) -> None:
    findings = review(defect.candidate())
    assert blocking(findings) == defect.finds
    assert findings[0].line == defect.line()
    assert findings[0].message.startswith("tests") == defect.tests or defect.finds == ["S_TESTS"]


@pytest.mark.parametrize("trial", trials(), ids=lambda trial: trial.name)
def test_bad_ways_are_found_and_good_ones_pass(trial: Trial) -> None:
    findings = review(trial.candidate())
    assert blocking(findings) == trial.finds
    assert [finding.code for finding in findings if finding.severity == "advise"] == trial.advises


def test_each_place_where_a_request_is_built_is_told() -> None:
    (trial,) = (trial for trial in trials() if trial.name == "a path by format, by percent and by join")
    places = [
        line
        for line in trial.candidate().source.splitlines()
        if any(way in line for way in (".format(name)", "% name", '["/hosts", name]'))
    ]
    lines = trial.candidate().source.splitlines()
    assert sorted(finding.line or 0 for finding in review(trial.candidate())) == [lines.index(place) + 1 for place in places]


@pytest.mark.parametrize("tool", sorted((ROOT / "generated_tools" / "library").glob("*/v*/tool.py")), ids=lambda path: path.parts[-3])
def test_the_tools_that_are_kept_ask_nothing_row_by_row_and_build_no_query(tool: Path) -> None:
    findings = review(candidate(tool.read_text(), tool.with_name("test_tool.py").read_text()))
    assert {finding.code for finding in findings} <= {"S_SIGNATURE"}, "only the name differs"


def test_a_value_is_followed_far_enough_and_no_further() -> None:
    for steps, finds in ((FARTHEST - 3, []), (FARTHEST, ["S_BUILT_QUERY"])):
        names = "".join(f"    a{number + 1} = a{number}\n" for number in range(steps))
        source = (
            f"{CLEAN_SOURCE}\n\ndef _odd(client: httpx.Client) -> Any:\n    a0 = '/hosts'\n{names}    return _get(client, a{steps}, {{}})\n"
        )
        assert blocking(review(candidate(source))) == finds


def test_text_that_is_made_of_itself_over_and_over_is_read_once() -> None:
    doubled = "".join(f"    a{number + 1} = a{number} + 'x' + a{number}\n" for number in range(200))
    source = f"{CLEAN_SOURCE}\n\ndef _odd(client: httpx.Client) -> Any:\n    a0 = '/hosts'\n{doubled}    return _get(client, a200, {{}})\n"
    assert blocking(review(candidate(source))) == ["S_BUILT_QUERY"]


def test_every_rule_that_blocks_has_a_defect_that_it_finds() -> None:
    found = {code for defect in defects("review") for code in defect.finds}
    found |= {code for defect in aws_defects() for code in defect.finds}
    found |= {code for trial in trials() for code in trial.finds}
    assert {rule.code for rule in RULES if rule.severity == "block"} == found


def test_a_print_and_a_test_without_asserts_are_advised() -> None:
    source = CLEAN_SOURCE.replace("    rows: list[Host] = []", "    rows: list[Host] = []\n    print(percent)")
    tests = f"{CLEAN_TESTS}\n\ndef test_it_runs() -> None:\n    hosts_above_memory(client_of([]))\n"
    findings = review(candidate(source, tests))
    assert [(finding.code, finding.severity) for finding in findings] == [("S_PRINT", "advise"), ("S_ASSERTS", "advise")]


def test_a_class_may_call_the_one_above_it_and_name_what_it_exports() -> None:
    more = '\n\n__all__ = ["hosts_above_memory"]\n\n\nclass Odd(Exception):\n    def __init__(self, text: str) -> None:\n        super().__init__(text)\n'
    assert review(candidate(CLEAN_SOURCE + more)) == ()


def test_the_signature_to_write_is_in_the_finding() -> None:
    (finding,) = review(candidate(CLEAN_SOURCE.replace('*, percent: float = 80.0, state: str = "up", limit: int = 5', "percent=80")))
    assert (
        "write `def hosts_above_memory(client: httpx.Client, *, percent: float = 80.0, state: str = 'up', limit: int = 5)"
        in finding.message
    )
    assert "keyword parameter 'state' is missing" in finding.message


def test_a_query_without_parameters_wants_a_function_without_them() -> None:
    query = HOSTS_QUERY.model_copy(update={"parameters": (), "where": (), "limit": None})
    source = CLEAN_SOURCE.replace(', *, percent: float = 80.0, state: str = "up", limit: int = 5', "")
    assert "S_SIGNATURE" not in blocking(review(candidate(source, query=query)))
    assert "S_SIGNATURE" in blocking(review(candidate(query=query)))


def test_a_boolean_default_is_not_a_number() -> None:
    (limit,) = (parameter for parameter in HOSTS_QUERY.parameters if parameter.name == "limit")
    one = limit.model_copy(update={"default": 1})
    query = HOSTS_QUERY.model_copy(update={"parameters": (*HOSTS_QUERY.parameters[:2], one)})
    assert blocking(review(candidate(CLEAN_SOURCE.replace("limit: int = 5", "limit: int = 1"), query=query))) == []
    assert blocking(review(candidate(CLEAN_SOURCE.replace("limit: int = 5", "limit: int = True"), query=query))) == ["S_SIGNATURE"]


def test_a_parameter_of_the_question_may_be_called_like_a_builtin() -> None:
    renamed = CLEAN_SOURCE.replace("state: str", "open: str").replace("== state", "== open").replace("in `state`", "in `open`")
    query = HOSTS_QUERY.model_copy(
        update={
            "parameters": tuple(p.model_copy(update={"name": "open"}) if p.name == "state" else p for p in HOSTS_QUERY.parameters),
            "where": (),
        }
    )
    assert review(candidate(renamed, query=query)) == ()
    assert "S_BUILTIN" in blocking(review(candidate(renamed)))


def test_a_module_that_was_renamed_on_import_is_still_known() -> None:
    source = CLEAN_SOURCE.replace("import os\n", "import os as quiet\n").replace("os.environ", "quiet.environ")
    assert review(candidate(source)) == ()
    assert blocking(review(candidate(source + "\n\ndef _run() -> None:\n    quiet.abort()\n"))) == ["S_MEMBER"]


def test_a_secret_is_not_repeated_in_its_finding() -> None:
    (finding,) = review(candidate(CLEAN_SOURCE.replace('os.environ.get("TOKEN")', '"k7Gd20dkqpz91"')))
    assert "k7Gd20dkqpz91" not in finding.message


def test_a_password_in_an_address_is_not_repeated_in_its_finding() -> None:
    findings = review(candidate(CLEAN_SOURCE.replace('"/hosts"', '"https://ops:k7Gd20dkqpz91@estate.example/hosts"')))
    assert blocking(findings) == ["S_URL", "S_SECRET"]
    assert not any("k7Gd20dkqpz91" in finding.message for finding in findings)


def test_made_up_credentials_in_tests_are_allowed() -> None:
    tests = CLEAN_TESTS.replace('headers={"retry-after": "2"}', 'headers={"retry-after": "2", "authorization": "Bearer test"}')
    assert review(candidate(tests=tests)) == ()


def test_tests_without_any_assert_prove_nothing() -> None:
    tests = CLEAN_TESTS.replace("assert ", "_ = ").replace("raise AssertionError", "raise ValueError")
    assert blocking(review(candidate(tests=tests))) == ["S_TESTS"]
    assert blocking(review(candidate(tests=tests.replace("_ = ", "assert True, ")))) == ["S_TESTS"]
    assert blocking(review(candidate(tests=""))) == ["S_TESTS"]


@pytest.mark.parametrize(
    "loop",
    [
        "while queue:\n        queue.pop()",
        "while queue:\n        queue = queue[100:]",
        "left = 5\n    while left > 0:\n        left -= 1",
        "left = 5\n    while left > 0:\n        left = left - 1",
        "for number in itertools.repeat(1, 3):\n        queue.append(number)",
        "for number in itertools.count():\n        if number > 10:\n            raise RuntimeError",
    ],
)
def test_a_loop_with_an_end_of_its_own_is_allowed(loop: str) -> None:
    source = f"{CLEAN_SOURCE}\n\ndef _work(queue: list[int]) -> None:\n    import itertools\n\n    {loop}\n"
    assert review(candidate(source)) == ()


@pytest.mark.parametrize(
    "cut", ["rows[:limit]", "rows[1:]", "text[:10]", "[rows[0]]", "heapq.nlargest(limit, rows)", "list(itertools.islice(rows, limit))"]
)
def test_what_the_caller_asked_for_is_no_cut(cut: str) -> None:
    source = f"{CLEAN_SOURCE}\n\ndef _work(text: str, limit: int) -> Any:\n    import heapq\n    import itertools\n\n"
    assert review(candidate(f"{source}    rows = sorted(text)\n    return {cut}, heapq, itertools\n")) == ()


@pytest.mark.parametrize("text", ["def f(:\n", "x = 1\0", "(" * 300])
def test_text_that_cannot_be_read_is_one_finding(text: str) -> None:
    (finding,) = review(candidate(source=text))
    assert finding.code == "S_UNREADABLE"
    (finding,) = review(candidate(tests=text))
    assert finding.message.startswith("tests")


def test_braces_in_a_tool_do_not_confuse_the_message() -> None:
    findings = review(candidate(CLEAN_SOURCE + "\nprint({0: '{what}'})\n"))
    assert findings[0].message.startswith("`print({0: '{what}'})` runs on import")
