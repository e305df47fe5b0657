"""Which account may call: most operations are for the management account, some for every member.

Delegated administrators, whom AWS lets read, are not served.
"""

from gatepost.aws.call import Call
from gatepost.services.organizations import errors
from gatepost.store.organizations.organization import Organization, organization_of
from gatepost.store.transaction import Transaction


def own_organization(call: Call, tx: Transaction) -> Organization:
    """The organization of the caller's account; AWSOrganizationsNotInUseException where there is none."""
    organization = organization_of(tx, call.caller.account)
    if organization is None:
        raise errors.not_in_use()
    return organization


def managed_organization(call: Call, tx: Transaction) -> Organization:
    """The organization that the caller's account manages; AccessDeniedException for its other members."""
    organization = own_organization(call, tx)
    if organization.management_account != call.caller.account:
        raise errors.no_permission()
    return organization
