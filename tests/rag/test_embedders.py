"""What every Embedder keeps to."""

from __future__ import annotations

import numpy
import pytest

from rag.hashing import HashingEmbedder
from rag.minilm import WEIGHTS_PACKAGE, MiniLmEmbedder, find_weights
from schemas.ports import Embedder


@pytest.fixture(scope="module", params=["hashing", "minilm"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    if (folder := find_weights()) is None:
        pytest.skip(f"{WEIGHTS_PACKAGE} is not installed")
    return MiniLmEmbedder(folder)


TEXTS = ["list the hosts", "", "certificates that expire", "磁盘使用率", "disk " * 600]


def test_one_row_a_text_of_length_one(embedder: Embedder) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape[0] == len(TEXTS)
    assert vectors.dtype == numpy.float32
    assert numpy.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.embed(TEXTS).shape[1])


def test_vector_does_not_depend_on_its_company(embedder: Embedder) -> None:
    together = embedder.embed(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        assert embedder.embed([text])[0] == pytest.approx(vector, abs=1e-5)


def test_second_instance_gives_the_same_vectors(embedder: Embedder) -> None:
    folder = find_weights()
    twin = MiniLmEmbedder(folder) if folder and isinstance(embedder, MiniLmEmbedder) else HashingEmbedder()
    assert twin.name == embedder.name
    assert twin.embed(TEXTS[:1]) == pytest.approx(embedder.embed(TEXTS[:1]))


def test_similar_texts_are_nearer_than_others(embedder: Embedder) -> None:
    asked, near, far = embedder.embed(["which hosts are low on disk", "list disks of hosts", "who owns the payment service"])
    assert asked @ near > asked @ far
