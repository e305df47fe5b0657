"""The organization itself."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.ids import new_organization_id, new_root_id
from gatepost.services.organizations.membership import managed_organization, own_organization
from gatepost.services.organizations.needs import on_nothing_else
from gatepost.store import accounts
from gatepost.store.organizations import handshakes, members
from gatepost.store.organizations import organization as organizations
from gatepost.store.organizations.attachments import attach_defaults
from gatepost.store.organizations.handshakes import HandshakeState
from gatepost.store.organizations.members import JoinedMethod
from gatepost.store.organizations.organization import ControlPolicyType, FeatureSet, Organization
from gatepost.store.transaction import Transaction


@operation("organizations", "CreateOrganization", needs=on_nothing_else)
def create_organization(call: Call, tx: Transaction, *, feature_set: str = FeatureSet.ALL.value) -> Shape:
    """An organization that the caller's account manages; with all features, service control policies are enabled at once."""
    account = call.caller.account
    if organizations.organization_of(tx, account) is not None:
        raise errors.already_in_organization()
    features = FeatureSet(feature_set)
    enabled = (ControlPolicyType.SCP,) if features is FeatureSet.ALL else ()
    organization = Organization(new_organization_id(), account, new_root_id(), features, enabled, call.now)
    organizations.create_organization(tx, organization)
    members.add_member(tx, organization, account, JoinedMethod.INVITED, call.now)
    for target in (organization.root, account):
        attach_defaults(tx, organization, target, call.now)
    return {"Organization": described(tx, organization)}


@operation("organizations", "DescribeOrganization", needs=on_nothing_else)
def describe_organization(call: Call, tx: Transaction) -> Shape:
    """The organization of the caller's account, for every member."""
    return {"Organization": described(tx, own_organization(call, tx))}


@operation("organizations", "DeleteOrganization", needs=on_nothing_else)
def delete_organization(call: Call, tx: Transaction) -> Shape:
    """Delete an organization without other members; its units and policies go with it, what it asked of others is canceled."""
    organization = managed_organization(call, tx)
    if len(members.list_members(tx, organization)) > 1:
        raise errors.organization_not_empty()
    for handshake in handshakes.handshakes_of(tx, organization.id, call.now):
        if handshake.pending:
            handshakes.set_handshake_state(tx, handshake, HandshakeState.CANCELED, call.now)
    organizations.delete_organization(tx, organization)
    return {}


def described(tx: Transaction, organization: Organization) -> Shape:
    """An organization as the API answers it."""
    manager = accounts.get_account(tx, organization.management_account)
    all_features = organization.feature_set is FeatureSet.ALL
    available = [{"Type": ControlPolicyType.SCP.value, "Status": "ENABLED"}] if all_features else []
    return {
        "Id": organization.id,
        "Arn": organization.arn,
        "FeatureSet": organization.feature_set.value,
        "MasterAccountArn": organization.account_arn(organization.management_account),
        "MasterAccountId": organization.management_account,
        "MasterAccountEmail": None if manager is None else manager.email,
        "AvailablePolicyTypes": available,  # "Do not use", says the Reference; it has never had more
    }
