"""The rehearsal API answers as a server would: paged, in the slice's form, and wrong where it is told to be."""

from __future__ import annotations

import json
import re
from random import Random
from typing import Any

import pytest

from sandbox.broker.wire import WireRequest, WireResponse
from sandbox.rehearsal.api import BASE_URL, RehearsalApi, listings
from sandbox.rehearsal.faults import Fault
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.rows import RowMaker
from sandbox.rehearsal.stage import NOW
from sandbox.rehearsal.world import World
from schemas.operation import rows_of
from tests.sandbox.rehearsal.fleet import slices

COUNT = 10


def api(name: str, count: int = COUNT, **faults: Any) -> RehearsalApi:
    slice_ = lenient(slices()[f"fleet:{name}"])
    maker = RowMaker(slice_, Random(1), NOW)
    world = World({slice_.operation.id: tuple(maker.row({}) for _ in range(count))}, {})
    return RehearsalApi(listings([slice_], {slice_.operation.id: maker}), world, seed=1, **faults)


def get(server: RehearsalApi, path: str) -> WireResponse:
    url = path if path.startswith("https:") else BASE_URL + path
    return server.send(WireRequest("GET", url))


def body(response: WireResponse) -> Any:
    assert response.status == 200
    return json.loads(response.body)


def test_numbered_pages_tell_the_total_and_what_was_effective() -> None:
    server = api("list_services")
    pages = [body(get(server, f"/services?page={number}&per_page=50")) for number in (1, 2, 3, 4, 5)]
    assert [len(page["items"]) for page in pages] == [3, 3, 3, 1, 0]
    assert {(page["total"], page["per_page"]) for page in pages} == {(10, 3)}
    assert [page["page"] for page in pages] == [1, 2, 3, 4, 5]


def test_offsets_go_on_from_where_they_say() -> None:
    server = api("list_rotas")
    first, second = (body(get(server, f"/on-call-rotas?offset={offset}&limit=100")) for offset in (0, 3))
    assert len(first["items"]) == len(second["items"]) == 3
    assert (second["offset"], second["limit"]) == (3, 3)
    assert first["items"][-1] != second["items"][0]


def test_a_cursor_leads_from_page_to_page_and_ends_in_null() -> None:
    server, seen, here = api("list_deployments"), 0, ""
    for _ in range(4):
        page = body(server.send(WireRequest("GET", f"{BASE_URL}/deployments{here}")))
        seen += len(page["items"])
        here = "?cursor=" + str(page["next_cursor"]).replace("+", "%2B").replace("=", "%3D").replace("/", "%2F")
    assert (seen, page["next_cursor"]) == (COUNT, None)


def test_a_link_is_absolute_and_repeats_the_request() -> None:
    server = api("list_hosts")
    headers = dict(get(server, "/hosts?page_size=50").headers)
    assert headers["link"] == f'<{BASE_URL}/hosts?page_size=50&page=2>; rel="next"'
    last = get(server, "/hosts?page_size=50&page=4")
    assert "link" not in dict(last.headers)


def test_what_follows_a_row_is_asked_for_by_its_id_until_nothing_does() -> None:
    server, seen, here = api("list_alerts"), [], ""
    for _ in range(4):
        page = body(get(server, f"/alerts?limit=100{here}"))
        seen += [row["id"] for row in page["data"]]
        here = f"&starting_after={seen[-1]}"
        assert page["has_more"] is (len(seen) < COUNT)
    assert len(set(seen)) == COUNT


def test_what_follows_no_row_is_a_400_that_says_so() -> None:
    response = get(api("list_alerts"), "/alerts?starting_after=nobody")
    assert (response.status, "the id of no row" in response.body.decode()) == (400, True)


