"""Why a token endpoint gave no token, and what the operator can do about it. What it says is quoted without any secret."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from sandbox.broker.headers import header
from sandbox.broker.token_request import Refusal, TokenRequest
from sandbox.broker.wire import WireResponse
from sandbox.redaction import Redactor
from schemas.credential import ServiceAccount, TokenGrant
from schemas.errors import BackendUnavailable, Misconfigured, OpswrightError, quoted

_TEMPORARY: Final = frozenset({"server_error", "slow_down", "temporarily_unavailable"})
_TOLERABLE: Final = timedelta(minutes=2)
"""By which a clock may be off without being to blame."""


def refused(connection: str, grant: TokenGrant, request: TokenRequest, response: WireResponse, now: datetime) -> OpswrightError:
    """The error for an answer that is no success. Whether a later try may help is read from its status and its code."""
    said = _refusal(response.body)
    if response.status in {408, 429} or response.status >= 500 or said.error in _TEMPORARY:
        return BackendUnavailable(f"The token endpoint of {connection} at {request.origin} answered {response.status}; try again later.")
    if 300 <= response.status < 400:
        return no_token(connection, request, f"{response.status}, and would redirect, which no secret follows")
    reason = Redactor(request.secrets).redact(": ".join(filter(None, (said.error, said.error_description))))[0]
    return Misconfigured(
        f"The token endpoint at {request.origin} refuses the credential of {quoted(connection)}: "
        f"it answered {response.status}" + (f", {quoted(reason, 240)}." if reason else "."),
        hint=_clock_is_wrong(grant, response, now) or _way_out(grant),
    )


def no_token(connection: str, request: TokenRequest, answer: str) -> Misconfigured:
    """The error for an answer that no token endpoint would give."""
    return Misconfigured(
        f"What should give the tokens of {quoted(connection)}, at {request.origin}, answered {answer}.",
        hint="Mend its address in connections.yaml.",
    )


def _refusal(body: bytes) -> Refusal:
    try:
        return Refusal.model_validate_json(body)
    except ValueError:  # a page for people, of which nothing need be repeated
        return Refusal()


def _way_out(grant: TokenGrant) -> str:
    if isinstance(grant, ServiceAccount):
        return f"Refer to a key that is still valid (now {grant.secret}), and to scopes that its account may have."
    return f"Renew the secret behind {grant.secret}, or mend client_id, scopes and address in connections.yaml."


def _clock_is_wrong(grant: TokenGrant, response: WireResponse, now: datetime) -> str:
    """An assertion holds the time, so it is refused where clocks differ (RFC 7523, section 3)."""
    try:
        theirs = parsedate_to_datetime(header(response.headers, "date"))
        off = now - theirs
    except (ValueError, TypeError):  # no date, or one without a zone
        return ""
    if not isinstance(grant, ServiceAccount) or abs(off) <= _TOLERABLE:
        return ""
    minutes = round(abs(off).total_seconds() / 60)
    return f"This machine's clock is {minutes} minutes {'ahead of' if off > timedelta(0) else 'behind'} the server's: set it."
