"""What the log says was allowed: each request of an account's callers, and of others on what the account has.

The log may be long, so it is read page by page and nothing of it is held but the callers.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import lru_cache

import msgspec

from gatepost.access.kept_request import kept_context, kept_request
from gatepost.audit import authorization
from gatepost.audit.authorization import KeptCaller
from gatepost.policy.decide import Verdict
from gatepost.policy.request import Request
from gatepost.store.event_lookup import KeptEvent, authorized_events
from gatepost.store.snapshots import get_snapshots
from gatepost.store.transaction import Transaction

HELD_CALLERS = 4096
ALLOWED = Verdict.ALLOWED.value


def allowed_requests(tx: Transaction, account: str, since: datetime) -> Iterator[tuple[datetime, Request]]:
    """When each was made, and the request, in the order in which they were recorded."""

    @lru_cache(HELD_CALLERS)
    def caller_of(fingerprint: str) -> KeptCaller:
        return authorization.decode_caller(get_snapshots(tx, (fingerprint,))[fingerprint])

    for found in authorized_events(tx, account, since):
        kept = authorization.unpack(found)
        allowed = [each for each in kept.evaluations if each.verdict == ALLOWED and account in (found.account, each.account)]
        if allowed:
            caller = caller_of(kept.caller)
            context = kept_context(_record(found), found.time, kept, caller)
            for each in allowed:
                yield found.time, kept_request(caller, context, each)


def _record(found: KeptEvent) -> dict[str, object]:
    return msgspec.json.decode(found.record, type=dict[str, object])
