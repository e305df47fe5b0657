"""Policy documents as IAM takes them in and gives them out."""

from typing import Final
from urllib.parse import quote

from gatepost.aws.errors import AwsError
from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Policy
from gatepost.policy.read import WITHOUT_PRINCIPAL, PolicyKind, read_policy
from gatepost.policy.sizes import size_of
from gatepost.services.iam import errors
from gatepost.services.iam.put_checks import first_fault

# The kinds of policy that IAM and STS take in; a resource's policy is its own service's to check.
PUT: Final = (*WITHOUT_PRINCIPAL, PolicyKind.TRUST)


def check_length(document: str, most: int, refuse: AwsError) -> None:
    """Raise `refuse` where a document is larger than a quota (white space not counted), before anything of it is read."""
    if size_of(document) > most:
        raise refuse


def checked_policy(document: str, kind: PolicyKind = PolicyKind.IDENTITY, *, managed: bool = False) -> Policy:
    """The policy of a document; `MalformedPolicyDocument` where it is none, or none that IAM takes.

    `managed`: whether it is to be a managed policy, which is of version 2012-10-17.
    """
    try:
        fault = first_fault(document, kind, managed=managed) if kind in PUT else None
        if fault is not None:
            raise errors.refused_policy(*fault)
        return read_policy(document, kind)
    except PolicyError as error:
        raise errors.malformed(error) from None


def given_out(document: str) -> str:
    """A document as IAM answers it: percent-encoded (RFC 3986)."""
    return quote(document, safe="")
