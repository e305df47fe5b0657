"""Policies that a simulation is to leave out, to see what would be without them.

Source: IAM API Reference, `PolicyIdentifier`.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from gatepost.aws.call import Shape
from gatepost.policy.decide import AttachedPolicy, PolicySource
from gatepost.policy.pattern import glob, wild
from gatepost.services.iam import errors

INLINE: Final = {
    PolicySource.USER_INLINE: "user",
    PolicySource.GROUP_INLINE: "group",
    PolicySource.ROLE_INLINE: "role",
}
AWS_OWNED: Final = "arn:aws:iam::aws:policy/"
# Wildcards stand in the resource's name alone, and at most one `*`.
PATTERN: Final = re.compile(r"arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy/[^*]*\*?[^*]*")
ONE_OF: Final = ("PolicyType", "PolicyArn", "InlinePolicyIdentifier")


class Exclusions:
    """What a list of identifiers leaves out."""

    def __init__(self, identifiers: Sequence[Shape]) -> None:
        for identifier in identifiers:
            if sum(name in identifier for name in ONE_OF) != 1:
                raise errors.invalid_input(f"PolicyExclusionList: specify exactly one of {', '.join(ONE_OF)}.")
            arn = identifier.get("PolicyArn")
            if arn is not None and PATTERN.fullmatch(arn) is None:
                raise errors.invalid_input(f"Invalid ARN in PolicyExclusionList: {arn}.")
        self._types = frozenset(each["PolicyType"] for each in identifiers if "PolicyType" in each)
        self._arns = [wild(each["PolicyArn"]) for each in identifiers if "PolicyArn" in each]
        self._inline = [each["InlinePolicyIdentifier"] for each in identifiers if "InlinePolicyIdentifier" in each]

    @property
    def boundary(self) -> bool:
        """Whether the principal's boundary is left out."""
        return "permission-boundary" in self._types

    @property
    def scps(self) -> bool:
        """Whether service control policies are left out."""
        return "scp" in self._types

    def keep(self, attached: Iterable[AttachedPolicy]) -> list[AttachedPolicy]:
        """The identity policies that stay."""
        return [policy for policy in attached if not self._leaves_out(policy)]

    def _leaves_out(self, policy: AttachedPolicy) -> bool:
        kind = INLINE.get(policy.source)
        if kind is None:
            owned = "aws-managed" if policy.name.startswith(AWS_OWNED) else "user-managed"
            return owned in self._types or any(glob(pattern, policy.name) for pattern in self._arns)
        owner = policy.owner.rpartition("/")[2]
        return "inline" in self._types or any(
            (each["PolicyName"], each["AttachmentType"], each["AttachmentName"]) == (policy.name, kind, owner)
            for each in self._inline
        )
