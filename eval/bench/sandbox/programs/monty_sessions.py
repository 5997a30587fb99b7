"""Runs each line of input in a Monty session of its own. Started by the Python that `make peers` installs Monty in."""

from __future__ import annotations

import json
import sys
import time

from pydantic_monty import Monty, MontyRuntimeError  # type: ignore[import-not-found,unused-ignore]


def main() -> None:
    """Serve until the input ends."""
    with Monty() as pool:
        print("{}", flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            print(json.dumps(_run(pool, asked["source"], asked["seconds"])), flush=True)


def _run(pool: Monty, source: str, seconds: float | None) -> dict[str, object]:
    began = time.perf_counter()
    try:
        with pool.checkout(limits={"max_feed_duration_secs": seconds}) as session:
            value = session.feed_run(f"{source}\ntool(None)")
    except MontyRuntimeError as error:
        if "time limit exceeded" not in str(error):
            raise
        value = None
    return {"value": value, "milliseconds": (time.perf_counter() - began) * 1000}


if __name__ == "__main__":
    main()
