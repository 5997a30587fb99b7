"""Reciprocal rank fusion."""

from __future__ import annotations

import pytest

from rag.fusion import fuse


def test_score_is_the_sum_of_reciprocal_ranks() -> None:
    assert dict(fuse([["a", "b"], ["b"]], k=60)) == pytest.approx({"a": 1 / 61, "b": 1 / 62 + 1 / 61})


def test_agreement_of_two_rankings_beats_the_top_of_one() -> None:
    assert next(item for item, _ in fuse([["a", "b", "c"], ["d", "b", "e"]])) == "b"


def test_equal_scores_keep_the_order_of_the_first_ranking() -> None:
    assert [item for item, _ in fuse([["a"], ["b"]])] == ["a", "b"]
    assert [item for item, _ in fuse([["b"], ["a"]])] == ["b", "a"]


def test_nothing_ranked_gives_nothing() -> None:
    assert fuse([[], []]) == []
    assert fuse([]) == []
