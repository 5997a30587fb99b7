"""Vectors in Chroma's memory and in our database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Engine

from rag import chroma
from rag.dense import DenseIndex
from rag.documents import OperationDocument, describe
from rag.hashing import HashingEmbedder
from rag.vectors import VectorStore
from schemas.ports import Vectors
from tests.rag.operations import TEN, operation

DOCUMENTS = [describe(made) for made in TEN]
KEYS = {made.name: document.key for made, document in zip(TEN, DOCUMENTS, strict=True)}


SECRET = "hunter2-of-the-estate"

LITTERING = """
import sys
from sqlalchemy import create_engine
from rag.dense import DenseIndex
from rag.documents import describe
from rag.hashing import HashingEmbedder
from rag.vectors import VectorStore
from tests.rag.operations import TEN

index = DenseIndex(HashingEmbedder(), VectorStore(create_engine("sqlite:///opswright.db")))
index.update([], lambda: True)  # opens the engine
litter = [sys.argv[1].encode() * (size // 20) for size in (1_000, 10_000, 50_000, 100_000, 120_000) for _ in range(20)]
del litter[::2]  # freed, not wiped, and not given back either: the rest stands in between
assert index.update([describe(operation) for operation in TEN], lambda: True)
assert index.ranked("list certificates", limit=1)
index.close()
"""
"""Works in the folder that it is started in, with its argument all over freed memory."""


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
def index(embedder: CountingEmbedder, engine: Engine) -> Iterator[DenseIndex]:
    made = DenseIndex(embedder, VectorStore(engine))
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


def test_vectors_survive_a_restart(index: DenseIndex, embedder: CountingEmbedder) -> None:
    update(index)
    index.close()
    embedder.texts.clear()
    update(index)
    assert embedder.texts == []
    assert index.ranked("list certificates", limit=1) == [KEYS["listCertificates"]]


def test_what_is_gone_and_comes_back_is_not_embedded_again(index: DenseIndex, embedder: CountingEmbedder) -> None:
    update(index)
    update(index, DOCUMENTS[:1])
    embedder.texts.clear()
    update(index)
    assert embedder.texts == []
    assert index.ranked("list certificates", limit=1) == [KEYS["listCertificates"]]


def test_two_indexes_on_one_database_keep_corpora_of_their_own(index: DenseIndex, embedder: CountingEmbedder, engine: Engine) -> None:
    update(index)
    embedder.texts.clear()
    other = DenseIndex(embedder, VectorStore(engine))
    update(other, DOCUMENTS[:1])
    assert embedder.texts == []
    assert other.ranked("list certificates and hosts", limit=10) == [DOCUMENTS[0].key]
    assert index.ranked("list certificates", limit=1) == [KEYS["listCertificates"]]
    other.close()
    assert index.ranked("list certificates", limit=1) == [KEYS["listCertificates"]], "the engine outlives one of its clients"


def test_indexes_come_and_go_in_threads(embedder: CountingEmbedder, engine: Engine) -> None:
    def live(_: int) -> list[str]:
        index = DenseIndex(embedder, VectorStore(engine))
        update(index)
        found = index.ranked("list certificates", limit=1)
        index.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(live, range(12))) == [[KEYS["listCertificates"]]] * 12


def test_nothing_of_the_process_s_memory_is_left_in_a_file(engine: Engine, tmp_path: Path) -> None:
    # With one arena for all threads Chroma's engine is sure to get memory that held the secret; on disk it saved 5,542 of them.
    environment = {**os.environ, "MALLOC_ARENA_MAX": "1", "PYTHONPATH": str(Path(__file__).parents[2])}
    subprocess.run([sys.executable, "-c", LITTERING, SECRET], cwd=tmp_path, env=environment, check=True)
    left = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path.name for path in left if SECRET.encode() in path.read_bytes()] == []
    assert [path.name for path in left] == ["opswright.db"]


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


def test_other_embedder_uses_none_of_the_vectors(index: DenseIndex, engine: Engine) -> None:
    update(index)
    renamed = RenamedEmbedder()
    other = DenseIndex(renamed, VectorStore(engine))
    update(other)
    assert len(renamed.texts) == len(TEN)
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


def test_store_refuses_to_embed_by_itself() -> None:
    client, collection = chroma.open_collection()
    with pytest.raises(TypeError, match="Vectors are given"):
        collection.add(ids=["a"], documents=["a text that Chroma would fetch a model for"])
    chroma.close(client, collection)
