"""Listings are cut so that following them gives every row once, and nothing else does."""

from __future__ import annotations

import pytest

from sandbox.rehearsal.pages import BadRequest, UnknownToken, cut, first_page, walk
from schemas.base import Json
from schemas.operation import (
    CursorPagination,
    Effect,
    LastRowPagination,
    LinkPagination,
    OffsetPagination,
    Operation,
    PagePagination,
    Pagination,
    Parameter,
)

PAGE = PagePagination(page_parameter="page", size_parameter="per_page", max_size=50)
OFFSET = OffsetPagination(offset_parameter="offset", limit_parameter="limit")
CURSOR = CursorPagination(cursor_parameter="cursor", next_path="next", size_parameter="limit")
LINK = LinkPagination(page_parameter="page", size_parameter="per_page")
BLIND_LINK = LinkPagination(size_parameter="per_page")
URL = LinkPagination(next_path="next", size_parameter="limit")
LAST_ROW = LastRowPagination(cursor_parameter="after", row_path="id", more_path="has_more", size_parameter="limit")
STYLES = [PAGE, OFFSET, CURSOR, LINK, BLIND_LINK, LAST_ROW]
KEYS = [f"row-{index}" for index in range(20)]


def operation(pagination: Pagination | None, **schemas: Json) -> Operation:
    declared = {"page": {"type": "integer"}, "cursor": {"type": "string"}} | schemas
    parameters = tuple(Parameter(name=name, location="query", value_schema=schema) for name, schema in declared.items())
    return Operation(
        id="x:list",
        source="x",
        name="list",
        method="GET",
        path="/x",
        effect=Effect.READ,
        effect_reason="",
        parameters=parameters,
        pagination=pagination,
        slice_hash="",
    )


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.style)
@pytest.mark.parametrize("total", [0, 1, 7, 8, 9])
def test_a_walk_gives_every_row_once_in_order(style: Pagination, total: int) -> None:
    pages = list(walk(operation(style), total, 4, seed=1, keys=KEYS[:total]))
    assert [index for page in pages for index in range(page.start, page.stop)] == list(range(total))
    assert [page.number for page in pages] == list(range(1, len(pages) + 1))
    assert all(page.count == len(pages) and page.total == total for page in pages)


def test_without_paging_the_one_page_holds_everything() -> None:
    (page,) = walk(operation(None), 9, 4, seed=1)
    assert (page.start, page.stop, page.next) == (0, 9, None)


@pytest.mark.parametrize(("asked", "got"), [("100", 4), ("4", 4), ("3", 3)])
def test_a_page_is_never_larger_than_the_cap_nor_than_asked(asked: str, got: int) -> None:
    for style, name in ((PAGE, "per_page"), (OFFSET, "limit"), (CURSOR, "limit"), (LINK, "per_page"), (LAST_ROW, "limit")):
        page = cut(operation(style), {name: asked}, 20, 4, seed=1, keys=KEYS)
        assert page.stop - page.start == got


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_a_size_that_is_none_is_refused(size: str) -> None:
    with pytest.raises(BadRequest):
        cut(operation(PAGE), {"per_page": size}, 20, 4, seed=1)


