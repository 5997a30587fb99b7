"""The transport that really calls AWS: the host's botocore validates, signs, sends again where that helps, and parses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType

from botocore import exceptions as boto
from botocore import xform_name
from botocore.model import OperationNotFoundError
from botocore.parsers import ResponseParserError

from sandbox.broker.aws_account import ATTEMPTS, Account, Unsent
from sandbox.broker.aws_wire import answered, parameters_of, refused
from sandbox.broker.denials import UndeclaredShape
from sandbox.broker.pool import Patience
from sandbox.broker.region import named
from sandbox.broker.signing import Signed
from sandbox.broker.target import Lookup
from sandbox.broker.wire import TransportFailure, WireRequest, WireResponse
from schemas.errors import Misconfigured, quoted
from schemas.source import AwsAccess, Source

_NO_CREDENTIALS = (
    boto.NoCredentialsError,
    boto.PartialCredentialsError,
    boto.CredentialRetrievalError,
    boto.MetadataRetrievalError,
    boto.TokenRetrievalError,
    boto.NoAuthTokenError,
    boto.SSOError,
    boto.LoginError,
    boto.ClientError,
    ResponseParserError,
)
"""What the finding and renewing of credentials fails with, a refusal of STS or SSO included."""

_BAD_CONFIGURATION = (boto.ConfigParseError, boto.ConfigNotFound, boto.InvalidConfigError, boto.UnknownCredentialError, ValueError, OSError)
_UNKNOWN = (boto.UnknownServiceError, OperationNotFoundError)


class AwsTransport:
    """A `Transport` to AWS as one source sees it, in any of its regions. Safe to share between threads.

    AWS's own errors are responses: the tool gets them as the ClientError that boto3 raises anywhere.
    """

    def __init__(self, source: Source, patience: Patience | None = None, *, lookup: Lookup | None = None, attempts: int = ATTEMPTS) -> None:
        if source.aws is None:
            raise ValueError(f"{source.name} is no source of AWS")
        self._name = source.name
        self._access: AwsAccess = source.aws
        self._account = Account(source.name, source.aws, patience or Patience(), lookup=lookup, attempts=attempts)

    def __enter__(self) -> AwsTransport:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close all connections."""
        self._account.close()

    def authenticate(self, request: WireRequest) -> Signed:
        """The request as it is, since botocore signs what it sends, with the secrets that it will sign with.

        Raises Misconfigured where there are none: no such profile, nobody signed in, a role that may not be assumed.
        """
        with self._configured():
            self._account.begin(request.ends)
            return Signed(request, self._account.secrets())

    def send(self, request: WireRequest) -> WireResponse:
        """What AWS answers, errors too. Raises TransportFailure where it does not, UndeclaredShape where botocore objects."""
        region, service, operation = named(request.url)
        self._account.begin(request.ends)
        with self._mapped(region, f"{service}:{operation}"):
            client = self._account.client(region, service)
            parameters = parameters_of(client.meta.service_model.operation_model(operation), request.body)
            try:
                return answered(getattr(client, xform_name(operation))(**parameters))
            except boto.ClientError as error:
                return refused(error.response)

    @contextmanager
    def _configured(self) -> Iterator[None]:
        """Turns what stands in the way of credentials into what the operator can do about it. Quotes no secret: only names and kinds."""
        try:
            yield
        except Unsent as error:
            raise error.failure from error
        except boto.ProfileNotFound as error:
            raise Misconfigured(
                f"{self._name} uses the AWS profile {quoted(self._access.profile)}, which the AWS configuration does not have.",
                hint=f"Make it: aws configure --profile {self._access.profile}",
            ) from error
        except _NO_CREDENTIALS as error:
            raise Misconfigured(f"{self._name} has no AWS credentials as {self._who}: {_kind(error)}.", hint=self._way_in(error)) from error
        except _BAD_CONFIGURATION as error:
            raise Misconfigured(
                f"The AWS configuration can't be used for {self._name}: {quoted(error, 200)}.", hint="Mend it: aws configure list"
            ) from error

    @contextmanager
    def _mapped(self, region: str, action: str) -> Iterator[None]:
        """Turns botocore's errors into ours: the one place that knows both."""
        where = f"{self._name} in {region}"
        try:
            yield
        except Unsent as error:
            failure = error.failure
            raise TransportFailure(failure.kind, f"{region}: {failure.message}", hint=failure.hint) from error
        except boto.ParamValidationError as error:
            raise UndeclaredShape(f"{action}: {quoted(error, 300)}.") from error
        except _UNKNOWN as error:
            raise Misconfigured(
                f"The AWS SDK of this machine does not know {action}.",
                hint=f"Read its operations anew: opswright sources refresh {self._name}",
            ) from error
        except boto.HTTPClientError as error:
            raise TransportFailure("connect", f"{where} can't be reached: {quoted(error)}.") from error
        except (boto.BotoCoreError, ResponseParserError) as error:
            raise TransportFailure("protocol", f"{where} can't be asked {action}: {quoted(error, 200)}.") from error

    @property
    def _who(self) -> str:
        profile = f"profile {quoted(self._access.profile)}" if self._access.profile else "the default of the AWS SDK"
        return f"{quoted(self._access.role_arn, 200)}, assumed from {profile}" if self._access.role_arn else profile

    def _way_in(self, error: Exception) -> str:
        option = f" --profile {self._access.profile}" if self._access.profile else ""
        if self._access.role_arn and isinstance(error, boto.ClientError):
            return "Let that identity assume the role, or add the source again with another --role."
        return f"Sign in: aws sso login{option}, or aws configure{option}."


def _kind(error: Exception) -> str:
    """What happened, without the texts of others: a credential process may print anything."""
    if isinstance(error, boto.ClientError):
        return str(quoted(error.response.get("Error", {}).get("Code", "")))
    return type(error).__name__
