"""The policies and identities of a CloudFormation template, as people write it, as SAM takes it, or as CDK makes it.

A function `Fn::If` whose condition is not decided makes several policies of one, each with its branches, named by the conditions.
Sources: CloudFormation User Guide, "AWS::IAM::Role" and the like, "AWS::Organizations::Policy", "AWS::SES::EmailIdentity"; SAM,
"AWS::Serverless::Function"; CDK, "AwsCustomResource".
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from gatepost.policy.read import PolicyKind
from gatepost.sources.custom_calls import CALLS, called_policy
from gatepost.sources.found import Found, FoundIdentity, FoundPolicy, Unread
from gatepost.sources.given import Given
from gatepost.sources.json_tree import write_tree
from gatepost.sources.policy_tree import Unresolvable, found_in, policy_text
from gatepost.sources.resolver import Resolver
from gatepost.sources.sam_policies import filled
from gatepost.sources.template import Template
from gatepost.sources.text import Text
from gatepost.sources.tree import Fields, Items, Tree, fields, items, string
from gatepost.sources.variants import variants

IAM: Final = "AWS::IAM::"
DOCUMENTS: Final = tuple(f"{IAM}{name}" for name in ("Policy", "ManagedPolicy", "UserPolicy", "RolePolicy", "GroupPolicy"))
PRINCIPALS: Final = tuple(f"{IAM}{name}" for name in ("User", "Group", "Role"))
SERVERLESS: Final = ("AWS::Serverless::Function", "AWS::Serverless::StateMachine")
CONTROL_POLICIES: Final = {"SERVICE_CONTROL_POLICY": PolicyKind.SCP, "RESOURCE_CONTROL_POLICY": PolicyKind.RCP}
Held = Callable[[Tree], Iterator[Tree]]  # the policies that a value holds


@dataclass(frozen=True, slots=True)
class Written:
    """A value of a resource in which policies are: its address after the resource's name, and how they are held."""

    address: str
    kind: PolicyKind
    value: Tree
    held: Held
    is_generated: bool = False  # by SAM


def template_policies(root: Fields, file: str, content: Text, given: Given) -> Iterator[Found]:
    """The policies and identities of a template in its order; SourceError where a function is used wrongly."""
    template = Template(file, root, given)
    resources = list(fields(root.get("Resources")))
    bounding = {name for _, resource in resources for name in _boundaries(resource)}
    for name, resource in resources:
        if name.startswith("Fn::ForEach"):
            yield Unread(file, name, "the resources that Fn::ForEach makes", *resource.place)
        for written in _written(resource, file):
            is_boundary = name in bounding and written.kind is PolicyKind.IDENTITY
            kind = PolicyKind.BOUNDARY if is_boundary else written.kind
            yield from _found(template, name, resource, replace(written, kind=kind), content)
        yield from _identities(template, name, resource)


def _boundaries(resource: Tree) -> Iterator[str]:
    """The logical ID of the policy that bounds a user or role, where it is one of the template."""
    for function, argument in fields(_property(resource, "PermissionsBoundary")):
        for first in items(argument)[:1]:
            if function in ("Ref", "Fn::GetAtt"):
                yield (string(first) or "").partition(".")[0]


# --- where policies are ----------------------------------------------------------------------------------------------------


def _written(resource: Tree, file: str) -> Iterator[Written]:
    of_type = _type(resource)
    if of_type in DOCUMENTS:
        yield from _whole(resource, ("PolicyDocument",), PolicyKind.IDENTITY)
    elif of_type in PRINCIPALS:
        yield from _of_principal(resource, _document)
    elif of_type in SERVERLESS:
        yield from _of_principal(resource, _statements)
    elif of_type == "AWS::SSO::PermissionSet":
        yield from _whole(resource, ("InlinePolicy",), PolicyKind.IDENTITY)
    elif of_type == "AWS::Organizations::Policy":
        kind = CONTROL_POLICIES.get(string(_property(resource, "Type")) or "")
        yield from () if kind is None else _whole(resource, ("Content",), kind)
    elif of_type.endswith("IdentityPolicy") and not of_type.startswith("AWS::"):
        yield from _whole(resource, ("Policy", "PolicyDocument"), PolicyKind.RESOURCE)
    elif of_type.startswith(("Custom::", "AWS::CloudFormation::CustomResource")):
        yield from _calls(resource, file)


