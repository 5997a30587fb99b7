"""Why a tool's run failed, as the error that says what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import orjson

from agents.live import LiveRun, PlaceRun
from agents.speech.voice import Voice
from schemas.base import Json
from schemas.errors import (
    BackendUnavailable,
    CandidateRejected,
    Denied,
    LimitExceeded,
    Misconfigured,
    OpswrightError,
    TimedOut,
    quoted,
)
from schemas.run import CallRecord
from schemas.source import AwsAccess, Source

_REFUSALS: Final[Mapping[str, type[OpswrightError]]] = {LimitExceeded.code: LimitExceeded, Misconfigured.code: Misconfigured}
"""By what the code of a refusal begins with; all others are a rule's."""

NO_CREDENTIALS: Final = frozenset(
    {
        "AuthFailure",
        "ExpiredToken",
        "ExpiredTokenException",
        "IncompleteSignature",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSignatureException",
        "RequestExpired",
        "SignatureDoesNotMatch",
        "UnrecognizedClientException",
    }
)
"""AWS's codes for credentials that are out of date or wrong."""

NOT_ALLOWED: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthorizationError",
        "OptInRequired",
        "UnauthorizedOperation",
    }
)
"""AWS's codes for an action that the identity may not do."""


def failures(run_id: str, reference: str, live: LiveRun, source: Source, voice: Voice) -> dict[str, OpswrightError]:
    """The error of each place in which the tool did not return. `reference` is the tool's."""
    return {run.place: _failure(run_id, reference, run, source, voice) for run in live.places if run.outcome.status != "returned"}


def reason(error: OpswrightError) -> str:
    """What an answer says of a place that failed. No way back to the run: it is answered, and won't ask there again."""
    return error.message if isinstance(error, BackendUnavailable) else str(error)


def _failure(run_id: str, reference: str, run: PlaceRun, source: Source, voice: Voice) -> OpswrightError:
    outcome = run.outcome
    last = run.calls[-1] if run.calls else None
    if refused := next((call.refusal for call in run.calls if call.refusal), ""):
        kind = next((kind for code, kind in _REFUSALS.items() if refused.startswith(code)), Denied)
        return kind(f"{reference}: {refused.removeprefix(f'{kind.code}: ')}")
    if failed := next((call.failure for call in reversed(run.calls) if call.failure), ""):
        return BackendUnavailable(f"{reference}: {failed}", hint=f"Nothing was lost. Go on with: opswright runs resume {run_id}.")
    if last and last.status and last.status >= 300 and source.aws:
        return _refused_by_aws(run_id, last, source.aws, voice)
    if last and last.status and last.status >= 400:
        return _answered(run_id, reference, last.status, last.url)
    if outcome.finding:
        stopped = TimedOut if outcome.finding == "F_WALL" else LimitExceeded
        return stopped(f"{reference} was stopped ({outcome.finding}): {outcome.error.message if outcome.error else 'no message'}")
    error = outcome.error
    said = f"{error.type}: {error.message} (line {error.line})" if error else "no message"
    return CandidateRejected(f"{reference} failed on live data: {said}", hint="The server may answer otherwise than it documents.")


def _answered(run_id: str, reference: str, status: int, url: str) -> OpswrightError:
    if status in (401, 403):
        hint = "Check the source's credential: opswright sources list shows its reference."
        return Denied(f"{reference}: the server answered {status} to {url}.", hint=hint)
    return BackendUnavailable(f"{reference}: the server answered {status} to {url}.", hint=f"Try again: opswright runs resume {run_id}.")


def _refused_by_aws(run_id: str, call: CallRecord, access: AwsAccess, voice: Voice) -> OpswrightError:
    """AWS's own no. Its message is left out where the code says it all: it holds account numbers and encoded policies."""
    code, message = _said(call.response_body)
    action = ":".join(call.url.removeprefix("aws://").split("/")[1:])
    words = {"region": call.place, "action": action, "code": code}
    if code in NO_CREDENTIALS:
        option = f" --profile {access.profile}" if access.profile else ""
        return Denied(voice.say("aws_no_credentials", **words), hint=voice.say("aws_sign_in", option=option))
    if code in NOT_ALLOWED or call.status == HTTPStatus.FORBIDDEN:
        return Denied(voice.say("aws_not_allowed", **words), hint=voice.say("aws_allow", **words))
    return BackendUnavailable(voice.say("aws_answered", message=quoted(message, 200), **words), hint=voice.say("aws_try_again", run=run_id))


def _said(body: str) -> tuple[str, str]:
    """The code and the message of an error."""
    try:
        parsed: Json = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "Unknown", ""
    error = parsed.get("Error", {}) if isinstance(parsed, dict) else {}
    return str(error.get("Code", "Unknown"))[:80], str(error.get("Message", ""))
