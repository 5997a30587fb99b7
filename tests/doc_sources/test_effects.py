from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from doc_sources.effects import EffectJudge, Override, load_judge
from doc_sources.facts import Facts
from schemas.base import Json
from schemas.errors import Misconfigured
from schemas.operation import Effect

DATA = Path(__file__).with_name("data")
JUDGE = load_judge()


def named() -> list[tuple[str, str, Effect]]:
    """Method, name and effect of every name in the lists."""
    lists = yaml.safe_load((DATA / "effects.yaml").read_text())
    return [(entry["method"], name, Effect(entry["effect"])) for entry in lists for name in entry["names"].split()]


IN_CONTEXT: list[dict[str, Json]] = yaml.safe_load((DATA / "effects_in_context.yaml").read_text())


def test_the_lists_are_long_enough_to_mean_something() -> None:
    names = named()
    assert len(names) == len(set(names)) >= 300
    assert {effect for _, _, effect in names} == set(Effect)


@pytest.mark.parametrize(("method", "name", "effect"), named())
def test_a_name_tells_the_effect(method: str, name: str, effect: Effect) -> None:
    judgement = JUDGE.judge(Facts(method, "/things", name))
    assert judgement.effect is effect, judgement.reason


@pytest.mark.parametrize("case", IN_CONTEXT, ids=lambda case: " ".join(str(value) for value in case.values()))
def test_path_and_documentation_tell_the_effect(case: dict[str, Json]) -> None:
    facts = Facts(
        case.get("method", "GET"),
        case.get("path", "/things"),
        case.get("name", "x"),
        case.get("summary", ""),
        case.get("description", ""),
    )
    judgement = JUDGE.judge(facts)
    assert judgement.effect == case["effect"], judgement.reason
    assert case.get("because", "") in judgement.reason


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (Facts("GET", "/hosts", "list_hosts"), "it is a GET, and neither its name nor its documentation speaks of a change"),
        (Facts("HEAD", "/hosts", "list_hosts"), "it is a HEAD, and neither its name nor its documentation speaks of a change"),
        (Facts("POST", "/hosts", "search_hosts"), "it is a POST whose name begins with 'search'"),
        (Facts("POST", "/hosts", "find_hosts"), "it is a POST whose name does not begin with a reading verb"),
        (Facts("PATCH", "/hosts", "get_hosts"), "it is a PATCH"),
        (Facts("GET", "/hosts", "reboot_host"), "its name says 'reboot'"),
        (Facts("GET", "/hosts/reboot", "x"), "its path says 'reboot'"),
        (Facts("GET", "/hosts", "x", "Reboot it"), "its summary says 'reboot'"),
        (Facts("GET", "/hosts", "x", "", "Reboots it."), "its documentation says 'Reboots it'"),
        (Facts("GET", "/hosts", "list_secrets"), "its name is about a secret: 'secret'"),
    ],
)
def test_every_judgement_says_why(facts: Facts, reason: str) -> None:
    assert JUDGE.judge(facts).reason == reason


@pytest.mark.parametrize("words", ["then also ", "is deleted ", "会将", " ", "x", "%25", "调用 "])
def test_words_repeated_without_end_are_judged_all_the_same(words: str) -> None:
    assert JUDGE.judge(Facts("GET", "/things", "x", words * 5_000, words * 5_000)).effect in Effect


def test_a_provider_s_override_comes_first_in_both_directions() -> None:
    overrides = (
        Override(operations=("GET /exec/{id}/json",), effect=Effect.READ, reason="it shows a command that was run"),
        Override(operations=("POST /v3/kv/range", "GET /config"), effect=Effect.REVEAL, reason="it holds passwords"),
    )
    judge = EffectJudge(JUDGE.rules, overrides)
    assert judge.judge(Facts("get", "/exec/{id}/json", "ExecInspect")).effect is Effect.READ
    assert judge.judge(Facts("POST", "/v3/kv/range")).reason == "it holds passwords"
    assert judge.judge(Facts("GET", "/config")).effect is Effect.REVEAL
    assert judge.judge(Facts("POST", "/exec/{id}/json")).effect is Effect.WRITE


def test_a_provider_without_a_file_has_the_general_rules_alone() -> None:
    assert load_judge("nobody").judge(Facts("GET", "/api/4/args")).effect is Effect.READ
    assert load_judge("glances").judge(Facts("GET", "/api/4/args")).effect is Effect.REVEAL


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "general.yaml").write_text((Path(load_judge.__globals__["FOLDER"]) / "general.yaml").read_text())
    (tmp_path / "acme.yaml").write_text("overrides:\n  - operations: [GET /a]\n    effect: reads\n    reason: because\n")
    with pytest.raises(Misconfigured, match=r"acme.yaml, line 3: overrides.0.effect: Input should be 'read', 'reveal' or 'write'"):
        load_judge("acme", tmp_path)
