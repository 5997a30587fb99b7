"""What the rules engine writes over listings that go on after a row, at a URL in the body or while a flag says so."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from doc_sources.effects import load_judge
from doc_sources.parsing import parse
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from sandbox.verify import Verifier
from schemas.operation import CursorPagination, LastRowPagination, LinkPagination, Pagination, Slice
from tests.agents.authors import Author, author_over

SHOP = Path(__file__).parent / "data" / "paged.yaml"


@cache
def slices() -> Mapping[str, Slice]:
    """The shop's operations by id."""
    cutter = Cutter(Specification(parse(SHOP.read_bytes())), "shop", load_judge(""))
    return {piece.operation.id: piece for piece in cutter.cut()}


@pytest.fixture(scope="module")
def author() -> Author:
    return author_over(slices())


@pytest.mark.parametrize(
    ("name", "style"),
    [
        (
            "list_charges",
            LastRowPagination(cursor_parameter="starting_after", row_path="id", more_path="has_more", size_parameter="limit", max_size=100),
        ),
        ("list_refunds", LastRowPagination(cursor_parameter="after_id", row_path="id", more_path="meta.has_more")),
        ("list_parcels", LinkPagination(next_path="links.pages.next", size_parameter="limit", max_size=50)),
        ("list_couriers", LinkPagination(next_path="nextLink")),
        ("list_shelves", CursorPagination(cursor_parameter="after", next_path="last_id", more_path="has_more")),
    ],
)
def test_the_styles_are_told_from_the_description(name: str, style: Pagination) -> None:
    assert slices()[f"shop:{name}"].operation.pagination == style


QUESTIONS = [
    "list charges",
    "pending charges",
    "charges with amount above 500",
    "count charges by status",
    "charges where id is ch-1",
    "refunds with amount above 20",
    "list parcels",
    "top 3 parcels by weight",
    "couriers where city is Bern",
    "list shelves",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_written_is_proven(question: str, author: Author, verifier: Verifier) -> None:
    verification = verifier.verify(author.written(question), slices())
    blocking = [finding.message for finding in verification.findings if finding.severity == "block"]
    assert (blocking, verification.semantics) == ([], "proven")


@pytest.mark.parametrize("seed", [0, 2, 3])
@pytest.mark.parametrize("question", QUESTIONS)
def test_it_passes_in_other_worlds_too(question: str, seed: int, author: Author) -> None:
    assert author.rehearsed(author.written(question), seed) == []


GONE_IS_THE_END = """if response.status_code == 404:
        return httpx.Response(200, json={"data": [], "has_more": False})
    response.raise_for_status()"""


@pytest.mark.parametrize(
    ("question", "old", "new", "code", "said"),
    [
        (
            "list charges",
            'if not body.get("has_more"):',
            "if True:",
            "R_PAGES",
            ["rows of /charges", "last row's `id`", "`has_more` is false"],
        ),
        ("list charges", 'if not body.get("has_more"):', "if len(rows) < 100:", "R_PAGES", ["fewer rows than asked"]),
        ("list charges", 'rows[-1]["id"]', 'rows[0]["id"]', "R_PAGES", ["more often than it is there"]),
        ("list charges", '{"starting_after": ', '{"after": ', "R_DENIED", ["after", "starting_after"]),
        ("list charges", "response.raise_for_status()", GONE_IS_THE_END, "C_PAGES", ["the row to go on after is gone (404)"]),
        ("list parcels", "if not following:", "if True:", "R_PAGES", ["rows of /parcels", "`links.pages.next`"]),
        ("list parcels", "if not following:", 'if not body["parcels"]:', "R_PAGES", ["may be empty and not the last"]),
        ("list couriers", "if not following:", 'if len(body["value"]) < 3 or not following:', "R_PAGES", ["`nextLink`"]),
        ("list couriers", "dict(httpx.URL(following).params)", '{"page": following}', "R_DENIED", ["page"]),
        ("list shelves", 'if not cursor or not body.get("has_more"):', "if True:", "R_PAGES", ["`last_id`", "`has_more` is false"]),
    ],
)
def test_a_tool_that_stops_short_is_caught(question: str, old: str, new: str, code: str, said: list[str], author: Author) -> None:
    candidate = author.written(question)
    assert old in candidate.source
    found = author.rehearsed(candidate.model_copy(update={"source": candidate.source.replace(old, new)}))
    assert any(finding.code == code and all(word in finding.message for word in said) for finding in found), found
