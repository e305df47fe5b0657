"""AWS Organizations: the tree of accounts, and the control policies that bind them. Importing this room declares its operations."""

from gatepost.services.organizations import (
    account_creation,
    accounts,
    attachments,
    control_policies,
    features,
    handshakes,
    invitations,
    organization,
    roots,
    tags,
    tree,
    units,
)

__all__ = [
    "account_creation",
    "accounts",
    "attachments",
    "control_policies",
    "features",
    "handshakes",
    "invitations",
    "organization",
    "roots",
    "tags",
    "tree",
    "units",
]
