"""Planted worlds fit their slices, are the same for the same seed, and tell right tools from wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import chain
from random import Random

import pytest

from sandbox.rehearsal.api import PAGES, RehearsalApi, listings
from sandbox.rehearsal.fidelity import Fidelity
from sandbox.rehearsal.lenient import lenient
from sandbox.rehearsal.plant import Planter
from sandbox.rehearsal.stage import NOW
from sandbox.rehearsal.variants import ADDED, UNLISTED, newer, without, without_optional
from sandbox.rehearsal.world import World
from schemas.base import lookup
from schemas.evaluate import evaluate
from tests.sandbox.rehearsal.fleet import queries, slices

PAGED = [name for name, query in queries().items() if not slices()[query.call.operation].operation.row_is_single]


def planter(name: str, seed: int = 1) -> Planter:
    query = queries()[name]
    return Planter(query, {call.operation: lenient(slices()[call.operation]) for call in query.calls}, NOW, Random(seed))


def values(world: World, operation: str, path: str) -> list[object]:
    return [lookup(row, path) for row in world.rows[f"fleet:{operation}"]]


@pytest.mark.parametrize("name", PAGED)
def test_every_page_of_a_full_world_fits_its_slice(name: str) -> None:
    made = planter(name)
    world = made.full({})
    cut = [lenient(slices()[operation]) for operation in made.makers]
    api = RehearsalApi(listings(cut, made.makers), world, seed=1)
    for listing in listings(cut, made.makers):
        bodies = list(api.bodies(listing, {}))
        assert len(bodies) >= 3 or not listing.operation.pagination
        for body in bodies:
            Fidelity(listing.slice).check(body)


@pytest.mark.parametrize("name", PAGED)
def test_equal_seeds_plant_equal_worlds_and_others_do_not(name: str) -> None:
    assert planter(name, 1).full({}) == planter(name, 1).full({})
    assert planter(name, 1).full({}) != planter(name, 2).full({})


@pytest.mark.parametrize("name", PAGED)
def test_there_are_matches_and_decoys_and_some_match_is_on_the_last_page(name: str) -> None:
    query, world = queries()[name], planter(name).full({})
    matches = evaluate(query.model_copy(update={"limit": None}), world.relations(query, {}), {}, NOW)
    size = -(-len(world.rows[query.call.operation]) // PAGES)
    origins = {index for alias, index in chain.from_iterable(matches.lineage) if alias == query.call.alias}
    assert matches.rows
    assert len(origins) < len(world.rows[query.call.operation]) or not (query.where or query.window)
    assert max(origins) // size == (len(world.rows[query.call.operation]) - 1) // size
    assert min(origins) < size


def test_a_threshold_has_rows_just_below_at_and_just_above_it_and_without_a_value() -> None:
    found = values(planter("hosts_above_memory").full({}), "list_hosts", "memory_used_percent")
    assert {79.9, 80.0, 80.1, 0, 100, None} <= set(found)


def test_each_set_of_constants_is_planted_around() -> None:
    found = values(planter("hosts_above_memory").full({}, {"percent": 30.0}), "list_hosts", "memory_used_percent")
    assert {29.9, 30.0, 30.1, 79.9, 80.0, 80.1} <= set(found)


def test_a_missing_field_is_planted_absent_and_null() -> None:
    rows = planter("hosts_above_memory").full({}).rows["fleet:list_hosts"]
    assert any("memory_used_percent" not in row for row in rows)
    assert any("memory_used_percent" in row and row["memory_used_percent"] is None for row in rows)


def test_for_each_condition_some_row_fails_that_one_only() -> None:
    rows = planter("hosts_above_memory").full({}).rows["fleet:list_hosts"]
    verdicts = {((row.get("memory_used_percent") or 0) > 80, row["region"].casefold() == "eu-west-1") for row in rows}
    assert verdicts == {(True, True), (True, False), (False, True), (False, False)}


def test_more_rows_match_than_the_limit_and_the_first_and_last_of_them_come_late() -> None:
    found = [value for value in values(planter("fullest_disks").full({}), "list_disks", "used_percent") if isinstance(value, int | float)]
    assert len(found) > 5
    assert {max(found), min(found)} <= set(found[-2:])
    assert len(set(found)) == len(found)


def test_groups_differ_in_size_and_one_has_no_key() -> None:
    query = queries()["services_by_lifecycle"]
    counts = {
        row["lifecycle"]: row["count"]
        for row in evaluate(query, planter("services_by_lifecycle").full({}).relations(query, {}), {}, NOW).rows
    }
    assert None in counts
    assert len(set(counts.values())) > 1


def test_a_join_finds_no_partner_an_empty_one_a_filled_one_and_two() -> None:
    world = planter("unstaffed_services").full({})
    partners: dict[object, list[object]] = {service: [] for service in values(world, "list_services", "id")}
    for rota in world.rows["fleet:list_rotas"]:
        partners.get(rota["service"], []).append(rota.get("on_call_engineer"))
    kinds = {tuple(bool(engineer) for engineer in found) for found in partners.values()}
    assert {(), (False,), (True,), (False, False)} <= kinds
    assert {(False, True), (True, False)} & kinds


def test_an_anti_join_has_partners_that_do_not_count() -> None:
    world = planter("services_without_staffed_rota").full({})
    staffed = {rota["service"]: rota.get("on_call_engineer") for rota in world.rows["fleet:list_rotas"]}
    assert {"", None} <= set(staffed.values())
    assert any(staffed.values())
    assert set(values(world, "list_services", "id")) - staffed.keys()


def test_a_plain_world_gives_the_same_result_while_time_passes() -> None:
    query = queries()["failed_deployments"]
    relations = planter("failed_deployments").plain({}).relations(query, {})
    assert evaluate(query, relations, {}, NOW).rows == evaluate(query, relations, {}, NOW + timedelta(seconds=60)).rows


def test_a_single_object_has_a_world_for_each_value() -> None:
    worlds = planter("memory_pressure").each({}, most=6)
    assert [world.planted for world in worlds] == [1] * 6
    assert {90.0, 89.9, 90.1} <= {value for world in worlds for value in values(world, "get_memory", "used_percent")}


def test_a_world_without_the_optional_has_what_is_required_and_null_where_that_is_legal() -> None:
    made = planter("failed_deployments")
    rows = without_optional(made.plain({}), made.makers).rows["fleet:list_deployments"]
    assert all(row.keys() == {"id", "service", "status", "started_at", "duration_seconds"} for row in rows)
    assert all(row["duration_seconds"] is None for row in rows)


@pytest.mark.parametrize("change", [lambda world, _: world, without_optional, newer])
def test_rows_that_a_listing_goes_on_after_have_ids_that_no_other_has(change: Callable[..., World]) -> None:
    made = planter("alerts_named")
    ids = values(change(made.full({}), made.row_makers), "list_alerts", "id")
    assert all(isinstance(id_, str) for id_ in ids)
    assert len(set(ids)) == len(ids)


def test_a_newer_server_has_members_and_properties_that_nobody_listed() -> None:
    made = planter("failed_deployments")
    rows = newer(made.plain({}), made.makers).rows["fleet:list_deployments"]
    assert {row["status"] == UNLISTED for row in rows} == {True, False}
    assert all(ADDED.items() <= row.items() for row in rows)


def test_a_world_can_be_emptied_in_part() -> None:
    world = planter("unstaffed_services").plain({})
    emptied = without(world, ["fleet:list_rotas"])
    assert (emptied.rows["fleet:list_rotas"], len(emptied.rows["fleet:list_services"])) == ((), len(world.rows["fleet:list_services"]))


def test_a_path_that_no_legal_value_fails_is_known_to_be_vacuous() -> None:
    made = planter("hosts_above_memory")
    made.full({})
    assert made.vacuous == frozenset()
