"""The policies of identities (sending authorization): both versions of the API over one store.

A policy names the identity that it belongs to as its one resource, at least one principal, and SES's actions; at most 4 KB, and
twenty an identity. Version 1 puts and deletes whatever there was; version 2 tells what exists and what does not.
Source: SES Developer Guide, "Identity authorization policies"; texts as the service puts them on the wire.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.errors import AwsError
from gatepost.aws.operation import operation
from gatepost.aws.policy_findings import in_member
from gatepost.policy.catalogue import actions, condition_key
from gatepost.policy.errors import PolicyError
from gatepost.policy.match import covers_action
from gatepost.policy.model import Statement
from gatepost.policy.read import PolicyKind, read_policy
from gatepost.policy.sizes import IDENTITY_POLICY_BYTES
from gatepost.services.principals import UnknownPrincipal, principal_ids, shown
from gatepost.services.ses import errors
from gatepost.services.ses.naming import on_named_identity
from gatepost.services.ses.needs import identity_name, on_everything, on_identity
from gatepost.store import identities, identity_policies
from gatepost.store.identity_policies import IdentityPolicy
from gatepost.store.transaction import Transaction

MOST_POLICIES: Final = 20
NAME: Final = re.compile(r"[A-Za-z0-9_-]+")
LONGEST_NAME: Final = 64


# --- version 1 ----------------------------------------------------------------------------------------------------------


@operation(
    "ses",
    "PutIdentityPolicy",
    needs=on_everything,
    resources=on_named_identity("Identity"),
    document=in_member("Policy", PolicyKind.RESOURCE),
)
def put_identity_policy(call: Call, tx: Transaction, *, identity: str, policy_name: str, policy: str) -> Shape:
    """Put a policy, in place of one of the same name."""
    name = _existing(call, tx, identity)
    _put(call, tx, name, _checked_name(call, policy_name), policy)
    return {}


@operation("ses", "GetIdentityPolicies", needs=on_everything, resources=on_named_identity("Identity"))
def get_identity_policies(call: Call, tx: Transaction, *, identity: str, policy_names: Sequence[str]) -> Shape:
    """The policies of these names; a name without policy is left out."""
    known = shown_policies(call, tx, identity_name(call, identity))
    return {"Policies": {name: known[name] for name in policy_names if name in known}}


@operation("ses", "ListIdentityPolicies", needs=on_everything, resources=on_named_identity("Identity"))
def list_identity_policies(call: Call, tx: Transaction, *, identity: str) -> Shape:
    """The names of an identity's policies."""
    return {"PolicyNames": list(shown_policies(call, tx, identity_name(call, identity)))}


@operation("ses", "DeleteIdentityPolicy", needs=on_everything, resources=on_named_identity("Identity"))
def delete_identity_policy(call: Call, tx: Transaction, *, identity: str, policy_name: str) -> Shape:
    """Delete a policy; nothing happens where there is none."""
    name = identity_name(call, identity)
    identity_policies.delete_identity_policy(tx, call.caller.account, call.region, name, policy_name)
    return {}


# --- version 2 ----------------------------------------------------------------------------------------------------------


@operation(
    "sesv2",
    "CreateEmailIdentityPolicy",
    needs=on_identity,
    resources=on_named_identity("EmailIdentity"),
    document=in_member("Policy", PolicyKind.RESOURCE),
)
def create_email_identity_policy(call: Call, tx: Transaction, *, email_identity: str, policy_name: str, policy: str) -> Shape:
    """A new policy."""
    name = _existing(call, tx, email_identity)
    checked = _checked_name(call, policy_name)
    if checked in shown_policies(call, tx, name):
        raise errors.policy_exists(checked)
    _put(call, tx, name, checked, policy)
    return {}


@operation(
    "sesv2",
    "UpdateEmailIdentityPolicy",
    needs=on_identity,
    resources=on_named_identity("EmailIdentity"),
    document=in_member("Policy", PolicyKind.RESOURCE),
)
def update_email_identity_policy(call: Call, tx: Transaction, *, email_identity: str, policy_name: str, policy: str) -> Shape:
    """Another document for a policy that exists."""
    name = _existing(call, tx, email_identity)
    if policy_name not in shown_policies(call, tx, name):
        raise errors.no_policy(policy_name)
    _put(call, tx, name, policy_name, policy)
    return {}


