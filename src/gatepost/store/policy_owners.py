"""Everything that is attached to the users, groups and roles of one account, in a few statements however many they are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select, union_all

from gatepost.store.groups import Group, list_groups
from gatepost.store.inline_policies import InlinePolicy
from gatepost.store.managed_policies import AttachedDocument, document_in_force
from gatepost.store.roles import Role, list_roles
from gatepost.store.schema import (
    group_members,
    groups,
    inline_policies,
    managed_policies,
    managed_policy_versions,
    policy_attachments,
    roles,
    users,
)
from gatepost.store.transaction import Transaction
from gatepost.store.users import User, list_users

NONE: Final[tuple[()]] = ()


@dataclass(frozen=True, slots=True)
class PolicyOwners:
    """An account's users, groups and roles by name; by an owner's ID its inline policies by name and its managed ones by ARN.

    `groups_of` are a user's groups by name, by the user's ID; `documents` those in force, by ARN.
    """

    users: Sequence[User]
    groups: Sequence[Group]
    roles: Sequence[Role]
    inline: Mapping[str, Sequence[InlinePolicy]]
    attached: Mapping[str, Sequence[AttachedDocument]]
    groups_of: Mapping[str, Sequence[Group]]
    documents: Mapping[str, str]


def policy_owners(tx: Transaction, account: str) -> PolicyOwners:
    """All of an account."""
    owners = union_all(*(select(table.c.id).where(table.c.account == account) for table in (users, groups, roles)))
    documents = dict(_own_documents(tx, account))
    inline: dict[str, list[InlinePolicy]] = {}
    for row in tx.execute(
        select(inline_policies).where(inline_policies.c.owner_id.in_(owners)).order_by(inline_policies.c.name)
    ):
        inline.setdefault(row.owner_id, []).append(InlinePolicy(row.name, row.document))
    attached: dict[str, list[AttachedDocument]] = {}
    column = policy_attachments.c
    attachments = select(column.owner_id, column.policy_arn).where(column.owner_id.in_(owners)).order_by(column.policy_arn)
    for row in tx.execute(attachments):
        owner_id, arn = row.owner_id, row.policy_arn
        if arn not in documents and (document := document_in_force(tx, arn)) is not None:
            documents[arn] = document
        if arn in documents:
            attached.setdefault(owner_id, []).append(AttachedDocument(arn, documents[arn]))
    known = list_groups(tx, account)
    members: dict[str, set[str]] = {}
    for row in tx.execute(select(group_members).where(group_members.c.group_id.in_([group.id for group in known]))):
        members.setdefault(row.user_id, set()).add(row.group_id)
    groups_of = {user: tuple(group for group in known if group.id in ids) for user, ids in members.items()}
    return PolicyOwners(list_users(tx, account), known, list_roles(tx, account), inline, attached, groups_of, documents)


def _own_documents(tx: Transaction, account: str) -> Sequence[tuple[str, str]]:
    """The documents in force of the account's own managed policies, by ARN."""
    versions = managed_policy_versions.c
    in_force = (versions.policy_id == managed_policies.c.id) & (versions.version == managed_policies.c.default_version)
    query = select(managed_policies.c.arn, versions.document).join(managed_policy_versions, in_force)
    return [(row.arn, row.document) for row in tx.execute(query.where(managed_policies.c.account == account))]
