"""What of an operation is searched."""

from __future__ import annotations

from collections import Counter

from rag.documents import describe
from tests.rag.operations import operation


def test_sentence_is_short_and_names_source_operation_and_summary() -> None:
    made = operation("listOnCallRotas", summary="List who is on call", source="my-estate")
    assert describe(made).sentence == "my estate: list on call rotas. List who is on call"
    assert describe(made, "The Estate").sentence == "The Estate: list on call rotas. List who is on call"


def test_terms_come_from_source_name_path_summary_tags_and_fields() -> None:
    made = operation("listHosts", "/fleet/machines", "Show servers", source="estate", tags=["inventory"], fields=["disk.used"])
    assert {"estat", "list", "host", "fleet", "machin", "server", "inventori", "disk", "use"} <= set(describe(made).terms)


def test_name_weighs_more_than_summary_and_summary_more_than_fields() -> None:
    counts = Counter(describe(operation("listHosts", "/x", "servers", fields=["disk", "disk.used"])).terms)
    assert counts["host"] > counts["server"] > counts["disk"] == 1


def test_path_gives_its_nouns_and_neither_its_versions_nor_its_parameters() -> None:
    terms = describe(operation("get", "/api/v1/apis/v2beta1/projects/{project_id}/volumes")).terms
    assert {"project", "volum"} <= set(terms)
    assert not {"api", "apis", "v1", "v2beta1", "id", "{project_id}"} & set(terms)


def test_key_is_the_operations_own_and_changes_with_its_words_alone() -> None:
    made = operation("listHosts", summary="Show servers")
    assert describe(made).key == describe(made.model_copy(update={"slice_hash": "other", "description": "longer"})).key
    assert describe(made).key != describe(made.model_copy(update={"summary": "Show machines"})).key
    assert describe(made).key != describe(made, "Another title").key
    assert describe(made).key != describe(operation("list_hosts", summary="Show servers")).key
