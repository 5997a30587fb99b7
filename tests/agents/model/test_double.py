"""Conformance to Gemini's REST protocol. The double must pass, and so must the real service.

With OPSWRIGHT_TEST_GEMINI_KEY in the environment the same tests run against the real one, and cost a few hundred tokens.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from agents.model.answers import schema_of
from agents.model.double import Asked, Turn, script_of, serving
from tests.agents.model.clients import ANSWER, KEY, Sum

REAL_KEY = os.environ.get("OPSWRIGHT_TEST_GEMINI_KEY", "")
MODEL = "gemini-2.5-flash"
BODY = {"contents": [{"role": "user", "parts": [{"text": "What is two and three? Give the total and one short reason."}]}]}
STRUCTURED = {"responseMimeType": "application/json", "responseJsonSchema": schema_of(Sum)}


@dataclass(frozen=True)
class Endpoint:
    """A service that speaks the protocol."""

    url: str
    key: str

    def post(self, verb: str, body: object, *, key: str | None = None, model: str = MODEL) -> httpx.Response:
        headers = {"x-goog-api-key": self.key if key is None else key, "content-type": "application/json"}
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx.post(f"{self.url}/v1beta/models/{model}:{verb}", content=content, headers=headers, timeout=60)


@pytest.fixture(params=["double", pytest.param("real", marks=pytest.mark.skipif(not REAL_KEY, reason="no OPSWRIGHT_TEST_GEMINI_KEY"))])
def endpoint(request: pytest.FixtureRequest) -> Iterator[Endpoint]:
    if request.param == "real":
        yield Endpoint("https://generativelanguage.googleapis.com", REAL_KEY)
        return
    with serving(_answer, key=KEY, models=[MODEL]) as double:
        yield Endpoint(double.url, KEY)


def _answer(_: Asked) -> Turn:
    return Turn(text=ANSWER)


def test_content_comes_with_its_reason_and_usage(endpoint: Endpoint) -> None:
    response = endpoint.post("generateContent", BODY | {"generationConfig": STRUCTURED})
    (candidate,) = response.json()["candidates"]
    assert (response.status_code, candidate["finishReason"], candidate["content"]["role"]) == (200, "STOP", "model")
    assert Sum.model_validate_json("".join(part["text"] for part in candidate["content"]["parts"])).total == 5
    usage = response.json()["usageMetadata"]
    assert usage["totalTokenCount"] >= usage["promptTokenCount"] + usage["candidatesTokenCount"] > 0


def test_a_stream_adds_up_and_its_last_event_has_the_reason(endpoint: Endpoint) -> None:
    response = endpoint.post("streamGenerateContent?alt=sse", BODY | {"generationConfig": STRUCTURED})
    assert response.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(line.removeprefix("data: ")) for line in response.text.splitlines() if line.startswith("data: ")]
    parts = [part for event in events for part in event["candidates"][0]["content"].get("parts", [])]
    assert Sum.model_validate_json("".join(part.get("text", "") for part in parts)).total == 5
    assert events[-1]["candidates"][0]["finishReason"] == "STOP"


def test_an_answer_beyond_the_token_limit_is_cut_off_and_says_so(endpoint: Endpoint) -> None:
    limited = {"maxOutputTokens": 5, "thinkingConfig": {"thinkingBudget": 0}}
    response = endpoint.post("generateContent", BODY | {"generationConfig": STRUCTURED | limited})
    assert response.json()["candidates"][0]["finishReason"] == "MAX_TOKENS"


def test_tokens_are_counted(endpoint: Endpoint) -> None:
    assert endpoint.post("countTokens", BODY).json()["totalTokens"] > 5


@pytest.mark.parametrize(
    ("changes", "statuses"),
    [({"key": "wrong"}, {400}), ({"key": ""}, {401, 403}), ({"model": "gemini-0"}, {404})],
    ids=["wrong key", "no key", "unknown model"],
)
def test_a_refusal_has_an_error_body(endpoint: Endpoint, changes: dict[str, str], statuses: set[int]) -> None:
    response = endpoint.post("generateContent", BODY, **changes)
    assert response.status_code in statuses
    assert set(response.json()["error"]) >= {"code", "message", "status"}


def test_a_wrong_key_is_told_by_its_reason(endpoint: Endpoint) -> None:
    assert endpoint.post("generateContent", BODY, key="wrong").json()["error"]["details"][0]["reason"] == "API_KEY_INVALID"


def test_a_body_that_is_no_json_is_an_invalid_argument(endpoint: Endpoint) -> None:
    response = endpoint.post("generateContent", b"{")
    assert (response.status_code, response.json()["error"]["status"]) == (400, "INVALID_ARGUMENT")


# The double alone


def test_a_script_that_is_over_says_so() -> None:
    with serving(script_of([])) as double:
        response = Endpoint(double.url, KEY).post("generateContent", BODY)
    assert "Nothing is scripted" in response.json()["error"]["message"]


def test_turns_are_played_in_order_and_requests_kept() -> None:
    with serving(script_of([Turn(text="one"), Turn(text="two")])) as double:
        said = [Endpoint(double.url, KEY).post("generateContent", BODY).json() for _ in range(2)]
    assert [body["candidates"][0]["content"]["parts"][0]["text"] for body in said] == ["one", "two"]
    assert [(asked.model, asked.verb, asked.key) for asked in double.asked] == [(MODEL, "generateContent", KEY)] * 2


def test_by_hand_it_plays_the_file_that_the_documentation_shows(tmp_path: Path) -> None:
    script = tmp_path / "turns.json"
    page = (Path(__file__).parents[3] / "docs" / "models.md").read_text(encoding="utf-8")
    script.write_text(page.partition("```json\n")[2].partition("```")[0])
    command = [sys.executable, "-m", "agents.model.double", "--script", str(script)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        endpoint = Endpoint(process.stdout.readline().strip(), KEY)
        first, second = (endpoint.post("generateContent", BODY) for _ in range(2))
        process.terminate()
    assert first.json()["error"]["details"][-1]["retryDelay"] == "2s"
    assert "can't be told" in second.json()["candidates"][0]["content"]["parts"][0]["text"]
