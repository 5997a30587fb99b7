"""The API as a real server on loopback, over an estate that can be made to hold its answers back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from eval.estate.app import create_app
from opswright.settings import Settings
from opswright.wiring import Runtime
from tests.opswright.api.clients import PATIENCE_SECONDS, Gate, Serve
from tests.opswright.estates import TOKEN, Connect

CACHE = Path(__file__).parents[3] / ".cache"


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A runtime without sources, for what needs none: it may be shared."""
    folder = tmp_path_factory.mktemp("bare")
    with Runtime(Settings(home=folder / "home", library=folder / "library", cache=CACHE)) as made:
        yield made


@pytest.fixture(scope="module")
def bare_api(bare: Runtime) -> Iterator[httpx.Client]:
    with bare.serving() as url, httpx.Client(base_url=url, trust_env=False) as client:
        yield client


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def estate(connected: Connect, gate: Gate) -> Iterator[FastAPI]:
    app = create_app(now=datetime.now(UTC), token=TOKEN)
    app.middleware("http")(gate.pass_by)
    with connected(app):
        try:
            yield app
        finally:
            gate.open()


@pytest.fixture
def serve(runtime: Runtime) -> Serve:
    @contextmanager
    def with_settings(**changed: object) -> Iterator[httpx.Client]:
        runtime.settings = runtime.settings.model_copy(update=changed)
        with runtime.serving() as url, httpx.Client(base_url=url, trust_env=False, timeout=PATIENCE_SECONDS) as client:
            yield client

    return with_settings


@pytest.fixture
def api(serve: Serve, estate: FastAPI) -> Iterator[httpx.Client]:
    """The API over the estate, as it is set by default."""
    with serve() as client:
        yield client