@pytest.mark.parametrize(("style", "query"), [(PAGE, {"page": "0"}), (LINK, {"page": "0"}), (OFFSET, {"offset": "-1"})])
def test_there_is_nothing_before_the_first_page(style: Pagination, query: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        cut(operation(style), query, 20, 4, seed=1)


def test_a_page_past_the_end_is_empty() -> None:
    assert (page := cut(operation(PAGE), {"page": "9"}, 20, 4, seed=1)).start == page.stop
    assert (page := cut(operation(OFFSET), {"offset": "900"}, 20, 4, seed=1)).start == page.stop


def test_pages_count_from_the_first_one_of_their_style() -> None:
    zero_based = operation(PAGE.model_copy(update={"first_page": 0}))
    assert first_page(zero_based) == 0
    assert cut(zero_based, {"page": "0"}, 20, 4, seed=1).start == 0
    assert [page.start for page in walk(zero_based, 9, 4, seed=1)] == [0, 4, 8]


def test_a_token_must_come_back_as_it_was_given() -> None:
    token = (cut(operation(CURSOR), {}, 20, 4, seed=1).next or {})["cursor"]
    assert cut(operation(CURSOR), {"cursor": token}, 20, 4, seed=1).start == 4
    for forged in (token[:-1], token.lower(), "4", "!", token.replace("+", " ")):
        with pytest.raises(BadRequest):
            cut(operation(CURSOR), {"cursor": forged}, 20, 4, seed=1)


def test_a_token_has_characters_that_a_url_must_escape() -> None:
    token = (cut(operation(CURSOR), {}, 20, 4, seed=1).next or {})["cursor"]
    assert set("+/=") & set(token)


def test_a_token_of_another_seed_is_refused() -> None:
    token = (cut(operation(CURSOR), {}, 20, 4, seed=1).next or {})["cursor"]
    with pytest.raises(BadRequest):
        cut(operation(CURSOR), {"cursor": token}, 20, 4, seed=2)


def test_a_cursor_that_is_declared_a_number_is_one() -> None:
    numbered = operation(CURSOR, cursor={"anyOf": [{"type": "integer"}, {"type": "null"}]})
    assert (cut(numbered, {}, 20, 4, seed=1).next or {})["cursor"].isdigit()
    assert [page.start for page in walk(numbered, 9, 4, seed=1)] == [0, 4, 8]


def test_links_that_name_no_parameter_use_one_that_is_declared() -> None:
    since = operation(BLIND_LINK, per_page={"type": "integer"}, since={"type": "integer"}, page={"enum": [1]}, cursor={"enum": [1]})
    assert (cut(since, {}, 20, 4, seed=1).next or {}).keys() == {"since"}


def test_after_a_row_comes_what_follows_it() -> None:
    page = cut(operation(LAST_ROW), {"after": "row-6"}, 20, 4, seed=1, keys=KEYS)
    assert (page.start, page.stop, page.next) == (7, 11, {"after": "row-10"})
    assert cut(operation(LAST_ROW), {"after": "row-19"}, 20, 4, seed=1, keys=KEYS).next is None


def test_after_a_row_that_is_none_comes_nothing() -> None:
    with pytest.raises(UnknownToken, match="the id of no row"):
        cut(operation(LAST_ROW), {"after": "row-20"}, 20, 4, seed=1, keys=KEYS)


def test_rows_that_are_called_by_numbers_are_found_by_their_text() -> None:
    assert cut(operation(LAST_ROW), {"after": "3"}, 4, 2, seed=1, keys=[7, 3, 5, 9]).start == 2


def test_an_endless_listing_goes_on_after_its_last_row() -> None:
    page = cut(operation(LAST_ROW), {"after": "row-19"}, 400, 4, seed=1, keys=KEYS)
    assert page.next == {"after": "row-19"}


@pytest.mark.parametrize(("total", "pages"), [(8, 2), (9, 4)])
def test_a_url_in_the_body_may_lead_to_a_page_without_rows(total: int, pages: int) -> None:
    found = list(walk(operation(URL), total, 4, seed=1))
    assert [index for page in found for index in page.indices] == list(range(total))
    assert (len(found), [page.number for page in found if page.is_hollow]) == (pages, [3] * (pages == 4))


def test_what_no_declared_parameter_can_ask_for_is_one_page() -> None:
    declared = {"page": {"enum": [1]}, "cursor": {"enum": ["a"]}, "limit": {"type": "integer"}}
    (page,) = walk(operation(URL, **declared), 9, 4, seed=1)
    assert (page.start, page.stop, page.next) == (0, 9, None)


def of_aws(size: str | None = None) -> Operation:
    style = CursorPagination(cursor_parameter="cursor", next_path="next", size_parameter=size)
    return operation(style).model_copy(update={"protocol": "aws", "name": "ec2.DescribeInstances"})


@pytest.mark.parametrize(("total", "pages"), [(0, 1), (7, 2), (8, 2), (9, 4), (17, 6)])
def test_aws_gives_a_page_without_rows_between_others_and_loses_none(total: int, pages: int) -> None:
    found = list(walk(of_aws(), total, 4, seed=1))
    assert len(found) == pages
    assert [index for page in found for index in range(page.start, page.stop)] == list(range(total))
    assert [page.is_hollow for page in found] == [number == 2 and total > 8 for number in range(pages)]
    assert all(page.next for page in found[:-1])


def test_a_token_of_aws_is_good_for_the_page_that_it_was_given_for_only() -> None:
    first, second = list(walk(of_aws(), 9, 4, seed=1))[:2]
    assert first.next
    assert second.next
    assert cut(of_aws(), first.next, 9, 4, seed=1) == second
    with pytest.raises(BadRequest, match="exactly as it was given"):
        cut(of_aws(), {"cursor": "made-up"}, 9, 4, seed=1)
    with pytest.raises(BadRequest, match="exactly as it was given"):
        cut(of_aws(), first.next, 9, 4, seed=2)
