"""What a refresh changed."""

from __future__ import annotations

from rag.refresh import RefreshReport, compare


def test_each_operation_is_added_removed_changed_or_unchanged() -> None:
    before = {"a": "1", "b": "1", "c": "1"}
    after = {"b": "2", "c": "1", "e": "1", "d": "1"}
    assert compare(before, after, ["odd"]) == RefreshReport(
        added=("d", "e"), removed=("a",), changed=("b",), unchanged=1, warnings=("odd",)
    )


def test_equal_states_have_no_difference() -> None:
    assert compare({"a": "1"}, {"a": "1"}) == RefreshReport(added=(), removed=(), changed=(), unchanged=1)
