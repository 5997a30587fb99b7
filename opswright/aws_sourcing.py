"""What an operator says of AWS, as a source: which services, in which regions, as whom."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from doc_sources.urls import BOTOCORE, is_botocore, parsed, shown
from opswright.addresses import check_callable
from schemas.credential import Credential
from schemas.errors import Misconfigured, SpecUnusable, quoted
from schemas.source import AwsAccess, Source

if TYPE_CHECKING:
    from doc_sources.aws_services import ServiceModels

SHORT: Final = "aws"
"""The address of the usual services."""
BASE_URL: Final = "aws://"
TITLE: Final = "Amazon Web Services"

_EXAMPLE: Final = "For example: opswright sources add aws --region eu-west-1"
_ROLE: Final = re.compile(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/[\w+=,.@/-]+", re.ASCII)


def is_aws(url: str) -> bool:
    """Whether an address means AWS."""
    return url.strip() == SHORT or is_botocore(url.strip())


def spec_url(url: str, services: Sequence[str]) -> str:
    """The address of AWS's descriptions: `botocore:`, narrowed to the services that are named in it or beside it, if any."""
    named = "" if url.strip() == SHORT else url.strip().removeprefix(BOTOCORE)
    return BOTOCORE + ",".join([*filter(None, [named]), *services])


def access_of(
    url: str, *, regions: Sequence[str], services: Sequence[str], profile: str, role_arn: str, endpoint_url: str
) -> AwsAccess | None:
    """Whom AWS is called as, and where; None for any other address.

    Raises Misconfigured for AWS without a region, and for another API with what is only AWS's.
    """
    options = {"--region": regions, "--service": services, "--profile": profile, "--role": role_arn, "--endpoint": endpoint_url}
    given = [option for option, value in options.items() if value]
    if not is_aws(url):
        if given:
            raise Misconfigured(f"{' and '.join(given)} can be said of AWS only, and {shown(url)} is not AWS.", hint=_EXAMPLE)
        return None
    if not regions:
        raise Misconfigured("Of AWS it must be said in which regions to look.", hint=_EXAMPLE)
    return AwsAccess(regions=tuple(dict.fromkeys(regions)), profile=profile, role_arn=role_arn, endpoint_url=endpoint_url.rstrip("/"))


def prospect_aws(url: str, access: AwsAccess, *, name: str = "", base_url: str = "", credential: Credential | None = None) -> Source:
    """AWS as a source, of which only names are read yet.

    Raises Misconfigured for a region or service that there is not, naming the nearest, for a role or an endpoint that is none, and for
    what AWS has not; and Denied for an endpoint at which machines keep their credentials.
    """
    if base_url or credential:
        raise Misconfigured("AWS has neither a base URL nor a bearer token: the AWS SDK finds its addresses and keys.", hint=_EXAMPLE)
    from doc_sources.aws_services import ServiceModels  # brings the AWS SDK, which no other command waits for

    models = ServiceModels()
    try:
        models.named(url, ())
    except SpecUnusable as error:
        raise Misconfigured(error.message, hint=error.hint) from error
    for region in access.regions:
        _check_region(models, region)
    if access.role_arn and not _ROLE.fullmatch(access.role_arn):
        raise Misconfigured(
            f"{quoted(access.role_arn)} is no ARN of a role.", hint="Give one such as arn:aws:iam::123456789012:role/read-only."
        )
    if access.endpoint_url:
        _check_endpoint(access.endpoint_url)
    return Source(name=name or SHORT, spec_url=url, base_url=BASE_URL, title=TITLE, aws=access)


def _check_region(models: ServiceModels, region: str) -> None:
    if region not in models.regions:
        nearest = ", ".join(get_close_matches(region.lower(), models.regions, n=3, cutoff=0.4))
        hint = f"The nearest: {nearest}." if nearest else "Regions have names such as us-east-1 and eu-west-1."
        raise Misconfigured(f"AWS has no region {quoted(region)}.", hint=hint)


def _check_endpoint(url: str) -> None:
    address = parsed(url)
    if address.userinfo or address.query or address.fragment or address.path != "/":
        raise Misconfigured(f"The endpoint {shown(url)} is more than an address.", hint="Give it as http://host:port.")
    check_callable(url, "Give the address of what stands in for AWS: --endpoint http://…")
