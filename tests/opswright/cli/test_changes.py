"""What is the same and what changed, as people read it: bounded, and with what was left out."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from rich.console import Console, RenderableType

from agents.call_changes import CallChange, CallSide
from agents.changes import RowChanges, row_changes
from agents.comparison import Comparison, Side
from agents.replay import PlaceReplay, Replay
from opswright.cli import changes
from schemas.answer import Completeness


def shown(value: RenderableType) -> str:
    written = StringIO()
    Console(file=written, width=400, highlight=False, emoji=False).print(value)
    return re.sub(r" +", " ", written.getvalue())


def side(run: str, completeness: Completeness | None = None) -> Side:
    return Side(run=run, question=f"what is {run} [/x]\x1b[31m", status="answered", tool="hosts@1", completeness=completeness)


def comparison(**said: object) -> Comparison:
    usual = {
        "before": side("r1"), "after": side("r2"), "code": (), "lines_left_out": 0, "arguments": {}, "same_image": True, "calls": (),
        "calls_same": 0, "calls_left_out": 0, "result": None, "unknown": (),
    }  # fmt: skip
    return Comparison.model_validate(usual | said)


def call(number: int, request: str = "GET /hosts", status: int | None = 200, refused: str = "") -> CallSide:
    return CallSide(number=number, request=request, status=status, refused=refused)


def replay(*places: PlaceReplay, same_image: bool = True) -> Replay:
    return Replay(run="r1", tool="hosts@1", same=not any(place.differences for place in places), same_image=same_image, places=places)


def place(name: str = "", *differences: str, digest: str = "abcdef0123456789", rows: RowChanges | None = None) -> PlaceReplay:
    return PlaceReplay(place=name, status="returned", bytes=7, digest=digest, differences=differences, rows=rows)


def test_a_run_that_gives_the_same_is_told_with_its_size_and_digest() -> None:
    said = shown(changes.replayed(replay(place("eu-west-1"), place("us-east-1"))))
    assert said.splitlines() == [
        "r1 · hosts@1 · the same",
        "eu-west-1: 7 bytes, digest abcdef012345",
        "us-east-1: 7 bytes, digest abcdef012345",
    ]


def test_a_run_that_ended_without_a_result_again_is_the_same() -> None:
    assert "it ended without a result, as it did then" in shown(changes.replayed(replay(place(digest=""))))


def test_a_run_that_gives_something_else_is_told_with_rows_and_image() -> None:
    rows = row_changes([{"name": "a", "cpu": 1}], [{"name": "a", "cpu": 2}])
    said = shown(changes.replayed(replay(place("", "its result [/x] differs", rows=rows), same_image=False)))
    assert "not the same" in said
    assert "its result [/x] differs" in said
    assert "~ │ a, cpu: 1 → 2" in said
    assert "another than that of the run" in said


def test_what_did_not_change_is_said_to_be_the_same() -> None:
    said = shown(changes.compared(comparison(calls_same=2, result=row_changes([{"a": "x"}], [{"a": "x"}]))))
    assert said.count("the same") == 4
    assert "what is r1 [/x]\\x1b[31m · r1 · answered · hosts@1" in said
    assert "2 calls the same" in said


def test_code_and_arguments_are_shown_with_what_was_left_out() -> None:
    said = shown(changes.compared(comparison(code=("-a [/x]", "+b"), lines_left_out=1, arguments={"limit": (5, None)}, same_image=False)))
    assert "-a [/x]\n+b\n… 1 more line\n" in said
    assert "limit │ 5 │ –" in said
    assert "the isolate's image changed, too" in said


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"before": call(1), "after": call(1, status=500)}, "1 │ list_hosts │ 200 → 500 │"),
        ({"before": None, "after": call(3)}, "3 │ list_hosts │ 200 │ only in the second run"),
        ({"before": call(3), "after": None}, "3 │ list_hosts │ 200 │ only in the first run"),
        ({"before": call(1, "GET /hosts?a=1&b=2"), "after": call(2, "GET /hosts?a=1&b=3")}, "1 → 2 │ list_hosts │ 200 │ asked: b=2 → b=3"),
        ({"before": call(1), "after": call(1, status=None, refused="E_DENIED: no")}, "200 → – │ refused or failed: no → E_DENIED: no"),
        ({"before": call(1), "after": call(1), "rows": row_changes([{"a": "x"}, {"a": "z"}], [{"a": "y"}])}, "1 row added, 2 rows removed"),
        ({"before": call(1), "after": call(1), "rows": row_changes([{"a": "x"}, {"a": "y"}], [{"a": "y"}, {"a": "x"}])}, "another order"),
        ({"before": call(1), "after": call(1), "pointers": ("/a", ""), "more_pointers": True}, "differs at /a, the whole body, …"),
        ({"before": call(1), "after": call(1, status=404), "place": "eu"}, "list_hosts (eu)"),
    ],
)
def test_a_changed_call_says_what_changed(change: dict[str, object], line: str) -> None:
    told = CallChange.model_validate({"place": "", "operation": "list_hosts"} | change)
    assert line in shown(changes.compared(comparison(calls=(told,), calls_left_out=2)))


def test_rows_beyond_the_first_are_counted() -> None:
    result = row_changes([], [{"name": f"host-{number}", "cpu": number} for number in range(25)])
    said = shown(changes.compared(comparison(result=result)))
    assert "25 rows added" in said
    assert "+ │ name=host-0, cpu=0" in said
    assert "… 5 more rows" in said


def test_a_long_row_is_cut() -> None:
    said = shown(changes.compared(comparison(result=row_changes([], [{"name": "x" * 1000}]))))
    assert "x" * (changes.LONGEST - 10) in said
    assert "x" * changes.LONGEST not in said


def test_completeness_is_compared_gap_by_gap() -> None:
    before = Completeness(complete=True, calls=1, rows_seen=5, gaps=())
    after = Completeness(complete=False, calls=1, rows_seen=3, gaps=("page 2 was not read",))
    said = shown(changes.compared(comparison(before=side("r1", before), after=side("r2", after))))
    assert "complete → partial; rows seen: 5 → 3; calls: 1\n+ page 2 was not read" in said


def test_what_is_not_kept_is_said_and_not_taken_for_the_same() -> None:
    said = shown(changes.compared(comparison(same_image=None, unknown=("the calls of r1",))))
    assert "not compared: the calls of r1" in said
    assert "the same" not in said
