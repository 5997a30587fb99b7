"""Which operations belong together."""

from __future__ import annotations

import pytest

from rag.families import gather, kind_of, recognise
from rag.questions import AskedFamily, Questions
from tests.rag.operations import TEN, operation

PODS = AskedFamily("k8s", "pod", 0, ("GET /pods | listPod", "GET /pods/{name} | readPod"), ("what keeps crashing",), ("谁在重启",))
NODES = AskedFamily("k8s", "node", 1, ("GET /nodes | listNode",), ("which boxes are up",), ("哪些机器活着",))
WRITTEN = Questions((PODS, NODES), {"k8s": ("kubernetes", "k8s")})

CLUSTER = (
    operation("readPod", "/pods/{name}", source="prod"),
    operation("listPod", "/pods", source="prod"),
    operation("listNode", "/nodes", source="prod"),
    operation("listLease", "/leases", source="prod"),
)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("listHosts", ["host"]),
        ("getHost", ["host"]),
        ("listCoreV1PodForAllNamespaces", ["core", "pod"]),
        ("readCoreV1NamespacedPod", ["core", "pod"]),
        ("ec2.DescribeInstances", ["instanc"]),
        ("compute.instances.aggregatedList", ["instanc", "aggreg"]),
        ("compute.instances.list", ["instanc"]),
        ("actions/list-workflow-runs-for-repo", ["workflow", "run"]),
        ("list", ["list"]),
    ],
)
def test_kind_is_what_an_operation_reads(name: str, kind: list[str]) -> None:
    assert list(kind_of(name)) == kind


def test_a_source_is_recognised_by_its_operations_whatever_it_is_called() -> None:
    assert recognise(CLUSTER, WRITTEN) == {"prod": "k8s"}
    assert recognise(TEN, WRITTEN) == {}


def test_one_operation_alone_is_no_proof() -> None:
    assert recognise(CLUSTER[2:], WRITTEN) == {}


def test_a_few_of_many_operations_are_no_proof() -> None:
    many = [operation(f"listThing{number}", f"/things/{number}", source="prod") for number in range(30)]
    assert recognise([*CLUSTER[:2], *many[:18]], WRITTEN) == {"prod": "k8s"}
    assert recognise([*CLUSTER[:2], *many], WRITTEN) == {}


def test_written_families_take_their_operations_and_a_rule_the_rest() -> None:
    families = gather(CLUSTER, WRITTEN)
    assert [(family.provider, family.name, family.members) for family in families] == [
        ("k8s", "pod", (0, 1)),
        ("k8s", "node", (2,)),
        ("k8s", "leas", (3,)),
    ]
    assert [family.asked for family in families] == [PODS, NODES, None]


def test_a_renamed_operation_and_a_moved_path_keep_their_questions() -> None:
    moved = operation("listNode", "/v2/nodes", source="prod")
    renamed = operation("listPods", "/pods", source="prod")
    assert [family.asked for family in gather([*CLUSTER[:2], CLUSTER[2], moved, renamed], WRITTEN)] == [PODS, NODES]


def test_two_sources_of_one_provider_share_their_families() -> None:
    staging = [made.model_copy(update={"source": "staging", "id": f"staging:{made.name}"}) for made in CLUSTER]
    assert [len(family.members) for family in gather([*CLUSTER, *staging], WRITTEN)] == [4, 2, 2]
