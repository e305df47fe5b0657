"""An account's place in an organization, and what it lays on the account: the control policies of every level above.

They are asked on every call, so they are held until the tree or a policy on it changes, also for accounts of no organization; the
levels that accounts share are compiled once.
Source: Organizations User Guide, "SCP evaluation", "RCP evaluation"; IAM User Guide, "aws:PrincipalOrgPaths".
"""

from dataclasses import dataclass
from typing import Final

from gatepost.access.kept_layer import KeptLayer, StoredPolicy
from gatepost.policy.match import PolicySource
from gatepost.store.organizations import ORGANIZATIONS
from gatepost.store.organizations.attachments import policies_of
from gatepost.store.organizations.members import get_member
from gatepost.store.organizations.organization import ControlPolicyType, Organization, organization_of
from gatepost.store.organizations.units import units_down_to
from gatepost.store.transaction import Transaction, View

SOURCES: Final = {ControlPolicyType.SCP: PolicySource.SCP, ControlPolicyType.RCP: PolicySource.RCP}


@dataclass(frozen=True, slots=True)
class Placement:
    """The organization, the path, the levels. `scps` and `rcps` are None where none bind it: no organization, or its manager.

    Levels are in order: root, units, account. `path` is as `aws:PrincipalOrgPaths` has it: `o-…/r-…/ou-…/`.
    """

    organization_id: str | None = None
    path: str | None = None
    scps: tuple[KeptLayer, ...] | None = None
    rcps: tuple[KeptLayer, ...] | None = None


NONE: Final = Placement()


def placement(view: View, account: str) -> Placement:
    """The place of an account."""
    return view.recall(ORGANIZATIONS, ("placement", account), lambda tx: _load(tx, account))


def _load(tx: Transaction, account: str) -> Placement:
    organization = organization_of(tx, account)
    member = None if organization is None else get_member(tx, organization, account)
    if organization is None or member is None:
        return NONE
    units = units_down_to(tx, organization, member.parent)
    path = organization.root_path + "".join(f"{unit.id}/" for unit in units)
    if account == organization.management_account:
        return Placement(organization.id, path)
    targets = (
        (organization.root, organization.root_arn),
        *((unit.id, organization.arn_of("ou", unit.id)) for unit in units),
        (account, organization.account_arn(account)),
    )

    def levels(type_: ControlPolicyType) -> tuple[KeptLayer, ...] | None:
        if type_ not in organization.policy_types:
            return None
        return tuple(_level(tx, organization, type_, target, arn) for target, arn in targets)

    return Placement(organization.id, path, levels(ControlPolicyType.SCP), levels(ControlPolicyType.RCP))


def _level(tx: Transaction, organization: Organization, type_: ControlPolicyType, target: str, arn: str) -> KeptLayer:
    """What is attached to one root, unit or account, AWS's own policies among it."""

    def load(tx: Transaction) -> KeptLayer:
        attached = policies_of(tx, organization, target, type_)
        return KeptLayer((StoredPolicy(each.document, SOURCES[type_], each.arn, arn, each.name) for each in attached), arn)

    return tx.recall(ORGANIZATIONS, ("control-policies", organization.id, type_.value, target), load)
