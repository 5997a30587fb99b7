"""The walls: the WASM isolate and its worker, the broker, rehearsal, transcripts, and `verify`.

Belongs here: everything that runs or judges generated code. Only this room imports wasmtime.
Banned from here: writing tools, choosing operations, and any import of a room other than `schemas`.
"""
