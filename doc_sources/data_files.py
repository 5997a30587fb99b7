"""Our own YAML data files, parsed into frozen models; a mistake is reported with file and line."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from doc_sources.yaml_reader import read_yaml
from schemas.errors import Misconfigured, SpecUnusable, quoted

Model = TypeVar("Model", bound=BaseModel)


def load(path: Path, model: type[Model]) -> Model:
    """The file as a `model`. Reads the disk. Raises Misconfigured naming file, line and what is wrong there."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Misconfigured(f"The data file {path} can't be read: {error.strerror}.") from error
    try:
        parsed = read_yaml(content)
        _check_keys(yaml.compose(content, Loader=yaml.CSafeLoader))
        return model.model_validate(parsed)
    except SpecUnusable as error:
        raise Misconfigured(f"{path}: {error.message}") from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        # A key that is itself wrong ends in "[key]".
        where = ".".join(str(step) for step in first["loc"] if step != "[key]") or "the whole file"
        what = first["msg"].removeprefix("Value error, ")
        more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
        raise Misconfigured(f"{path}, line {_line(content, first['loc'])}: {where}: {what}{more}.") from error


def _check_keys(node: yaml.Node | None) -> None:
    """Raises SpecUnusable where a key stands twice: the last would count without a word. Anchors may make a graph of the tree."""
    waiting, seen = [node], set[int]()
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting += node.value
        elif isinstance(node, yaml.MappingNode):
            _check_keys_of(node)
            waiting += (value for _, value in node.value)


def _check_keys_of(node: yaml.MappingNode) -> None:
    first: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if key.value in first:
            raise SpecUnusable(f"line {line}: {quoted(key.value)} stands there twice, first in line {first[key.value]}.")
        first[key.value] = line


def _line(content: bytes, location: tuple[int | str, ...]) -> int:
    """The line, from 1, of the deepest node on the way to `location`; a key that is missing is looked for in its parent."""
    node = yaml.compose(content, Loader=yaml.SafeLoader)
    line = 1
    for step in location:
        child = _child(node, step)
        if child is None:
            break
        marked, node = child
        line = marked.start_mark.line + 1
    return line


def _child(node: yaml.Node | None, step: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """The node that marks the step (a key, or a list's member) and the value there."""
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == str(step)), None)
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step]
    return None
