"""The root of an organization, and the policy types enabled in it."""

from gatepost.aws.call import Call, Shape
from gatepost.aws.operation import operation
from gatepost.services.organizations import errors
from gatepost.services.organizations.membership import managed_organization
from gatepost.services.organizations.needs import on, on_nothing_else
from gatepost.services.organizations.pages import page
from gatepost.store.organizations import attachments
from gatepost.store.organizations.control_policies import DEFAULTS
from gatepost.store.organizations.organization import ControlPolicyType, FeatureSet, Organization, set_policy_types
from gatepost.store.organizations.targets import ROOT_NAME, all_targets
from gatepost.store.transaction import Transaction


@operation("organizations", "ListRoots", needs=on_nothing_else)
def list_roots(call: Call, tx: Transaction, *, next_token: str | None = None, max_results: int | None = None) -> Shape:
    """The root; there is one."""
    listed, token = page((_described(managed_organization(call, tx)),), next_token, max_results)
    return {"Roots": listed, "NextToken": token}


@operation("organizations", "EnablePolicyType", needs=on("RootId"))
def enable_policy_type(call: Call, tx: Transaction, *, root_id: str, policy_type: str) -> Shape:
    """Enable a type: AWS's own policy of it is attached to the root and every unit and account."""
    organization = _of_root(call, tx, root_id)
    type_ = available_type(organization, policy_type)
    if type_ in organization.policy_types:
        raise errors.type_already_enabled()
    organization = set_policy_types(tx, organization, (*organization.policy_types, type_))
    for target in all_targets(tx, organization):
        attachments.attach(tx, organization, target.id, DEFAULTS[type_].id, call.now)
    return {"Root": _described(organization)}


@operation("organizations", "DisablePolicyType", needs=on("RootId"))
def disable_policy_type(call: Call, tx: Transaction, *, root_id: str, policy_type: str) -> Shape:
    """Disable a type: its policies stay, but are attached nowhere."""
    organization = _of_root(call, tx, root_id)
    type_ = available_type(organization, policy_type)
    if type_ not in organization.policy_types:
        raise errors.type_not_enabled()
    attachments.detach_all_of_type(tx, organization, type_)
    others = tuple(each for each in organization.policy_types if each is not type_)
    return {"Root": _described(set_policy_types(tx, organization, others))}


def available_type(organization: Organization, name: str) -> ControlPolicyType:
    """The type of a name; PolicyTypeNotAvailableForOrganizationException where not all features are on, or it is not served."""
    if organization.feature_set is not FeatureSet.ALL or name not in {each.value for each in ControlPolicyType}:
        raise errors.type_not_available()
    return ControlPolicyType(name)


def _of_root(call: Call, tx: Transaction, root_id: str) -> Organization:
    organization = managed_organization(call, tx)
    if organization.root != root_id:
        raise errors.not_found("Root")
    return organization


def _described(organization: Organization) -> Shape:
    return {
        "Id": organization.root,
        "Arn": organization.root_arn,
        "Name": ROOT_NAME,
        "PolicyTypes": [{"Type": each.value, "Status": "ENABLED"} for each in organization.policy_types],
    }
