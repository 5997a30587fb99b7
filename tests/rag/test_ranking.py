"""What decides between families."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from rag.hashing import HashingEmbedder
from rag.index import OperationIndex
from rag.questions import AskedFamily, Questions
from rag.vectors import VectorStore
from schemas.operation import Operation
from tests.rag.operations import TEN, operation

WRITTEN = Questions(
    (
        AskedFamily("k8s", "pod", 0, ("GET /pods | listPod",), ("what keeps crashing", "who ate the memory"), ("谁一直在重启", "容器被杀")),
        AskedFamily("k8s", "node", 300, ("GET /nodes | listNode",), ("which boxes are up", "what keeps the lights on"), ("哪些机器活着",)),
    ),
    {"k8s": ("kubernetes", "k8s")},
)
CLUSTER = (operation("listPod", "/pods", source="prod"), operation("listNode", "/nodes", source="prod"))


def first(question: str, operations: Sequence[Operation] = (*TEN, *CLUSTER)) -> str:
    index = OperationIndex(questions=WRITTEN)
    index.rebuild(operations)
    return index.search(question)[0].operation.name


def test_a_question_finds_what_it_shares_no_word_with() -> None:
    assert first("crashing all night") == "listPod"
    assert first("谁在重启") == "listPod"
    assert first("哪些機器活著") == "listNode"


def test_own_words_count_as_much_as_questions() -> None:
    assert first("list nodes") == "listNode"


def test_of_equals_what_is_needed_more_comes_first() -> None:
    assert first("what keeps") == "listPod"


def test_a_named_provider_outweighs_words() -> None:
    assert first("hosts") == "listHosts"
    assert first("hosts which boxes, kubernetes") == "listNode"


def test_meaning_is_learned_once_and_restored(engine: Engine) -> None:
    class Counting(HashingEmbedder):
        texts = 0

        def embed(self, texts: Sequence[str]) -> object:  # type: ignore[override]
            self.texts += len(texts)
            return super().embed(texts)

    for expected in (15, 0):
        embedder = Counting()
        index = OperationIndex(embedder, VectorStore(engine), WRITTEN)  # type: ignore[arg-type]
        index.rebuild([*TEN, *CLUSTER])
        assert index.warm().result()
        assert index.has_meaning
        assert embedder.texts == expected
        assert index.search("crashing all night")[0].operation.name == "listPod"
        assert index.search("谁在重启")[0].operation.name == "listPod"
        index.close()
