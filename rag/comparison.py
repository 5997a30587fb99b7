"""Two states of an operation compared, as data: what a caller would notice, and how badly.

Where it can't be told whether a change is harmless, it counts as breaking: the price is one verification too many.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from rag.changes import Detail, OperationChange, Severity, Subject, worst
from schemas.base import Json, canonical_json
from schemas.operation import Operation, Parameter, RowField, Slice

MOST_DETAILS: Final = 20_000
"""Of one report. Two readings of a small document may differ in a field of thousands in each of thousands of operations."""

_SHOWN: Final = 200
"""Characters of a value in a report."""

_LOWER_BOUNDS: Final = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER_BOUNDS: Final = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_EXACT: Final = ("pattern", "format", "multipleOf", "const", "items", "properties", "required")
_WORDS: Final = frozenset({"description", "summary", "title"})


def differences(before: Sequence[Slice], after: Sequence[Slice], most_details: int = MOST_DETAILS) -> tuple[OperationChange, ...]:
    """What becomes of each operation, in the order of their names. Beyond `most_details` only how bad it is, without the details."""
    old, new = ({piece.operation.name: piece for piece in pieces} for pieces in (before, after))
    found = (compare(old.get(name), new.get(name)) for name in sorted(old.keys() | new.keys()))
    return tuple(_bounded((change for change in found if change), most_details))


def _bounded(changes: Iterable[OperationChange], details_left: int) -> Iterator[OperationChange]:
    for change in changes:
        kept = change.details[:details_left]
        details_left -= len(kept)
        yield change if len(kept) == len(change.details) else change.model_copy(update={"details": kept})


def compare(before: Slice | None, after: Slice | None) -> OperationChange | None:
    """What a change from `before` to `after` means to a caller, or None where there is none."""
    if after is None:
        name = before.operation.name if before else ""
        return OperationChange(operation=name, kind="removed", severity=Severity.BREAKING)
    if before is None:
        return OperationChange(operation=after.operation.name, kind="added", severity=Severity.COMPATIBLE, slice_hash=after.digest)
    details = tuple(_details(before, after))
    if not details:
        return None
    name, severity = after.operation.name, worst(details) or Severity.WORDS
    return OperationChange(operation=name, kind="changed", severity=severity, details=details, slice_hash=after.digest)


def _details(before: Slice, after: Slice) -> Iterator[Detail]:
    old, new = before.operation, after.operation
    seen = [*_call(old, new), *_parameters(old, new), *_response(old, new), *_fields(old, new), *_effect(old, new), *_meaning(old, new)]
    yield from seen
    if before.digest != after.digest and not seen:
        yield from _elsewhere(before, after)
    if _words(old) != _words(new):
        yield Detail(subject="words", change="changed", severity=Severity.WORDS)


def _call(old: Operation, new: Operation) -> Iterator[Detail]:
    before, after = (f"{o.protocol} {o.method} {o.path}" for o in (old, new))
    if before != after:
        yield _changed("call", before, after)
    if old.has_body != new.has_body:
        yield Detail(subject="body", change="added" if new.has_body else "removed", severity=Severity.BREAKING)


def _parameters(old: Operation, new: Operation) -> Iterator[Detail]:
    before = {(p.location, p.name): p for p in old.parameters}
    after = {(p.location, p.name): p for p in new.parameters}
    for key in sorted(before.keys() | after.keys()):
        match before.get(key), after.get(key):
            case None, Parameter() as added:
                severity = Severity.BREAKING if added.required else Severity.COMPATIBLE
                yield Detail(subject="parameter", change="added", severity=severity, name=added.name)
            case Parameter() as removed, None:
                yield Detail(subject="parameter", change="removed", severity=Severity.BREAKING, name=removed.name)
            case Parameter() as one, Parameter() as other:
                yield from _parameter(one, other)


def _parameter(old: Parameter, new: Parameter) -> Iterator[Detail]:
    if old.required != new.required:
        yield _obligation("parameter", new.name, is_required=new.required, breaks=new.required)
    before, after = (p.value_schema if isinstance(p.value_schema, dict) else {} for p in (old, new))
    yield from _value(new.name, before, after)


def _value(name: str, before: Mapping[str, Json], after: Mapping[str, Json]) -> Iterator[Detail]:
    """What a parameter takes: more is compatible, less is not."""
    types, later = _types(before), _types(after)
    if types != later:
        severity = Severity.COMPATIBLE if _includes(later, types) else Severity.BREAKING
        yield Detail(subject="parameter", change="type", severity=severity, name=name, before=" ".join(types), after=" ".join(later))
    if before.get("enum") != after.get("enum"):
        yield _enum("parameter", name, _texts(before.get("enum")), _texts(after.get("enum")), empty_is_all=True)
    if any(before.get(key) != after.get(key) for key in (*_LOWER_BOUNDS, *_UPPER_BOUNDS, *_EXACT)):
        severity = Severity.BREAKING if _is_tighter(before, after) else Severity.COMPATIBLE
        yield Detail(subject="parameter", change="limits", severity=severity, name=name)


def _is_tighter(before: Mapping[str, Json], after: Mapping[str, Json]) -> bool:
    if any(key in after and before.get(key) != after[key] for key in _EXACT):
        return True
    raised = any(_exceeds(after.get(key), before.get(key), -math.inf) for key in _LOWER_BOUNDS)
    return raised or any(_exceeds(before.get(key, math.inf), after.get(key), math.inf) for key in _UPPER_BOUNDS)


def _exceeds(high: Json, low: Json, absent: float) -> bool:
    """Whether the one bound lies above the other. What is no number can't be told to be harmless."""
    high, low = (absent if bound is None else bound for bound in (high, low))
    return high > low if isinstance(high, int | float) and isinstance(low, int | float) else bool(high != low)


