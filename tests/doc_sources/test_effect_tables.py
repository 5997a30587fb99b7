"""What the operations of published descriptions do and how their listings page, compared with tables that were looked at."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import pytest
import yaml

from doc_sources.catalogue import load_catalogue
from doc_sources.effects import load_judge
from doc_sources.parsing import parse
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from schemas.base import Json
from schemas.operation import Effect, Operation
from tests.doc_sources.specs import published

TABLES: dict[str, dict[str, Json]] = {
    path.stem: yaml.safe_load(path.read_text()) for path in sorted((Path(__file__).parent / "effects").glob("*.yaml"))
}
CATALOGUE = load_catalogue()


@cache
def operations(source: str) -> dict[str, Operation]:
    """Every operation of a published description, as the catalogue knows it, by method and path."""
    table = TABLES[source]
    provider = CATALOGUE.providers[table["provider"]]
    specification = Specification(parse(published(table["file"]).read_bytes()))
    assert CATALOGUE.recognise(specification.paths, provider.base_url) == table["provider"]
    pieces = map(provider.enriched, Cutter(specification, source, load_judge(table["provider"])).cut())
    return {piece.operation.label: piece.operation for piece in pieces}


@pytest.mark.parametrize("source", TABLES)
def test_as_many_operations_read_reveal_and_write_as_were_looked_at(source: str) -> None:
    """Where these differ, look at what changed before the table is."""
    counts = Counter(operation.effect.value for operation in operations(source).values())
    assert (sum(counts.values()), counts) == (TABLES[source]["operations"], TABLES[source]["effects"])


@pytest.mark.parametrize("source", TABLES)
def test_borderline_names_have_the_effect_that_people_agreed_on(source: str) -> None:
    names = TABLES[source]["names"]
    assert sum(map(len, names.values())) >= 30
    found = operations(source)
    wrong = {
        name: f"{found[name].effect}, because {found[name].effect_reason}"
        for effect, listed in names.items()
        for name in listed
        if found[name].effect is not Effect(effect)
    }
    assert wrong == {}


@pytest.mark.parametrize("source", TABLES)
def test_every_effect_has_a_reason(source: str) -> None:
    assert all(operation.effect_reason for operation in operations(source).values())


@pytest.mark.parametrize("source", TABLES)
def test_as_many_listings_page_in_each_style_as_were_looked_at(source: str) -> None:
    reads = (operation for operation in operations(source).values() if operation.effect is Effect.READ)
    listings = [operation for operation in reads if operation.rows_path is not None and not operation.row_is_single]
    styles = Counter(operation.pagination.style if operation.pagination else "none" for operation in listings)
    assert styles == TABLES[source]["pagination"]


@pytest.mark.parametrize("source", TABLES)
def test_every_override_is_about_an_operation_of_some_version(source: str) -> None:
    """A path that is misspelt overrides nothing."""
    provider = TABLES[source]["provider"]
    others = [name for name, table in TABLES.items() if table["provider"] == provider]
    known = {label for name in others for label in operations(name)}
    assert load_judge(provider).overridden - known == set()
