"""The answer of GetAccountAuthorizationDetails as policies, each with the ARNs of who has it.

Source: IAM API Reference, GetAccountAuthorizationDetails: documents are URL-encoded (RFC 3986).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from gatepost.policy.read import PolicyKind
from gatepost.sources.found import FoundPolicy
from gatepost.sources.text import text_of

Shape = Mapping[str, Any]  # of botocore, which types nothing


@dataclass(frozen=True, slots=True)
class Details:
    """The four lists of the answer."""

    users: tuple[Shape, ...]
    groups: tuple[Shape, ...]
    roles: tuple[Shape, ...]
    policies: tuple[Shape, ...]

    def principals(self) -> Iterator[tuple[Shape, str]]:
        """Everybody, each with the member that holds the inline policies."""
        for listed, member in (
            (self.users, "UserPolicyList"),
            (self.groups, "GroupPolicyList"),
            (self.roles, "RolePolicyList"),
        ):
            yield from ((each, member) for each in listed)

    def attached(self) -> Iterator[tuple[str, str]]:
        """The ARNs of a managed policy and of who has it, for each attachment."""
        for each, _ in self.principals():
            yield from ((attached["PolicyArn"], each["Arn"]) for attached in each.get("AttachedManagedPolicies", ()))

    def bounding(self) -> Iterator[tuple[str, str]]:
        """The ARNs of a managed policy and of whom it bounds."""
        for each, _ in self.principals():
            if each.get("PermissionsBoundary"):
                yield each["PermissionsBoundary"]["PermissionsBoundaryArn"], each["Arn"]

    def holders_of(self, arn: str) -> frozenset[str]:
        """A principal and the groups of which it is a member; nobody where there is no such principal."""
        found = [each for each, _ in self.principals() if each["Arn"] == arn]
        names = {name for each in found for name in each.get("GroupList", ())}
        return frozenset([each["Arn"] for each in found] + [each["Arn"] for each in self.groups if each["GroupName"] in names])


def iam_policies(details: Details, file: str) -> Iterator[FoundPolicy]:
    """Trust, inline and managed policies; a managed one of AWS where somebody has it, one that also bounds once more as such."""
    for principal, member in details.principals():
        arn = principal["Arn"]
        if "AssumeRolePolicyDocument" in principal:
            yield found_text(principal["AssumeRolePolicyDocument"], PolicyKind.TRUST, file, f"{arn}: trust policy", (arn,))
        for each in principal.get(member, ()):
            yield found_text(each["PolicyDocument"], PolicyKind.IDENTITY, file, f"{arn}: {each['PolicyName']}", (arn,))
    attached, bounding = _grouped(details.attached()), _grouped(details.bounding())
    for policy in details.policies:
        arn = policy["Arn"]
        (document,) = (each["Document"] for each in policy["PolicyVersionList"] if each["IsDefaultVersion"])
        if arn in attached or (arn not in bounding and arn.split(":")[4] != "aws"):
            yield found_text(document, PolicyKind.IDENTITY, file, arn, attached.get(arn, ()))
        if arn in bounding:
            yield found_text(document, PolicyKind.BOUNDARY, file, arn, bounding[arn])


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    holders: dict[str, tuple[str, ...]] = {}
    for policy, holder in pairs:
        holders[policy] = (*holders.get(policy, ()), holder)
    return holders


def found_text(document: str, kind: PolicyKind, file: str, address: str, holders: tuple[str, ...]) -> FoundPolicy:
    """A policy of a document as the API gives it: JSON, from IAM URL-encoded."""
    text = document if document.lstrip().startswith("{") else unquote(document)
    return FoundPolicy(text, kind, file, text_of(text), address, holders=holders, content=text)
