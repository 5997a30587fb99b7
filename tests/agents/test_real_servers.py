"""What the rules engine writes, asked of real servers on loopback; skipped where one is not installed."""

from __future__ import annotations

import types
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from agents.knowledge import Knowledge
from agents.rules.engine import RulesEngine
from doc_sources.catalogue import load_catalogue
from doc_sources.catalogue_fetcher import DESCRIPTORS
from doc_sources.effects import load_judge
from doc_sources.parsing import parse
from doc_sources.slices import Cutter
from doc_sources.specification import Specification
from rag.index import OperationIndex
from sandbox.lint import format_both
from schemas.operation import Slice
from tests.agents.conftest import NOW
from tests.doc_sources.backends import backend

CATALOGUE = load_catalogue()
RULE_BY_RULE = {"GET /rules": "data.groups[].rules"}
"""Not as the catalogue has it, where a row is a group of rules."""


def slices_of(server: str) -> Mapping[str, Slice]:
    provider = CATALOGUE.providers[server]
    provider = provider.model_copy(update={"rows": provider.rows | RULE_BY_RULE})
    document = parse((DESCRIPTORS / str(provider.descriptor)).read_bytes())
    return {piece.operation.id: provider.enriched(piece) for piece in Cutter(Specification(document), server, load_judge(server)).cut()}


def answer(question: str, server: str, base_url: str) -> list[dict[str, Any]]:
    """The rows that the tool for `question` finds; it is run as a colleague would run it."""
    slices = slices_of(server)
    operations = [piece.operation for piece in slices.values()]
    index = OperationIndex()
    index.rebuild(operations)
    engine = RulesEngine(format_both, lambda: NOW)
    tool = engine.write(engine.plan(question, Knowledge(index, operations, None)), slices, ())
    module = types.ModuleType("tool")
    exec(tool.source, module.__dict__)  # what the templates wrote from a description that is ours
    with httpx.Client(base_url=base_url, trust_env=False) as client:
        rows: list[dict[str, Any]] = getattr(module, tool.function)(client)
    return rows


@pytest.fixture(scope="module", params=["prometheus", "etcd"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Any:
    with backend(request.param, tmp_path_factory.mktemp(request.param)) as base_url:
        yield request.param, base_url


EXPECTED: dict[str, dict[str, list[dict[str, Any]]]] = {
    "prometheus": {
        "list prometheus rules": [{"name": "job:up:sum"}, {"name": "TargetDown"}],
        "list targets whose health is down": [{"health": "down", "scrapePool": "nobody"}],
        "list scrape targets whose health is down": [{"health": "down", "scrapePool": "nobody"}],
    },
    "etcd": {"list etcd members": [{"name": "default"}]},
}


def test_what_is_written_finds_what_the_server_has(server: tuple[str, str]) -> None:
    name, base_url = server
    for question, expected in EXPECTED[name].items():
        rows = answer(question, name, base_url)
        assert [{key: row[key] for key in wanted} for row, wanted in zip(rows, expected, strict=True)] == expected
