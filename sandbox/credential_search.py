"""Where credentials stand in a text: by their looks (`credential_patterns`) and by their names (`credential_names`).

Names are read in JSON, in JSON inside JSON, in environments, command lines, URLs and YAML. Each search starts from a fixed
text, and none can be made slow by what a server writes: 10 ms for a usual megabyte, about a second for the worst one known.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from typing import NamedTuple

from sandbox.credential_names import WORDS, is_credential, is_cursor, is_harmless, kind_of
from sandbox.credential_patterns import Shape, shapes
from sandbox.pace import Pace

MARK = "[redacted:"
_MOST_STRETCHES = 1_000_000
"""More of them than anybody's listing has would take gigabytes to tell apart."""
_NAME_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.$@-"
_AFTER_A_NAME = frozenset('"\\=: ')
_MAX_NAME = 64
_MAX_PAIR = 512
"""How far before its name a value may begin, in `{"value": …, "name": …}`."""
_MAX_BACKSLASHES = 16
_MAX_HARMLESS = 2048
"""A longer value is no reference to a secret, no mask and no word; `is_harmless` reads all of it."""
_REST_OF_TOKEN = re.compile(r"[A-Za-z0-9_\-.+/=~]*")
_END_OF_TEXT = re.compile(r"[\"\\]")

_MAX_LEAD = 1024
_MAX_KEY = 16384
_PEM_BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----")
_PEM_END = re.compile(r"-----END [A-Z0-9 ]{0,40}KEY(?: BLOCK)?-----")
_PEM_REST = re.compile(r"(?:[A-Za-z0-9+/=\s]|\\+[nr])*")

# What may stand between a credential's name and its value. A quote is `"`, or `\"` in JSON that is itself a JSON string, and so on
# with three and seven backslashes; two would be a backslash that ends a string.
_ESCAPES = r"(|\\|\\{3}|\\{7})"
_JSON_KEY = re.compile(_ESCAPES + r"\"\s*:\s*\1\"")
_NAMED_PAIR = re.compile(_ESCAPES + r"\"\s*,\s*\1\"value\1\"\s*:\s*\1\"", re.IGNORECASE)
_VALUE_KEY = re.compile(r"(?<!\\)" + _ESCAPES + r"\"value\1\"\s*:\s*\1\"", re.IGNORECASE)
_NAME_AFTER = re.compile(_ESCAPES + r"\"\s*,\s*\1\"(?:name|key)\1\"\s*:\s*\1\"", re.IGNORECASE)
_ASSIGNMENT = re.compile(r"\s?:?=\s?(?:(?P<quote>" + _ESCAPES + r"[\"'])|(?=[^\s=]))")
_ASSIGNMENT_IN_JSON = re.compile(r"\s?:?=\s?(?:(?P<quote>(?:\\|\\{3}|\\{7})\"|')|(?=[^\s=]))")  # a bare quote ends the string there
_FLAG_VALUE = re.compile(r" +|" + _ESCAPES + r"\"\s*,\s*\1\"")
_IS_A_KEY = re.compile(r"\\*\"\s*:")
_YAML_VALUE = re.compile(r": +(?=[^\s\"\\]+(?:[\s\"\\]|\Z))")

_BARE_VALUE = re.compile(r"[^\s\"'&,;\\<>()|}]+")


class Span(NamedTuple):
    """A stretch of text to be hidden."""

    start: int
    end: int
    kind: str


def credentials(text: str, pace: Pace) -> Iterator[Span]:
    """All credentials, in no order; some may overlap. Raises SearchOverdue."""
    pace.look()
    lowered, gist = _lowered(text), _gist(text)
    lowered_gist = _lowered(gist)
    yield from _key_blocks(text, pace)
    yield from _shaped(text, lowered, gist, lowered_gist, pace)
    yield from _named(text, lowered, gist, lowered_gist, pace)


def _lowered(text: str) -> str:
    return text.replace("İ", "i").lower()  # the one letter that grows in lower case; positions must agree


def _gist(text: str) -> str:
    """Each stretch between commas once: a twelfth of a listing of instances. What has no comma is in it if it is in the text, so that
    what hardly ever occurs is looked for here first."""
    return text if text.count(",") > _MOST_STRETCHES else ",".join(dict.fromkeys(text.split(",")))


def places(text: str, part: str, pace: Pace, start: int = 0) -> Iterator[int]:
    """Where a part begins, overlaps included. Raises SearchOverdue."""
    place = text.find(part, start)
    while place >= 0:
        pace.step()
        yield place
        place = text.find(part, place + 1)


