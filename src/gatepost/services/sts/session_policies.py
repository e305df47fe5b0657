"""Session policies: an inline one and up to ten managed ones, which together can only take away.

Source: STS API Reference, AssumeRole and GetFederationToken; IAM User Guide, "IAM and AWS STS quotas".
"""

import zlib
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from gatepost.policy.read import PolicyKind
from gatepost.services.iam.documents import checked_policy
from gatepost.services.sts.errors import packed_policy_too_large, validation
from gatepost.store import managed_policies
from gatepost.store.transaction import Transaction

MOST_MANAGED: Final = 10
MOST_CHARACTERS: Final = 2048  # of the inline policy as it is written
MOST_PACKED: Final = 2048  # bytes of everything compressed; AWS's own measure is its secret


class SessionPolicies(Struct, frozen=True):
    """The session policies of a call."""

    inline: str | None = None
    arns: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.inline is not None or bool(self.arns)


def read_session_policies(policy: str | None, policy_arns: Sequence[Mapping[str, str]]) -> SessionPolicies:
    """The session policies of a call; `MalformedPolicyDocument`, and past a limit `PackedPolicyTooLarge` or `ValidationError`."""
    if policy is not None:
        if len(policy) > MOST_CHARACTERS:  # where the model does not refuse it before
            raise packed_policy_too_large(_percent(len(policy), MOST_CHARACTERS))
        checked_policy(policy, PolicyKind.SESSION)
    arns = tuple(each["arn"] for each in policy_arns if each.get("arn"))
    if len(arns) > MOST_MANAGED:
        raise validation(
            "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: "
            f"Member must have length less than or equal to {MOST_MANAGED}"
        )
    return SessionPolicies(policy, arns)


def check_managed(tx: Transaction, policies: SessionPolicies, account: str) -> None:
    """`ValidationError` where a managed session policy is none of the account's or AWS's."""
    for arn in policies.arns:
        found = managed_policies.get_policy(tx, arn)
        if found is None or found.account not in (account, "aws"):
            raise validation(f"Policy {arn} does not exist or is not attachable.")


def packed_size(policies: SessionPolicies, tags: Mapping[str, str]) -> int:
    """Per cent of the room for session policies and tags that they take; `PackedPolicyTooLarge` where it is more than all."""
    if not policies and not tags:
        return 0
    parts = [policies.inline or "", *policies.arns, *(f"{key}={value}" for key, value in tags.items())]
    percent = _percent(len(zlib.compress("\n".join(parts).encode(), 9)), MOST_PACKED)
    if percent > 100:
        raise packed_policy_too_large(percent)
    return percent


def _percent(part: int, whole: int) -> int:
    """Per cent, rounded up."""
    return -(-part * 100 // whole)
