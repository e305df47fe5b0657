"""Which identity stands for an address.

1. The most specific verified identity of the caller's account: the address (with or without its `+label`), then its domain, then
   each parent domain. Where none is verified it is the address itself, so an unverified sender is first asked for permission.
2. An ARN that the call gives (`SourceArn`, `FromArn`, `ReturnPathArn`, `FromEmailAddressIdentityArn`, `X-SES-…-ARN`) names the
   identity, its own account's or another's; that identity's policies, not its parents', are asked.

Source: SES Developer Guide, "Creating and verifying identities", "Using sending authorization"; facts on `sendEmail` denials.
"""

from msgspec import Struct

from gatepost.aws.call import Call
from gatepost.mail.addr_spec import canonical_name
from gatepost.services.ses.errors import invalid
from gatepost.store.identities import IDENTITY_ARN, covers, held_identities, identity_arn, most_specific
from gatepost.store.transaction import View


class Identification(Struct, frozen=True):
    """An address and the identity that stands for it."""

    address: str
    account: str
    region: str
    name: str
    verified: bool
    configuration_set: str | None = None
    tags: tuple[tuple[str, str], ...] = ()

    @property
    def arn(self) -> str:
        """The identity's ARN: the resource that is asked."""
        return identity_arn(self.account, self.region, self.name)


def identify(view: View, call: Call, address: str, arn: str | None, fallback: str | None = None) -> Identification:
    """The identity for `address`: of `arn`, else of `fallback` where that covers the address, else of the caller's account."""
    if arn is None and fallback is not None and covers(_parts(call, fallback)[1], address):
        arn = fallback
    if arn is None:
        return _own(view, call, address)
    account, name = _parts(call, arn)
    identity = held_identities(view, account, call.region).get(name)
    verified = identity is not None and identity.verified and covers(name, address)
    own = identity is not None and account == call.caller.account
    return Identification(
        address,
        account,
        call.region,
        name,
        verified,
        identity.configuration_set if identity and own else None,
        () if identity is None else identity.tags,
    )


def _own(view: View, call: Call, address: str) -> Identification:
    known = held_identities(view, call.caller.account, call.region)
    identity = most_specific(known, address)
    if identity is None:
        return Identification(address, call.caller.account, call.region, address, verified=False)
    return Identification(
        address, identity.account, identity.region, identity.name, True, identity.configuration_set, identity.tags
    )


def _parts(call: Call, arn: str) -> tuple[str, str]:
    """The account and name of an identity's ARN in the call's region."""
    match = IDENTITY_ARN.fullmatch(arn)
    if match is None:
        raise invalid(call, f"Invalid ARN: {arn}")
    _, region, account, name = match.groups()
    if region != call.region:
        raise invalid(call, f"Identity ARN {arn} is not in the region of the request, {call.region}")
    return account, canonical_name(name)
