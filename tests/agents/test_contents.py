"""Contents by digest: written once, whole, and only for their owner."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agents.contents import ContentStore
from schemas.errors import Misconfigured, NotFound


def test_a_value_comes_back_and_equal_values_are_one_file(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    key = store.put({"b": [1, None], "a": "ü"})
    assert store.put({"a": "ü", "b": [1, None]}) == key
    assert store.get(key) == {"a": "ü", "b": [1, None]}
    assert [path.stat().st_mode & 0o777 for path in tmp_path.rglob("*.json")] == [0o600]


def test_a_value_that_is_gone_or_was_changed_is_told(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    key = store.put([1])
    [file] = tmp_path.rglob("*.json")
    for forged in (b"[2]", b"[1"):
        file.write_bytes(forged)
        with pytest.raises(Misconfigured, match="was changed"):
            store.get(key)
    file.unlink()
    with pytest.raises(NotFound, match="is gone"):
        store.get(key)


def test_the_same_value_from_many_threads_at_once_is_one_file(tmp_path: Path) -> None:
    store = ContentStore(tmp_path)
    with ThreadPoolExecutor(8) as threads:
        for number in range(50):
            keys = set(threads.map(store.put, [{"number": number}] * 8))
            assert [store.get(key) for key in keys] == [{"number": number}]
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 50
