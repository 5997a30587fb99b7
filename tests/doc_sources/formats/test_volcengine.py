from __future__ import annotations

from typing import Any

import pytest

from doc_sources.effects import load_judge
from doc_sources.formats import reading, volcengine
from doc_sources.formats.description import Description
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from schemas.base import Json
from schemas.errors import SpecUnusable
from schemas.operation import Effect, Operation
from tests.doc_sources.documents import in_slice

POST_JSON = {"Method": "POST", "ContentType": "application/json"}
LIST: dict[str, Any] = {
    "Request": {"Basic": ["Ids.N", "MaxResults"]},
    "Response": {"Basic": ["TotalCount"], "Structure": {"Machines": {"Basic": ["Id", "Cpus"]}}},
}
LIST_TYPES: dict[str, Any] = {
    "Request": {"MetaTypes": {"Ids.N": {"TypeName": "array[string]"}, "MaxResults": {"TypeName": "integer", "Required": True}}},
    "Response": {
        "MetaTypes": {"Machines": {"TypeName": "array", "TypeOf": "object"}, "TotalCount": {"TypeName": "integer"}},
        "ChildMetas": {"Machines": {"MetaTypes": {"Id": {"TypeName": "string"}, "Cpus": {"TypeName": "integer"}}}},
    },
}


def metadata(**actions: Json) -> dict[str, Json]:
    types = {"DescribeMachines": LIST_TYPES} if "DescribeMachines" in actions else {}
    return {"rack/2020-04-01": {"metadata": actions, "metatype": types}}


def operations(description: Description) -> list[Operation]:
    cutter = Cutter(Specification(description.root), "volc", load_judge(), only_names_tell=description.only_names_tell)
    return [piece.operation for piece in cutter.cut()]


def test_an_action_is_a_get_told_apart_by_its_query() -> None:
    (found,) = operations(reading.read_value(metadata(DescribeMachines=LIST), ""))
    assert (found.name, found.label) == ("rack.DescribeMachines", "GET /?Action=DescribeMachines&Version=2020-04-01")
    assert {p.name: (p.required, p.value_schema) for p in found.parameters} == {
        "Action": (False, {"type": "string", "const": "DescribeMachines"}),
        "Version": (False, {"type": "string", "const": "2020-04-01"}),
        "Ids.1": (False, {"type": "string"}),
        "MaxResults": (True, {"type": "integer"}),
    }


def test_what_it_answers_is_typed() -> None:
    (piece,) = Cutter(Specification(volcengine.read(metadata(DescribeMachines=LIST), "").root), "volc", load_judge()).cut()
    result = in_slice(piece)["responses"]["200"]["content"]["application/json"]["schema"]["properties"]["Result"]
    assert result["properties"]["Machines"]["items"]["properties"] == {"Id": {"type": "string"}, "Cpus": {"type": "integer"}}


def test_titles_come_from_the_second_file() -> None:
    titles = {"services": {"rack": {"service_cn": "机架"}}, "apis": {"rack": {"DescribeMachines": {"name_cn": "查询机器列表"}}}}

    def beside(name: str) -> Json:
        return titles if name == volcengine.COMPANION else None

    described = reading.read_value(metadata(DescribeMachines=LIST), "metadata.json#rack", beside)
    (found,) = operations(described)
    assert (found.summary, described.root["info"]["title"]) == ("查询机器列表", "Volcano Engine rack 机架")


@pytest.mark.parametrize("api", [None, POST_JSON])
@pytest.mark.parametrize(
    ("action", "effect"),
    [
        ("DescribeMachines", Effect.READ),
        ("ListMachines", Effect.READ),
        ("StopMachine", Effect.WRITE),
        ("AllocateAddress", Effect.WRITE),
        ("TagResources", Effect.WRITE),
        ("GetAndResetCounter", Effect.WRITE),
    ],
)
def test_only_the_name_of_an_action_says_that_it_reads(action: str, api: Json, effect: Effect) -> None:
    (found,) = operations(volcengine.read(metadata(**{action: {"ApiInfo": api, "Request": {}, "Response": {}}}), ""))
    assert found.effect is effect
    assert found.effect_reason


def test_a_post_has_a_body_of_the_media_type_that_is_recorded() -> None:
    (found,) = operations(volcengine.read(metadata(ListMachines={**LIST, "ApiInfo": POST_JSON}), ""))
    assert (found.method, found.has_body, [p.name for p in found.parameters]) == ("POST", True, ["Action", "Version"])


def test_one_service_is_chosen_by_the_fragment_and_none_is_lost_where_two_share_an_action() -> None:
    value = metadata(ListMachines=LIST) | {"shelf/2020-04-01": {"metadata": {"ListMachines": LIST}}}
    assert [found.name for found in operations(volcengine.read(value, "metadata.json#shelf"))] == ["shelf.ListMachines"]
    assert {found.name for found in operations(volcengine.read(value, ""))} == {"rack.ListMachines", "shelf.ListMachines"}
    with pytest.raises(SpecUnusable, match=r"no service 'attic'.*It has rack, shelf"):
        volcengine.read(value, "#attic")


def test_another_object_is_not_taken_for_it() -> None:
    assert not volcengine.recognises({})
    assert not volcengine.recognises({"rack/2020-04-01": {"metadata": {}}, "info": {}})
