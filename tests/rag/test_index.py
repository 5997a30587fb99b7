"""Finding operations."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence

import pytest
from sqlalchemy import Engine

from rag.hashing import HashingEmbedder
from rag.index import MEMBERS, OperationIndex
from rag.vectors import VectorStore
from schemas.errors import Misconfigured
from schemas.operation import Effect
from schemas.ports import Vectors
from tests.rag.operations import TEN, operation


class GatedEmbedder(HashingEmbedder):
    """Waits at its gate, so that a test decides when vectors are there."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        self.gate = threading.Event()

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.reached.set()
        self.gate.wait()
        return super().embed(texts)


class BrokenEmbedder(HashingEmbedder):
    def __init__(self) -> None:
        self.is_broken = True

    def embed(self, texts: Sequence[str]) -> Vectors:
        if self.is_broken:
            raise Misconfigured("The weights are not the published ones.")
        return super().embed(texts)


@pytest.fixture
def store(engine: Engine) -> VectorStore:
    return VectorStore(engine)


@pytest.fixture
def lexical() -> OperationIndex:
    index = OperationIndex()
    index.rebuild(TEN)
    return index


@pytest.fixture
def hybrid(store: VectorStore) -> Iterator[OperationIndex]:
    index = OperationIndex(HashingEmbedder(), store)
    index.rebuild(TEN)
    yield index
    index.close()


def names(index: OperationIndex, question: str, *, limit: int = 10, source: str | None = None) -> list[str]:
    return [hit.operation.name for hit in index.search(question, limit=limit, source=source)]


def test_words_alone_find_the_operation(lexical: OperationIndex) -> None:
    hit = lexical.search("who is on call")[0]
    assert (hit.operation.name, hit.family_rank) == ("listOnCallRotas", 1)
    assert not lexical.has_meaning


def test_operations_of_a_family_come_together_and_what_lists_comes_first(lexical: OperationIndex) -> None:
    hits = lexical.search("the fleet's hosts")
    assert [(hit.operation.name, hit.family_rank) for hit in hits[:2]] == [("listHosts", 1), ("getHost", 1)]
    assert [operation.name for operation in lexical.families("the fleet's hosts")[0]] == ["listHosts", "getHost"]


def test_no_family_keeps_the_others_out() -> None:
    index = OperationIndex()
    index.rebuild([*(operation(f"listHostsBy{letter}", summary="hosts") for letter in "ABCDEFGH"), *TEN])
    assert "listAlerts" in names(index, "hosts with alerts", limit=MEMBERS + 2)
    assert len(names(index, "hosts with alerts", limit=50)) == 11


@pytest.mark.parametrize("effect", [Effect.WRITE, Effect.REVEAL])
def test_only_what_reads_is_found(effect: Effect) -> None:
    index = OperationIndex()
    index.rebuild([*TEN, operation("dropHosts", summary="Drop all hosts", effect=effect)])
    assert "dropHosts" not in names(index, "drop all hosts")


def test_nothing_alike_finds_nothing(lexical: OperationIndex, hybrid: OperationIndex) -> None:
    assert hybrid.warm().result()
    assert lexical.search("banana bread") == hybrid.search("banana bread") == ()
    assert lexical.search("") == ()
    assert OperationIndex().search("hosts") == ()


def test_limit_bounds_the_hits(lexical: OperationIndex) -> None:
    assert len(lexical.search("list", limit=3)) == 3
    assert len(lexical.search("list", limit=10)) == len(lexical.search("list", limit=100)) == 10
    assert len(lexical.families("list", limit=3)) == 3


def test_search_can_be_confined_to_a_source(hybrid: OperationIndex) -> None:
    hybrid.rebuild([*TEN, operation("listHosts", summary="List the hosts", source="elsewhere")])
    assert hybrid.warm().result()
    assert [hit.operation.id for hit in hybrid.search("list hosts", source="elsewhere")] == ["elsewhere:listHosts"]
    assert hybrid.search("list hosts", source="nowhere") == ()


def test_words_answer_until_the_vectors_are_there(store: VectorStore) -> None:
    embedder = GatedEmbedder()
    index = OperationIndex(embedder, store)
    index.rebuild(TEN)
    warmed = index.warm()
    embedder.reached.wait()
    assert names(index, "list certificates")[0] == "listCertificates"
    assert not index.has_meaning
    embedder.gate.set()
    assert warmed.result()
    assert names(index, "list certificates")[0] == "listCertificates"
    assert index.has_meaning
    index.close()


def test_warming_twice_embeds_once(hybrid: OperationIndex) -> None:
    assert hybrid.warm() is hybrid.warm()
    assert hybrid.warm().result()
    hybrid.rebuild(list(TEN))
    assert hybrid.has_meaning, "nothing has changed, so nothing is lost"


def test_changed_operations_are_searched_by_words_until_they_are_warm(hybrid: OperationIndex) -> None:
    assert hybrid.warm().result()
    hybrid.rebuild([*TEN[:9], operation("listVolumes", summary="List the volumes")])
    assert not hybrid.has_meaning
    assert names(hybrid, "list volumes")[0] == "listVolumes"
    assert names(hybrid, "backups") == []
    assert hybrid.warm().result()
    assert hybrid.has_meaning


def test_change_of_a_title_is_a_change(hybrid: OperationIndex) -> None:
    hybrid.rebuild(TEN, {"estate": "Zanzibar"})
    assert len(hybrid.search("zanzibar", limit=20)) == len(TEN)


def test_warming_that_is_overtaken_leaves_the_field(store: VectorStore) -> None:
    embedder = GatedEmbedder()
    index = OperationIndex(embedder, store)
    index.rebuild([operation(f"listThings{number}") for number in range(200)])
    overtaken = index.warm()
    embedder.reached.wait()
    index.rebuild(TEN)
    latest = index.warm()
    embedder.gate.set()
    assert (overtaken.result(), latest.result()) == (False, True)
    assert index.has_meaning
    index.close()


def test_close_waits_for_the_batch_at_hand_and_no_more(store: VectorStore) -> None:
    embedder = GatedEmbedder()
    index = OperationIndex(embedder, store)
    index.rebuild([operation(f"listThings{number}") for number in range(200)])
    warmed = index.warm()
    embedder.reached.wait()
    closing = threading.Thread(target=index.close)
    closing.start()
    embedder.gate.set()
    closing.join()
    assert warmed.result() is False
    assert index.warm().result() is False
    assert not index.has_meaning


def test_failure_to_embed_is_told_and_words_go_on(store: VectorStore, caplog: pytest.LogCaptureFixture) -> None:
    embedder = BrokenEmbedder()
    index = OperationIndex(embedder, store)
    index.rebuild(TEN)
    with pytest.raises(Misconfigured):
        index.warm().result()
    assert "not the published ones" in caplog.text
    assert names(index, "certificates") == ["listCertificates"]
    embedder.is_broken = False
    assert index.warm().result(), "a failure is not for ever"
    index.close()


@pytest.mark.parametrize(("embedder", "has_store"), [(None, True), (HashingEmbedder(), False)])
def test_without_embedder_or_store_words_do_it_all(embedder: HashingEmbedder | None, has_store: bool, store: VectorStore) -> None:
    index = OperationIndex(embedder, store if has_store else None)
    index.rebuild(TEN)
    assert index.warm().result() is False
    assert names(index, "certificates") == ["listCertificates"]
    index.close()


def test_search_by_words_does_not_import_chroma() -> None:
    code = (
        "import sys; from rag.index import MEMBERS, OperationIndex; OperationIndex().search('hosts'); sys.exit('chromadb' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
