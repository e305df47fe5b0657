"""What a call was authorized by, as its Event keeps it: each decision, and on what it rested.

Only what no other place tells is kept here. The CloudTrail record beside it tells the connection; the caller with its layers, and the
policies of each resource, stand by their fingerprints (`store.snapshots`). So the whole decision can be made and explained again
(`access.explained`). An authorization ID names it: the text of a denial carries it, and so does every Event. The ID is worked out of
the event's time and request ID, and the caller stands in the event's kind, so neither is kept with it (`Packed`).
"""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec
from msgspec import Struct

from gatepost.policy.principal import Principal
from gatepost.store.event_lookup import KeptEvent
from gatepost.store.event_record import authorization_id_of
from gatepost.store.snapshots import Snapshot

SEMANTICS: Final = 1  # the version of the policy semantics that decided (docs, "Policy semantics")
Values = str | tuple[str, ...]


class Evaluation(Struct, frozen=True, array_like=True):
    """One need and its decision. `context` are the keys beside the call's own, `account` is None where it is the caller's.

    `place` is a foreign account's organization and path in it.
    """

    action: str
    resource: str
    verdict: str
    context: Mapping[str, Values]
    account: str | None = None
    resource_side: str | None = None
    rcps: Sequence[str] | None = None
    place: tuple[str, str] | None = None


class Authorization(Struct, frozen=True):
    """Every decision on one call. `clock` is what policies saw as the time where that was not the Event's own (epoch seconds)."""

    id: str
    caller: str
    evaluations: Sequence[Evaluation]
    clock: int | None = None
    semantics: int = SEMANTICS


class Packed(Struct, frozen=True, array_like=True):
    """An authorization as an event keeps it."""

    evaluations: Sequence[Evaluation]
    clock: int | None = None
    semantics: int = SEMANTICS


class Authorized(Struct, frozen=True):
    """An authorization with the snapshots that it names, to be kept with its Event."""

    authorization: Authorization
    snapshots: Sequence[Snapshot]


class Who(Struct, frozen=True, omit_defaults=True):
    """A principal, by all that `Principal.of` needs to make it again."""

    arn: str
    unique_id: str | None = None
    role_arn: str | None = None
    user_arn: str | None = None
    user_id: str | None = None

    @classmethod
    def of(cls, principal: Principal) -> "Who":
        """A principal as it is kept."""
        return cls(principal.arn, principal.unique_id, principal.role_arn, principal.user_arn, principal.user_id)

    def principal(self) -> Principal:
        """The principal that was kept."""
        return Principal.of(
            self.arn, unique_id=self.unique_id, role_arn=self.role_arn, user_arn=self.user_arn, user_id=self.user_id
        )


class KeptCaller(Struct, frozen=True, omit_defaults=True):
    """A caller as a snapshot's content: who it is, its condition keys, its layers by their fingerprints."""

    who: Who
    account: str
    context: Mapping[str, Values]
    identity: str
    boundary: str | None = None
    session: str | None = None
    scps: Sequence[str] | None = None
    organization: str | None = None


encode: Final = msgspec.json.Encoder().encode
encode_packed: Final = msgspec.msgpack.Encoder().encode
decode_packed: Final = msgspec.msgpack.Decoder(Packed).decode
decode_caller: Final = msgspec.json.Decoder(KeptCaller).decode


def pack(authorization: Authorization) -> bytes:
    """An authorization as an event keeps it."""
    return encode_packed(Packed(authorization.evaluations, authorization.clock, authorization.semantics))


def unpack(event: KeptEvent) -> Authorization:
    """The authorization of an event that has one."""
    packed = decode_packed(event.authorization or b"")
    return Authorization(authorization_id_of(event.parts), event.caller, packed.evaluations, packed.clock, packed.semantics)
