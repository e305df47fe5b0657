"""What Organizations' operations need permission on, and with which condition keys.

Everything of an organization is the management account's: that is `aws:ResourceAccount` for its members too, whose own policies
decide nevertheless. What does not exist, and everything where there is no organization, is asked for on `*`: nobody learns of it
but whom the policies let ask for anything.
Source: Service Authorization Reference, "Actions, resources, and condition keys for AWS Organizations".
"""

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from gatepost.aws.call import Call
from gatepost.aws.operation import Need, Needs, action_of
from gatepost.store.organizations import ORGANIZATIONS, control_policies, handshakes, tags
from gatepost.store.organizations.organization import Organization, organization_of
from gatepost.store.transaction import Transaction, View

EVERYTHING: Final = "*"
POLICY_TYPE_MEMBERS: Final = ("Type", "PolicyType", "Filter")
Context = dict[str, str | tuple[str, ...]]


class Resource(Struct, frozen=True):
    """Something that is asked for: its ARN, and the keys that it has."""

    arn: str
    context: Mapping[str, str]


def on_nothing_else(call: Call, _parsed: object, view: View) -> Sequence[Need]:
    """The operation's own action, which has no resource."""
    return (_need(call, _organization(call, view), EVERYTHING, {**_policy_type(call, {}), **_request_tags(call)}),)


def on(*members: str) -> Needs:
    """The operation's own action on each resource whose ID these members give."""

    def needs(call: Call, _parsed: object, view: View) -> Sequence[Need]:
        organization = _organization(call, view)
        resources = [_resource(view, organization, str(call.input[member])) for member in members]
        shared: Context = {}
        for resource in resources:
            shared |= _policy_type(call, resource.context)
        shared |= _request_tags(call)
        return [_need(call, organization, each.arn, {**each.context, **shared}) for each in resources]

    return needs


def tagging(needs: Needs, kind: str) -> Needs:
    """What `needs` says and, where the new thing gets tags at once, `organizations:TagResource` on it."""

    def with_tags(call: Call, parsed: object, view: View) -> Sequence[Need]:
        own = needs(call, parsed, view)
        if not call.input.get("Tags"):
            return own
        organization = _organization(call, view)
        arn = EVERYTHING if organization is None else organization.arn_of(kind, _of_kind(call, kind))
        context = {**_policy_type(call, {}), **_request_tags(call)} if kind == "policy" else _request_tags(call)
        return [*own, _need(call, organization, arn, context, "organizations:TagResource")]

    return with_tags


def on_invited(call: Call, _parsed: object, view: View) -> Sequence[Need]:
    """The operation's own action on the account that is to be invited; who has an address is not known."""
    organization = _organization(call, view)
    target = call.input["Target"]
    arn = EVERYTHING
    if organization is not None and target.get("Type") == "ACCOUNT":
        arn = organization.account_arn(str(target.get("Id")))
    return (_need(call, organization, arn, _request_tags(call)),)


def on_handshake(call: Call, _parsed: object, view: View) -> Sequence[Need]:
    """The operation's own action on the handshake that it names."""
    handshake_id = str(call.input["HandshakeId"])

    def load(tx: Transaction) -> tuple[str, str] | None:
        found = handshakes.get_handshake(tx, handshake_id, call.now)
        return None if found is None else (found.arn, found.management_account)

    # What is held of it never changes.
    arn, sender = view.recall(ORGANIZATIONS, ("handshake", handshake_id), load) or (EVERYTHING, call.caller.account)
    return (Need(action_of(call), arn, call.caller.account, {"aws:resourceaccount": sender}),)


# --- parts --------------------------------------------------------------------------------------------------------------


def _need(call: Call, organization: Organization | None, arn: str, context: Context, action: str | None = None) -> Need:
    owner = call.caller.account if organization is None else organization.management_account
    return Need(action or action_of(call), arn, call.caller.account, {**context, "aws:resourceaccount": owner})


def _organization(call: Call, view: View) -> Organization | None:
    account = call.caller.account
    return view.recall(ORGANIZATIONS, ("organization", account), lambda tx: organization_of(tx, account))


def _resource(view: View, organization: Organization | None, given: str) -> Resource:
    if organization is None:
        return Resource(EVERYTHING, {})
    return view.recall(ORGANIZATIONS, ("resource", organization.id, given), lambda tx: _load(tx, organization, given))


def _load(tx: Transaction, organization: Organization, given: str) -> Resource:
    context = {f"aws:resourcetag/{key.lower()}": value for key, value in tags.tags_of(tx, organization, given).items()}
    if given.startswith("p-"):
        policy = control_policies.get_control_policy(tx, organization, given)
        if policy is None:
            return Resource(EVERYTHING, {})
        return Resource(policy.arn, {**context, "organizations:policytype": policy.type.value})
    kinds = {"r": "root", "ou": "ou"}
    return Resource(organization.arn_of(kinds.get(given.partition("-")[0], "account"), given), context)


def _policy_type(call: Call, context: Mapping[str, str]) -> Context:
    """`organizations:PolicyType`: of the policy that is asked for, or of what the call names."""
    known = context.get("organizations:policytype")
    for member in POLICY_TYPE_MEMBERS:
        given = call.input.get(member)
        if known is None and isinstance(given, str):
            known = given
    return {} if known is None else {"organizations:policytype": known}


def _request_tags(call: Call) -> Context:
    given = {tag["Key"]: tag["Value"] for tag in call.input.get("Tags") or ()}
    keys = tuple(given) or tuple(call.input.get("TagKeys") or ())
    context: Context = {f"aws:requesttag/{key.lower()}": value for key, value in given.items()}
    return {**context, "aws:tagkeys": keys} if keys else context


def _of_kind(call: Call, kind: str) -> str:
    """The end of an ARN that does not exist yet, its fresh part as `*`."""
    match kind:
        case "policy":
            return f"{str(call.input['Type']).lower()}/p-*"
        case "ou":
            return "ou-*"
        case _:
            return EVERYTHING
