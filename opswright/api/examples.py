"""What the API's own description shows: a question, its answer, and how it went."""

from __future__ import annotations

from schemas.answer import Answer, Completeness, Evidence

QUESTION = "count services by tier"

ANSWER = Answer(
    question=QUESTION,
    sentence="2 tiers.",
    columns=("tier", "count"),
    rows=(("gold", 12), ("silver", 40)),
    evidence=(Evidence(calls=(1, 2)), Evidence(calls=(1, 2))),
    completeness=Completeness(complete=True, calls=2, rows_seen=52),
    caveats=(),
    source="registry",
    tool="services_by_tier@1",
    reused=True,
    run_id="5f0c2b9a71de",
    backend_milliseconds=8.4,
)

EVENTS = """\
event: step
data: {"number":1,"name":"understand"}
id: 1

event: step
data: {"number":2,"name":"plan"}
id: 2

event: end
data: {"id":"5f0c2b9a71de","status":"answered"}
id: end
"""
