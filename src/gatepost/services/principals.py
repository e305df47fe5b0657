"""The users and roles that a resource's own policy names: bound to their unique IDs when it is put, shown as they are called now.

A user who is deleted and made anew under the same name is somebody else, and does not get back what the policy gave. Accounts that
are not of this installation cannot be looked into, so whom they hold is taken as it is written.
Source: IAM User Guide, "AWS JSON policy elements: Principal".
"""

import json
from collections.abc import Iterable, Mapping
from typing import Final

from gatepost.policy.json_reader import Node, Source, read_json
from gatepost.policy.model import Policy, PrincipalType
from gatepost.policy.principal import is_account
from gatepost.policy.values import arn_parts
from gatepost.store import accounts, roles, users
from gatepost.store.roles import Role
from gatepost.store.transaction import Transaction
from gatepost.store.users import User

ELEMENTS: Final = ("Principal", "NotPrincipal")


class UnknownPrincipal(Exception):
    """A policy names a user or role that does not exist, or what is no principal at all (a group)."""

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


def principal_ids(tx: Transaction, policy: Policy) -> Mapping[str, str]:
    """Principal as written → unique ID, of each user and role that a policy names; `UnknownPrincipal` where one does not exist."""
    found: dict[str, str] = {}
    for value in _named(policy):
        if value == "*" or is_account(value):
            continue
        if not value.startswith("arn:"):  # a unique ID, as the document of a policy whose principal is gone shows it
            if _owner_of_id(tx, value) is None:
                raise UnknownPrincipal(value)
            found[value] = value
            continue
        owner = _owner(tx, value)
        if owner is not None:
            found[value] = owner.id
    return found


def shown(tx: Transaction, document: str, ids: Mapping[str, str]) -> str:
    """A document with each user and role that it names as it is called now; one that is gone by its unique ID, as AWS does."""
    names: dict[str, str] = {}
    for value, unique_id in ids.items():
        owner = _owner_of_id(tx, unique_id)
        name = unique_id if owner is None else owner.arn
        if name != value:
            names[value] = name
    if not names:
        return document
    pieces, at = [], 0
    for node in _places(read_json(Source(document))):
        present = names.get(str(node.value))
        if present is not None:
            pieces += [document[at : node.start], json.dumps(present)]
            at = node.end
    return "".join([*pieces, document[at:]])


def _named(policy: Policy) -> Iterable[str]:
    for statement in policy.statements:
        for entry in (*(statement.principals or ()), *(statement.not_principals or ())):
            if entry.type is PrincipalType.AWS:
                yield entry.value


def _owner(tx: Transaction, arn: str) -> User | Role | None:
    """The user or role of an ARN; None where there is nothing to bind: an account, a session, another installation's account."""
    parts = arn_parts(arn)
    if parts is None or parts[2] != "iam" or parts[5] == "root" or accounts.get_account(tx, parts[4]) is None:
        return None
    kind, _, path = parts[5].partition("/")
    name = path.rpartition("/")[2]
    owner: User | Role | None = None
    if kind == "user":
        owner = users.get_user(tx, parts[4], name)
    elif kind == "role":
        owner = roles.get_role(tx, parts[4], name)
    if owner is None or owner.arn != arn:
        raise UnknownPrincipal(arn)
    return owner


def _owner_of_id(tx: Transaction, unique_id: str) -> User | Role | None:
    return users.get_user_by_id(tx, unique_id) or roles.get_role_by_id(tx, unique_id)


def _places(root: Node) -> Iterable[Node]:
    """The strings that stand as `AWS` principals, in the order of the document."""
    assert isinstance(root.value, dict)  # noqa: S101 -- it was read as a policy when it was put
    statements = root.value["Statement"].node
    for statement in statements.value if isinstance(statements.value, tuple) else (statements,):
        assert isinstance(statement.value, dict)  # noqa: S101 -- the same
        for element in ELEMENTS:
            member = statement.value.get(element)
            if member is None or not isinstance(member.node.value, dict) or "AWS" not in member.node.value:
                continue
            named = member.node.value["AWS"].node
            yield from named.value if isinstance(named.value, tuple) else (named,)
