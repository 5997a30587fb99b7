"""Texts made for a pattern match it."""

from __future__ import annotations

import re
from random import Random

import pytest

from sandbox.rehearsal.patterns import text_matching


@pytest.mark.parametrize(
    "pattern",
    [
        r"^svc-[0-9a-f]{6}$",
        r"^team-[a-z-]+$",
        r"^(prod|test)-\d{2,4}$",
        r"^[^/\s]+/[^/]+$",
        r"^arn:aws:[a-z0-9]+:[a-z]{2}-[a-z]+-\d:\d{12}:.+$",
        r"^v?\d+(\.\d+)*$",
        r"^\w+@\w+\.example$",
        r"^[A-Z][A-Za-z0-9_]{0,19}$",
        r"^.{3}[^x]\D\S\W?$",
    ],
)
def test_every_text_made_for_a_pattern_matches_it(pattern: str) -> None:
    random = Random(4)
    assert all(re.fullmatch(pattern, text_matching(pattern, random)) for _ in range(50))


def test_equal_seeds_give_equal_texts() -> None:
    assert text_matching(r"^[a-z]{12}$", Random(1)) == text_matching(r"^[a-z]{12}$", Random(1))


def test_a_pattern_that_python_cannot_read_is_an_error() -> None:
    with pytest.raises(re.error):
        text_matching(r"^\p{L}+$", Random(1))
