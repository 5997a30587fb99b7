"""The rules, one row each. What the isolate and the broker enforce anyway is here so that the author hears of it at once."""

from __future__ import annotations

from sandbox.image.baked import MODULES
from sandbox.review_rules import author_tests, aws, built, cuts, form, handlers, loops, names, per_row, status, words
from sandbox.review_rules.rule import Rule
from sandbox.syntax import Which

_BOTH: tuple[Which, ...] = ("tool", "tests")
_IMPORTABLE = ", ".join(name for name in MODULES if name != "__future__")
_SIGNED = "the host signs the calls, and `main()` reads TOKEN from the environment"
_BUDGET = (
    "count the rounds and raise when they are used up: "
    '`for page in range(1, PAGE_BUDGET + 1): … return when there is no next page`, then `raise RuntimeError("more than … pages")`'
)
_BESIDE = (
    "give values beside the text, as `params=` or `json=`; in a step of a path write `quote(value, safe='')`, and in an expression "
    "what a function of yours, `_escaped`, makes of them"
)

RULES = (
    # The form of a tool
    Rule("S_SIGNATURE", "{what}", form.wrong_signature),
    Rule("S_DOCSTRING", "{what} has no docstring: say what it returns, as an operator would ask for it", form.missing_docstrings),
    Rule(
        "S_MAIN",
        "{what}: a tool also runs from the command line; `main()` parses arguments, builds the client from BASE_URL and TOKEN (for AWS "
        "the session from AWS_PROFILE and AWS_REGION), prints "
        'JSON, and is called under `if __name__ == "__main__":`',
        form.missing_main,
    ),
    Rule(
        "S_EFFECT",
        "{what} runs on import: a module only imports, defines, and names constants; move it into a function",
        form.effects_on_import,
    ),
    Rule("S_URL", "{what} is an address in the code: what is handed in to call with knows the host", words.addresses),
    # What it must not touch
    Rule("S_IMPORT", f"{{what}} can't be imported; a tool may import: {_IMPORTABLE}", names.foreign_imports),
    Rule(
        "S_IMPORT",
        f"{{what}} can't be imported; tests may import tool, {_IMPORTABLE}. The runner is not pytest: use bare asserts and try/except",
        names.foreign_imports_of_tests,
        texts=("tests",),
    ),
    Rule(
        "S_CONCURRENCY",
        "{what}: there are no threads, processes or event loops here; call the API in a plain loop",
        names.concurrency,
        texts=_BOTH,
    ),
    Rule("S_BUILTIN", "`{what}` is not for tools: write the name or the value itself", names.forbidden_builtins, texts=_BOTH),
    Rule(
        "S_MEMBER", "{what} is not for tools: there are no files, processes or interpreters to reach", names.forbidden_members, texts=_BOTH
    ),
    Rule("S_INNER", "{what} is the inner workings of something else: use its public interface", names.inner_workings, texts=_BOTH),
    Rule(
        "S_ENVIRONMENT",
        "{what} outside `main()`: take it as a parameter, so that a run depends on its arguments alone",
        names.environment_outside_main,
    ),
    Rule("S_CLIENT", "{what} goes around what is handed in: call the API through that `client` or `session`", names.own_clients),
    Rule(
        "S_SESSION",
        '{what}: the session that is handed in knows where and as whom; name the service and nothing else, `session.client("ec2")`',
        aws.other_places,
    ),
    Rule("S_SECRET", f"{{what}} is written in the code: {_SIGNED}", words.credentials, texts=_BOTH),
    Rule("S_SECRET", f"{{what}} is written in the code: {_SIGNED}", words.named_credentials),
    Rule("S_LOOKING_AWAY", "{what} tells a check to look away: mend what it finds", words.looking_away, texts=_BOTH),
    Rule("S_PRINT", "{what} prints where `main()` does not: return rows", names.prints_outside_main, severity="advise"),
    # What would give a wrong answer
    Rule("S_LOOP", f"{{what}} ends only when the server says so: {_BUDGET}", loops.endless_loops),
    Rule("S_LOOP", f"{{what}} ends only when the server says so: {_BUDGET}", loops.endless_recursion),
    Rule(
        "S_SWALLOW",
        "{what} hides an error and the rows it cost: catch what you can mend, keep the last error of a bounded retry, else let it out",
        handlers.swallowed_errors,
    ),
    Rule("S_STATUS", "{what}: call `response.raise_for_status()` before anything of it is read", status.unchecked_answers),
    Rule("S_STATUS", "{what} takes a refusal for an empty answer: raise", status.passed_over),
    Rule(
        "S_CUT",
        f"{{what}} cuts the result where nobody asked for it: return all, or as many as a parameter of the Query says; of pages, {_BUDGET}",
        cuts.silent_cuts,
    ),
    Rule("S_CUT", "{what} stops before the last page: go through all of them", aws.first_pages),
    Rule("S_PER_ROW", "{what} makes a client in every round: make it once, before the loop", aws.clients_in_loops),
    Rule(
        "S_PER_ROW",
        "{what} asks the server once for each row of an answer: read the whole listing once, outside of the loop, and join in the tool",
        per_row.requests_per_row,
    ),
    Rule("S_PER_ROW", "{what} asks AWS once for each row: read whole listings, ask for figures in batches, and join", aws.calls_per_row),
    Rule("S_BUILT_QUERY", f"{{what}} is text of a request, and the value in it can change what is asked: {_BESIDE}", built.built_requests),
    Rule("S_BUILT_QUERY", f"{{what}} is text of a request with a number in it: {_BESIDE}", built.numbers_in_requests, severity="advise"),
    # The author's tests
    Rule("S_TESTS", "the tests prove nothing: {what}", author_tests.empty_tests, texts=("tests",)),
    Rule(
        "S_FIXTURE",
        "{what} wants arguments or decorators: tests are plain functions without either",
        author_tests.tests_with_fixtures,
        texts=("tests",),
    ),
    Rule(
        "S_ASSERTS",
        "{what} asserts nothing: it passes whatever the tool returns",
        author_tests.tests_without_asserts,
        severity="advise",
        texts=("tests",),
    ),
)
"""In the order in which findings are told."""
