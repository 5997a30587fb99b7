"""Finds the calls by which a tool asks an HTTP server: the client's own, under whatever name it goes, and those of the tool's functions."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator

from sandbox.review_rules.flow import Flow
from sandbox.review_rules.rule import Subject

ADDRESS_AT = dict.fromkeys(("get", "options", "head", "post", "put", "patch", "delete"), 0) | dict.fromkeys(
    ("request", "stream", "build_request"), 1
)
"""The client's methods, and which of their positional arguments is the address."""

SENT = ("params", "json", "content", "data", "headers", "cookies")
"""The other arguments that reach the server."""


class Requests:
    """Which calls of a text ask the server something."""

    def __init__(self, subject: Subject, flow: Flow) -> None:
        self._subject, self._flow = subject, flow
        self._clients = _clients(subject)
        self._methods = _kept_methods(subject, self._clients)
        self._askers = askers(flow, self.is_request)

    def sent(self) -> Iterator[tuple[ast.Call, str]]:
        """Every request that is written down, and the client's method that makes it. The command line's are its own."""
        for node in self._subject.nodes:
            if isinstance(node, ast.Call) and (method := self._method(node)):
                yield node, method

    def asks(self, call: ast.Call) -> bool:
        """Whether a call makes a request, or calls a function that does."""
        function = self._flow.called(call)
        return self.is_request(call) or (function is not None and function.name in self._askers)

    def is_request(self, call: ast.Call) -> bool:
        """Whether a call makes a request itself."""
        return bool(self._method(call))

    def _method(self, call: ast.Call) -> str:
        """The method of a client that is called, or of one that is about to be: `httpx.Request` takes what `request` takes."""
        if self._subject.is_in_main(call):
            return ""
        match call.func:
            case ast.Name(id=name) if name in self._methods:
                return self._methods[name]
            case ast.Attribute(value=owner, attr=method) if method in (*ADDRESS_AT, "send") and _last(owner) in self._clients:
                return method
            case _:
                return "request" if self._subject.dotted(call.func) == "httpx.Request" else ""


def address(call: ast.Call, method: str) -> ast.expr | None:
    """The argument that says where a request goes."""
    at = ADDRESS_AT.get(method)
    if at is not None and len(call.args) > at:
        return call.args[at]
    return next((keyword.value for keyword in call.keywords if keyword.arg == "url"), None)


def askers(flow: Flow, is_request: Callable[[ast.Call], bool]) -> set[str]:
    """The tool's own functions that make a request, directly or through one another."""
    callers: dict[str, set[str]] = defaultdict(set)
    found: set[str] = set()
    for name, function in flow.functions.items():
        for call in calls_in(function):
            if is_request(call):
                found.add(name)
            elif called := flow.called(call):
                callers[called.name].add(name)
    waiting = [*found]
    while waiting:
        more = callers[waiting.pop()] - found
        found |= more
        waiting += more
    return found


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """Every call in a node."""
    return (found for found in ast.walk(node) if isinstance(found, ast.Call))


def _clients(subject: Subject) -> set[str]:
    """Names of variables and attributes that hold the client handed in."""
    found = {node.arg for node in subject.nodes if isinstance(node, ast.arg) and _is_client(subject, node.annotation)}
    found |= {_last(node.target) for node in subject.nodes if isinstance(node, ast.AnnAssign) and _is_client(subject, node.annotation)}
    for node in subject.nodes:
        match node:
            case ast.Assign(targets=targets, value=value) if _last(value) in found:
                found |= {_last(target) for target in targets}
            case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)) if _last(value) in found:
                found.add(name)
    return found - {""}


def _is_client(subject: Subject, annotation: ast.expr | None) -> bool:
    if isinstance(annotation, ast.Constant):
        return annotation.value == "httpx.Client"
    return subject.dotted(annotation) == "httpx.Client"


def _kept_methods(subject: Subject, clients: set[str]) -> dict[str, str]:
    """`fetch = client.get`: names of methods taken from a client."""
    return {
        _last(target): node.value.attr
        for node in subject.nodes
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute) and _last(node.value.value) in clients
        for target in node.targets
        if node.value.attr in ADDRESS_AT
    }


def _last(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
