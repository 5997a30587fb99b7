"""A stand-in for Gemini on loopback: its REST protocol, with answers and faults that are scripted.

In tests, `with serving(script_of([...])) as double` gives its address and what it was asked. By hand,
`python -m agents.model.double --script turns.json --port 8900` plays a JSON list of turns, such as
`[{"kind": "good", "text": "{}"}, {"kind": "throttled", "seconds": 2}]`, and OPSWRIGHT_MODEL_BASE_URL points there.
"""

from __future__ import annotations

import argparse
import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from agents.model import wire
from schemas.base import Frozen, Json

Kind = Literal[
    "good", "truncated", "malformed", "blocked", "refused", "bad_call", "slow", "throttled", "failing", "garbage", "dropped", "cut"
]


class Turn(Frozen):
    """What the double does with one request.

    `good` says `text` (as far as the request's token limit goes); `truncated` says half of it, for want of tokens; `malformed` says
    it with a bracket too few and claims to be done. `blocked` reads no prompt, `refused` ends for safety, `bad_call` for a
    malformed function call, all three without text. `slow` is silent for `seconds`, then good. `throttled` is a 429 that asks
    for `seconds`; `failing` is an error of `status`; `garbage` a page that is no JSON. `dropped` hangs up, `cut` in the middle.
    """

    kind: Kind = "good"
    text: str = "{}"
    seconds: float = 0.0
    status: int = 503


class Asked(Frozen):
    """A request as it arrived."""

    model: str
    verb: str
    key: str
    raw: str

    @property
    def body(self) -> Json:
        return json.loads(self.raw)

    @property
    def text(self) -> str:
        """All that the model was told."""
        return wire.said(self.body)


Script = Callable[[Asked], Turn | None]
"""What to do with a request; None where nothing is scripted for it."""


def script_of(turns: Sequence[Turn]) -> Script:
    """The turns one after the other, whoever asks."""
    queue, lock = iter(turns), threading.Lock()

    def take(_: Asked) -> Turn | None:
        with lock:
            return next(queue, None)

    return take


class Double(ThreadingHTTPServer):
    """The server. `asked` grows with every request for content that came with the right key."""

    daemon_threads = True

    def __init__(self, script: Script, *, port: int = 0, key: str = "", models: Sequence[str] = ()) -> None:
        """Empty `key` and `models`: any will do."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.script = script
        self.key = key
        self.models = tuple(models)
        self.asked: list[Asked] = []
        self.closing = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def serving(script: Script, *, key: str = "", models: Sequence[str] = ()) -> Iterator[Double]:
    """A double that serves from a thread of this process."""
    with Double(script, key=key, models=models) as double:
        thread = threading.Thread(target=double.serve_forever, kwargs={"poll_interval": 0.01}, name="model double")
        thread.start()
        try:
            yield double
        finally:
            double.closing.set()
            double.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: without this the second waits 40 ms
    server: Double

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("content-length", 0))).decode()
        route = wire.ROUTE.match(self.path)
        if route is None or (self.server.models and route["model"] not in self.server.models):
            return self._send(404, wire.error(404, f"{self.path} is not found for API version v1beta."))
        if refusal := self._refusal(raw):
            return self._send(*refusal)
        asked = Asked(model=route["model"], verb=route["verb"], key=self._key(), raw=raw)
        if asked.verb == "countTokens":
            return self._send(200, {"totalTokens": wire.tokens(asked.text)})
        self.server.asked.append(asked)
        turn = self.server.script(asked)
        return self._play(asked, turn) if turn else self._send(400, wire.error(400, "Nothing is scripted for this request."))

    def _key(self) -> str:
        return self.headers.get("x-goog-api-key", "")

    def _refusal(self, raw: str) -> tuple[int, Json] | None:
        if not self._key():
            return 403, wire.error(403, "Method doesn't allow unregistered callers. Please use API Key to call this API.")
        if self.server.key and self._key() != self.server.key:
            return 400, wire.wrong_key()
        try:
            json.loads(raw)
        except json.JSONDecodeError:
            return 400, wire.error(400, "Invalid JSON payload received.")
        return None

    def _play(self, asked: Asked, turn: Turn) -> None:
        match turn.kind:
            case "throttled":
                self._send(429, wire.throttled(turn.seconds))
            case "failing":
                self._send(turn.status, wire.error(turn.status, "The model is overloaded. Please try again later."))
            case "garbage":
                self._send_bytes(200, "text/html", b"<html>Sign in to this network</html>")
            case "dropped":
                self._hang_up()
            case "cut":
                self._send_bytes(200, "application/json", b'{"candidates": [', claimed=1000)
                self._hang_up()
            case "slow":
                self.server.closing.wait(turn.seconds)
                self._answer(asked, _response(asked, turn))
            case _:
                self._answer(asked, _response(asked, turn))

    def _answer(self, asked: Asked, response: Json) -> None:
        if asked.verb == "streamGenerateContent":
            self._send_bytes(200, "text/event-stream", wire.events(response))
        else:
            self._send(200, response)

    def _send(self, status: int, body: Json) -> None:
        self._send_bytes(status, "application/json; charset=UTF-8", json.dumps(body).encode())

    def _send_bytes(self, status: int, kind: str, body: bytes, *, claimed: int | None = None) -> None:
        try:
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(claimed or len(body)))
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:  # the client of a slow answer has gone
            self.close_connection = True

    def _hang_up(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, *_: object) -> None:
        """Nothing: what is asked is on `asked`."""


def _response(asked: Asked, turn: Turn) -> Json:
    request, model = asked.body, asked.model
    match turn.kind:
        case "blocked":
            return wire.blocked(request, model)
        case "refused":
            return wire.answer(request, model, "", "SAFETY")
        case "bad_call":
            return wire.answer(request, model, "", "MALFORMED_FUNCTION_CALL")
        case "truncated":
            return wire.answer(request, model, turn.text[: len(turn.text) // 2], "MAX_TOKENS")
        case "malformed":
            return wire.answer(request, model, turn.text[:-1])
        case _:
            return wire.answer(request, model, *wire.limited(request, turn.text))


def main() -> None:
    """Play a script until interrupted; each request is told on standard output."""
    parser = argparse.ArgumentParser(prog="python -m agents.model.double", description="Speaks Gemini's REST protocol on loopback.")
    parser.add_argument("--script", type=Path, required=True, help="a JSON list of turns")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    options = parser.parse_args()
    turns = TypeAdapter(list[Turn]).validate_json(options.script.read_bytes())
    with Double(script_of(turns), port=options.port) as double:
        print(double.url, flush=True)
        try:
            double.serve_forever()
        except KeyboardInterrupt:
            double.closing.set()


if __name__ == "__main__":
    main()