def _calls(resource: Tree, file: str) -> Iterator[Written]:
    """The calls of a custom resource, those that are alike once."""
    told: set[str] = set()
    for name in CALLS:
        call = _property(resource, name)
        if call is not None and (text := write_tree(call).text) not in told:
            told.add(text)
            yield Written(f".{name}", PolicyKind.RESOURCE, call, lambda each: called_policy(each, file))


def _whole(resource: Tree, names: tuple[str, ...], kind: PolicyKind) -> Iterator[Written]:
    for name in names:
        value = _property(resource, name)
        if value is not None:
            yield Written("", kind, value, lambda policy: iter((policy,)))


def _of_principal(resource: Tree, held: Held) -> Iterator[Written]:
    trust, inline = _property(resource, "AssumeRolePolicyDocument"), _property(resource, "Policies")
    if trust is not None:
        yield Written(".AssumeRolePolicyDocument", PolicyKind.TRUST, trust, lambda policy: iter((policy,)))
    for number, each in enumerate(items(inline)):
        value = filled(each) if held is _statements else each
        address = f".Policies[{number}]" if isinstance(inline, Items) else ".Policies"
        is_generated = held is _statements and isinstance(each, Fields) and "Statement" not in each.members
        yield Written(address, PolicyKind.IDENTITY, value, held, is_generated)


def _document(value: Tree) -> Iterator[Tree]:
    for each in items(value):
        document = each.get("PolicyDocument") if isinstance(each, Fields) else None
        if document is not None:
            yield document


def _statements(value: Tree) -> Iterator[Tree]:
    """The policies among what a function of SAM may have: ARNs and names of managed ones are none."""
    for each in items(value):
        if isinstance(each, Fields) and "Statement" in each.members:
            yield each
        elif isinstance(each, Fields):
            raise Unresolvable(f"SAM makes it of its policy template `{next(iter(each.members), '')}`", each.place)


def _property(resource: Tree, name: str) -> Tree | None:
    return resource.at("Properties", name) if isinstance(resource, Fields) else None


def _type(resource: Tree) -> str:
    return (string(resource.get("Type")) if isinstance(resource, Fields) else None) or ""


# --- what they come to -----------------------------------------------------------------------------------------------------


def _found(template: Template, name: str, resource: Tree, written: Written, content: Text) -> Iterator[Found]:
    """The policies of one value, by its variants; those that come to the same are told once, and without their conditions."""
    told: dict[tuple[str, str], tuple[str, FoundPolicy | Unread]] = {}
    try:
        for variant in variants(template, resource, lambda resolver: _texts(template, resolver, written)):
            for number, text in enumerate(variant.value):
                address = f"{name}{written.address}[{number}]" if len(variant.value) > 1 else f"{name}{written.address}"
                one: FoundPolicy | Unread
                if isinstance(text, Unresolvable):
                    one = Unread(template.file, address, text.problem, *text.place)
                    told.setdefault((address, text.problem), ("", one))
                else:
                    one = found_in(content, template.file, address, written.kind, text, variant.unresolved)
                    told.setdefault((address, text.text), (variant.branches, one))
    except Unresolvable as problem:
        yield Unread(template.file, f"{name}{written.address}", problem.problem, *problem.place)
    addresses = [address for address, _ in told]
    for (address, _), (branches, one) in told.items():
        named = branches and addresses.count(address) > 1
        yield replace(one, address=f"{address} [{branches}]" if named else address, is_generated=written.is_generated)


def _texts(template: Template, resolver: Resolver, written: Written) -> list[Text | Unresolvable]:
    value = resolver.value(written.value)
    texts: list[Text | Unresolvable] = []
    try:
        for policy in written.held(value) if value is not None else ():
            try:
                texts.append(policy_text(policy, template.file))
            except Unresolvable as problem:
                texts.append(problem)
    except Unresolvable as problem:
        texts.append(problem)
    return texts


def _identities(template: Template, name: str, resource: Tree) -> Iterator[FoundIdentity]:
    written = _property(resource, "EmailIdentity") if _type(resource) == "AWS::SES::EmailIdentity" else None
    if written is None:
        return
    try:
        names = dict.fromkeys(
            string(each.value) for each in variants(template, resource, lambda resolver: resolver.value(written))
        )
    except Unresolvable:
        return
    yield from (FoundIdentity(each, template.file, name) for each in names if each is not None)
