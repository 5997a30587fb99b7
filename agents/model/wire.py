"""Bodies of Gemini's REST protocol, `v1beta`: what a server answers, refusals included.

Source: the reference of `models.generateContent`, and `google.rpc.Status` with its details for errors.
"""

from __future__ import annotations

import json
import re
from typing import Final

from schemas.base import Json

ROUTE: Final = re.compile(r"/v1(?:alpha|beta)?/models/(?P<model>[^:/?]+):(?P<verb>generateContent|streamGenerateContent|countTokens)")
STATUS_NAMES: Final = {
    400: "INVALID_ARGUMENT", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED",
    500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
CHARACTERS_PER_TOKEN: Final = 4

_RPC: Final = "type.googleapis.com/google.rpc."


def tokens(text: str) -> int:
    """Roughly how many tokens a text has."""
    return -(-len(text) // CHARACTERS_PER_TOKEN)


def said(request: Json) -> str:
    """All text of a request: system instruction and turns."""
    contents = [request.get("systemInstruction") or {}, *request.get("contents", [])]
    return "\n".join(part.get("text", "") for content in contents for part in content.get("parts", []))


def answer(request: Json, model: str, text: str, finish_reason: str = "STOP") -> Json:
    """A response with one candidate; one without text has no parts, as Gemini has it."""
    parts = {"parts": [{"text": text}]} if text else {}
    candidate = {"index": 0, "content": {"role": "model"} | parts, "finishReason": finish_reason}
    return {"candidates": [candidate], "usageMetadata": _usage(request, text), "modelVersion": model, "responseId": "double"}


def limited(request: Json, text: str) -> tuple[str, str]:
    """The text as far as the request's `maxOutputTokens` lets it go, and why it ends there."""
    most = request.get("generationConfig", {}).get("maxOutputTokens")
    if most is None or tokens(text) <= most:
        return text, "STOP"
    return text[: most * CHARACTERS_PER_TOKEN], "MAX_TOKENS"


def blocked(request: Json, model: str) -> Json:
    """A prompt that was not even read: no candidate at all."""
    return {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}, "usageMetadata": _usage(request, ""), "modelVersion": model}


def events(response: Json) -> bytes:
    """A response as server-sent events, its text in two halves."""
    text = response["candidates"][0]["content"].get("parts", [{"text": ""}])[0]["text"] if "candidates" in response else ""
    halves = [text[: len(text) // 2], text[len(text) // 2 :]] if len(text) > 1 else []
    chunks = [_with_text(response, half) for half in halves] or [response]
    for chunk in chunks[:-1]:
        del chunk["candidates"][0]["finishReason"]
    return b"".join(b"data: " + json.dumps(chunk).encode() + b"\r\n\r\n" for chunk in chunks)


def error(status: int, message: str, *details: Json) -> Json:
    """An error's body."""
    body = {"code": status, "message": message, "status": STATUS_NAMES.get(status, "UNKNOWN")}
    return {"error": body | ({"details": list(details)} if details else {})}


def wrong_key() -> Json:
    """What a key that is none gets, with status 400."""
    reason = {"@type": f"{_RPC}ErrorInfo", "reason": "API_KEY_INVALID", "domain": "googleapis.com"}
    return error(400, "API key not valid. Please pass a valid API key.", reason)


def throttled(retry_seconds: float) -> Json:
    """What is sent with status 429; the wait that it asks for stands in the details, in no header."""
    quota = {"@type": f"{_RPC}QuotaFailure", "violations": [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}]}
    return error(429, "You exceeded your current quota.", quota, {"@type": f"{_RPC}RetryInfo", "retryDelay": f"{retry_seconds:g}s"})


def _usage(request: Json, text: str) -> Json:
    asked, answered = tokens(said(request)), tokens(text)
    return {"promptTokenCount": asked, "candidatesTokenCount": answered, "totalTokenCount": asked + answered}


def _with_text(response: Json, text: str) -> Json:
    copied = json.loads(json.dumps(response))
    copied["candidates"][0]["content"]["parts"] = [{"text": text}]
    return copied
