"""What IAM's operations are about: the ARNs that they need permission on, and what denials and the audit log call them.

A denial names a user, group or role that is there by its kind and name, a policy as the call does, and what is to be made, or a
list of users, groups or roles, by its ARN (texts as the service puts them on the wire).
"""

import secrets
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from gatepost.aws.call import Call
from gatepost.aws.operation import Need, Needs, Resources, action_of
from gatepost.policy import catalogue
from gatepost.store import groups, managed_policies, oidc_providers, roles, users
from gatepost.store.transaction import Transaction, View

ID_ALPHABET: Final = string.ascii_uppercase + "234567"
Context = dict[str, str | tuple[str, ...]]
Entity: TypeAlias = users.User | groups.Group | roles.Role | managed_policies.ManagedPolicy | oidc_providers.OidcProvider
TYPES: Final = {"user": "AWS::IAM::User", "group": "AWS::IAM::Group", "role": "AWS::IAM::Role"}
MEMBERS: Final = {"user": "UserName", "group": "GroupName", "role": "RoleName"}


def new_id(prefix: str) -> str:
    """A fresh unique ID: `AIDA` (user), `AGPA` (group), `AROA` (role) or `ANPA` (managed policy) and seventeen characters."""
    return prefix + "".join(secrets.choice(ID_ALPHABET) for _ in range(17))


def iam_arn(call: Call, kind: str, path_and_name: str) -> str:
    """The ARN of something of the caller's account."""
    return f"arn:aws:iam::{call.caller.account}:{kind}{path_and_name}"


def own_user_name(call: Call) -> str | None:
    """Whom an operation without `UserName` is about: the user who calls; None for the root user."""
    return call.caller.user_name


def on_entity(kind: str) -> Needs:
    """The operation's own action on the user, group or role that it names (the user who calls where it names none)."""

    def needs(call: Call, _parsed: object, view: View) -> Sequence[Need]:
        given = call.input.get(MEMBERS[kind])
        name = str(given) if given is not None else own_user_name(call)
        if name is None:
            return (Need(action_of(call), iam_arn(call, "root", ""), call.caller.account, keys_of(call)),)
        entity = _entity(call, view, kind, name)
        arn = iam_arn(call, kind, f"/{name}") if entity is None else entity.arn  # what does not exist has no path
        context = {**keys_of_entity(call, entity), **keys_of(call)}
        return (Need(action_of(call), arn, call.caller.account, context, words=f"{kind} {name}"),)

    return needs


def on_renamed(kind: str) -> Needs:
    """The operation's own action on the user or group that it names, and on what that is to be called from then on.

    Source: IAM User Guide, "Rename an IAM user": permission is needed on both.
    """

    def needs(call: Call, _parsed: object, view: View) -> Sequence[Need]:
        (source,) = on_entity(kind)(call, _parsed, view)
        path, _, name = source.resource.partition(f":{kind}")[2].rpartition("/")
        new_path, new_name = call.input.get("NewPath") or f"{path}/", call.input.get(f"New{MEMBERS[kind]}") or name
        target = iam_arn(call, kind, f"{new_path}{new_name}")
        return (source,) if target == source.resource else (source, Need(source.action, target, source.resource_account))

    return needs


