"""The documents that a check is given."""

from typing import Final

from gatepost.policy.errors import PolicyError
from gatepost.policy.model import Policy
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.reasoning.questions import Asker, Side
from gatepost.services.access_analyzer.errors import invalid_parameter
from gatepost.solvers.portfolio import general_solvers

KINDS: Final = {"IDENTITY_POLICY": PolicyKind.IDENTITY, "RESOURCE_POLICY": PolicyKind.RESOURCE}
SIDES: Final = {"IDENTITY_POLICY": Side.IDENTITY, "RESOURCE_POLICY": Side.RESOURCE}


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
