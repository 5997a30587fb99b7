"""None may pass, harm the host, tell a secret or a path of it, or outlive its limit by a second."""

from __future__ import annotations

import os
import re
import sys
from concurrent.futures import Future, wait
from pathlib import Path

import pytest

from sandbox.channel import Channel, DeadlineMissed
from sandbox.exchange import Exchange
from sandbox.jobs import Outcome
from sandbox.process import GRACE_SECONDS
from sandbox.protocol import ProtocolBroken
from sandbox.review import review
from tests.sandbox.attacks.attack import THREATS, Attack, BadSource, HostileWorker, attacks, bad_sources, hostile_workers
from tests.sandbox.attacks.conftest import Kept
from tests.sandbox.attacks.ground import CANARY, Aftermath, Ground
from tests.sandbox.candidates import CLEAN_SOURCE, blocking, candidate
from tests.sandbox.isolates import Host, call_job

Aftermaths = dict[str, Future[Aftermath]]

ROOT = Path(__file__).parents[3]
HOST_PATHS = (str(ROOT), sys.prefix, str(Path.home()) + "/", "site-packages", ".cwasm")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OVERRUN_SECONDS = 1.0
_SLACK_SECONDS = 3.0
"""For what is not the run: a machine that is busy with other things, and a worker that is started anew."""


def _named(threat: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("attack", [pytest.param(attack, id=attack.name) for attack in attacks(threat)])


@_named("escape")
def test_escape(attack: Attack, aftermaths: Aftermaths, ground: Ground) -> None:
    _assert_held(attack, aftermaths[attack.name].result(), ground)


@_named("exhaustion")
def test_exhaustion(attack: Attack, aftermaths: Aftermaths, ground: Ground) -> None:
    _assert_held(attack, aftermaths[attack.name].result(), ground)


@_named("egress")
def test_egress(attack: Attack, aftermaths: Aftermaths, ground: Ground) -> None:
    _assert_held(attack, aftermaths[attack.name].result(), ground)


@_named("aws")
def test_aws(attack: Attack, aftermaths: Aftermaths, ground: Ground) -> None:
    _assert_held(attack, aftermaths[attack.name].result(), ground)


@_named("content")
def test_content(attack: Attack, aftermaths: Aftermaths, ground: Ground) -> None:
    _assert_held(attack, aftermaths[attack.name].result(), ground)


@pytest.mark.parametrize("worker", hostile_workers(), ids=lambda worker: worker.name)
def test_hostile_worker(worker: HostileWorker) -> None:
    into, to_worker = os.pipe()
    from_worker, out = os.pipe()
    os.write(out, worker.bytes.encode("latin-1").decode("unicode_escape").encode("latin-1"))
    os.close(out)
    with os.fdopen(into, "rb"), os.fdopen(to_worker, "wb", 0) as writing, os.fdopen(from_worker, "rb", 0) as reading:
        exchange = Exchange(Channel(writing, reading), call_job("def tool(client): return []"), Host(), grace_seconds=0.1)
        assert re.search(worker.expect, _ending(exchange))


@pytest.mark.parametrize("source", bad_sources(), ids=lambda source: source.name)
def test_review(source: BadSource) -> None:
    assert source.replace in CLEAN_SOURCE
    edited = (CLEAN_SOURCE.replace(source.replace, source.by, 1) if source.replace else CLEAN_SOURCE) + source.append
    assert blocking(review(candidate(edited))) == list(source.expect)


def test_nothing_of_it_is_in_the_logs(aftermaths: Aftermaths, log: Kept) -> None:
    wait(aftermaths.values())
    assert not any(CANARY in line for line in log.lines)


def test_every_attack_has_a_name_of_its_own() -> None:
    known = [attack.name for threat in THREATS for attack in attacks(threat)]
    assert len(known) == len(set(known))


def test_the_corpus_is_as_large_as_promised() -> None:
    runs = sum(len(attacks(threat)) for threat in THREATS)
    assert runs + len(hostile_workers()) + len(bad_sources()) >= 150


def _assert_held(attack: Attack, aftermath: Aftermath, ground: Ground) -> None:
    _assert_outcome(attack, aftermath.outcome)
    _assert_recorded(attack, aftermath)
    _assert_in_time(attack, aftermath)
    _assert_quiet(attack, aftermath)
    assert aftermath.next_value == [1]
    assert ground.canary_file.read_text() == CANARY
    assert [path.name for path in ground.canary_file.parent.iterdir()] == ["canary"]
    assert ground.other.peers == []


def _assert_outcome(attack: Attack, outcome: Outcome) -> None:
    expected = attack.expect
    seen = (outcome.status, outcome.finding, outcome.error, outcome.value)
    assert outcome.status in ((expected.status,) if isinstance(expected.status, str) else expected.status), seen
    assert outcome.finding in (expected.finding if isinstance(expected.finding, tuple) else (expected.finding,)), seen
    assert expected.value is None or outcome.value == expected.value, seen
    assert expected.error is None or (outcome.error is not None and outcome.error.type == expected.error), seen
    assert expected.message in (outcome.error.message if outcome.error else ""), seen


def _assert_recorded(attack: Attack, aftermath: Aftermath) -> None:
    expected, calls = attack.expect, aftermath.transcript.calls
    refusals = [call.refusal for call in calls if call.refusal]
    failures = [call.failure for call in calls if call.failure]
    assert bool(refusals) == bool(expected.refusal), refusals
    assert {refusal.partition(":")[0] for refusal in refusals} <= set(expected.refusal.split("|")), refusals
    assert bool(failures) == bool(expected.failure), failures
    assert all(expected.failure in failure for failure in failures), failures
    assert expected.arrives is None or aftermath.arrived == expected.arrives
    assert sum(call.redactions for call in calls) >= expected.redactions
    written = (text for call in calls for text in (call.method, call.url))
    assert not any(_CONTROL.search(said) for said in (*refusals, *failures, *written))


def _assert_in_time(attack: Attack, aftermath: Aftermath) -> None:
    limits, usage = attack.limits.limits, aftermath.outcome.usage
    assert usage.wall_seconds <= limits.wall_seconds + _OVERRUN_SECONDS
    assert usage.cpu_seconds <= limits.cpu_seconds + _OVERRUN_SECONDS
    assert aftermath.seconds <= limits.wall_seconds + GRACE_SECONDS + _SLACK_SECONDS


def _assert_quiet(attack: Attack, aftermath: Aftermath) -> None:
    for text in aftermath.texts:
        assert [part for part in (CANARY, *HOST_PATHS, *attack.absent) if part in text] == []


def _ending(exchange: Exchange) -> str:
    try:
        return repr(exchange.run())
    except (ProtocolBroken, DeadlineMissed) as error:
        return f"{type(error).__name__}: {error}"
