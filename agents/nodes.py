"""The steps of a request, each a function of the state and the dependencies to what changes in the state.

They run at least once: a killed process repeats the step that it was in, so whatever a step does to the world is idempotent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from agents.answering import Returned, ground_rows, sentence
from agents.contents import ContentStore
from agents.engine import Engine
from agents.failures import failures, reason
from agents.recording import record_of
from agents.speech.language import language_of
from agents.speech.voice import Voice
from agents.state import Deps, State
from agents.understanding import check_question
from generated_tools.registry import arguments_for
from schemas.answer import Answer
from schemas.errors import CandidateRejected, Denied, QuestionDeclined, quoted
from schemas.operation import Operation, Slice
from schemas.query import Query
from schemas.tool import Candidate, RegisteredTool
from schemas.verification import Finding, Verification

MAX_ATTEMPTS = 3
"""Drafts of one tool before the run gives up."""

Node = Callable[[State, Deps], State]


def understand(state: State, _: Deps) -> State:
    """Refuse what no engine may answer."""
    language = language_of(state["question"])
    return {"question": check_question(state["question"], Voice(language)), "language": language}


def plan(state: State, deps: Deps) -> State:
    """The Query, from the first engine that is sure."""
    knowledge = deps.sources.knowledge(state.get("only_source") or None)
    declined: QuestionDeclined | None = None
    for engine in deps.engines:
        try:
            query = engine.plan(state["question"], knowledge)
        except QuestionDeclined as error:
            declined = declined or error
        else:
            source = query.call.operation.partition(":")[0]
            return {"engine": engine.name, "query": query.model_dump(mode="json"), "source": source}
    raise declined or QuestionDeclined(_voice(state).say("no_engine"), hint=_voice(state).say("configure_one"))


def gather(state: State, deps: Deps) -> State:
    """Fresh documents of the planned operations, normally from the cache. The whole request goes by this version of them.

    Raises Denied for an operation that can only be read about, whoever planned it.
    """
    source = deps.sources.get(state["source"])
    names = dict.fromkeys(call.operation for call in _query(state).calls)
    documents = {name: deps.documents.get_or_fetch(source, name.partition(":")[2], deps.max_age_hours) for name in names}
    for document in documents.values():
        _check_callable(document.slice.operation)
    return {
        "slices": {name: deps.contents.put(document.slice.model_dump(mode="json")) for name, document in documents.items()},
        "stale": sorted({document.stale_because for document in documents.values()} - {""}),
    }


def find_tool(state: State, deps: Deps) -> State:
    """A registered tool that answers this Query and was proven on its operations as they are."""
    fingerprints = {operation: piece.operation.fingerprint for operation, piece in _slices(state, deps).items()}
    if wanted := state.get("wanted_tool"):
        _check_pins(deps.registry.load(wanted), fingerprints)
        return {"tool": wanted, "reused": True}
    tool = deps.registry.match(_query(state), state["source"], fingerprints)
    return {"tool": tool.manifest.reference, "reused": True} if tool else {"tool": "", "reused": False, "attempt": 0}


def write(state: State, deps: Deps) -> State:
    """The next draft, in view of what was found wrong with the one before."""
    draft = _candidate(state, deps) if state.get("candidate") else None
    candidate = _engine(state, deps).write(_query(state), _slices(state, deps), _findings(state, deps), draft)
    return {"candidate": deps.contents.put(candidate.model_dump(mode="json")), "attempt": state["attempt"] + 1}


def verify(state: State, deps: Deps) -> State:
    """What the checks say of the draft."""
    known = deps.sources.operations(deps.sources.get(state["source"]))
    verification = deps.verifier.verify(_candidate(state, deps), _slices(state, deps), known)
    return {"verification": deps.contents.put(verification.model_dump(mode="json"))}


def reject(state: State, deps: Deps) -> State:
    """End a run whose last draft failed too."""
    findings = [f"{finding.check}: {finding.message}" for finding in _findings(state, deps) if finding.severity == "block"]
    raise CandidateRejected(
        f"No tool that passes verification after {state['attempt']} drafts. {'; '.join(findings[:3])}",
        hint=f"Nothing was registered. The drafts are on record: opswright runs show {state['run_id']}.",
    )


def register(state: State, deps: Deps) -> State:
    """Publish what passed. Publishing the same draft again is the same version."""
    verification = Verification.model_validate(deps.contents.get(state["verification"]))
    tool = deps.registry.publish(
        _candidate(state, deps), verification, _slices(state, deps), source=state["source"], question=state["question"]
    )
    return {"tool": tool.manifest.reference}


def run(state: State, deps: Deps) -> State:
    """The tool against the real server. The transcript is kept whether it succeeds or not; it fails where it fails in every place."""
    tool = deps.registry.load(state["tool"])
    source = deps.sources.get(state["source"])
    slices = list(_slices(state, deps).values())
    arguments = arguments_for(tool.manifest, _query(state))
    live = deps.live.run(tool, arguments, source, slices, deps.sources.operations(source))
    deps.transcripts.save(state["run_id"], record_of(live, tool, arguments, source, state["slices"], deps.contents))
    failed = failures(state["run_id"], tool.manifest.reference, live, source, _voice(state))
    if len(failed) == len(live.places):
        raise next(iter(failed.values()))
    deps.registry.record_use(tool.manifest, run_id=state["run_id"], milliseconds=live.wall_seconds * 1000)
    if source.aws is None:
        return {"result": deps.contents.put(live.places[0].outcome.value)}
    rows = {run.place: run.outcome.value for run in live.places if run.place not in failed}
    return {"result": deps.contents.put({"rows": rows, "failed": {place: reason(error) for place, error in failed.items()}})}


def answer(state: State, deps: Deps) -> State:
    """The rows that the transcript supports, with their evidence, completeness and caveats."""
    query, voice = _query(state), _voice(state)
    tool = deps.registry.load(state["tool"])
    arguments = arguments_for(tool.manifest, query)
    transcript = deps.transcripts.load(state["run_id"])
    operations = {operation: piece.operation for operation, piece in _slices(state, deps).items()}
    grounds = ground_rows(tool.manifest.query, operations, arguments, _returned(state, deps), transcript, voice)
    made = Answer(
        question=state["question"],
        language=voice.language,
        sentence=sentence(tool.manifest.query, arguments, grounds, voice),
        columns=grounds.columns,
        rows=grounds.rows,
        evidence=grounds.evidence,
        completeness=grounds.completeness,
        caveats=(*query.assumptions, *grounds.caveats, *(voice.say("older_copy", why=why) for why in state["stale"])),
        unknown=grounds.unknown,
        source=state["source"],
        tool=tool.manifest.reference,
        reused=state["reused"],
        run_id=state["run_id"],
        backend_milliseconds=transcript.backend_milliseconds,
    )
    return {"answer": deps.contents.put(made.model_dump(mode="json"))}


# Where to go on


def after_find(state: State) -> str:
    """Run what was found, else write."""
    return "run" if state["tool"] else "write"


def after_verify(state: State, deps: Deps) -> str:
    """Register what passed, repair what did not, give up after the last draft."""
    verification = Verification.model_validate(deps.contents.get(state["verification"]))
    if verification.passed:
        return "register"
    return "write" if state["attempt"] < MAX_ATTEMPTS else "reject"


# What nodes share


def _voice(state: State) -> Voice:
    return Voice(state.get("language", "en"))


def _query(state: State) -> Query:
    return Query.model_validate(state["query"])


def _check_callable(operation: Operation) -> None:
    if not operation.is_callable:
        raise Denied(
            f"{quoted(operation.id)} can't be called from here: it is known as {operation.protocol}.",
            hint="It can be read: opswright sources show, with its source. Ask about operations over HTTP or of AWS.",
        )


def _slices(state: State, deps: Deps) -> Mapping[str, Slice]:
    return {name: _slice(deps.contents, key) for name, key in state["slices"].items()}


@lru_cache(maxsize=32)
def _slice(contents: ContentStore, key: str) -> Slice:
    """The same object for the same content: three steps of a request read it, and the broker keeps its compiled contract by identity."""
    return Slice.model_validate(contents.get(key))


def _returned(state: State, deps: Deps) -> Returned:
    """What the tool returned: bare rows where there is one nameless place, else rows or a reason by place."""
    result = deps.contents.get(state["result"])
    return Returned({"": result}) if isinstance(result, list) else Returned(result["rows"], result["failed"])


def _check_pins(tool: RegisteredTool, fingerprints: Mapping[str, str]) -> None:
    changed = [pin.operation for pin in tool.manifest.operations if fingerprints.get(pin.operation) != pin.fingerprint]
    if changed:
        raise CandidateRejected(
            f"{tool.manifest.reference} was proven on another specification of {', of '.join(changed)} than is known now.",
            hint=f'Ask its question again to have it written and proven anew: opswright ask "{tool.manifest.question}".',
        )


def _candidate(state: State, deps: Deps) -> Candidate:
    return Candidate.model_validate(deps.contents.get(state["candidate"]))


def _findings(state: State, deps: Deps) -> tuple[Finding, ...]:
    if not state.get("verification"):
        return ()
    return Verification.model_validate(deps.contents.get(state["verification"])).findings


def _engine(state: State, deps: Deps) -> Engine:
    return next(engine for engine in deps.engines if engine.name == state["engine"])


NODES: Mapping[str, Any] = {
    node.__name__: node for node in (understand, plan, gather, find_tool, write, verify, reject, register, run, answer)
}
"""Every step by its name, in the order of a request that writes a tool."""
