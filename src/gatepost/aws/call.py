"""A request as it arrives, and a call as it reaches the policies: who, what, from where, when.

HTTP, SMTP and the console all become a `Call`; there is no second way in.
"""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from gatepost.access.context import Context, connection_context
from gatepost.access.credentials import Caller
from gatepost.access.provider_keys import ProviderKeys
from gatepost.aws.request import HttpRequest
from gatepost.aws.wire.model import Shape

__all__ = ["Arrival", "Call", "Origin", "Shape", "connection_of"]


class Origin(Struct, frozen=True):
    """Where a call came from, as the connection showed it."""

    source_ip: str
    user_agent: str
    secure: bool
    host: str | None = None
    own_findings: bool = False  # `X-Gatepost-Findings: all`: ValidatePolicy answers Gatepost's own codes too


class Arrival(Struct, frozen=True):
    """A request that nothing is known of yet but where and when it came in."""

    request: HttpRequest
    origin: Origin
    now: datetime
    clock: datetime  # what policies see as aws:CurrentTime: now, unless a test hook set it
    too_large: bool = False  # the body passed the limit and was not kept
    provider_keys: Mapping[str, ProviderKeys] = {}  # by issuer, where a call without signature needed them


class Call(Struct, frozen=True):
    """One signed call of one operation, its input already held against the model."""

    service: str  # botocore's name: "ses", "sesv2", "iam", "sts", "cloudtrail"
    operation: str
    input: Shape
    caller: Caller
    region: str
    request_id: str
    now: datetime
    clock: datetime
    origin: Origin
    access_key_id: str | None = None
    authorization_id: str = ""  # of what will be decided on it


def connection_of(call: Call) -> Context:
    """The condition keys of the connection that a call came by."""
    origin = call.origin
    return connection_context(call.clock, origin.source_ip, origin.user_agent, call.region, secure=origin.secure)
