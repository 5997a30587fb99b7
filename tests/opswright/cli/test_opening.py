"""What a command's log may say."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx
import pytest

from opswright.cli.opening import set_up_logging
from tests.doc_sources.site import Reply, site


@pytest.fixture(autouse=True)
def levels() -> Iterator[None]:
    """Every level as it was before."""
    names = ("", "httpcore", "httpx", "stamina")
    before = {name: logging.getLogger(name).level for name in names}
    yield
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


@pytest.mark.parametrize("level", ["debug", "info"])
def test_no_header_is_logged_however_much_is(level: str, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger().setLevel(level.upper())
    set_up_logging(level)
    with site(lambda asked: Reply()) as served:
        httpx.get(served.url, headers={"Authorization": "Bearer seal-of-the-realm"})
    logging.getLogger("stamina").warning("a retry with its arguments")
    assert caplog.records == []


@pytest.mark.parametrize("name", ["httpcore", "httpx", "stamina"])
def test_what_asks_for_less_is_heeded(name: str) -> None:
    set_up_logging("error")
    assert logging.getLogger(name).level == logging.ERROR