@operation("sesv2", "GetEmailIdentityPolicies", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def get_email_identity_policies(call: Call, tx: Transaction, *, email_identity: str) -> Shape:
    """Every policy of an identity, by name."""
    return {"Policies": shown_policies(call, tx, _existing(call, tx, email_identity))}


@operation("sesv2", "DeleteEmailIdentityPolicy", needs=on_identity, resources=on_named_identity("EmailIdentity"))
def delete_email_identity_policy(call: Call, tx: Transaction, *, email_identity: str, policy_name: str) -> Shape:
    """Delete a policy that exists."""
    name = _existing(call, tx, email_identity)
    if not identity_policies.delete_identity_policy(tx, call.caller.account, call.region, name, policy_name):
        raise errors.no_policy(policy_name)
    return {}


# --- what both share ----------------------------------------------------------------------------------------------------


def _existing(call: Call, tx: Transaction, identity: str) -> str:
    name = identity_name(call, identity)
    if identities.get_identity(tx, call.caller.account, call.region, name) is None:
        raise errors.no_identity_of_policies(call, identity)
    return name


def shown_policies(call: Call, tx: Transaction, identity: str) -> Mapping[str, str]:
    """Name → document of an identity's policies, as they are answered."""
    known = identity_policies.list_identity_policies(tx, call.caller.account, call.region, identity)
    return {policy.name: shown(tx, policy.document, policy.principal_ids) for policy in known}


def _checked_name(call: Call, name: str) -> str:
    if not name:
        raise errors.invalid(call, "PolicyName is required.")
    if len(name) > LONGEST_NAME:
        raise AwsError(
            "BadRequestException" if errors.is_v2(call) else "ValidationError",
            "1 validation error detected: Value at 'policyName' failed to satisfy constraint: "
            f"Member must have length less than or equal to {LONGEST_NAME}",
        )
    if not NAME.fullmatch(name):
        text = "PolicyName is invalid. Policy names must only include alpha-numeric characters, dashes, and underscores."
        raise errors.invalid(call, text)
    return name


def _put(call: Call, tx: Transaction, identity: str, name: str, document: str) -> None:
    account, region = call.caller.account, call.region
    principal_ids = _checked(call, tx, identity, document)
    others = [each for each in shown_policies(call, tx, identity) if each != name]
    if len(others) >= MOST_POLICIES:
        raise errors.too_many_policies(call, identity)
    identity_policies.put_identity_policy(
        tx, account, region, identity, IdentityPolicy(name, _stripped(document), principal_ids)
    )


def _stripped(document: str) -> str:
    """The document without insignificant white space, as SES answers it."""
    return json.dumps(json.loads(document), separators=(",", ":"), ensure_ascii=False)


def _checked(call: Call, tx: Transaction, identity: str, document: str) -> Mapping[str, str]:
    """The unique IDs of the users and roles that a valid document names; `AwsError` for any other document."""
    if not document:
        raise errors.invalid(call, "Policy is required.")
    if len(document.encode()) > IDENTITY_POLICY_BYTES:
        raise errors.invalid_policy(
            call, f"Policy is too long: {len(document.encode())} bytes, at most {IDENTITY_POLICY_BYTES} are allowed."
        )
    try:
        policy = read_policy(document, PolicyKind.RESOURCE)
    except PolicyError as error:
        raise errors.invalid_policy(call, f"Invalid policy: line {error.line}, column {error.column}: {_told(error)}") from None
    arn = identities.identity_arn(call.caller.account, call.region, identity)
    for number, statement in enumerate(policy.statements, 1):
        _check_statement(call, statement, arn, f"statement {number}")
    try:
        return principal_ids(tx, policy)
    except UnknownPrincipal as unknown:
        raise errors.invalid_policy(call, f"Invalid principal in policy: `{unknown.value}` does not exist") from None


def _told(error: PolicyError) -> str:
    return f"{error.path}: {error.problem}" if error.path else error.problem


def _check_statement(call: Call, statement: Statement, arn: str, path: str) -> None:
    if statement.resources != (arn,):
        shown = ", ".join(statement.resources or statement.not_resources or ())
        raise errors.invalid_policy(
            call, f"Invalid policy: {path}, Resource: `{shown}`: expected the identity's own ARN, `{arn}`"
        )
    for action in statement.actions or statement.not_actions or ():
        if not any(covers_action(action, f"ses:{known.name.lower()}") for known in actions("ses")):
            raise errors.invalid_policy(call, f"Invalid policy: {path}, Action: `{action}` is no action of SES")
    for condition in statement.conditions:
        key = condition.key.lower()
        if condition_key(key) is None or not key.startswith(("aws:", "ses:")):
            raise errors.invalid_policy(call, f"Unknown or unapplicable condition field '{condition.key}'.")