def on_new_entity(kind: str) -> Needs:
    """The operation's own action on a user, group, role or policy that is to be made."""
    member = {**MEMBERS, "policy": "PolicyName"}[kind]

    def needs(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
        name = call.input[member]
        resource = iam_arn(call, kind, f"{call.input.get('Path') or '/'}{name}")
        words = f"policy {name}" if kind == "policy" else None
        return (Need(action_of(call), resource, call.caller.account, keys_of(call), words=words),)

    return needs


def on_kind(kind: str) -> Needs:
    """The operation's own action on every user, group or role of a path."""

    def needs(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
        path = call.input.get("PathPrefix") or "/"
        words = f"policy path {path}" if kind == "policy" else None
        return (Need(action_of(call), iam_arn(call, kind, path), call.caller.account, words=words),)

    return needs


def on_arn(member: str) -> Needs:
    """The operation's own action on the ARN that a member gives."""

    def needs(call: Call, _parsed: object, view: View) -> Sequence[Need]:
        arn = str(call.input[member])
        entity = _entity_of_arn(call, view, arn)
        context = {**keys_of_entity(call, entity), **keys_of(call)}
        words = f"policy {arn}" if member == "PolicyArn" else None
        return (Need(action_of(call), arn, call.caller.account, context, words=words),)

    return needs


# --- condition keys -----------------------------------------------------------------------------------------------------


def keys_of(call: Call) -> Context:
    """The condition keys that a call's input gives: the policy that it attaches or makes a boundary, the tags that it sets."""
    given = call.input
    context: Context = {}
    for member, key in ("PolicyArn", "iam:policyarn"), ("PermissionsBoundary", "iam:permissionsboundary"):
        if member in given and _carries(call, key):
            context[key] = str(given[member])
    tags: Mapping[str, str] = {tag["Key"]: tag["Value"] for tag in given.get("Tags") or ()}
    if tags:
        context.update({f"aws:requesttag/{key.lower()}": value for key, value in tags.items()})
    tag_keys = tuple(tags) or tuple(given.get("TagKeys") or ())
    if tag_keys:
        context["aws:tagkeys"] = tag_keys
    return context


def keys_of_entity(call: Call, entity: Entity | None) -> Context:
    """The condition keys that what a call is about has already: its tags, its permissions boundary."""
    context: Context = {}
    if entity is None:
        return context
    for key, value in getattr(entity, "tags", ()):  # groups have none
        context[f"aws:resourcetag/{key.lower()}"] = value
        context[f"iam:resourcetag/{key.lower()}"] = value
    boundary: str | None = getattr(entity, "boundary_arn", None)
    if boundary is not None and _carries(call, "iam:permissionsboundary"):
        context["iam:permissionsboundary"] = boundary
    return context


def _carries(call: Call, key: str) -> bool:
    """Whether the service authorization reference says that the call's action carries a key."""
    action = catalogue.action(action_of(call))
    return action is not None and any(known.lower() == key for known in action.condition_keys)


# --- what a call is about -----------------------------------------------------------------------------------------------


def _entity(call: Call, view: View, kind: str, name: str) -> Entity | None:
    """The user, group or role of a name in the caller's account."""
    find: Mapping[str, Callable[[Transaction], Entity | None]] = {
        "user": lambda tx: users.get_user(tx, call.caller.account, name),
        "group": lambda tx: groups.get_group(tx, call.caller.account, name),
        "role": lambda tx: roles.get_role(tx, call.caller.account, name),
    }
    return view.recall(call.caller.account, (kind, name.lower()), find[kind])


def _entity_of_arn(call: Call, view: View, arn: str) -> Entity | None:
    """What an ARN names in the caller's account, if it is known."""
    account = call.caller.account
    kind, _, path = arn.removeprefix(f"arn:aws:iam::{account}:").partition("/")
    match kind:
        case "user" | "group" | "role":
            entity = _entity(call, view, kind, path.rpartition("/")[2])
            return entity if entity is not None and entity.arn == arn else None
        case "policy":
            return view.recall(account, (kind, arn), lambda tx: managed_policies.get_policy(tx, arn))
        case "oidc-provider":
            return view.recall(account, (kind, arn), lambda tx: oidc_providers.get_provider_by_arn(tx, arn))
    return None


# --- the audit log ------------------------------------------------------------------------------------------------------


def about(kind: str) -> Resources:
    """What the call is about, for the audit log."""
    member = MEMBERS[kind]
    return lambda call: list(_named(call, TYPES[kind], member))


def about_policy(call: Call) -> Iterable[tuple[str, str]]:
    """The managed policy that a call names, and to whom it attaches it."""
    yield from _named(call, "AWS::IAM::Policy", "PolicyArn")
    yield from _named(call, "AWS::IAM::Policy", "PolicyName")
    for kind, member in MEMBERS.items():
        yield from _named(call, TYPES[kind], member)


def about_provider(call: Call) -> Iterable[tuple[str, str]]:
    """The identity provider that a call names."""
    yield from _named(call, "AWS::IAM::OIDCProvider", "OpenIDConnectProviderArn")
    yield from _named(call, "AWS::IAM::OIDCProvider", "Url")


def about_inline(kind: str) -> Resources:
    """An inline policy and its owner."""
    return lambda call: [*_named(call, "AWS::IAM::Policy", "PolicyName"), *_named(call, TYPES[kind], MEMBERS[kind])]


def _named(call: Call, kind: str, member: str) -> Iterable[tuple[str, str]]:
    if member in call.input:
        yield kind, str(call.input[member])
