"""Policy documents as IAM takes them in and gives them out."""

from urllib.parse import quote

from gatepost.aws.errors import AwsError
from gatepost.policy.catalogue import is_service
from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Policy
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.sizes import size_of
from gatepost.services.iam import errors


def check_length(document: str, most: int, refuse: AwsError) -> None:
    """Raise `refuse` where a document is larger than a quota (white space not counted), before anything of it is read."""
    if size_of(document) > most:
        raise refuse


def checked_policy(document: str, kind: PolicyKind = PolicyKind.IDENTITY) -> Policy:
    """The policy of a document; `MalformedPolicyDocument` where it is none, or names a service that AWS does not have."""
    try:
        policy = read_policy(document, kind)
    except PolicyError as error:
        raise errors.malformed(error) from None
    vendor = unknown_vendor(policy)
    if vendor is not None:
        raise AwsError("MalformedPolicyDocument", f"Vendor {vendor} is not valid")
    return policy


def unknown_vendor(policy: Policy) -> str | None:
    """The first service that a policy's actions name and AWS does not have; None where it has them all."""
    for statement in policy.statements:
        for action in (*(statement.actions or ()), *(statement.not_actions or ())):
            vendor = action.partition(":")[0]
            if action != "*" and not is_service(vendor):
                return vendor
    return None


def given_out(document: str) -> str:
    """A document as IAM answers it: percent-encoded (RFC 3986)."""
    return quote(document, safe="")
