"""Step 5, named texts: the pairs of a query string or a form, given to the parameters that declare their names."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote, unquote, urlencode

from sandbox.broker.parameters import Declared, Given, label
from schemas.errors import quoted

Pairs = list[tuple[str, str]]

_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_BRACKETED = re.compile(r"([^\[\]]+)\[([^\[\]]*)\]")
_MAX_LISTED = 12
_MAX_PAIRS = 10_000


def parse_pairs(text: str) -> Pairs:
    """The decoded names and values of `a=1&b=2`. Raises ValueError, saying what is malformed."""
    if text.count("&") >= _MAX_PAIRS:  # the half a million of 1 MiB take a second to judge
        raise ValueError(f"it has more than {_MAX_PAIRS} names")
    return [(_decoded(name), _decoded(value)) for name, _, value in (part.partition("=") for part in text.split("&") if part)]


def format_pairs(pairs: Pairs) -> str:
    """The pairs as a query or form, with everything escaped that any parser could read as more than text."""
    return urlencode(pairs, quote_via=quote, safe="")


class Names:
    """The names that a query or a form may have."""

    def __init__(self, location: str, parameters: Sequence[Declared]) -> None:
        self._location = location
        self._parameters = {parameter.name: parameter for parameter in parameters}
        self._spread = {member: parameter for parameter in parameters if parameter.spreads for member in parameter.members}

    def problems(self, pairs: Pairs) -> Iterator[str]:
        """What is undeclared, wrong or missing, in words."""
        given: dict[str, Given] = {}
        for name, value in pairs:
            if not self._take(given, name, value):
                yield undeclared(self._location, name, self._spellings())
        for name, parameter in self._parameters.items():
            if name in given:
                yield from filter(None, [parameter.problem(given[name])])
            elif parameter.required:
                yield f"{parameter.label} is required and missing"

    def _take(self, given: dict[str, Given], name: str, value: str) -> bool:
        """Note the value under the parameter that declares its name; False where none does."""
        if name in self._parameters:
            given.setdefault(name, Given()).texts.append(value)
            return True
        owner, member = self._member(name)
        if owner is None:
            return False
        into = given.setdefault(owner.name, Given())
        into.repeated |= member in into.members
        into.members[member or str(len(into.members))] = value
        return True

    def _member(self, name: str) -> tuple[Declared | None, str]:
        """The parameter of which this name is a part: `created[gte]`, or a property that stands under its own name."""
        if name in self._spread:
            return self._spread[name], name
        if bracketed := _BRACKETED.fullmatch(name):
            owner = self._parameters.get(bracketed[1])
            if owner is not None and owner.style == "deepObject" and _takes(owner, bracketed[2]):
                return owner, bracketed[2]
        return None, ""

    def _spellings(self) -> Iterator[str]:
        for parameter in self._parameters.values():
            if parameter.spreads:
                yield from parameter.members
            elif parameter.style == "deepObject" and parameter.members:
                yield from (f"{parameter.name}[{member}]" for member in parameter.members)
            else:
                yield parameter.name


def undeclared(location: str, name: str, declared: Iterable[str]) -> str:
    """Says that a name is not declared, and which near ones are; all of them where none is near and they are few."""
    names = list(declared)
    near = difflib.get_close_matches(name, names, n=3, cutoff=0.5)
    if near:
        way_out = f"the nearest are {_listed(near)}" if len(near) > 1 else f"the nearest is {_listed(near)}"
    elif not names:
        way_out = "none is"
    else:
        way_out = f"declared are {_listed(names[:_MAX_LISTED])}" + (" and more" if len(names) > _MAX_LISTED else "")
    return f"{label(location, name)} is not declared, {way_out}"


def _takes(owner: Declared, member: str) -> bool:
    if member == "" or member.isdigit():
        return "array" in owner.types
    return member in owner.members


def _decoded(text: str) -> str:
    if _BROKEN_ESCAPE.search(text):
        raise ValueError(f"{quoted(text)} holds a '%' that is no escape")
    try:
        return unquote(text.replace("+", " "), errors="strict")
    except UnicodeDecodeError as error:
        raise ValueError(f"{quoted(text)} is not UTF-8") from error


def _listed(names: Iterable[str]) -> str:
    return ", ".join(quoted(name, 60) for name in names)
