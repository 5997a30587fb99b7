"""What crashes and other processes do to the library: nothing registered is lost, nothing is half-registered."""

from __future__ import annotations

import os
import signal
from functools import partial
from pathlib import Path

import pytest

from generated_tools.registry import Registry
from tests.generated_tools.samples import candidate, slices, verdict
from tests.processes import forked


def publish(registry: Registry, source: str) -> int:
    made = candidate(source)
    return registry.publish(made, verdict(made), slices(), source="estate", question="").manifest.version


def killed_at(monkeypatch: pytest.MonkeyPatch, owner: object, step: str, count: int, *, before: bool) -> None:
    """Make the process kill itself at the `count`th use of a system call's wrapper."""
    real, left = getattr(owner, step), iter(range(count - 1, -1, -1))

    def fatal(*arguments: object) -> object:
        is_last = next(left) == 0
        if is_last and before:
            os.kill(os.getpid(), signal.SIGKILL)
        result = real(*arguments)
        if is_last:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    monkeypatch.setattr(owner, step, fatal)


STEPS = [(os, "fsync", count, True) for count in range(1, 8)] + [(Path, "rename", 1, True), (Path, "rename", 1, False)]


@pytest.mark.parametrize(("owner", "step", "count", "before"), STEPS, ids=lambda value: str(getattr(value, "__name__", value)))
def test_a_publisher_killed_anywhere_leaves_a_whole_version_or_none(
    registry: Registry, library: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, count: int, before: bool
) -> None:
    assert publish(registry, "kept = 1\n") == 1

    def die_publishing() -> None:
        killed_at(monkeypatch, owner, step, count, before=before)
        publish(registry, "new = 2\n")

    _, status = os.waitpid(forked(die_publishing), 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    assert registry.load("hosts_above@1").code == "kept = 1\n"
    assert registry.damaged() == ()
    assert publish(registry, "new = 2\n") == 2
    assert sorted(entry.name for entry in library.iterdir() if entry.is_dir()) == ["hosts_above"]
    assert sorted(entry.name for entry in (library / "hosts_above").iterdir()) == ["v1", "v2"]


def test_publishers_in_several_processes_get_different_versions(registry: Registry) -> None:
    def publish_five(number: int) -> None:
        for turn in range(5):
            publish(registry, f"made_by = {number, turn}\n")

    processes = [forked(partial(publish_five, number)) for number in range(4)]
    assert [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes] == [0, 0, 0, 0]
    assert [manifest.version for manifest in registry.all()] == list(range(1, 21))
    assert len({registry.load(f"hosts_above@{version}").code for version in range(1, 21)}) == 20
    assert registry.damaged() == ()


def test_publishers_of_the_same_code_in_several_processes_make_one_version(registry: Registry) -> None:
    processes = [forked(lambda: publish(registry, "same = 1\n")) for _ in range(4)]
    assert [os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]) for process in processes] == [0, 0, 0, 0]
    assert [manifest.version for manifest in registry.all()] == [1]


def test_the_files_are_the_verified_code_byte_for_byte(registry: Registry, library: Path) -> None:
    source = "naïve = 'CPU>80%的EC2实例'\r\n\n"
    publish(registry, source)
    assert (library / "hosts_above" / "v1" / "tool.py").read_bytes() == source.encode()
    assert registry.load("hosts_above").code == source
