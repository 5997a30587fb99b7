"""A server on loopback that answers those who show who they are, and describes itself to nobody else."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
from cryptography import x509

from tests.opswright.authority import Authority, Issued

HOSTS = [{"name": "db-1"}, {"name": "web-1"}]

DOCUMENT = {
    "openapi": "3.1.0",
    "info": {"title": "Demanding", "version": "1"},
    "paths": {
        "/hosts": {
            "get": {
                "operationId": "list_hosts",
                "summary": "List hosts",
                "responses": {
                    "200": {
                        "description": "All hosts",
                        "content": {
                            "application/json": {
                                "schema": {
                                    "type": "array",
                                    "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}},
                                }
                            }
                        },
                    }
                },
            }
        }
    },
}


@dataclass(frozen=True)
class Asked:
    """One request, as the server saw it. `client` is the common name of the certificate that it was shown."""

    path: str
    headers: httpx.Headers
    client: str

    @property
    def query(self) -> httpx.QueryParams:
        return httpx.URL(self.path).params


@dataclass
class Demanding:
    url: str
    asked: list[Asked] = field(default_factory=list)


@contextmanager
def demanding(
    accepts: Callable[[Asked], bool], tls: ssl.SSLContext | None = None, *, hosts: Sequence[Mapping[str, str]] = HOSTS
) -> Iterator[Demanding]:
    """Serves its description at /openapi.json and /openapi/v2, and hosts at /hosts; 401 for whoever is not accepted."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = Asked(self.path, httpx.Headers(list(self.headers.items())), _client(self.connection))
            served.asked.append(asked)
            document = hosts if self.path.startswith("/hosts") else DOCUMENT
            status, told = (200, json.dumps(document).encode()) if accepts(asked) else (401, b"{}")
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Says nothing."""

    server = _Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    served = Demanding(f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=lambda: server.serve_forever(poll_interval=0.01), daemon=True)
    with server:
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join(5)


def server_side(folder: Path, authority: Authority, *, wants_clients: bool = False) -> ssl.SSLContext:
    """The TLS of a server that the authority vouches for, which lets in only clients that it vouches for, too."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(written(folder, "server", authority.issue("server"))[2])
    if wants_clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=authority.certificate)
    return context


def written(folder: Path, name: str, issued: Issued) -> tuple[Path, Path, Path]:
    """The certificate, the key, and both, as files."""
    texts = {"crt": issued.certificate, "key": issued.key, "pem": issued.certificate + issued.key}
    paths = [folder / f"{name}.{ending}" for ending in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    return paths[0], paths[1], paths[2]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing: a refused handshake is what some tests are about."""


def _client(connection: object) -> str:
    if not isinstance(connection, ssl.SSLSocket) or not connection.getpeercert(binary_form=True):
        return ""
    certificate = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True) or b"")
    return str(certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0].value)
