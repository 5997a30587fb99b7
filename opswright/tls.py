"""What TLS to a source needs beyond the usual: an authority of its own, or a certificate that shows who calls."""

from __future__ import annotations

import hashlib
import ssl
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from schemas.credential import Mtls
from schemas.errors import Misconfigured, quoted
from schemas.ports import SecretResolver
from schemas.source import Source


@dataclass(frozen=True)
class TlsMaterial:
    """PEM texts, each empty where there is none. `source` is for messages."""

    source: str
    authority: str = ""
    certificate: str = ""
    key: str = field(default="", repr=False)

    @property
    def digest(self) -> str:
        """Equal for equal texts: connections that were opened with others must not be used. Empty where there are none."""
        texts = (self.authority, self.certificate, self.key)
        return hashlib.sha256("\0".join(texts).encode()).hexdigest() if any(texts) else ""

    def context(self) -> ssl.SSLContext | None:
        """A client's context, or None where the usual one will do. With an authority given, no other is trusted.

        Raises Misconfigured for PEM that is none, and for a key that is encrypted or another certificate's. Touches the disk for a
        moment: OpenSSL reads a certificate and its key from a file only, which is its owner's alone and gone at once.
        """
        if not self.digest:
            return None
        context = self._trusting()
        if self.certificate:
            self._show_certificate(context)
        return context

    def _trusting(self) -> ssl.SSLContext:
        if not self.authority:
            return httpx.create_ssl_context(trust_env=False)
        try:
            return ssl.create_default_context(cadata=self.authority)
        except ssl.SSLError as error:
            raise self._unusable("The authority (ca)", error, "Give the certificate of the authority in PEM.") from error

    def _show_certificate(self, context: ssl.SSLContext) -> None:
        try:
            with TemporaryDirectory(prefix="opswright-") as folder:
                file = Path(folder, "client.pem")
                file.touch(mode=0o600)
                file.write_text(f"{self.certificate}\n{self.key}\n")
                # Without a password OpenSSL would ask for one on the terminal.
                context.load_cert_chain(file, password="")
        except ssl.SSLError as error:
            hint = "Give both in PEM, and the key without a password."
            raise self._unusable("The client certificate with its key", error, hint) from error

    def _unusable(self, what: str, error: ssl.SSLError, hint: str) -> Misconfigured:
        return Misconfigured(f"{what} of {quoted(self.source)} can't be used: {error.reason or 'it is no PEM'}.", hint=hint)


def material_of(source: Source, resolver: SecretResolver) -> TlsMaterial:
    """What the source needs now. Raises Misconfigured, naming the reference, for what is not there."""
    authority = resolver.resolve(source.ca) if source.ca else ""
    if not isinstance(source.credential, Mtls):
        return TlsMaterial(source.name, authority)
    certificate, key = resolver.resolve(source.credential.certificate), resolver.resolve(source.credential.key)
    return TlsMaterial(source.name, authority, certificate, key)
