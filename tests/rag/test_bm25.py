"""Ranking by words, where documents are few."""

from __future__ import annotations

import pytest
from rank_bm25 import BM25Okapi, BM25Plus

from rag.bm25 import LexicalIndex
from rag.documents import describe
from rag.words import tokens
from tests.rag.operations import TEN

DOCUMENTS = [describe(operation).terms for operation in TEN]


def names(question: str) -> list[str]:
    return [TEN[position].name for position in LexicalIndex(DOCUMENTS).ranked(tokens(question))]


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("list the hosts by memory", "listHosts"),
        ("who is on call", "listOnCallRotas"),
        ("certificates that expire soon", "listCertificates"),
        ("firing alerts", "listAlerts"),
        ("teams and their email", "listOwners"),
    ],
)
def test_of_ten_operations_the_right_one_is_first(question: str, name: str) -> None:
    assert names(question)[0] == name


def test_word_that_half_of_few_documents_hold_still_counts() -> None:
    # Okapi gives such a word nothing, so the document that holds it twice and one without it come out alike: why this is BM25+.
    documents = [["severity", "severity", "alert"], ["severity", "incident"], ["host", "disk"], ["backup", "disk"]]
    assert set(BM25Okapi(documents).get_scores(["severity"])) == {0.0}
    assert LexicalIndex(documents).ranked(["severity"]) == [0, 1]


def test_documents_without_any_of_the_words_are_not_found() -> None:
    assert names("banana bread") == []
    assert names("") == []
    assert set(names("backup")) == {"listBackups"}


def test_ranking_can_be_confined_to_some_documents() -> None:
    index = LexicalIndex(DOCUMENTS)
    assert index.ranked(tokens("list hosts"), among={2, 3}) == [2, 3]
    assert index.ranked(tokens("list hosts"), among=set()) == []


def test_equals_keep_their_order() -> None:
    assert LexicalIndex([["disk"], ["disk"], ["disk"]]).ranked(["disk"]) == [0, 1, 2]


@pytest.mark.parametrize("documents", [[], [[]], [[], ["disk"]]])
def test_empty_index_and_empty_documents_are_no_trouble(documents: list[list[str]]) -> None:
    assert LexicalIndex(documents).ranked(["host"]) == []


def test_scores_are_those_of_rank_bm25_beyond_the_bonus_for_all() -> None:
    query = tokens("list the hosts by memory and severity")
    known = [term for term in dict.fromkeys(query) if LexicalIndex(DOCUMENTS).knows(term)]
    published = BM25Plus(DOCUMENTS)
    bonus = sum(published.idf[term] * published.delta for term in known)
    assert LexicalIndex(DOCUMENTS).gains(query) == pytest.approx(published.get_scores(known) - bonus, rel=1e-5, abs=1e-5)
