"""Vectors at rest."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest
from sqlalchemy import Engine, select

from rag.tables import vectors
from rag.vectors import VectorStore

MADE = numpy.asarray([[0.25, -1.5], [1e-30, 3.0]], dtype=numpy.float32)


@pytest.fixture
def store(engine: Engine) -> VectorStore:
    return VectorStore(engine)


def test_a_vector_comes_back_to_the_last_bit_under_its_key(store: VectorStore) -> None:
    store.keep("mini", ["a", "b"], MADE)
    found = store.read("mini", ["b", "a"])
    assert {key: vector.tolist() for key, vector in found.items()} == {"a": MADE[0].tolist(), "b": MADE[1].tolist()}
    assert found["a"].dtype == numpy.float32


def test_only_what_is_asked_and_held_is_found(store: VectorStore) -> None:
    store.keep("mini", ["a", "b"], MADE)
    assert set(store.read("mini", ["a", "c"])) == {"a"}
    assert store.read("mini", []) == {}


def test_each_embedder_has_vectors_of_its_own(store: VectorStore) -> None:
    store.keep("mini", ["a"], MADE[:1])
    store.keep("maxi", ["a"], MADE[1:])
    assert store.read("mini", ["a"])["a"].tolist() == MADE[0].tolist()
    assert store.read("other", ["a"]) == {}


def test_at_rest_it_is_little_endian_on_every_machine(store: VectorStore, engine: Engine) -> None:
    store.keep("mini", ["a"], numpy.asarray([[1.0]], dtype=numpy.float32))
    with engine.connect() as connection:
        assert connection.scalar(select(vectors.c.vector)) == b"\x00\x00\x80\x3f"


def test_a_vector_too_few_keeps_none(store: VectorStore) -> None:
    with pytest.raises(ValueError, match="shorter"):
        store.keep("mini", ["a", "b"], MADE[:1])
    assert store.read("mini", ["a", "b"]) == {}


def test_writers_of_the_same_keys_do_not_hinder_each_other(engine: Engine) -> None:
    together = threading.Barrier(2)

    def write(number: int) -> None:
        together.wait()
        for start in range(20):
            VectorStore(engine).keep("mini", [f"{start}", f"{start + 1}"], MADE)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, range(2)))
    assert len(VectorStore(engine).read("mini", [f"{number}" for number in range(21)])) == 21


def test_vectors_of_documents_that_are_gone_go_once_there_are_too_many(store: VectorStore) -> None:
    store.keep("mini", ["a", "b"], MADE)
    store.keep("old", ["a"], MADE[:1])
    assert store.prune("mini", {"a"}, spare=2) == 0
    assert store.prune("mini", {"a"}, spare=1) == 2
    assert (set(store.read("mini", ["a", "b"])), store.read("old", ["a"])) == ({"a"}, {})
