"""A registry over a library and a database in a temporary folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from generated_tools.registry import Registry
from generated_tools.tables import metadata
from tests.databases import database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with database(tmp_path, metadata) as made:
        yield made


@pytest.fixture
def clock() -> Callable[[], datetime]:
    """Each reading is a second later than the one before."""
    seconds = iter(range(1_000_000))
    return lambda: datetime(2026, 11, 20, tzinfo=UTC) + timedelta(seconds=next(seconds))


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def registry(library: Path, engine: Engine, clock: Callable[[], datetime]) -> Registry:
    return Registry(library, engine, clock)
