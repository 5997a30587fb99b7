from __future__ import annotations

import pytest

from doc_sources.download import Download
from doc_sources.network import Deadline
from doc_sources.web_files import WebFiles
from schemas.errors import BackendUnavailable, Denied, Misconfigured, OpswrightError, SpecUnusable
from schemas.source import Validators


class Ticks:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def files(error: OpswrightError | None = None, ticks: Ticks | None = None) -> WebFiles:
    def answer(url: str) -> Download:
        if error:
            raise error
        return Download(url.encode(), Validators())

    return WebFiles(answer, "https://here.example", Deadline(10, ticks or Ticks()))


def test_a_name_is_escaped_and_asked_for_at_the_origin() -> None:
    assert files().read("api/a b?x#y.yaml") == b"https://here.example/api/a%20b%3Fx%23y.yaml"
    assert files().fetch("/groups/v1?hash=1") == b"https://here.example/groups/v1?hash=1"


@pytest.mark.parametrize("error", [SpecUnusable("gone"), Denied("inside"), Misconfigured("other credential")])
def test_a_file_that_can_not_be_had_is_a_broken_reference(error: OpswrightError) -> None:
    with pytest.raises(LookupError, match=error.message):
        files(error).read("a.yaml")


def test_a_server_that_is_away_ends_the_fetch() -> None:
    with pytest.raises(BackendUnavailable, match="away"):
        files(BackendUnavailable("away")).read("a.yaml")


def test_all_files_together_have_one_deadline() -> None:
    ticks = Ticks()
    slow = files(ticks=ticks)
    ticks.seconds = 9.9
    assert slow.read("a.yaml")
    ticks.seconds = 10.0
    with pytest.raises(BackendUnavailable, match="too long together"):
        slow.read("b.yaml")
