"""AssumeRole: a role taken on by a user or by another role's session.

1. The trust policy is the role's resource policy: it must name the caller or its account, even within one account; across
   accounts the caller's own side must allow it too.
2. Passing tags needs `sts:TagSession` besides, a source identity `sts:SetSourceIdentity`; both also for what is handed down a chain.
3. A source identity, once set, stays for the whole chain.
4. The root user cannot assume a role. A role's session may take on another for an hour at most.

Source: STS API Reference, AssumeRole; IAM User Guide, "Pass session tags in AWS STS", "Monitor and control actions taken with
assumed roles"; texts as the service puts them on the wire.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from msgspec import Struct

from gatepost.access.gather import trust_side
from gatepost.access.kept_layer import KeptLayer
from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import access_denied
from gatepost.aws.operation import Need, operation
from gatepost.policy.principal import PrincipalKind
from gatepost.policy.values import arn_parts
from gatepost.services.sts.errors import no_such_second_factor, validation
from gatepost.services.sts.issuing import issue
from gatepost.services.sts.session_policies import SessionPolicies, check_managed, packed_size, read_session_policies
from gatepost.services.sts.session_tags import SessionTags, session_tags
from gatepost.store.roles import Role, get_role
from gatepost.store.sessions import SessionKind
from gatepost.store.transaction import Transaction, View

DEFAULT_SECONDS: Final = 3600
LONGEST_CHAINED: Final = 3600  # seconds
Context = dict[str, str | tuple[str, ...]]


class Assumption(Struct, frozen=True):
    """A role that is to be taken on. `role` is None where there is none of that ARN."""

    arn: str
    account: str
    role: Role | None
    session_name: str
    policies: SessionPolicies
    tags: SessionTags
    source_identity: str | None
    external_id: str | None = None


def about_role(call: Call) -> Iterable[tuple[str, str]]:
    """The role, for the audit log."""
    yield "AWS::IAM::Role", str(call.input["RoleArn"])


# --- AssumeRole ---------------------------------------------------------------------------------------------------------


def _parse(
    call: Call,
    view: View,
    *,
    role_arn: str,
    role_session_name: str,
    policy: str | None = None,
    policy_arns: Sequence[Shape] = (),
    tags: Sequence[Shape] = (),
    transitive_tag_keys: Sequence[str] = (),
    external_id: str | None = None,
    source_identity: str | None = None,
    serial_number: str | None = None,
    token_code: str | None = None,
) -> Assumption:
    if call.caller.principal.kind is PrincipalKind.ROOT:
        raise access_denied("Roles may not be assumed by root accounts.")
    if serial_number is not None or token_code is not None:
        raise no_such_second_factor()
    session = call.caller.session
    handed_down = None if session is None else session.source_identity
    if source_identity is not None and handed_down not in (None, source_identity):
        raise validation("The source identity of the calling session cannot be changed.")
    account = account_of_role(role_arn)
    return Assumption(
        role_arn,
        account,
        find_role(view, account, role_arn),
        role_session_name,
        read_session_policies(policy, policy_arns),
        session_tags(tags, transitive_tag_keys, session),
        source_identity or handed_down,
        external_id,
    )


def _needs(_call: Call, assumption: Assumption, view: View) -> Sequence[Need]:
    return list(assuming("sts:AssumeRole", assumption, view, {}))


@operation("sts", "AssumeRole", needs=_needs, parse=_parse, resources=about_role, writes=True, reads=("DurationSeconds",))
def assume_role(call: Call, tx: Transaction, assumption: Assumption) -> Shape:
    """Temporary credentials of the role."""
    session = call.caller.session
    seconds: int = call.input.get("DurationSeconds") or DEFAULT_SECONDS
    if session is not None and session.kind is SessionKind.ASSUMED_ROLE and seconds > LONGEST_CHAINED:
        raise validation("The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.")
    return take_on(call, tx, assumption, seconds)


# --- what every way to a role shares ------------------------------------------------------------------------------------


def account_of_role(arn: str) -> str:
    """The account of a role's ARN; `ValidationError` where it is none."""
    parts = arn_parts(arn)
    if parts is None or parts[2] != "iam" or not parts[5].startswith("role/") or not parts[4].isdigit():
        raise validation(f"{arn} is invalid")
    return parts[4]


def find_role(view: View, account: str, arn: str) -> Role | None:
    """The role of an ARN, path and all."""
    name = arn.rpartition("/")[2]
    role = view.recall(account, ("role", name.lower()), lambda tx: get_role(tx, account, name))
    return role if role is not None and role.arn == arn else None


def assuming(action: str, assumption: Assumption, view: View, provided: Context) -> Iterable[Need]:
    """The permissions that taking on a role needs; `provided` are keys that an identity provider gives."""
    role, tags = assumption.role, assumption.tags
    context: Context = {**provided, "sts:rolesessionname": assumption.session_name}
    if assumption.external_id is not None:
        context["sts:externalid"] = assumption.external_id
    if assumption.source_identity is not None:
        context["sts:sourceidentity"] = assumption.source_identity
    if tags.given:
        context["aws:tagkeys"] = tuple(tags.given)
        context.update({f"aws:requesttag/{key.lower()}": value for key, value in tags.given.items()})
    if tags.transitive:
        context["sts:transitivetagkeys"] = tags.transitive
    for key, value in () if role is None else role.tags:
        context[f"iam:resourcetag/{key.lower()}"] = context[f"aws:resourcetag/{key.lower()}"] = value
    side = _trust(view, role)
    yield Need(action, assumption.arn, assumption.account, context, side)
    if tags:
        yield Need("sts:TagSession", assumption.arn, assumption.account, context, side)
    if assumption.source_identity is not None:
        yield Need("sts:SetSourceIdentity", assumption.arn, assumption.account, context, side)


def _trust(view: View, role: Role | None) -> KeptLayer | None:
    if role is None:
        return None
    return view.recall(role.account, ("trust", role.id), lambda _tx: trust_side(role))


def take_on(
    call: Call, tx: Transaction, assumption: Assumption, seconds: int, **more: Any  # noqa: ANN401 -- for `issue`
) -> Shape:  # fmt: skip
    """The session of a role that may be taken on, as its API answers it."""
    role = assumption.role
    if role is None:  # somebody may assume every role; this one is not there
        raise access_denied(
            f"User: {call.caller.arn} is not authorized to perform: sts:AssumeRole on resource: {assumption.arn}"
        )
    if seconds > role.max_session_seconds:
        raise validation("The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
    check_managed(tx, assumption.policies, role.account)
    packed = packed_size(assumption.policies, assumption.tags.all)
    name = assumption.session_name
    credentials = issue(
        call,
        tx,
        account=role.account,
        kind=SessionKind.ASSUMED_ROLE,
        owner_id=role.id,
        name=name,
        seconds=seconds,
        policies=assumption.policies,
        tags=assumption.tags,
        source_identity=assumption.source_identity,
        **more,
    )
    return {
        "Credentials": credentials,
        "AssumedRoleUser": {
            "AssumedRoleId": f"{role.id}:{name}",
            "Arn": f"arn:aws:sts::{role.account}:assumed-role/{role.name}/{name}",
        },
        "PackedPolicySize": packed,
        "SourceIdentity": assumption.source_identity,
    }
