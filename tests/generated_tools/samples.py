"""The smallest candidate that can be published, its verification and its slices."""

from __future__ import annotations

from collections.abc import Mapping

from schemas.operation import Effect, Operation, Slice
from schemas.query import Call, Column, Predicate, Query, QueryParameter
from schemas.tool import Candidate
from schemas.verification import CheckResult, Finding, Verification

OPERATION = "estate:list_hosts"


def hosts_query(threshold: float = 80.0, *, alias: str = "hosts", parameter: str = "percent", op: str = "gt") -> Query:
    return Query(
        call=Call(alias=alias, operation=OPERATION),
        where=(Predicate.model_validate({"path": f"{alias}.memory_used_percent", "op": op, "parameter": parameter}),),
        select=(Column(name="hostname", path=f"{alias}.hostname"),),
        parameters=(QueryParameter(name=parameter, type="number", default=threshold, unit="percent"),),
    )


def candidate(source: str = "def hosts(client): ...\n", query: Query | None = None, name: str = "hosts_above") -> Candidate:
    return Candidate(
        name=name,
        title="Hosts above a memory threshold",
        function="hosts",
        source=source,
        tests="def test_hosts(): ...\n",
        query=query or hosts_query(),
        engine="rules",
    )


def verdict(of: Candidate, *findings: Finding) -> Verification:
    check = CheckResult(check="lint", detail="2 files", findings=findings, milliseconds=1.0)
    return Verification(candidate_digest=of.digest, checks=(check,), semantics="proven")


def slices(slice_hash: str = "aa") -> Mapping[str, Slice]:
    operation = Operation(
        id=OPERATION,
        source="estate",
        name="list_hosts",
        method="GET",
        path="/hosts",
        effect=Effect.READ,
        effect_reason="GET",
        slice_hash=slice_hash,
    )
    return {OPERATION: Slice(operation=operation, document={})}