def _response(old: Operation, new: Operation) -> Iterator[Detail]:
    before, after = ((o.rows_path, o.row_is_single) for o in (old, new))
    if before != after:
        yield _changed("response", *map(_rows, (old, new)))


def _rows(operation: Operation) -> str:
    if operation.rows_path is None:
        return "no rows"
    return ("one row" if operation.row_is_single else "rows") + f" at {operation.rows_path or 'the top'}"


def _fields(old: Operation, new: Operation) -> Iterator[Detail]:
    before, after = ({field.path: field for field in operation.fields} for operation in (old, new))
    for path in sorted(before.keys() | after.keys()):
        match before.get(path), after.get(path):
            case None, RowField():
                yield Detail(subject="field", change="added", severity=Severity.COMPATIBLE, name=path)
            case RowField(), None:
                yield Detail(subject="field", change="removed", severity=Severity.BREAKING, name=path)
            case RowField() as one, RowField() as other:
                yield from _field(one, other)


def _field(old: RowField, new: RowField) -> Iterator[Detail]:
    """What a response may hold: less is compatible, more may surprise its reader. An unknown value of an enum may not: tools are tested
    with one."""
    if (old.type, old.format) != (new.type, new.format):
        is_narrower = _includes((old.type,), (new.type,)) and old.format in ("", new.format)
        severity = Severity.COMPATIBLE if is_narrower else Severity.BREAKING
        before, after = (f"{field.type} {field.format}".strip() for field in (old, new))
        yield Detail(subject="field", change="type", severity=severity, name=new.path, before=before, after=after)
    if old.enum != new.enum:
        yield _enum("field", new.path, old.enum, new.enum, empty_is_all=False)
    was_certain, is_certain = (field.required and not field.nullable for field in (old, new))
    if was_certain != is_certain:
        yield _obligation("field", new.path, is_required=is_certain, breaks=was_certain)


def _enum(subject: Subject, name: str, before: tuple[str, ...], after: tuple[str, ...], *, empty_is_all: bool) -> Detail:
    is_narrower = (bool(set(before) - set(after)) and bool(after)) or (empty_is_all and not before)
    severity = Severity.BREAKING if is_narrower else Severity.COMPATIBLE
    old, new = (_shown(", ".join(values)) for values in (before, after))
    return Detail(subject=subject, change="enum", severity=severity, name=name, before=old, after=new)


def _obligation(subject: Subject, name: str, *, is_required: bool, breaks: bool) -> Detail:
    severity = Severity.BREAKING if breaks else Severity.COMPATIBLE
    return Detail(subject=subject, change="required" if is_required else "optional", severity=severity, name=name)


def _effect(old: Operation, new: Operation) -> Iterator[Detail]:
    if old.effect != new.effect:
        yield _changed("effect", f"{old.effect} ({old.effect_reason})", f"{new.effect} ({new.effect_reason})")
    if old.pagination != new.pagination:
        before, after = (o.pagination.model_copy(update={"max_size": None}) if o.pagination else None for o in (old, new))
        severity = Severity.COMPATIBLE if before == after else Severity.BREAKING
        shown = (o.pagination.style if o.pagination else "none" for o in (old, new))
        yield _changed("pagination", *shown, severity=severity)


def _meaning(old: Operation, new: Operation) -> Iterator[Detail]:
    before, after = ((o.metrics, o.filters, o.echo, o.is_global) for o in (old, new))
    if before != after:
        yield Detail(subject="meaning", change="changed", severity=Severity.COMPATIBLE)


def _elsewhere(before: Slice, after: Slice) -> Iterator[Detail]:
    """A slice that differs in what no parameter or field tells. A body is declared there and nowhere else."""
    if _wordless(before.document) == _wordless(after.document):
        yield Detail(subject="words", change="changed", severity=Severity.WORDS)
    else:
        severity = Severity.BREAKING if after.operation.has_body else Severity.COMPATIBLE
        yield Detail(subject="document", change="changed", severity=severity)


def _wordless(document: Json) -> Json:
    """Without its texts. A property that is called `description` stays: it is no text."""
    if isinstance(document, dict):
        return {str(key): _wordless(value) for key, value in document.items() if not (key in _WORDS and isinstance(value, str))}
    return [_wordless(value) for value in document] if isinstance(document, list) else document


def _words(operation: Operation) -> object:
    said = (operation.summary, operation.description, operation.tags, operation.row_title, operation.docs_url, operation.effect_reason)
    return said, [p.description for p in operation.parameters], [f.description for f in operation.fields]


def _types(schema: Mapping[str, Json]) -> tuple[str, ...]:
    declared = schema.get("type", "any")
    return tuple(sorted(map(str, declared))) if isinstance(declared, list) else (str(declared),)


def _includes(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    """Whether all values of the one are values of the other, too."""
    allowed = {*wide, "integer"} if "number" in wide else set(wide)
    return "any" in wide or set(narrow) <= allowed


def _texts(values: Json) -> tuple[str, ...]:
    return tuple(v if isinstance(v, str) else canonical_json(v).decode() for v in values) if isinstance(values, list) else ()


def _changed(subject: Subject, before: str, after: str, *, severity: Severity = Severity.BREAKING) -> Detail:
    return Detail(subject=subject, change="changed", severity=severity, before=_shown(before), after=_shown(after))


def _shown(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
