"""The policies in what the `aws` command prints: one policy, a version of one, an account's details, those of an identity of SES.

The command decodes documents of IAM to objects; other clients print them URL-encoded, and SES gives JSON in a string.
Source: IAM API Reference, GetUserPolicy, GetPolicyVersion, GetRole, GetAccountAuthorizationDetails; SES API Reference,
GetIdentityPolicies; SES v2 API Reference, GetEmailIdentityPolicies; Organizations API Reference, DescribePolicy; IAM Identity Center
API Reference, GetInlinePolicyForPermissionSet.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import unquote

from gatepost.policy.read import PolicyKind
from gatepost.sources.found import Found, Unread
from gatepost.sources.plan import is_true
from gatepost.sources.policy_tree import Unresolvable, found_in, policy_text
from gatepost.sources.text import Text, text_at
from gatepost.sources.tree import Fields, Scalar, Tree, fields, items, string

DETAILS: Final = {
    "UserDetailList": ("UserName", "UserPolicyList"),
    "GroupDetailList": ("GroupName", "GroupPolicyList"),
    "RoleDetailList": ("RoleName", "RolePolicyList"),
}
OWNERS: Final = ("UserName", "GroupName", "RoleName")
CONTROL_POLICIES: Final = {"SERVICE_CONTROL_POLICY": PolicyKind.SCP, "RESOURCE_CONTROL_POLICY": PolicyKind.RCP}


@dataclass(frozen=True, slots=True)
class Printed:
    """A document in an answer."""

    address: str
    kind: PolicyKind
    document: Tree
    holders: tuple[str, ...] = ()


def is_answer(root: Fields) -> bool:
    """Whether an object is an answer that may hold policies."""
    return any(True for _ in _readers(root))


def answer_policies(root: Fields, file: str, content: Text) -> Iterator[Found]:
    """The policies of an answer."""
    for read in _readers(root):
        for each in read(root):
            try:
                text = _text(each.document, file)
            except Unresolvable as problem:
                yield Unread(file, each.address, problem.problem, *problem.place)
            else:
                yield replace(found_in(content, file, each.address, each.kind, text), holders=each.holders)


def _text(document: Tree, file: str) -> Text:
    if isinstance(document, Scalar) and not document.text.text.lstrip().startswith("{"):
        return text_at(unquote(document.text.text), document.place)
    return policy_text(document, file)


def _readers(root: Fields) -> Iterator[Callable[[Fields], Iterator[Printed]]]:
    policies = root.get("Policies")
    if isinstance(root.get("PolicyDocument"), Fields | Scalar) and string(root.get("PolicyName")) is not None:
        yield _inline
    if root.at("PolicyVersion", "Document") is not None:
        yield _version
    if root.at("Role", "AssumeRolePolicyDocument") is not None:
        yield _role
    if root.at("Policy", "Content") is not None:
        yield _control_policy
    if root.get("InlinePolicy") is not None:
        yield _permission_set
    if root.members.keys() & DETAILS.keys() or any(_versions(each) for each in items(policies)):
        yield _details
    if isinstance(policies, Fields):
        yield _of_identity


def _inline(root: Fields) -> Iterator[Printed]:
    owner = next((name for each in OWNERS if (name := string(root.get(each)))), "")
    document = root.get("PolicyDocument")
    if document is not None:
        yield Printed(": ".join(filter(None, (owner, string(root.get("PolicyName"))))), PolicyKind.IDENTITY, document)


def _version(root: Fields) -> Iterator[Printed]:
    document = root.at("PolicyVersion", "Document")
    if document is not None:
        yield Printed(string(root.at("PolicyVersion", "VersionId")) or "", PolicyKind.IDENTITY, document)


def _role(root: Fields) -> Iterator[Printed]:
    document = root.at("Role", "AssumeRolePolicyDocument")
    if document is not None:
        yield Printed(f"{string(root.at('Role', 'RoleName')) or 'role'}: trust policy", PolicyKind.TRUST, document)


def _control_policy(root: Fields) -> Iterator[Printed]:
    document, kind = root.at("Policy", "Content"), string(root.at("Policy", "PolicySummary", "Type"))
    if document is not None and (kind is None or kind in CONTROL_POLICIES):
        name = string(root.at("Policy", "PolicySummary", "Name")) or ""
        yield Printed(name, CONTROL_POLICIES.get(kind or "", PolicyKind.ANY), document)


def _permission_set(root: Fields) -> Iterator[Printed]:
    document = root.get("InlinePolicy")
    if document is not None and string(document) != "":
        yield Printed("", PolicyKind.IDENTITY, document)


def _of_identity(root: Fields) -> Iterator[Printed]:
    for name, document in fields(root.get("Policies")):
        yield Printed(name, PolicyKind.RESOURCE, document)


# --- an account's details -----------------------------------------------------------------------------------------------


def _details(root: Fields) -> Iterator[Printed]:
    attached: dict[str, list[str]] = {}
    bounding: dict[str, list[str]] = {}
    for listed, (name_of, inline) in DETAILS.items():
        for each in items(root.get(listed)):
            if not isinstance(each, Fields):
                continue
            arn = string(each.get("Arn"))
            who = arn or string(each.get(name_of)) or listed
            yield from _of_principal(each, who, inline, () if arn is None else (arn,))
            for policy in items(each.get("AttachedManagedPolicies")):
                attached.setdefault(string(_member(policy, "PolicyArn")) or "", []).append(who)
            boundary = string(each.at("PermissionsBoundary", "PermissionsBoundaryArn"))
            if boundary is not None:
                bounding.setdefault(boundary, []).append(who)
    for policy in items(root.get("Policies")):
        arn = string(_member(policy, "Arn")) or string(_member(policy, "PolicyName")) or ""
        for document in _versions(policy):
            if arn in attached or (arn not in bounding and not arn.startswith("arn:aws:iam::aws:")):
                yield Printed(arn, PolicyKind.IDENTITY, document, tuple(attached.get(arn, ())))
            if arn in bounding:
                yield Printed(arn, PolicyKind.BOUNDARY, document, tuple(bounding[arn]))


def _of_principal(principal: Fields, who: str, inline: str, holders: tuple[str, ...]) -> Iterator[Printed]:
    trust = principal.get("AssumeRolePolicyDocument")
    if trust is not None:
        yield Printed(f"{who}: trust policy", PolicyKind.TRUST, trust, holders)
    for each in items(principal.get(inline)):
        document = _member(each, "PolicyDocument")
        if document is not None:
            yield Printed(f"{who}: {string(_member(each, 'PolicyName')) or ''}", PolicyKind.IDENTITY, document, holders)


def _versions(policy: Tree) -> tuple[Tree, ...]:
    """The documents of a managed policy's default version."""
    listed = [each for each in items(_member(policy, "PolicyVersionList")) if isinstance(each, Fields)]
    default = [each for each in listed if is_true(each.get("IsDefaultVersion"))] or listed[:1]
    return tuple(document for each in default if (document := each.get("Document")) is not None)


def _member(tree: Tree, name: str) -> Tree | None:
    return tree.get(name) if isinstance(tree, Fields) else None
