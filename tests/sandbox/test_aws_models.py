"""The models of a job: merged by service, with nothing in them that has no slice."""

from __future__ import annotations

from typing import Any

from sandbox.aws_models import aws_session_of, models_of
from schemas.base import digest
from schemas.operation import Effect, Operation, Protocol, Slice


def part(
    service: str,
    operation: str,
    *shapes: str,
    pages: dict[str, Any] | None = None,
    protocol: Protocol = "aws",
    model: dict[str, Any] | None = None,
) -> Slice:
    own: dict[str, Any] = {
        "service": service,
        "operation": operation,
        "service-2": model
        or {
            "metadata": {"serviceId": service},
            "operations": {operation: {"name": operation}},
            "shapes": {name: {"type": "string"} for name in shapes},
        },
    }
    if pages is not None:
        own["paginators-1"] = {"pagination": {operation: pages}}
    document = {"x-aws": own} if protocol == "aws" else {}
    known = Operation(
        id=f"aws:{service}.{operation}",
        source="aws",
        name=f"{service}.{operation}",
        protocol=protocol,
        method="POST",
        path=f"/{service}/{operation}",
        effect=Effect.READ,
        effect_reason="the model says so",
        slice_hash=digest(document),
    )
    return Slice(operation=known, document=document)


def test_operations_of_one_service_share_a_model() -> None:
    one = part("ec2", "DescribeInstances", "Id", "State", pages={"input_token": "NextToken"})
    other = part("ec2", "DescribeVolumes", "Id", "Size", pages={"input_token": "NextToken"})
    models = models_of([one, other])
    assert models.keys() == {"ec2"}
    assert models["ec2"]["service-2"]["metadata"] == {"serviceId": "ec2"}
    assert models["ec2"]["service-2"]["operations"].keys() == {"DescribeInstances", "DescribeVolumes"}
    assert models["ec2"]["service-2"]["shapes"].keys() == {"Id", "State", "Size"}
    assert models["ec2"]["paginators-1"]["pagination"].keys() == {"DescribeInstances", "DescribeVolumes"}


def test_services_stay_apart_and_one_without_pages_has_no_paginators() -> None:
    models = models_of([part("ec2", "DescribeInstances", pages={}), part("sts", "GetCallerIdentity")])
    assert "paginators-1" in models["ec2"]
    assert models["sts"].keys() == {"service-2"}


def test_merging_leaves_the_slices_as_they_were() -> None:
    one, other = part("ec2", "DescribeInstances", "Id"), part("ec2", "DescribeVolumes", "Size")
    before = digest(one.document)
    models_of([one, other])
    assert digest(one.document) == before


def test_a_session_has_the_region_and_the_models() -> None:
    session = aws_session_of([part("ec2", "DescribeInstances")], "eu-west-1")
    assert session is not None
    assert (session.region, set(session.models)) == ("eu-west-1", {"ec2"})


def test_http_operations_need_no_session() -> None:
    assert aws_session_of([part("fleet", "listHosts", protocol="http")], "eu-west-1") is None


def test_of_an_output_only_the_ways_to_dates_and_bytes_go_with_a_call() -> None:
    shapes = {
        "Asked": {"type": "structure", "members": {"Tags": {"shape": "Tags"}}},
        "Tags": {"type": "list", "member": {"shape": "Tag"}},
        "Tag": {"type": "structure", "members": {"Key": {"shape": "Text"}}},
        "Given": {"type": "structure", "members": {"Rows": {"shape": "Rows"}, "Next": {"shape": "Text"}, "Tags": {"shape": "Tags"}}},
        "Rows": {"type": "list", "member": {"shape": "Row"}},
        "Row": {
            "type": "structure",
            "members": {"Id": {"shape": "Text"}, "At": {"shape": "Time"}, "Of": {"shape": "Row"}, "State": {"shape": "State"}},
        },
        "State": {"type": "structure", "members": {"Name": {"shape": "Text"}}},
        "Time": {"type": "timestamp"},
        "Text": {"type": "string"},
    }
    operation = {"name": "ListRows", "input": {"shape": "Asked"}, "output": {"shape": "Given"}}
    slice_ = part("fleet", "ListRows", model={"metadata": {}, "operations": {"ListRows": operation}, "shapes": shapes})
    lean = aws_session_of([slice_], "eu-west-1")
    whole = aws_session_of([slice_], "eu-west-1", complete=True)
    assert lean is not None
    assert whole is not None
    assert whole.models["fleet"]["service-2"]["shapes"] == shapes
    left = lean.models["fleet"]["service-2"]["shapes"]
    assert left["Given"]["members"] == {"Rows": {"shape": "Rows"}}
    assert left["Row"]["members"] == {"At": {"shape": "Time"}, "Of": {"shape": "Row"}}
    assert "State" not in left
    assert left["Asked"] == shapes["Asked"]
    assert left["Tag"] == shapes["Tag"]
