"""Settings: defaults, the environment, and what is said of a wrong value."""

from __future__ import annotations

from pathlib import Path

import pytest

import opswright
from opswright import settings
from schemas.errors import Misconfigured


@pytest.fixture(autouse=True)
def _only_what_the_test_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in settings.environment() if name.startswith(settings.PREFIX)]:
        monkeypatch.delenv(name)


def test_everything_has_a_default_and_folders_are_absolute() -> None:
    made = settings.load()
    assert made.home.is_absolute()
    assert made.cache.is_absolute()
    assert made.database == made.home / "opswright.db"


def test_in_a_checkout_the_library_is_the_folder_that_is_reviewed_there() -> None:
    assert settings.load().library == opswright.ROOT / "generated_tools" / "library"


def test_the_environment_overrides_and_a_folder_may_start_at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("OPSWRIGHT_HOME", "~/data")
    monkeypatch.setenv("OPSWRIGHT_TOOL_REQUESTS", "7")
    made = settings.load()
    assert made.home == tmp_path / "data"
    assert made.tool_requests == 7


def test_connections_lie_at_home_unless_they_are_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("OPSWRIGHT_HOME", str(tmp_path))
    assert settings.load().connections == tmp_path / "connections.yaml"
    monkeypatch.setenv("OPSWRIGHT_CONNECTIONS", "/etc/opswright/connections.yaml")
    assert settings.load().connections == Path("/etc/opswright/connections.yaml")


def test_at_another_home_nothing_of_the_first_is_used(tmp_path: Path) -> None:
    moved = settings.load().at_home(tmp_path)
    assert {moved.home, moved.database.parent, moved.library.parent, moved.connections.parent} == {tmp_path}


def test_an_empty_variable_counts_as_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPSWRIGHT_WORKERS", "")
    assert settings.load().workers == 2


@pytest.mark.parametrize("workers", ["1", "64"])
def test_a_number_at_its_bound_is_taken(monkeypatch: pytest.MonkeyPatch, workers: str) -> None:
    monkeypatch.setenv("OPSWRIGHT_WORKERS", workers)
    assert settings.load().workers == int(workers)


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_wrong_value_is_named_with_its_variable(monkeypatch: pytest.MonkeyPatch, workers: str) -> None:
    monkeypatch.setenv("OPSWRIGHT_WORKERS", workers)
    with pytest.raises(Misconfigured, match=f"OPSWRIGHT_WORKERS is '{workers}'.*unset it"):
        settings.load()


def test_every_setting_is_described_for_the_reference() -> None:
    assert [name for name, field in settings.Settings.model_fields.items() if not field.description] == []
