"""What is known beside the document: the time, the account, what is verified there, what limits it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from gatepost.lint.usage import Usage
from gatepost.policy.model import Policy


@dataclass(frozen=True, slots=True)
class Limit:
    """Policies that must allow as well, asked together: a boundary, session policies, a level of control policies."""

    name: str
    policies: tuple[Policy, ...]


@dataclass(frozen=True, slots=True)
class Setting:
    """Where and when a policy is to be in force. What is None is not known, and no rule guesses it.

    `identities` are the names (domains and addresses) that the account has verified in `region`. `aws_mode`: the policy is meant
    for AWS itself, whose clients never come from private addresses. `limits` hold in whoever has an identity policy.
    `default_sets` are the ARNs of the configuration sets that mail takes by default, by the ARN of its identity. `usage` is what a
    log says was used.
    """

    now: datetime
    account: str | None = None
    region: str | None = None
    identities: Collection[str] | None = None
    aws_mode: bool = False
    limits: tuple[Limit, ...] = ()
    default_sets: Mapping[str, str] | None = None
    usage: Usage | None = None
