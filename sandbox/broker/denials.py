"""What the broker says no with, one class a step. The message is what a model repairs its code from."""

from __future__ import annotations

from schemas.errors import Denied, LimitExceeded
from schemas.operation import Operation


class ForeignAddress(Denied):
    """Step 1: the URL is not below the base URL of the run's connection."""

    code = "E_DENIED_CONNECTION"


class UnknownOperation(Denied):
    """Step 2: the specification has no operation with this method and path."""

    code = "E_DENIED_OPERATION"


class NotARead(Denied):
    """Step 3: the operation does more than read."""

    code = "E_DENIED_EFFECT"


class NotGranted(Denied):
    """Step 4: the operation reads, but this tool may not call it."""

    code = "E_DENIED_CAPABILITY"


class UndeclaredShape(Denied):
    """Step 5: a name that the specification does not declare, a value that it does not allow, or one that is missing."""

    code = "E_DENIED_SHAPE"


class ForbiddenTarget(Denied):
    """Step 6: the name leads to an address that no run may reach."""

    code = "E_DENIED_TARGET"


class BudgetSpent(LimitExceeded):
    """Step 7: the run has used up its requests, bytes or seconds."""

    code = "E_LIMIT_BUDGET"


class Unsearched(LimitExceeded):
    """Step 9: the run was over before a text was searched for credentials, so it is withheld."""

    code = "E_LIMIT_REDACTION"


def titled(operation: Operation) -> str:
    """How a denial names an operation: `list_hosts (GET /hosts)`, or `ec2:DescribeInstances`."""
    return operation.label if operation.protocol == "aws" else f"{operation.name} ({operation.label})"
