"""gRPC services, as a .proto file declares them: every rpc is an operation."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from antlr4.error.ErrorListener import ErrorListener
from proto_schema_parser import ast
from proto_schema_parser.parser import Parser

from doc_sources.formats.description import Description
from doc_sources.formats.prose import first_sentence
from doc_sources.formats.protobuf_types import Types, commented
from schemas.base import Json
from schemas.errors import SpecUnusable, quoted

MOST_BYTES: Final = 1_000_000
"""Twenty times etcd's, which takes 0.2 s."""

_METHODS: Final = ("get", "put", "post", "delete", "patch", "custom")


def read(content: bytes, _: str) -> Description:
    """The rpcs as `POST /<package>.<service>/<rpc>`, which is the path of a gRPC call: the request as the body.

    Whether one reads is for the judge to say, by its name. Raises SpecUnusable where it is no such file, or declares no rpc.
    """
    if len(content) > MOST_BYTES:
        raise SpecUnusable(f"It is larger than {MOST_BYTES / 1_000_000:g} MB, which is more than a .proto file has.")
    try:
        file = _parsed(content.decode(errors="replace"))
        package = next((element.name for element in file.file_elements if isinstance(element, ast.Package)), "")
        types = Types(file.file_elements, package)
        paths = dict(_operations(file.file_elements, package, types))
        schemas = types.schemas()
    except RecursionError as error:
        raise SpecUnusable("Its messages are nested too deeply.") from error
    if not paths:
        raise SpecUnusable("It declares no rpc.", hint="Give the .proto file that has the service in it.")
    info = {"title": package, "version": ""}
    return Description({"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": schemas}}, "grpc")


class _FirstError(ErrorListener):  # type: ignore[misc]  # ANTLR has no types
    """Ends the parse at the first mistake: the parser would print it and go on."""

    def syntaxError(self, recognizer: object, symbol: object, line: int, column: int, msg: str, error: object) -> None:  # noqa: N802
        raise SpecUnusable(f"It is no .proto file that can be read: line {line}, column {column + 1}: {quoted(msg, 200)}.")


def _parsed(text: str) -> ast.File:
    def listen(machine: object) -> None:
        machine.removeErrorListeners()  # type: ignore[attr-defined]
        machine.addErrorListener(_FirstError())  # type: ignore[attr-defined]

    return Parser(setup_lexer=listen, setup_parser=listen).parse(text)


def _operations(elements: Iterable[object], package: str, types: Types) -> Iterator[tuple[str, Json]]:
    for service, about in commented(elements):
        if not isinstance(service, ast.Service):
            continue
        full_name = f"{package}.{service.name}" if package else service.name
        for rpc, comment in commented(service.elements):
            if isinstance(rpc, ast.Method):
                yield f"/{full_name}/{rpc.name}", {"post": _operation(full_name, rpc, comment or first_sentence(about), types)}


def _operation(service: str, rpc: ast.Method, comment: str, types: Types) -> dict[str, Json]:
    options = {option.name: option.value for option in rpc.elements if isinstance(option, ast.Option)}
    gateway = [f"HTTP: {line}" for line in _bindings(options.get("(google.api.http)"))]
    operation: dict[str, Json] = {
        "operationId": f"{service}/{rpc.name}",
        "summary": first_sentence(comment),
        "description": "\n\n".join(filter(None, [_signature(rpc), comment, "\n".join(gateway)])),
        "tags": [service],
        "requestBody": {"required": True, "content": _content(rpc.input_type, types)},
        "responses": {"200": {"description": _streaming(rpc.output_type), "content": _content(rpc.output_type, types)}},
    }
    return operation | ({"deprecated": True} if options.get("deprecated") is True else {})


def _content(message: ast.MessageType, types: Types) -> dict[str, Json]:
    return {"application/json": {"schema": types.reference(message.type)}}


def _signature(rpc: ast.Method) -> str:
    """`Watch(stream WatchRequest) returns (stream WatchResponse)`."""
    return f"{rpc.name}({_streaming(rpc.input_type)}) returns ({_streaming(rpc.output_type)})"


def _streaming(message: ast.MessageType) -> str:
    return f"stream {message.type}" if message.stream else message.type


def _bindings(rule: object) -> Iterator[str]:
    """`POST /v3/kv/range` for each HTTP request that a gateway takes for the rpc (google.api.http)."""
    if not isinstance(rule, ast.MessageLiteral):
        return
    for field in rule.elements:
        if not isinstance(field, ast.MessageLiteralField):
            continue
        if field.name in _METHODS and isinstance(field.value, str):
            yield f"{field.name.upper()} {field.value}"
        elif field.name == "additional_bindings":
            for more in field.value if isinstance(field.value, list) else [field.value]:
                yield from _bindings(more)
