"""Accounts that an organization makes for itself.

AWS makes them in the background; here the request is done when it is answered, and its status stays to be asked for.
"""

import json
import re
from collections.abc import Sequence
from typing import Final

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.iam.naming import new_id
from gatepost.services.organizations import errors
from gatepost.services.organizations.ids import new_account_id, new_account_request_id
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on_nothing_else, tagging
from gatepost.services.organizations.pages import page
from gatepost.services.organizations.tagging import Tags, new_tags
from gatepost.store import accounts, managed_policies, roles
from gatepost.store.organizations import account_requests, members
from gatepost.store.organizations.account_requests import AccountRequest
from gatepost.store.organizations.attachments import attach_defaults
from gatepost.store.organizations.members import JoinedMethod
from gatepost.store.organizations.organization import Organization
from gatepost.store.organizations.tags import tag
from gatepost.store.roles import Role
from gatepost.store.transaction import Transaction

ACCESS_ROLE: Final = "OrganizationAccountAccessRole"
RESERVED_ROLES: Final = "AWSServiceRoleFor"
ADMINISTRATOR: Final = "arn:aws:iam::aws:policy/AdministratorAccess"
SESSION_SECONDS: Final = 3600
# API Reference, CreateAccount: "The rules for a valid email address".
EMAIL: Final = re.compile(
    r"(?!\.)[^@\s\"'()<>\[\]:;,\\|%&@\x00-\x1f\x7f-\U0010ffff]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*\.[A-Za-z0-9.-]*)[A-Za-z0-9]"
)


@operation("organizations", "CreateAccount", needs=tagging(on_nothing_else, "account"), no_effect=("IamUserAccessToBilling",))
def create_account(
    call: Call, tx: Transaction, *, email: str, account_name: str, role_name: str = ACCESS_ROLE, tags: Tags = ()
) -> Shape:
    """A new account under the root, with a role that the management account's users may take on."""
    organization = managed_organization(call, tx)
    tagged = new_tags(tags)
    if role_name.startswith(RESERVED_ROLES):
        raise errors.reserved_role(RESERVED_ROLES)
    request_id = new_account_request_id()
    if not EMAIL.fullmatch(email):
        request = AccountRequest(request_id, account_name, call.now, failure="INVALID_EMAIL")
    elif accounts.find_account_by_email(tx, email) is not None:
        request = AccountRequest(request_id, account_name, call.now, failure="EMAIL_ALREADY_EXISTS")
    else:
        made = _make(call, tx, organization, email, account_name)
        _make_access_role(call, tx, organization, made, role_name)
        tag(tx, organization, made, tagged)
        request = AccountRequest(request_id, account_name, call.now, made)
    account_requests.keep_account_request(tx, organization, request)
    return {"CreateAccountStatus": _described(request)}


@operation("organizations", "DescribeCreateAccountStatus", needs=on_nothing_else)
def describe_create_account_status(call: Call, tx: Transaction, *, create_account_request_id: str) -> Shape:
    """How a request to make an account has ended."""
    organization = managed_organization(call, tx)
    request = account_requests.get_account_request(tx, organization, create_account_request_id)
    if request is None:
        raise errors.not_found("CreateAccountStatus")
    return {"CreateAccountStatus": _described(request)}


@operation("organizations", "ListCreateAccountStatus", needs=on_nothing_else)
def list_create_account_status(
    call: Call,
    tx: Transaction,
    *,
    states: Sequence[str] = (),
    next_token: str | None = None,
    max_results: int | None = None,
) -> Shape:
    """The organization's requests to make accounts."""
    organization = managed_organization(call, tx)
    known = account_requests.list_account_requests(tx, organization)
    listed, token = page([each for each in known if not states or each.state in states], next_token, max_results)
    return {"CreateAccountStatuses": [_described(each) for each in listed], "NextToken": token}


def _make(call: Call, tx: Transaction, organization: Organization, email: str, name: str) -> str:
    account_id = new_account_id()
    while accounts.get_account(tx, account_id) is not None:
        account_id = new_account_id()
    accounts.create_account(tx, account_id, name, call.now, email)
    members.add_member(tx, organization, account_id, JoinedMethod.CREATED, call.now)
    attach_defaults(tx, organization, account_id, call.now)
    return account_id


def _make_access_role(call: Call, tx: Transaction, organization: Organization, account_id: str, name: str) -> None:
    manager = {"AWS": f"arn:aws:iam::{organization.management_account}:root"}
    statement = {"Effect": "Allow", "Principal": manager, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = Role(new_id("AROA"), account_id, name, "/", trust, None, SESSION_SECONDS, call.now, None, ())
    roles.create_role(tx, role)
    managed_policies.attach(tx, account_id, role.id, ADMINISTRATOR, call.now)


def _described(request: AccountRequest) -> Shape:
    return {
        "Id": request.id,
        "AccountName": request.name,
        "State": request.state,
        "RequestedTimestamp": request.requested_at,
        "CompletedTimestamp": request.requested_at,
        "AccountId": request.account,
        "FailureReason": request.failure,
    }
