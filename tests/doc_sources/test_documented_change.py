"""Sentences are looked for only where a text has a word that they need, and no spelling hides that word."""

from __future__ import annotations

import pytest

from doc_sources.documented_change import DocumentedChange

DOCUMENTED = DocumentedChange(frozenset({"restart", "stop", "purge"}))


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("Lists hosts. It restarts each of them.", "It restarts each"),
        ("Returns the queue and then purges it.", "and then purges it"),
        ("Calling this will stop the host.", "this will stop"),
        ("The host is stopped when this is called.", "The host is stopped"),
        ("Has side-effects.", "side-effects"),
        ("RESTARTS THE HOST.", "RESTARTS THE"),
        # Letters that count as s and i where case does not matter.
        ("Re\u017ftarts the host.", "Re\u017ftarts the"),
        ("Has s\u0131de effects.", "s\u0131de effects"),
    ],
)
def test_a_change_is_found_in_any_spelling(words: str, found: str) -> None:
    assert DOCUMENTED.find(words) == found


@pytest.mark.parametrize("words", ["", "Lists hosts.", "Lists hosts that were stopped.", "Hosts to restart.", "No side effects."])
def test_words_alone_are_no_change(words: str) -> None:
    assert DOCUMENTED.find(words) is None
