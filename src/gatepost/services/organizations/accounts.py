"""The accounts of an organization: who they are, where they are, and how they leave."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.audit import about
from gatepost.services.organizations.features import settle_without
from gatepost.services.organizations.membership import managed_organization, own_organization
from gatepost.services.organizations.needs import on, on_nothing_else
from gatepost.services.organizations.pages import page
from gatepost.services.organizations.units import check_parent, path_of
from gatepost.store.organizations import members
from gatepost.store.organizations.members import Member
from gatepost.store.organizations.organization import Organization
from gatepost.store.transaction import Transaction


@operation("organizations", "ListAccounts", needs=on_nothing_else)
def list_accounts(call: Call, tx: Transaction, *, next_token: str | None = None, max_results: int | None = None) -> Shape:
    """Every account of the organization."""
    return _listed(tx, managed_organization(call, tx), None, next_token, max_results)


@operation("organizations", "ListAccountsForParent", needs=on("ParentId"))
def list_accounts_for_parent(
    call: Call, tx: Transaction, *, parent_id: str, next_token: str | None = None, max_results: int | None = None
) -> Shape:
    """The accounts right under the root or a unit."""
    organization = managed_organization(call, tx)
    check_parent(tx, organization, parent_id)
    return _listed(tx, organization, parent_id, next_token, max_results)


@operation("organizations", "DescribeAccount", needs=on("AccountId"), resources=about("AccountId"))
def describe_account(call: Call, tx: Transaction, *, account_id: str) -> Shape:
    """An account."""
    organization = managed_organization(call, tx)
    return {"Account": _described(tx, organization, _found(tx, organization, account_id))}


@operation(
    "organizations",
    "MoveAccount",
    needs=on("AccountId", "SourceParentId", "DestinationParentId"),
    resources=about("AccountId"),
)
def move_account(call: Call, tx: Transaction, *, account_id: str, source_parent_id: str, destination_parent_id: str) -> Shape:
    """Put an account under another parent; what binds it changes at once."""
    organization = managed_organization(call, tx)
    member = _found(tx, organization, account_id)
    check_parent(tx, organization, source_parent_id, "SourceParent")
    check_parent(tx, organization, destination_parent_id, "DestinationParent")
    if member.parent == destination_parent_id:
        raise errors.duplicate_account()
    if member.parent != source_parent_id:
        raise errors.not_found("SourceParent")
    members.move_member(tx, member, destination_parent_id)
    return {}


@operation("organizations", "RemoveAccountFromOrganization", needs=on("AccountId"), resources=about("AccountId"))
def remove_account_from_organization(call: Call, tx: Transaction, *, account_id: str) -> Shape:
    """Put an account out of the organization. Unlike on AWS it needs no payment data first, and no days of waiting."""
    organization = managed_organization(call, tx)
    _leave(call, tx, organization, _found(tx, organization, account_id))
    return {}


@operation("organizations", "LeaveOrganization", needs=on_nothing_else)
def leave_organization(call: Call, tx: Transaction) -> Shape:
    """Let the caller's own account leave."""
    organization = own_organization(call, tx)
    _leave(call, tx, organization, _found(tx, organization, call.caller.account))
    return {}


def _leave(call: Call, tx: Transaction, organization: Organization, member: Member) -> None:
    if member.account == organization.management_account:
        raise errors.master_cannot_leave()
    members.remove_member(tx, organization, member)
    settle_without(tx, organization, member.account, call.now)


def _found(tx: Transaction, organization: Organization, account_id: str) -> Member:
    member = members.get_member(tx, organization, account_id)
    if member is None:
        raise errors.not_found("Account")
    return member


def _listed(tx: Transaction, organization: Organization, parent: str | None, token: str | None, size: int | None) -> Shape:
    listed, more = page(members.list_members(tx, organization, parent), token, size)
    return {"Accounts": [_described(tx, organization, each) for each in listed], "NextToken": more}


def _described(tx: Transaction, organization: Organization, member: Member) -> Shape:
    return {
        "Id": member.account,
        "Arn": organization.account_arn(member.account),
        "Email": member.email,
        "Name": member.name or None,
        "Status": "ACTIVE",
        "State": "ACTIVE",
        "Paths": [f"{path_of(tx, organization, member.parent)}{member.account}/"],
        "JoinedMethod": member.joined_method.value,
        "JoinedTimestamp": member.joined_at,
    }
