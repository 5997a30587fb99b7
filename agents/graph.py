"""The one state machine: the steps of `nodes`, a checkpoint after each.

understand → plan → gather → find_tool ─ hit ───────────────────────▶ run → answer
                                 └ miss ▶ write → verify → register ──▲
                                            ▲        │ ✗
                                            └────────┴ reject after the last draft
"""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any, TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agents.nodes import NODES, Node, after_find, after_verify
from agents.run_context import running
from agents.state import Deps, State
from schemas.errors import Misconfigured

Graph: TypeAlias = CompiledStateGraph[State, None, State, State]


def open_checkpoints(file: Path) -> SqliteSaver:
    """Checkpoints in SQLite. A row that was tampered with can name no class to be built when it is read.

    Raises Misconfigured where the file can't be opened or is no database.
    """
    try:
        connection = _connection(file)
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise Misconfigured(
            f"the checkpoints {file} can't be opened: {reason}.",
            hint="Mend or move the file, or point OPSWRIGHT_HOME to another folder.",
        ) from error
    return SqliteSaver(connection, serde=JsonPlusSerializer(allowed_msgpack_modules=[]))


def _connection(file: Path) -> sqlite3.Connection:
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    connection = sqlite3.connect(file, check_same_thread=False, timeout=10)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    return connection


def build_graph(deps: Deps, checkpoints: BaseCheckpointSaver[str]) -> Graph:
    """The compiled state machine."""
    builder = StateGraph(State)
    for name, node in NODES.items():
        builder.add_node(name, _bound(node, deps))
    builder.add_edge(START, "understand")
    for one, other in (("understand", "plan"), ("plan", "gather"), ("gather", "find_tool"), ("write", "verify"), ("register", "run")):
        builder.add_edge(one, other)
    builder.add_conditional_edges("find_tool", after_find, ["run", "write"])
    builder.add_conditional_edges("verify", lambda state: after_verify(state, deps), ["register", "write", "reject"])
    builder.add_edge("run", "answer")
    builder.add_edge("answer", END)
    return builder.compile(checkpointer=checkpoints)


def _bound(node: Node, deps: Deps) -> Any:
    """The node as langgraph calls it. Its stubs ask for a protocol that a plain callable type does not name, hence Any."""

    def step(state: State) -> State:
        with running(state["run_id"]):
            return node(state, deps)

    return step
