"""Publishing, finding and loading of tools."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine

from generated_tools.registry import Registry, arguments_for
from schemas.errors import CandidateRejected, Misconfigured, NotFound
from schemas.tool import Candidate, RegisteredTool
from schemas.verification import Finding, Verification
from tests.generated_tools.samples import OPERATION, candidate, hosts_query, slices, verdict


def known(slice_hash: str) -> dict[str, str]:
    return {name: piece.operation.fingerprint for name, piece in slices(slice_hash).items()}


CURRENT = known("aa")


def publish(registry: Registry, made: Candidate, *, slice_hash: str = "aa", source: str = "estate") -> RegisteredTool:
    return registry.publish(made, verdict(made), slices(slice_hash), source=source, question="hosts above 80% memory")


def test_published_tool_is_found_by_name_by_reference_and_by_its_query(registry: Registry) -> None:
    made = candidate()
    published = publish(registry, made)
    assert published.manifest.reference == "hosts_above@1"
    assert (published.code, published.tests) == (made.source, made.tests)
    assert registry.load("hosts_above") == registry.load("hosts_above@1") == published
    assert registry.all() == (published.manifest,)
    assert registry.match(hosts_query(), "estate", CURRENT) == published


def test_a_tool_of_a_release_that_pinned_slices_is_whole_and_answers_nothing_until_it_is_written_anew(
    registry: Registry, library: Path, engine: Engine, clock: Callable[[], datetime]
) -> None:
    publish(registry, candidate())
    manifest = library / "hosts_above" / "v1" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f'"fingerprint": "{CURRENT[OPERATION]}"', '"slice_hash": "aa"'))
    later = Registry(library, engine, clock)
    assert [tool.reference for tool in later.all()] == ["hosts_above@1"]
    assert later.damaged() == ()
    assert later.match(hosts_query(), "estate", CURRENT) is None
    assert publish(later, candidate()).manifest.version == 2


def test_other_code_under_the_same_name_is_the_next_version_and_loads_as_the_newest(registry: Registry) -> None:
    publish(registry, candidate())
    second = publish(registry, candidate("def hosts(client): return []\n"))
    assert second.manifest.version == 2
    assert registry.load("hosts_above") == second
    assert registry.load("hosts_above@1").manifest.version == 1


def test_the_same_code_published_again_is_the_version_that_exists(registry: Registry) -> None:
    first = publish(registry, candidate())
    assert publish(registry, candidate()) == first
    assert len(registry.all()) == 1


def test_the_same_code_proven_against_a_changed_slice_is_a_new_version(registry: Registry) -> None:
    publish(registry, candidate())
    again = publish(registry, candidate(), slice_hash="bb")
    assert again.manifest.version == 2
    assert again.manifest.operations[0].fingerprint == known("bb")[OPERATION]


def test_the_same_code_for_another_source_is_a_new_version(registry: Registry) -> None:
    publish(registry, candidate())
    assert publish(registry, candidate(), source="mirror").manifest.version == 2


def blocked() -> Verification:
    return verdict(candidate(), Finding(check="lint", code="F821", message="undefined name"))


def unchecked() -> Verification:
    return Verification(candidate_digest=candidate().digest, checks=(), semantics="proven")


@pytest.mark.parametrize(
    ("verification", "reason"),
    [(blocked(), "lint"), (unchecked(), "no check ran"), (verdict(candidate("other = 1\n")), "other code")],
    ids=["a blocking finding", "no checks", "another candidate's"],
)
def test_without_a_passed_verification_of_this_code_nothing_is_registered(
    registry: Registry, library: Path, verification: Verification, reason: str
) -> None:
    with pytest.raises(CandidateRejected, match=reason):
        registry.publish(candidate(), verification, slices(), source="estate", question="")
    assert not library.exists()


def test_a_finding_that_only_advises_does_not_stand_in_the_way(registry: Registry) -> None:
    advice = Finding(check="lint", code="C901", message="long", severity="advise")
    made = candidate()
    assert registry.publish(made, verdict(made, advice), slices(), source="estate", question="").manifest.version == 1


def test_an_operation_without_its_slice_is_refused(registry: Registry) -> None:
    made = candidate()
    with pytest.raises(CandidateRejected, match="estate:list_hosts"):
        registry.publish(made, verdict(made), {}, source="estate", question="")


@pytest.mark.parametrize("name", ["../escape", "Hosts", "a/b", ".hidden", "", "1st", "a" * 101, "a\n"])
def test_a_name_that_could_leave_the_library_is_refused(registry: Registry, name: str) -> None:
    with pytest.raises(CandidateRejected, match="name"):
        publish(registry, candidate(name=name))


def test_the_longest_name_is_accepted(registry: Registry) -> None:
    assert publish(registry, candidate(name="a" * 100)).manifest.version == 1


def test_a_query_with_another_constant_and_other_local_names_is_a_match(registry: Registry) -> None:
    published = publish(registry, candidate(query=hosts_query(80.0)))
    asked = hosts_query(95.5, alias="machine", parameter="threshold")
    assert registry.match(asked, "estate", CURRENT) == published
    assert arguments_for(published.manifest, asked) == {"percent": 95.5}


@pytest.mark.parametrize(
    ("op", "source", "present"),
    [("ge", "estate", CURRENT), ("gt", "mirror", CURRENT), ("gt", "estate", known("bb")), ("gt", "estate", {})],
    ids=["another comparison", "another source", "its description changed", "the operation is gone"],
)
def test_near_misses_are_no_match(registry: Registry, op: str, source: str, present: dict[str, str]) -> None:
    publish(registry, candidate())
    assert registry.match(hosts_query(op=op), source, present) is None


def test_of_several_versions_the_newest_that_fits_the_slices_matches(registry: Registry) -> None:
    publish(registry, candidate("first = 1\n"))
    second = publish(registry, candidate("second = 2\n"))
    third = publish(registry, candidate("third = 3\n"), slice_hash="bb")
    assert registry.match(hosts_query(), "estate", CURRENT) == second
    assert registry.match(hosts_query(), "estate", known("bb")) == third


def test_a_version_that_another_process_published_is_seen_at_once(
    registry: Registry, library: Path, engine: Engine, clock: Callable[[], datetime]
) -> None:
    other = Registry(library, engine, clock)
    assert registry.all() == other.all() == ()
    for number in range(1, 6):
        published = publish(other, candidate(f"version = {number}\n"))
        assert registry.match(hosts_query(), "estate", CURRENT) == published


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("tool.py", "hosts", "h0sts"),
        ("test_tool.py", "def", "dev"),
        ("manifest.json", '"version": 1', '"version": 7'),
        ("manifest.json", '"operation": "estate:list_hosts",', '"operation": "estate:delete_host",'),
        ("manifest.json", "{", "["),
        ("verification.json", '"lint"', '"none"'),
        ("verification.json", '"findings": []', '"findings": [{"check": "lint", "code": "X", "message": "no"}]'),
    ],
)
def test_a_tampered_version_is_refused_with_the_way_out_and_never_matched(
    registry: Registry, library: Path, file: str, old: str, new: str
) -> None:
    publish(registry, candidate())
    path = library / "hosts_above" / "v1" / file
    path.write_text(path.read_text().replace(old, new, 1))
    with pytest.raises(Misconfigured, match=r"v1 can't be trusted.*remove it and ask again"):
        registry.load("hosts_above")
    assert registry.match(hosts_query(), "estate", CURRENT) is None


@pytest.mark.parametrize("file", ["tool.py", "test_tool.py", "manifest.json", "verification.json"])
def test_a_version_with_a_missing_file_is_damaged_and_a_new_one_takes_the_next_number(
    registry: Registry, library: Path, engine: Engine, clock: Callable[[], datetime], file: str
) -> None:
    publish(registry, candidate())
    (library / "hosts_above" / "v1" / file).unlink()
    fresh = Registry(library, engine, clock)
    assert fresh.all() == ()
    assert [file in str(error) for error in fresh.damaged()] == [True]
    assert publish(fresh, candidate()).manifest.version == 2


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["FIFO", "folder"])
@pytest.mark.parametrize("file", ["tool.py", "manifest.json"])
def test_what_is_no_plain_file_is_damage_and_waits_for_nobody(
    registry: Registry, library: Path, file: str, make: Callable[[Path], None]
) -> None:
    publish(registry, candidate())
    path = library / "hosts_above" / "v1" / file
    path.unlink()
    make(path)
    with pytest.raises(Misconfigured, match=f"{file} is "):
        registry.load("hosts_above")


def test_an_unknown_tool_is_answered_with_the_known_ones(registry: Registry) -> None:
    with pytest.raises(NotFound, match="none yet"):
        registry.load("hosts")
    publish(registry, candidate())
    with pytest.raises(NotFound, match=r"'hosts'.*Known: hosts_above"):
        registry.load("hosts")


@pytest.mark.parametrize("reference", ["hosts_above@2", "hosts_above@", "hosts_above@01", "hosts_above@../v1"])
def test_an_unknown_version_is_answered_with_the_known_ones(registry: Registry, reference: str) -> None:
    publish(registry, candidate())
    with pytest.raises(NotFound, match=r"It has 1\."):
        registry.load(reference)


@pytest.mark.parametrize("reference", ["..", "../library/hosts_above", "", "@1", "hosts_above/v1", "a" * 5000, "Hosts", "a\x00"])
def test_a_reference_that_points_elsewhere_is_unknown(registry: Registry, reference: str) -> None:
    publish(registry, candidate())
    with pytest.raises(NotFound, match="no tool is called"):
        registry.load(reference)


def test_what_else_lies_in_the_library_is_left_alone(registry: Registry, library: Path) -> None:
    publish(registry, candidate())
    (library / "README.md").write_text("tools of the team\n")
    (library / "hosts_above" / "notes").mkdir()
    (library / "Drafts" / "v1").mkdir(parents=True)
    assert [manifest.reference for manifest in registry.all()] == ["hosts_above@1"]
    assert registry.damaged() == ()


def test_a_library_that_cannot_be_written_says_which_setting_moves_it(registry: Registry, library: Path) -> None:
    library.write_text("a file where the folder should be")
    with pytest.raises(Misconfigured, match="OPSWRIGHT_LIBRARY"):
        publish(registry, candidate())


def test_a_name_means_one_question(registry: Registry) -> None:
    above, below = candidate(), candidate("def hosts(client): return []\n", hosts_query(op="lt"))
    first = registry.publish(above, verdict(above), slices(), source="estate", question="?")
    other = registry.publish(below, verdict(below), slices(), source="estate", question="?")
    assert (first.manifest.reference, other.manifest.version) == ("hosts_above@1", 1)
    assert other.manifest.name == f"hosts_above_{below.query.shape_digest[:6]}"
    assert registry.publish(below, verdict(below), slices(), source="estate", question="?") == other
    assert registry.load("hosts_above").manifest.query == above.query