def _key_blocks(text: str, pace: Pace) -> Iterator[Span]:
    """Private keys in PEM, whole; one that was cut short as far as it goes."""
    done = 0
    for place in places(text, "-----BEGIN ", pace):
        if place >= done and (begin := _PEM_BEGIN.match(text, place)):
            done = _key_end(text, begin.end())
            yield Span(place, done, "private-key")


def _key_end(text: str, start: int) -> int:
    end = text.find("-----END ", start, start + _MAX_KEY)
    if end >= 0 and '"' not in text[start:end] and (closing := _PEM_END.match(text, end)):
        return closing.end()
    rest = _PEM_REST.match(text, start, start + _MAX_KEY)
    return rest.end() if rest else start


def _shaped(text: str, lowered: str, gist: str, lowered_gist: str, pace: Pace) -> Iterator[Span]:
    """Credentials by their looks."""
    for shape in shapes():
        haystack, part = (lowered, lowered_gist) if shape.ignores_case else (text, gist)
        for anchor in shape.anchors:
            pace.look()  # one look through 32 MiB takes 50 ms, and there are a hundred
            if anchor in part:  # hardly ever; then this line is all that most responses cost
                yield from _anchored(shape, anchor, text, haystack, pace)


def _anchored(shape: Shape, anchor: str, text: str, haystack: str, pace: Pace) -> Iterator[Span]:
    done = 0  # what has matched is not tried again: a megabyte of anchors in one word would take minutes
    for place in places(haystack, anchor, pace):
        if place >= done and (match := _match(shape, text, place)):
            done = match.end()
            if span := _confirmed(shape, text, match):
                done = span.end
                yield span


def _match(shape: Shape, text: str, anchor: int) -> re.Match[str] | None:
    before = text[max(0, anchor - _MAX_LEAD) : anchor] if shape.lead else ""
    place = anchor - len(before) + len(before.rstrip(shape.lead))
    place += _is_escaped(text, place)
    return shape.pattern.match(text, place) if _begins_a_word(text, place) else None


def _confirmed(shape: Shape, text: str, match: re.Match[str]) -> Span | None:
    start, end = match.span(shape.group)
    end = cut.start() if (cut := _END_OF_TEXT.search(text, start, end)) else end
    if not shape.confirms(text[start:end]) or text.startswith(MARK, start) or (shape.is_opaque and _is_cursor_value(text, start)):
        return None
    if shape.group == 0 and (rest := _REST_OF_TOKEN.match(text, end)):
        end = rest.end()
    return Span(start, end, shape.kind)


def _begins_a_word(text: str, place: int) -> bool:
    """Whether no letter or digit stands before it but one that belongs to an escape: `\\n`, `%20`, `\\u0026`."""
    before = text[max(0, place - 6) : place]
    return not (text[place : place + 1].isalnum() and before[-1:].isalnum()) or (
        before[-2:-1] == "\\" or before[-3:-2] == "%" or before[-6:-4] == "\\u"
    )


def _is_escaped(text: str, place: int) -> bool:
    """Whether the character may be the letter of an escape: the `n` of `\\n` is no beginning of `npm_…`."""
    return text[place - 1 : place] == "\\"


def _is_cursor_value(text: str, start: int) -> bool:
    """Whether a cursor's name stands before it: `"next_cursor":"` or `&page_token=`."""
    before = text[max(0, start - _MAX_NAME - 8) : start].rstrip('\\": =')
    return is_cursor(_name_before(before, len(before)))


def _name_before(text: str, end: int) -> str:
    """The name that ends there, without the letter of an escape (`\\npassword`)."""
    head = text[max(0, end - _MAX_NAME) : end]
    name = head[len(head.rstrip(_NAME_CHARACTERS)) :]
    return name[1:] if _is_escaped(text, end - len(name)) else name


def _named(text: str, lowered: str, gist: str, lowered_gist: str, pace: Pace) -> Iterator[Span]:
    """Credentials by their names."""
    assignment = _ASSIGNMENT_IN_JSON if text.lstrip()[:1] in {"{", "["} else _ASSIGNMENT
    reading = _Reading(text, pace)
    for word in WORDS:
        pace.look()
        if word in lowered_gist and any(_ends(word, gist, lowered_gist, pace)):  # no name has a comma
            for end in _ends(word, text, lowered, pace):
                for span in _values(reading, _name_before(text, end), end, assignment):
                    if span.end - span.start > _MAX_HARMLESS or not is_harmless(text[span.start : span.end]):
                        yield span


