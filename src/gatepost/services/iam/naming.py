"""What IAM's operations are about: the ARNs that they need permission on, and what the audit log calls them."""

import secrets
import string
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from gatepost.aws.call import Call
from gatepost.aws.operation import Need, Needs, Resources, action_of
from gatepost.store import groups, roles, users
from gatepost.store.transaction import Transaction, View

ID_ALPHABET: Final = string.ascii_uppercase + "234567"
Context = dict[str, str | tuple[str, ...]]
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
        resource = iam_arn(call, "root", "") if name is None else _arn_of(call, view, kind, name)
        return (Need(action_of(call), resource, call.caller.account, keys_of(call)),)

    return needs


def on_new_entity(kind: str) -> Needs:
    """The operation's own action on a user, group, role or policy that is to be made."""
    member = {**MEMBERS, "policy": "PolicyName"}[kind]

    def needs(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
        resource = iam_arn(call, kind, f"{call.input.get('Path') or '/'}{call.input[member]}")
        return (Need(action_of(call), resource, call.caller.account, keys_of(call)),)

    return needs


def on_kind(kind: str) -> Needs:
    """The operation's own action on every user, group or role of a path."""

    def needs(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
        return (Need(action_of(call), iam_arn(call, kind, call.input.get("PathPrefix") or "/"), call.caller.account),)

    return needs


def on_arn(member: str) -> Needs:
    """The operation's own action on the ARN that a member gives."""

    def needs(call: Call, _parsed: object, _view: View) -> Sequence[Need]:
        return (Need(action_of(call), str(call.input[member]), call.caller.account),)

    return needs


def keys_of(call: Call) -> Context:
    """The condition keys that a call's input gives: the policy that it attaches, the tags that it sets."""
    context: Context = {}
    if "PolicyArn" in call.input:
        context["iam:policyarn"] = str(call.input["PolicyArn"])
    tags: Mapping[str, str] = {tag["Key"]: tag["Value"] for tag in call.input.get("Tags") or ()}
    if tags:
        context.update({f"aws:requesttag/{key.lower()}": value for key, value in tags.items()})
    tag_keys = tuple(tags) or tuple(call.input.get("TagKeys") or ())
    if tag_keys:
        context["aws:tagkeys"] = tag_keys
    return context


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


def about_inline(kind: str) -> Resources:
    """An inline policy and its owner."""
    return lambda call: [*_named(call, "AWS::IAM::Policy", "PolicyName"), *_named(call, TYPES[kind], MEMBERS[kind])]


def _named(call: Call, kind: str, member: str) -> Iterable[tuple[str, str]]:
    if member in call.input:
        yield kind, str(call.input[member])


def _arn_of(call: Call, view: View, kind: str, name: str) -> str:
    """The ARN of an entity with its path; of one that does not exist, as if it had none."""
    find: Mapping[str, Callable[[Transaction], users.User | groups.Group | roles.Role | None]] = {
        "user": lambda tx: users.get_user(tx, call.caller.account, name),
        "group": lambda tx: groups.get_group(tx, call.caller.account, name),
        "role": lambda tx: roles.get_role(tx, call.caller.account, name),
    }
    known = view.recall(call.caller.account, (kind, name.lower()), find[kind])
    return iam_arn(call, kind, f"/{name}") if known is None else known.arn
