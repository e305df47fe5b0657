"""The documents that a check is given.

They are held to a size before anything of them is read. AWS documents none for Access Analyzer, so it is that of the largest policy
that any service of AWS takes (a KMS key's, 32 KB), white space not counted; with it, no more than IAM takes on the wire.
Source: AWS Key Management Service Developer Guide, "Resource quotas"; IAM's model, `policyDocumentType`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Policy
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.sizes import size_of
from gatepost.reasoning.questions import Asker, Side
from gatepost.services.access_analyzer.errors import invalid, invalid_parameter
from gatepost.solvers.portfolio import general_solvers

KINDS: Final = {"IDENTITY_POLICY": PolicyKind.IDENTITY, "RESOURCE_POLICY": PolicyKind.RESOURCE}
SIDES: Final = {"IDENTITY_POLICY": Side.IDENTITY, "RESOURCE_POLICY": Side.RESOURCE}
MOST_CHARACTERS: Final = 32_768  # without white space
MOST_ON_THE_WIRE: Final = 131_072
MOST_ACCESS_ENTRIES: Final = 100  # of actions, and of resources (API Reference, `Access`)


def check_size(document: str, member: str) -> None:
    """`ValidationException` where a document is larger than any policy may be."""
    if len(document) > MOST_ON_THE_WIRE or size_of(document) > MOST_CHARACTERS:
        raise invalid(f"The {member} is too large: at most {MOST_CHARACTERS} characters, white space not counted, are allowed.")


def check_access_size(access: Sequence[Mapping[str, Sequence[str]]]) -> None:
    """`ValidationException` where an access has more entries than the API takes."""
    for each in access:
        for member, entries in each.items():
            if len(entries) > MOST_ACCESS_ENTRIES:
                raise invalid(f"access, {member}: at most {MOST_ACCESS_ENTRIES} entries are allowed.")


def checked_document(document: str, policy_type: str, member: str) -> Policy:
    """The policy of a document; `InvalidParameterException` with the place where it is none.

    A resource policy without `Resource` is a role's trust policy, as AWS takes it.
    """
    kind = KINDS[policy_type]
    try:
        return read_policy(document, kind)
    except PolicyError as error:
        if kind is PolicyKind.RESOURCE and error.code == "missing-resource":
            return checked_trust_policy(document, member)
        raise _unreadable(member, error) from None


def checked_trust_policy(document: str, member: str) -> Policy:
    """The trust policy of a document."""
    try:
        return read_policy(document, PolicyKind.TRUST)
    except PolicyError as error:
        raise _unreadable(member, error) from None


def asker_of(policy_type: str) -> Asker:
    """Who answers questions on policies of a type."""
    return Asker(SIDES[policy_type], decider=general_solvers())


def _unreadable(member: str, error: PolicyError) -> Exception:
    return invalid_parameter(f"The {member} is not a valid policy: {error}")
