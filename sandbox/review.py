"""The static review: what a careful colleague refuses in a tool before anything of it runs."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.review_rules.rule import Rule, Subject
from sandbox.review_rules.table import RULES
from sandbox.syntax import Unreadable, Which, parse, place
from schemas.operation import Protocol
from schemas.tool import Candidate
from schemas.verification import Finding


def review(candidate: Candidate, protocol: Protocol = "http") -> tuple[Finding, ...]:
    """Every place in a candidate's source and tests that breaks a rule, once each, in the order of the table.

    `protocol` is that of the operations which its Query reads.

    A text that can't be read is a finding, and nothing else is said of it.
    """
    findings = [finding for which in ("tool", "tests") for finding in _reviewed(candidate, which, protocol)]
    return tuple(dict.fromkeys(findings))


def _reviewed(candidate: Candidate, which: Which, protocol: Protocol) -> Iterator[Finding]:
    text = candidate.source if which == "tool" else candidate.tests
    tree = parse(text)
    if isinstance(tree, Unreadable):
        where, line = place(which, tree.line)
        yield Finding(check="review", code="S_UNREADABLE", message=f"{where}the text can't be read: {tree.reason}", line=line)
        return
    subject = Subject(text, tree, candidate.function, candidate.query, protocol)
    for rule in RULES:
        if which in rule.texts:
            yield from _findings(rule, subject, which)


def _findings(rule: Rule, subject: Subject, which: Which) -> Iterator[Finding]:
    for hit in rule.find(subject):
        where, line = place(which, hit.line)
        yield Finding(check="review", code=rule.code, message=where + rule.message.format(what=hit.what), line=line, severity=rule.severity)
