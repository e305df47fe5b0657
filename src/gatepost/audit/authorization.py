"""What a call was authorized by, as its Event keeps it: the request, each decision, and which policies were asked.

The policies stand by their fingerprints (`store.policy_snapshots`), so the whole decision can be made and explained again
(`access.explained`). An authorization ID names it: the answer to a denial carries it, and so does every Event.
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from gatepost.policy.principal import Principal
from gatepost.store.policy_snapshots import PolicySnapshot

SEMANTICS: Final = 1  # the version of the policy semantics that decided (docs, "Policy semantics")
Values = str | tuple[str, ...]


class Who(Struct, frozen=True, omit_defaults=True):
    """The principal, by all that `Principal.of` needs to make it again."""

    arn: str
    unique_id: str | None = None
    role_arn: str | None = None
    user_arn: str | None = None


class Evaluation(Struct, frozen=True, omit_defaults=True):
    """One need and its decision. `context` are the keys beside the request's own; `resource_side` and `rcps` fingerprints."""

    action: str
    resource: str
    account: str
    context: Mapping[str, Values]
    verdict: str
    resource_side: str | None = None
    rcps: Sequence[str] | None = None


class Authorization(Struct, frozen=True, omit_defaults=True):
    """Every decision on one call; the caller's layers by their fingerprints."""

    id: str
    who: Who
    account: str
    context: Mapping[str, Values]
    evaluations: Sequence[Evaluation]
    identity: str
    boundary: str | None = None
    session: str | None = None
    scps: Sequence[str] | None = None
    organization: str | None = None
    semantics: int = SEMANTICS


class Authorized(Struct, frozen=True):
    """An authorization with the snapshots that it names, to be kept with its Event."""

    authorization: Authorization
    snapshots: Sequence[PolicySnapshot]


encode: Final = msgspec.json.Encoder().encode
decode: Final = msgspec.json.Decoder(Authorization).decode


def who(principal: Principal) -> Who:
    """A principal as it is kept."""
    return Who(principal.arn, principal.unique_id, principal.role_arn, principal.user_arn)


def principal_of(kept: Who) -> Principal:
    """The principal that was kept."""
    return Principal.of(kept.arn, unique_id=kept.unique_id, role_arn=kept.role_arn, user_arn=kept.user_arn)
