"""A token endpoint on loopback that believes nothing: it verifies assertions and secrets as the RFCs say."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote_plus

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from schemas.base import Json

RFC_7515: Json = json.loads((Path(__file__).parents[1] / "data/rfc7515_a2.json").read_text())
NOW = datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC)
EMAIL = "reader@project.iam.gserviceaccount.com"
SCOPE = "https://www.googleapis.com/auth/cloud-platform.read-only"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"


def unbase64(text: str) -> bytes:
    """Base64url without its padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def rfc_key() -> rsa.RSAPrivateKey:
    """The key of RFC 7515, appendix A.2."""
    d, p, q, n, e = (int.from_bytes(unbase64(RFC_7515["key"][name]), "big") for name in "dpqne")
    parts = (p, q, d, rsa.rsa_crt_dmp1(d, p), rsa.rsa_crt_dmq1(d, q), rsa.rsa_crt_iqmp(p, q))
    return rsa.RSAPrivateNumbers(*parts, rsa.RSAPublicNumbers(e, n)).private_key()


def pem(key: PrivateKeyTypes, password: bytes = b"") -> str:
    """A private key as it stands in a key file."""
    hiding = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, hiding).decode()


def key_file(**other: object) -> str:
    """A service account's key, in JSON, as Google gives it."""
    usual = {
        "type": "service_account",
        "project_id": "project",
        "private_key_id": "key-1",
        "private_key": pem(rfc_key()),
        "client_email": EMAIL,
        "client_id": "1",
        "token_uri": "https://oauth2.googleapis.com/token",
    }
    return json.dumps(usual | other)


@dataclass
class Reply:
    """What is answered in place of a token."""

    status: int
    body: bytes = b"{}"
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Endpoint:
    """Gives `token-1`, `token-2`… for the keys and secrets that it knows. `instead`, if set, answers in its place."""

    url: str = ""
    keys: dict[str, rsa.RSAPublicKey] = field(default_factory=lambda: {"key-1": rfc_key().public_key()})
    clients: dict[str, str] = field(default_factory=lambda: {"app": "s3cr3t pa$$/wörd"})
    life: object = 3600
    now: datetime = NOW
    instead: Callable[[dict[str, str]], Reply] | None = None
    asked: list[dict[str, str]] = field(default_factory=list)
    given: list[str] = field(default_factory=list)

    def answer(self, form: dict[str, str], authorization: str) -> Reply:
        """A token, or why there is none, as RFC 6749 has it."""
        self.asked.append(form)
        if self.instead:
            return self.instead(form)
        problem = self._assertion(form) if form.get("grant_type") == JWT_BEARER else self._client(form, authorization)
        if problem:
            error, _, text = problem.partition(": ")
            status = 401 if error == "invalid_client" else 400
            return Reply(status, json.dumps({"error": error, "error_description": text}).encode())
        self.given.append(f"token-{len(self.given) + 1}.abcdef")
        token = {"access_token": self.given[-1], "token_type": "Bearer", "expires_in": self.life}
        return Reply(200, json.dumps({name: value for name, value in token.items() if value is not None}).encode())

    def _assertion(self, form: dict[str, str]) -> str:
        head, body, signature = form["assertion"].split(".")
        header, claims = json.loads(unbase64(head)), json.loads(unbase64(body))
        if header.get("alg") != "RS256" or header.get("kid") not in self.keys:
            return "invalid_grant: Invalid JWT header."
        try:
            self.keys[header["kid"]].verify(unbase64(signature), f"{head}.{body}".encode(), padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return "invalid_grant: Invalid JWT Signature."
        issued, ends = (datetime.fromtimestamp(claims[name], UTC) for name in ("iat", "exp"))
        if not self.now - timedelta(minutes=5) < issued < self.now + timedelta(minutes=5) or ends - issued > timedelta(hours=1):
            return "invalid_grant: Invalid JWT: Token must be a short-lived token."
        if (claims["iss"], claims["aud"], claims["scope"]) != (EMAIL, self.url, SCOPE):
            return f"invalid_grant: not for {self.url}"
        return ""

    def _client(self, form: dict[str, str], authorization: str) -> str:
        if form["grant_type"] != "client_credentials":
            return "unsupported_grant_type: no"
        name, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            name, secret = map(unquote_plus, base64.b64decode(authorization[6:]).decode().split(":"))
        return "" if self.clients.get(name) == secret else f"invalid_client: Invalid client secret provided: {secret}"


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: some tests are about clients that do not wait."""


@contextmanager
def serving(endpoint: Endpoint) -> Iterator[Endpoint]:
    """The endpoint as a running server, whose address it then knows."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers["Content-Length"])).decode()
            assert self.headers["Content-Type"] == "application/x-www-form-urlencoded"
            form = {name: values[0] for name, values in parse_qs(text, strict_parsing=True).items()}
            reply = endpoint.answer(form, self.headers.get("Authorization", ""))
            self.send_response_only(reply.status)
            for name, value in (("Date", format_datetime(endpoint.now, usegmt=True)), *reply.headers):
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    endpoint.url = f"http://127.0.0.1:{server.server_port}/token"
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    with server:
        thread.start()
        try:
            yield endpoint
        finally:
            server.shutdown()
            thread.join(5)
