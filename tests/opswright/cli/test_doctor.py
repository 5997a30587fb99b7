"""What the doctor says of single things."""

from __future__ import annotations

import pytest

from opswright.cli.doctor import LOOKS
from opswright.cli.findings import Finding
from opswright.settings import Settings
from opswright.wiring import Runtime
from sandbox import walls


@pytest.mark.parametrize(("mode", "notes"), [(0o700, 0), (0o755, 1), (0o710, 1)])
def test_a_home_that_others_may_look_into_is_noted(settings: Settings, mode: int, notes: int) -> None:
    settings.home.mkdir()
    settings.home.chmod(mode)
    look = next(look for look in LOOKS if look.__name__ == "_folders")
    with Runtime(settings) as runtime:
        findings: list[Finding] = list(look(runtime, lambda _stage, _fraction: None))
    assert sum(found.verdict == "note" and "chmod 700" in found.text for found in findings) == notes


@pytest.mark.parametrize(
    ("up", "verdicts", "named"),
    [
        (walls.NAMES, ["ok"], "system-call-filter"),
        (("resource-limits",), ["ok", "note"], "not on this kernel: no-new-privileges"),
        ((), ["note", "note"], "none besides the isolate"),
    ],
)
def test_walls_that_this_kernel_has_not_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, up: tuple[str, ...], verdicts: list[str], named: str
) -> None:
    monkeypatch.setattr("sandbox.supervisor.WorkerPool.walls", lambda _: up)
    look = next(look for look in LOOKS if look.__name__ == "_walls")
    with Runtime(settings) as runtime:
        findings: list[Finding] = list(look(runtime, lambda _stage, _fraction: None))
    assert [found.verdict for found in findings] == verdicts
    assert named in " ".join(found.text for found in findings)
