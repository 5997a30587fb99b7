"""Vectors in Chroma."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from rag import chroma
from rag.dense import DenseIndex
from rag.documents import OperationDocument, describe
from rag.hashing import HashingEmbedder
from schemas.ports import Vectors
from tests.rag.operations import TEN, operation

DOCUMENTS = [describe(made) for made in TEN]
KEYS = {made.name: document.key for made, document in zip(TEN, DOCUMENTS, strict=True)}


class CountingEmbedder(HashingEmbedder):
    """Remembers what it embedded."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return super().embed(texts)


class RenamedEmbedder(CountingEmbedder):
    name = "another/model: 2"


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def index(embedder: CountingEmbedder, tmp_path: Path) -> Iterator[DenseIndex]:
    made = DenseIndex(embedder, tmp_path)
    yield made
    made.close()


def update(index: DenseIndex, documents: Sequence[OperationDocument] = DOCUMENTS) -> bool:
    return index.update(documents, lambda: True)


def test_nearest_comes_first_and_the_unrelated_not_at_all(index: DenseIndex) -> None:
    assert update(index)
    found = index.ranked("list certificates that expire", limit=10)
    assert found[0] == KEYS["listCertificates"]
    assert index.ranked("banana bread", limit=10) == []


def test_limit_is_kept_and_may_exceed_what_there_is(index: DenseIndex) -> None:
    update(index)
    assert len(index.ranked("list the services of the estate", limit=3)) == 3
    assert 3 < len(index.ranked("list the services of the estate", limit=1000)) <= len(TEN)


def test_search_can_be_confined_to_a_source(index: DenseIndex) -> None:
    other = describe(operation("listHosts", summary="List the hosts of the fleet", source="elsewhere"))
    update(index, [*DOCUMENTS, other])
    assert index.ranked("list hosts", limit=10, source="elsewhere") == [other.key]
    assert index.ranked("list hosts", limit=10, source="nowhere") == []


def test_only_new_texts_are_embedded(index: DenseIndex, embedder: CountingEmbedder) -> None:
    update(index, DOCUMENTS[:9])
    embedder.texts.clear()
    update(index)
    assert embedder.texts == [DOCUMENTS[9].sentence]


def test_vectors_survive_a_restart(index: DenseIndex, embedder: CountingEmbedder, tmp_path: Path) -> None:
    update(index)
    index.close()
    embedder.texts.clear()
    update(index)
    assert embedder.texts == []
    assert index.ranked("list certificates", limit=1) == [KEYS["listCertificates"]]


def test_what_is_gone_is_forgotten(index: DenseIndex) -> None:
    update(index)
    update(index, DOCUMENTS[:1])
    assert index.ranked("list certificates and hosts", limit=10) == [DOCUMENTS[0].key]
    update(index, [])
    assert index.ranked("list certificates and hosts", limit=10) == []


def test_unwanted_update_forgets_nothing(index: DenseIndex) -> None:
    update(index)
    assert not index.update(DOCUMENTS[:1], lambda: False)
    assert index.ranked("list certificates", limit=1) == [KEYS["listCertificates"]]


def test_other_embedder_sees_none_of_the_vectors(index: DenseIndex, tmp_path: Path) -> None:
    update(index)
    other = DenseIndex(RenamedEmbedder(), tmp_path)
    assert other.ranked("list certificates", limit=10) == []
    other.close()
    assert index.ranked("list certificates", limit=1) == [KEYS["listCertificates"]]


def test_question_is_embedded_once(index: DenseIndex, embedder: CountingEmbedder) -> None:
    update(index)
    embedder.texts.clear()
    index.ranked("list hosts", limit=1)
    index.ranked("list hosts", limit=5)
    assert embedder.texts == ["list hosts"]


def test_unwanted_update_stops_before_the_next_batch_and_keeps_what_it_has(index: DenseIndex, embedder: CountingEmbedder) -> None:
    many = [describe(operation(f"listThings{number}")) for number in range(150)]
    turns = iter([True, False])
    assert not index.update(many, lambda: next(turns))
    first_batch = len(embedder.texts)
    assert 0 < first_batch < len(many)
    assert update(index, many)
    assert len(embedder.texts) == len(many)


def test_store_refuses_to_embed_by_itself(tmp_path: Path) -> None:
    client = chroma.open_client(tmp_path)
    collection = chroma.open_collection(client, "any")
    with pytest.raises(TypeError, match="Vectors are given"):
        collection.add(ids=["a"], documents=["a text that Chroma would fetch a model for"])
    client.close()