def test_a_url_in_the_body_is_absolute_and_leads_over_a_page_without_rows_to_the_end() -> None:
    server, sizes, url = api("list_volumes"), [], "/volumes?limit=3"
    while url:
        response = get(server, url)
        page = body(response)
        assert "link" not in dict(response.headers)
        sizes.append(len(page["volumes"]))
        url = page["links"].get("next")
        assert url is None or url.startswith(f"{BASE_URL}/volumes?limit=3&marker=")
    assert sizes == [3, 3, 0, 3, 1]


@pytest.mark.parametrize(("name", "path", "count", "end"), [("list_jobs", "/jobs", 1, ""), ("list_deployments", "/deployments", 1, None)])
def test_an_only_page_ends_in_another_legal_form(name: str, path: str, count: int, end: Any) -> None:
    page = body(get(api(name, count), path))
    assert page.get("next_cursor", page.get("metadata", {}).get("continue")) == end


def test_the_last_of_several_pages_leaves_an_optional_cursor_out() -> None:
    server, url = api("list_jobs"), "/jobs"
    for _ in range(4):
        page = body(get(server, url))
        url = "/jobs?continue=" + page["metadata"].get("continue", "").replace("+", "%2B")
    assert "continue" not in page["metadata"]


def test_a_single_object_is_its_only_row() -> None:
    assert set(body(get(api("get_memory", 1), "/memory"))) >= {"total"}


def test_a_path_that_is_not_there_is_a_404_in_the_declared_form() -> None:
    response = get(api("list_services"), "/machines")
    assert (response.status, json.loads(response.body)) == (404, {"detail": "nothing is found under this path"})


def test_the_base_path_is_part_of_the_path() -> None:
    assert get(api("list_hosts"), "https://rehearsal.invalid/hosts").status == 404


def test_another_method_finds_nothing() -> None:
    assert api("list_hosts").send(WireRequest("POST", f"{BASE_URL}/hosts")).status == 404


def test_a_page_that_was_never_offered_is_a_400_that_says_why() -> None:
    server = api("list_deployments")
    response = get(server, "/deployments?cursor=2")
    assert response.status == 400
    assert re.search("exactly as it was given", response.body.decode())
    assert server.served[-1].page is None


def test_a_fault_strikes_its_page_as_often_as_it_should_and_is_on_record() -> None:
    server = api("list_services", faults=[Fault("fleet:list_services", 2, 429, retry_after_seconds=2)])
    assert [get(server, f"/services?page={number}").status for number in (1, 2, 2, 3)] == [200, 429, 200, 200]
    assert [served.status for served in server.served] == [200, 429, 200, 200]


def test_a_throttled_answer_says_how_long_to_wait() -> None:
    server = api("list_services", faults=[Fault("fleet:list_services", 1, 429, retry_after_seconds=2)])
    assert dict(get(server, "/services").headers)["retry-after"] == "2"


def test_a_lasting_fault_strikes_later_pages_too_but_not_earlier_ones() -> None:
    server = api("list_services", faults=[Fault("fleet:list_services", 2, 500, times=None)])
    assert [get(server, f"/services?page={number}").status for number in (1, 2, 2, 3, 1)] == [200, 500, 500, 500, 200]


@pytest.mark.parametrize("name", ["list_hosts", "list_services", "list_rotas", "list_deployments", "list_alerts", "list_volumes"])
def test_an_endless_listing_gives_its_first_page_again_and_again(name: str) -> None:
    server = api(name, endless=True)
    path = server._has[0].operation.path
    first = rows = body(get(server, path))
    page = server.served[-1].page
    for _ in range(30):
        assert page
        assert page.next
        query = "&".join(f"{key}={value}" for key, value in page.next.items()).replace("+", "%2B")
        rows = body(get(server, f"{path}?{query}"))
        page = server.served[-1].page
    operation = server._has[0].operation
    assert rows_of(operation, rows) == rows_of(operation, first)


def test_a_listing_without_paging_ends_even_then() -> None:
    assert len(body(get(api("list_disks", endless=True), "/disks"))) == COUNT