def _ends(word: str, text: str, lowered: str, pace: Pace) -> Iterator[int]:
    """Where credential names end whose last word this is."""
    for place in places(lowered, word, pace):
        end = place + len(word)
        end += text[end : end + 1] == "s"
        if text[end : end + 1] in _AFTER_A_NAME and is_credential(_name_before(text, end)):
            yield end


def _values(reading: _Reading, name: str, end: int, assignment: re.Pattern[str]) -> Iterator[Span]:
    """Where the value of a name stands that ends at `end`."""
    kind, text = kind_of(name), reading.text
    if tail := _JSON_KEY.match(text, end) or _NAMED_PAIR.match(text, end):
        yield _quoted_value(reading, tail, kind)
    elif tail := assignment.match(text, end):
        yield _assigned_value(reading, tail, kind)
    elif name.startswith("--") and (tail := _FLAG_VALUE.match(text, end)):
        yield from _flag_value(reading, tail, kind)
    elif kind != "token" and _begins_a_line(text, end - len(name)) and (tail := _YAML_VALUE.match(text, end)):
        yield reading.bare(tail.end(), kind)
    elif text[end] in '"\\':
        yield from _value_before(reading, end - len(name), kind)


def _value_before(reading: _Reading, start: int, kind: str) -> Iterator[Span]:
    """The value in `{"value": …, "name": "DB_PASSWORD"}`, when a name starts there."""
    text = reading.text
    # Few have one, and looking first costs a hundredth of the pattern, which a list of names would run for each of them.
    if '"value' not in text[max(0, start - _MAX_PAIR) : start].lower():
        return
    for opening in deque(_VALUE_KEY.finditer(text, max(0, start - _MAX_PAIR), start), maxlen=1):
        span = _quoted_value(reading, opening, kind)
        if _NAME_AFTER.fullmatch(text, span.end, start):
            yield span


def _quoted_value(reading: _Reading, opening: re.Match[str], kind: str) -> Span:
    """From an opening quote, whose backslashes are the first group, to its closing one.

    JSON inside JSON writes a quote with 1 backslash, inside that with 3, then 7; a quote that belongs to the value has more.
    """
    text = reading.text
    depth = (len(opening[1]) + 1).bit_length() - 1
    own, period = 2**depth - 1, 2 ** (depth + 1)
    for place in places(text, '"', reading.pace, opening.end()):
        before = text[max(opening.end(), place - _MAX_BACKSLASHES) : place]
        backslashes = len(before) - len(before.rstrip("\\"))
        if backslashes % period == own or backslashes < own:
            return Span(opening.end(), place - min(backslashes, own), kind)
    return Span(opening.end(), len(text), kind)


def _assigned_value(reading: _Reading, tail: re.Match[str], kind: str) -> Span:
    if tail["quote"] is None:
        return reading.bare(tail.end(), kind)
    text = reading.text
    closing = text.find(tail["quote"], tail.end())
    stop = _END_OF_TEXT.search(text, tail.end(), closing if closing >= 0 else len(text))
    return Span(tail.end(), stop.start() if stop else max(closing, tail.end()), kind)


def _flag_value(reading: _Reading, tail: re.Match[str], kind: str) -> Iterator[Span]:
    if tail[1] is None:
        yield reading.bare(tail.end(), kind)
    else:
        span = _quoted_value(reading, tail, kind)
        if not _IS_A_KEY.match(reading.text, span.end):  # {"flag": "--token", "next": …} is no command line
            yield span


class _Reading:
    """A text whose values are come upon from left to right.

    Where the last one without quotes ends is kept: each value in `password=password=…` ends where the first does, and a megabyte
    of them would be read to its end a hundred thousand times.
    """

    def __init__(self, text: str, pace: Pace) -> None:
        self.text = text
        self.pace = pace
        self._known = range(0)

    def bare(self, start: int, kind: str) -> Span:
        """The value without quotes that begins there."""
        if start not in self._known:
            value = _BARE_VALUE.match(self.text, start)
            self._known = range(start, value.end() if value else start)
        return Span(start, max(start, self._known.stop), kind)


def _begins_a_line(text: str, start: int) -> bool:
    before = text[max(0, start - 40) : start].rstrip(" ")
    return before == "" or before[-1] in '\n"' or before.endswith("\\n")
