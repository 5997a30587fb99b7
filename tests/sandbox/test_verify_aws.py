"""A tool that calls AWS goes through all checks, in the isolate, as one that calls an HTTP API does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.supervisor import WorkerPool
from sandbox.typecheck import TypeChecker
from sandbox.verify import Verifier
from schemas.verification import Verification
from tests.sandbox.candidates import AWS_SOURCE, AWS_TESTS, aws_candidate
from tests.sandbox.rehearsal.cloud import slices
from tests.sandbox.test_verify import blocked, ticking


@pytest.fixture(scope="module")
def types(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TypeChecker]:
    with TypeChecker(tmp_path_factory.mktemp("types")) as types:
        yield types


def verified(types: TypeChecker, pool: WorkerPool, source: str = AWS_SOURCE, tests: str = AWS_TESTS) -> Verification:
    return Verifier(types, pool.run, monotonic=ticking()).verify(aws_candidate(source, tests), slices())


def test_a_right_tool_is_proven(types: TypeChecker, pool: WorkerPool) -> None:
    verdict = verified(types, pool)
    assert blocked(verdict) == {}
    assert verdict.semantics == "proven"


def test_a_wrong_one_is_told_why(types: TypeChecker, pool: WorkerPool) -> None:
    verdict = verified(types, pool, AWS_SOURCE.replace("values[0] for key", "values[-1] for key"))
    assert blocked(verdict)["rehearsal"] == ["R_METRIC"]


def test_its_own_tests_run_against_stubs(types: TypeChecker, pool: WorkerPool) -> None:
    verdict = verified(types, pool, tests=AWS_TESTS.replace('"cpu": 81', '"cpu": 82'))
    assert blocked(verdict) == {"tests": ["T_FAILED", "T_FAILED"]}


def test_a_call_that_no_test_stubbed_is_a_failed_test(types: TypeChecker, pool: WorkerPool) -> None:
    verdict = verified(types, pool, tests=AWS_TESTS.replace("        stub.activate()", "        assert stub"))
    assert set(blocked(verdict)) == {"tests"}
