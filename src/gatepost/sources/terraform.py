"""The policies and identities of a Terraform plan, or state, as `terraform show -json` prints it.

What is planned comes first, then what is read only: the documents of data sources that no resource holds as they are. A policy
that is a string is known whole or not at all; one that is not known is told, and the document of which it is made is read by its own
name, as far as that is known.
Source: Terraform, "JSON Output Format"; the provider's documentation of each resource.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gatepost.policy.read import PolicyKind
from gatepost.sources.found import Found, FoundIdentity, FoundPolicy, Unread
from gatepost.sources.plan import Configured, Plan, Resource, before
from gatepost.sources.policy_document import document_text
from gatepost.sources.policy_tree import Unresolvable, found_in
from gatepost.sources.text import Text
from gatepost.sources.tree import Fields, Names, Scalar, Tree, items, string

DOCUMENT: Final = "aws_iam_policy_document"
POLICIES: Final[Mapping[str, tuple[tuple[str, PolicyKind], ...]]] = {
    **dict.fromkeys(
        ("aws_iam_policy", "aws_iam_user_policy", "aws_iam_role_policy", "aws_iam_group_policy"),
        (("policy", PolicyKind.IDENTITY),),
    ),
    **dict.fromkeys(
        ("aws_ses_identity_policy", "aws_sesv2_email_identity_policy"),
        (("policy", PolicyKind.RESOURCE),),
    ),
    "aws_ssoadmin_permission_set_inline_policy": (("inline_policy", PolicyKind.IDENTITY),),
    "aws_iam_role": (("assume_role_policy", PolicyKind.TRUST),),
}
IDENTITIES: Final = {
    "aws_ses_domain_identity": "domain",
    "aws_ses_email_identity": "email",
    "aws_sesv2_email_identity": "email_identity",
}
CONTROL_POLICIES: Final = {"SERVICE_CONTROL_POLICY": PolicyKind.SCP, "RESOURCE_CONTROL_POLICY": PolicyKind.RCP}


@dataclass(frozen=True, slots=True)
class Written:
    """A policy of a resource: its attribute, as it is known, and what the plan knows only later."""

    address: str
    attribute: str
    kind: PolicyKind
    value: Tree | None
    is_unknown: bool


def plan_policies(root: Fields, file: str, content: Text, kind: PolicyKind) -> Iterator[Found]:
    """The policies of a plan. A data source's document is of the kind of what is made of it, else of `kind`."""
    yield from _policies(Plan(root), file, content, kind)


def prior_policies(root: Fields, file: str, content: Text, kind: PolicyKind) -> Iterator[Found]:
    """The policies as they are before a plan is applied."""
    yield from _policies(Plan(before(root)), file, content, kind)


def _policies(plan: Plan, file: str, content: Text, kind: PolicyKind) -> Iterator[Found]:
    boundaries = set(_boundaries(plan))
    held: set[str] = set()
    uses: dict[Configured, set[PolicyKind]] = {}
    for resource in plan.resources():
        if resource.type in IDENTITIES and (identity := string(resource.values.get(IDENTITIES[resource.type]))):
            yield FoundIdentity(identity, file, resource.address)
        for written in _written(resource, boundaries):
            for name in plan.made_of(resource, written.attribute):
                uses.setdefault(name, set()).add(written.kind)
            found = _found(plan, resource, written, file, content)
            if isinstance(found, FoundPolicy):
                held.add(_sense(found.text))
            if found is not None:
                yield found
    names = Names()
    for document in plan.resources(DOCUMENT):
        kinds = uses.get(document.configured, set())
        one = _document(document, file, content, kinds.pop() if len(kinds) == 1 else kind, names)
        if isinstance(one, Unread) or _sense(one.text) not in held:
            yield one


def _boundaries(plan: Plan) -> Iterator[str | Configured]:
    """The managed policies that bound a user or role: by ARN, or by what the configuration says."""
    for each in plan.resources():
        if each.type in ("aws_iam_user", "aws_iam_role"):
            yield string(each.values.get("permissions_boundary")) or ""
            yield from plan.made_of(each, "permissions_boundary")


def _written(resource: Resource, boundaries: Collection[str | Configured]) -> Iterator[Written]:
    if resource.type == "aws_organizations_policy":
        kind = CONTROL_POLICIES.get(string(resource.values.get("type")) or "SERVICE_CONTROL_POLICY")
        if kind is not None:
            yield Written("", "content", kind, resource.values.get("content"), resource.lacks("content"))
    is_managed = resource.type == "aws_iam_policy"
    bounds = is_managed and (string(resource.values.get("arn")) in boundaries or resource.configured in boundaries)
    for attribute, kind in POLICIES.get(resource.type, ()):
        address = "" if attribute in ("policy", "inline_policy") else f".{attribute}"
        of_kind = PolicyKind.BOUNDARY if bounds else kind
        yield Written(address, attribute, of_kind, resource.values.get(attribute), resource.lacks(attribute))
    if resource.type == "aws_iam_role":
        yield from _inline(resource)


def _inline(role: Resource) -> Iterator[Written]:
    if role.lacks("inline_policy"):
        yield Written(".inline_policy", "inline_policy", PolicyKind.IDENTITY, None, is_unknown=True)
    for number, block in enumerate(items(role.values.get("inline_policy"))):
        address = f".inline_policy[{number}]"
        value = block.get("policy") if isinstance(block, Fields) else None
        is_unknown = role.lacks("inline_policy", number, "policy")
        yield Written(address, "inline_policy", PolicyKind.IDENTITY, value, is_unknown)


def _found(plan: Plan, resource: Resource, written: Written, file: str, content: Text) -> Found | None:
    address = resource.address + written.address
    if isinstance(written.value, Scalar) and not written.value.is_word:
        return found_in(content, file, address, written.kind, written.value.text)
    if not written.is_unknown:
        return None
    made_of = plan.references(resource, written.attribute)
    of = f"; it is made of {', '.join(f'`{each}`' for each in made_of)}" if made_of else ""
    return Unread(file, address, f"`{written.attribute}` is known only after apply{of}", *resource.place)


def _document(document: Resource, file: str, content: Text, kind: PolicyKind, names: Names) -> FoundPolicy | Unread:
    try:
        text, unresolved = document_text(document, file, names)
    except Unresolvable as problem:
        return Unread(file, document.address, problem.problem, *problem.place)
    return found_in(content, file, document.address, kind, text, unresolved)


def _sense(text: str) -> str:
    """A text by which documents are equal that differ in spaces and the order of keys alone, as providers write them anew."""
    try:
        return json.dumps(json.loads(text), sort_keys=True)
    except ValueError:
        return text
