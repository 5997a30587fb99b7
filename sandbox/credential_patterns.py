"""What credentials look like: the detectors of detect-secrets that hold for operations data, and what they leave out.

Each pattern comes with anchors: fixed texts of which every match begins with one, except for a run of `lead` characters.
Finding a fixed text is thirty times faster than trying forty patterns at each character, and no response can make it slow:
what follows an anchor is bounded, or can't hold the anchor again.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import import_module


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True)
class Shape:
    """One look of a credential. `group` is what to hide of a match; `confirms` has the last word on that text.

    A match begins a word, unless the anchor itself begins with a sign. One that `is_opaque` is left alone as a cursor's value:
    servers make cursors that look so.
    """

    kind: str
    anchors: tuple[str, ...]
    pattern: re.Pattern[str]
    group: int = 0
    confirms: Callable[[str], bool] = _always
    lead: str = ""
    is_opaque: bool = False

    @cached_property
    def ignores_case(self) -> bool:
        return bool(self.pattern.flags & re.IGNORECASE)


# Module, class, kind, hidden group, and the anchors of each pattern in the class's `denylist`, in its order; None leaves a
# pattern out. Left out entirely: entropy and keyword detectors and public addresses (they hit digests, names and hosts);
# Discord, Telegram, Mailchimp, NPM, OpenAI and Artifactory (no anchor, or they hit names such as `disk-…` and ARNs: where it
# matters `_OWN` has a stricter pattern); IBM, SoftLayer and Cloudant (the name of the key finds those).
_LIBRARY: tuple[tuple[str, str, str, int, tuple[tuple[str, ...] | None, ...]], ...] = (
    ("aws", "AWSKeyDetector", "aws-key", 0, (("A3T", "ABIA", "ACCA", "AKIA", "ASIA"), None)),
    ("azure_storage_key", "AzureStorageKeyDetector", "azure-key", 0, (("AccountKey=",),)),
    ("basic_auth", "BasicAuthDetector", "password", 1, (("://",),)),
    ("github_token", "GitHubTokenDetector", "github-token", 0, (("ghp_", "gho_", "ghu_", "ghs_", "ghr_"),)),
    (
        "gitlab_token",
        "GitLabTokenDetector",
        "gitlab-token",
        0,
        (
            ("glpat-", "gldt-", "glft-", "glsoat-", "glrt-"),
            ("GR1348941",),
            ("glcbt-",),
            ("glimt-",),
            ("glptt-",),
            ("glagent-",),
            ("gloas-",),
        ),
    ),
    ("pypi_token", "PypiTokenDetector", "pypi-token", 0, (("pypi-AgEI",), ("pypi-AgEN",))),
    ("sendgrid", "SendGridDetector", "sendgrid-key", 0, (("SG.",),)),
    ("slack", "SlackDetector", "slack-token", 0, (("xox",), ("https://hooks.slack.com/services/",))),
    ("square_oauth", "SquareOAuthDetector", "square-secret", 0, (("sq0csp-",),)),
    ("stripe", "StripeDetector", "stripe-key", 0, (("sk_live_", "rk_live_"),)),
    ("twilio", "TwilioKeyDetector", "twilio-key", 0, (("AC",), ("SK",))),
)

_BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
_ENCODED_KEY = r"LS0tLS1CRUdJTi(?:BSU0EgUFJJVkFURSB|BQUklWQVRFIE|BFQyBQUklWQVRF|BPUEVOU1NIIFBSSVZB|BFTkNSWVBURUQg)[A-Za-z0-9+/=]*"


def _is_bearer(text: str) -> bool:
    """Tokens have digits and letters; `bearer authentication-is-required` is prose."""
    return any(c.isdigit() for c in text) and any(c.isalpha() for c in text)


def _is_basic(text: str) -> bool:
    """`user:password` in base64 (RFC 7617); `basic infrastructure-monitoring` is prose."""
    try:
        return b":" in base64.b64decode(text, validate=True)
    except binascii.Error:
        return False


_OWN = (
    Shape("private-key", ("LS0tLS1CRUdJTi",), re.compile(_ENCODED_KEY)),
    # The library's wants a user name and stops at `$`, `&`, `!`: `redis://:p$ss@cache`.
    Shape("password", ("://",), re.compile(r"://[^\s\"'<>/?#@:\\]*:([^\s\"'<>/@\\]{1,256})@"), 1),
    Shape("bearer-token", ("bearer ",), re.compile(r"bearer +([A-Za-z0-9\-._~+/]{16,}=*)", re.IGNORECASE), 1, _is_bearer),
    Shape("basic-credential", ("basic ",), re.compile(r"basic +([A-Za-z0-9+/]{8,}=*)", re.IGNORECASE), 1, _is_basic),
    Shape("github-token", ("github_pat_",), re.compile(r"github_pat_[A-Za-z0-9_]{40,}")),
    Shape("slack-token", ("xapp-", "xoxe", "xoxc-", "xoxd-"), re.compile(r"(?:xapp|xoxe(?:\.xox[bp])?|xox[cd])-[A-Za-z0-9%-]{20,}")),
    Shape("stripe-key", ("sk_test_", "rk_test_", "whsec_"), re.compile(r"(?:[sr]k_test_|whsec_)[0-9a-zA-Z]{24,}")),
    Shape("npm-token", ("npm_",), re.compile(r"npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])")),
    Shape("google-key", ("AIza",), re.compile(r"AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])")),
    Shape("google-token", ("ya29.",), re.compile(r"ya29\.[A-Za-z0-9_-]{20,}")),
    Shape("model-key", ("sk-",), re.compile(r"sk-(?:(?:proj|ant|svcacct|or)-[A-Za-z0-9_-]{20,}|[A-Za-z0-9]{40,})")),
    Shape("vault-token", ("hvs.", "hvb.", "hvr."), re.compile(r"hv[sbr]\.[A-Za-z0-9_-]{20,}")),
    Shape("digitalocean-token", ("dop_v1_", "doo_v1_", "dor_v1_"), re.compile(r"do[opr]_v1_[0-9a-f]{64}")),
    Shape("grafana-token", ("glsa_", "glc_"), re.compile(r"(?:glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}|glc_[A-Za-z0-9+/=]{40,})")),
    Shape("telegram-token", (":AA",), re.compile(r"\d{8,10}:AA[0-9A-Za-z_-]{33}(?![\w-])"), lead="0123456789"),
    Shape("azure-signature", ("sig=",), re.compile(r"sig=([A-Za-z0-9%+/]{40,}={0,2})"), 1),
    Shape("aws-signature", ("X-Amz-Signature=", "X-Amz-Security-Token="), re.compile(r"X-Amz-S[A-Za-z-]+=([A-Za-z0-9%+/=]{20,})"), 1),
)


@cache
def shapes() -> tuple[Shape, ...]:
    """All shapes, the library's first. The library is imported here, at the first use: that takes 0.1 s.

    Raises ValueError where an upgrade of it has patterns that nobody has given anchors.
    """
    return (*(shape for row in _LIBRARY for shape in _library_shapes(*row)), _jwt(), *_OWN)


def _library_shapes(module: str, name: str, kind: str, group: int, anchors: tuple[tuple[str, ...] | None, ...]) -> list[Shape]:
    denylist = getattr(import_module(f"detect_secrets.plugins.{module}"), name).denylist
    return [Shape(kind, given, pattern, group) for pattern, given in zip(denylist, anchors, strict=True) if given]


def _jwt() -> Shape:
    """The library's own check tells a token from a cursor that happens to be dotted base64."""
    detector = import_module("detect_secrets.plugins.jwt").JwtTokenDetector
    return Shape("jwt", (".eyJ",), detector.denylist[0], 0, detector.is_formally_valid, lead=_BASE64URL, is_opaque=True)
