"""The wasmtime engine that compiles the image and that runs it: an artefact fits only the settings it was compiled with."""

from __future__ import annotations

from wasmtime import Config, Engine

STACK_BYTES = 2 * 1024 * 1024
"""Native stack of the isolate, the most that wasmtime takes. Less, and CPython traps where it would raise RecursionError."""


def make_engine() -> Engine:
    """An engine whose isolates stop when its epoch is moved on.

    wasmtime's default memory layout is kept: with small reservations the same image needs explicit bounds checks.
    """
    config = Config()
    config.epoch_interruption = True
    config.max_wasm_stack = STACK_BYTES
    return Engine(config)
