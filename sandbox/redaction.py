"""Takes credentials out of text, once, before the tool, the record or a model sees it.

What is found: what looks like a credential or is called one (`credential_search`), and the secrets that the run itself was
signed with. What takes their place, `[redacted:<kind>]`, holds neither quote nor backslash, so JSON stays JSON.
"""

from __future__ import annotations

import base64
import json
import math
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

from sandbox.credential_names import is_credential, is_harmless, kind_of
from sandbox.credential_search import MARK, Span, credentials, places
from sandbox.pace import Pace

MIN_SECRET_LENGTH = 6
"""A shorter secret of ours is not searched for: hiding every `demo` would ruin the answers and protect nothing."""

_ASCII_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\u00((?!22|5[Cc])[2-7][0-9A-Fa-f])(?<!7[Ff])")


class Redactor:
    """Hides credentials in text. Immutable; shows none of the secrets it knows."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = frozenset(secret for secret in secrets if len(secret) >= MIN_SECRET_LENGTH)
        self._spellings = tuple({spelling for secret in self._secrets for spelling in _spellings(secret)})

    def knowing(self, secrets: Iterable[str]) -> Redactor:
        """A redactor that also hides these exact secrets."""
        more = self._secrets.union(secrets)
        return self if more == self._secrets else Redactor(more)

    def redact(self, text: str, ends: float = math.inf) -> tuple[str, int]:
        """The text without credentials, and how many were taken out.

        JSON that writes plain letters as escapes (`\\u0073ecret`) says the same without them, and gives them up if it hides any.
        Raises SearchOverdue where that takes until after `ends`, a moment of `time.monotonic`: text made for it takes a second a
        megabyte.
        """
        pace = Pace(ends)
        if (unescaped := _unescaped(text, pace)) != text:
            redacted, count = self._redact(unescaped, pace)
            if count:
                return redacted, count
        return self._redact(text, pace)

    def redact_named(self, name: str, value: str) -> tuple[str, int]:
        """The value of a header or parameter without credentials, its name considered."""
        if is_credential(name) and not is_harmless(value):
            return _mark(kind_of(name)), 1
        return self.redact(value)

    def _redact(self, text: str, pace: Pace) -> tuple[str, int]:
        found = [*self._echoes(text, pace), *credentials(text, pace)]
        return _hide(text, _merged(found)) if found else (text, 0)

    def _echoes(self, text: str, pace: Pace) -> Iterator[Span]:
        for spelling in self._spellings:
            pace.look()
            for start in places(text, spelling, pace):
                yield Span(start, start + len(spelling), "credential")


def _unescaped(text: str, pace: Pace) -> str:
    """JSON with escapes of printable ASCII as the characters themselves, but quotes and backslashes; other text as it is."""
    if "\\u00" not in text or text.lstrip()[:1] not in {"{", "[", '"'}:
        return text

    def plain(found: re.Match[str]) -> str:
        pace.step()
        return found[1] + chr(int(found[2], 16))

    return _ASCII_ESCAPE.sub(plain, text)


def _spellings(secret: str) -> Iterator[str]:
    """How a server may write a secret that it echoes."""
    yield secret
    for escaped in (json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]):
        yield escaped
        yield escaped.replace("/", "\\/")
    yield from (quote(secret, safe=""), quote(secret), quote_plus(secret))  # the last as in a form
    yield from (secret.encode().hex(), secret.encode().hex().upper())
    yield base64.b64encode(secret.encode()).decode().rstrip("=")
    yield base64.urlsafe_b64encode(secret.encode()).decode().rstrip("=")


def _merged(spans: list[Span]) -> list[Span]:
    """In order and without overlaps; where two overlap, the kind of the first stays."""
    merged: list[Span] = []
    for span in sorted(span for span in spans if span.start < span.end):
        if merged and span.start < merged[-1].end:
            merged[-1] = merged[-1]._replace(end=max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _hide(text: str, spans: list[Span]) -> tuple[str, int]:
    parts: list[str] = []
    done = 0
    for span in spans:
        parts += (text[done : span.start], _mark(span.kind))
        done = span.end
    return "".join((*parts, text[done:])), len(spans)


def _mark(kind: str) -> str:
    return f"{MARK}{kind}]"
